#include "app/cli/selection.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/calibration/calibration_file.h"

namespace quant::cli {
namespace {

/// The tensors that --tensor matches; none is an error.
Result<std::vector<std::size_t>> matched(const Source& source, const std::string& regex) {
  QUANT_TRY(all, match_tensors(source, regex));
  if (!all.empty()) return all;
  return failure(ErrorCode::not_found, "choose tensors",
                 fmt::format("{}, --tensor {}", printable(source.path().string()), printable(regex)),
                 fmt::format("matches none of {} names", source.tensors().size()),
                 "quantoscope-cli inspect lists the names");
}

template <class Wanted>
std::vector<std::size_t> those(const Source& source, Wanted wanted) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < source.tensors().size(); ++i)
    if (wanted(source.tensors()[i])) found.push_back(i);
  return found;
}

}  // namespace

bool is_real(const TensorInfo& tensor) { return info(tensor.dtype).real; }

Result<std::size_t> one_tensor(const Source& source, const Arguments& args) {
  if (args.has("tensor")) return find_tensor(source, args.text("tensor"));
  if (source.tensors().size() == 1) return 0;
  return failure(ErrorCode::usage, "choose tensor", printable(source.path().string()),
                 fmt::format("holds {} tensors and --tensor is missing", source.tensors().size()),
                 "give --tensor NAME; quantoscope-cli inspect lists the names");
}

Result<std::vector<std::size_t>> all_tensors(const Source& source, const Arguments& args) {
  if (args.has("tensor")) return matched(source, args.text("tensor"));
  auto found = those(source, [](const TensorInfo&) { return true; });
  if (!found.empty()) return found;
  return failure(ErrorCode::unsupported, "choose tensors", printable(source.path().string()), "it holds no tensor",
                 "give a checkpoint with weights");
}

Result<std::vector<std::size_t>> chosen_tensors(const Source& source, const Arguments& args) {
  if (!args.has("tensor"))
    if (auto candidates = those(source, is_candidate); !candidates.empty()) return candidates;
  QUANT_TRY(found, all_tensors(source, args));
  const auto asked = found.size();
  std::erase_if(found, [&](std::size_t i) { return !is_real(source.tensors()[i]); });
  if (!found.empty()) return found;
  return failure(ErrorCode::unsupported, "choose tensors", printable(source.path().string()),
                 fmt::format("none of the {} tensors chosen holds real numbers", asked),
                 "choose tensors of floating-point weights");
}

Result<Scheme> parse_scheme(std::string_view text, const Arguments& args) {
  QUANT_TRY(scheme, Scheme::parse(text));
  return args.has("imatrix") ? importance_variant(std::move(scheme)) : std::move(scheme);
}

Result<std::vector<Scheme>> chosen_schemes(const Arguments& args, std::string_view option) {
  std::vector<Scheme> schemes;
  for (const auto& text : args.all(option)) {
    QUANT_TRY(scheme, parse_scheme(text, args));
    schemes.push_back(std::move(scheme));
  }
  return schemes;
}

std::uint64_t elements_of(const Source& source, const std::vector<std::size_t>& tensors) {
  std::uint64_t n = 0;
  for (const auto i : tensors) n += source.tensors()[i].elements();
  return n;
}

}  // namespace quant::cli
