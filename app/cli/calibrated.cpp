#include "app/cli/calibrated.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/calibration/calibration_file.h"

namespace quant::cli {
namespace {

constexpr std::size_t names_shown = 3;

/// "a, b, c and 7 more".
std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), names_shown); ++i)
    text += (i > 0 ? ", " : "") + printable(names[i]);
  return names.size() > names_shown ? fmt::format("{} and {} more", text, names.size() - names_shown) : text;
}

void tell(Run& run, const std::string& path, const Calibrated& found, const Source& source,
          const std::vector<std::size_t>& chosen) {
  std::vector<std::string> without;
  for (const auto i : chosen) {
    const auto& name = source.tensors()[i].name;
    if (std::find(found.without.begin(), found.without.end(), name) != found.without.end()) without.push_back(name);
  }
  for (const auto& note : found.notes) run.warn(fmt::format("{}: {}", printable(path), note));
  if (!without.empty())
    run.warn(fmt::format("{} says nothing of {} of {} tensors, which are quantized without importance: {}",
                         printable(path), without.size(), chosen.size(), some_of(without)));
  if (!found.foreign.empty())
    run.note(fmt::format("{} has {} names that are no tensor of {}: {}", printable(path), found.foreign.size(),
                         printable(source.path().string()), some_of(found.foreign)));
}

}  // namespace

bool asks_calibration(const Arguments& args) { return args.has("calib") || args.has("imatrix"); }

Result<void> use_calibration(Run& run, const Source& source, const std::vector<std::size_t>& chosen) {
  if (!asks_calibration(run.args())) return {};
  Calibration all = run.calibration() ? *run.calibration() : Calibration();  // of the sources before
  for (const auto* option : {"calib", "imatrix"}) {
    if (!run.args().has(option)) continue;
    const auto path = run.args().text(option);
    QUANT_TRY(file, open_calibration(path));
    QUANT_TRY(found, calibrate_from(*file, source.tensors()));
    tell(run, path, found, source, chosen);
    all.merge(std::move(found.calibration));
  }
  run.use(std::move(all));
  return {};
}

}  // namespace quant::cli
