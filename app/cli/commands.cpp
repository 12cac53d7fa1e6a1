#include "app/cli/commands.h"

namespace quant::cli {

extern const Command inspect_command, stats_command, analyze_command, quantize_command, dequantize_command,
    sensitivity_command, plan_command, export_command, report_command, bits_command, methods_command, formats_command,
    devices_command, verify_command, bench_command;

std::span<const Command* const> commands() {
  static constexpr const Command* all[] = {
      &inspect_command,     &stats_command,   &analyze_command, &quantize_command, &dequantize_command,
      &sensitivity_command, &plan_command,    &export_command,  &report_command,   &bits_command,
      &methods_command,     &formats_command, &devices_command, &verify_command,   &bench_command,
  };
  return all;
}

}  // namespace quant::cli
