// dequantize: the values of a tensor of any stored type, as float32 .npy.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/sources/numpy/npy_write.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "FILE", "", "a checkpoint", true},
    {Kind::value, "tensor", "NAME", "the tensor's exact name; may be left out where the file holds one"},
    {Kind::value, "out", "X.npy", "the file to write", true},
};
constexpr std::uint64_t rows_weights = std::uint64_t{1}
                                       << 20;  // read at a time, so that Ctrl-C and progress come through

Result<std::vector<float>> read_all(const TensorView& view, JobContext& job) {
  const auto shape = view.matrix();
  std::vector<float> values(shape.elements());
  const auto step = std::max<std::uint64_t>(rows_weights / std::max<std::uint64_t>(shape.cols, 1), 1);
  for (std::uint64_t row = 0; row < shape.all_rows() && shape.cols > 0; row += step) {
    if (job.stopped()) return cancelled("dequantize");
    const auto count = std::min(step, shape.all_rows() - row);
    QUANT_CHECK(view.read_rows(row, count, std::span(values).subspan(row * shape.cols, count * shape.cols)));
    job.done += count * shape.cols;
  }
  return values;
}

Result<void> run(Run& run) {
  QUANT_TRY(source, open_source(run.args().text("FILE")));
  QUANT_TRY(index, one_tensor(*source, run.args()));
  QUANT_TRY(view, source->view(index));
  const auto& tensor = view->tensor();
  run.begin("dequantize", tensor.elements());
  QUANT_TRY(values, read_all(*view, run.job()));
  const auto out = run.args().text("out");
  QUANT_CHECK(write_npy(out, tensor.shape, std::span<const float>(values)));
  if (run.json())
    return run.answer(
        {{"tensor", tensor.name}, {"shape", tensor.shape}, {"dtype", info(tensor.dtype).name}, {"file", out}});
  return run.show(fmt::format("{}  {}  {}: written to {} as float32\n", printable(tensor.name), info(tensor.dtype).name,
                              shape_text(tensor.shape), printable(out)));
}

}  // namespace

extern const Command dequantize_command;
constinit const Command dequantize_command{
    "dequantize", "Write a tensor of any stored type as float32 .npy",
    "quantoscope-cli dequantize model.gguf --tensor output.weight --out output.npy", options, run};

}  // namespace quant::cli
