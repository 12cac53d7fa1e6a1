// The list of kinds of calibration files, and how their entries meet the tensors of a model.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/calibration/calibration_file.h"
#include "core/sources/names/name_match.h"

namespace quant {

extern const CalibrationKind calibration_tensors, imatrix_dat, imatrix_gguf;

std::span<const CalibrationKind* const> calibration_kinds() {
  static constexpr const CalibrationKind* all[] = {&calibration_tensors, &imatrix_gguf, &imatrix_dat};
  return all;
}

namespace {

constexpr std::size_t sniffed_bytes = 512;

/// Where a tensor's moments lie in a file.
struct Place {
  std::size_t entry;
  std::optional<std::size_t> expert;  ///< its part of the entry of all experts
};

std::optional<Place> find_place(const NameMatcher& names, const TensorInfo& tensor) {
  if (const auto own = names.find(tensor.name)) return Place{*own, {}};
  if (const auto stacked = names.find_stacked(tensor.name)) return Place{stacked->index, stacked->expert};
  return {};
}

/// Whether an entry of `values` is one a column of the tensor, of its experts, or of an expert's tensor.
bool fits(const Place& place, std::uint64_t values, const MatrixShape& shape) {
  if (shape.cols == 0) return false;
  if (place.expert) return values % shape.cols == 0 && *place.expert < values / shape.cols;
  return values == shape.cols || values == shape.matrices * shape.cols;
}

Result<Moments> moments_at(const CalibrationFile& file, const Place& place, const TensorInfo& tensor) {
  const std::uint64_t values = file.entries()[place.entry].values, cols = tensor.matrix().cols;
  if (!fits(place, values, tensor.matrix())) {
    auto why = fmt::format("it has {} mean squares, the tensor {} columns", values, cols);
    // An embedding is looked up, not multiplied; llama.cpp lets it pass as well.
    if (tensor.role == "embed") return Moments{{}, why + ": left out"};
    return failure(ErrorCode::unsupported, "use calibration",
                   fmt::format("{}, {}", file.path().string(), printable(tensor.name)), std::move(why),
                   "give the file that was made with this model");
  }
  QUANT_TRY(all, file.moments(place.entry));
  if (!place.expert || all.mean_sq.empty()) return all;
  const auto first = all.mean_sq.begin() + static_cast<std::ptrdiff_t>(*place.expert * cols);
  return checked_moments(std::vector<float>(first, first + static_cast<std::ptrdiff_t>(cols)));
}

}  // namespace

Result<std::unique_ptr<CalibrationFile>> open_calibration(const std::filesystem::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(head, file->head(sniffed_bytes));
  for (const CalibrationKind* kind : calibration_kinds())
    if (kind->sniff(head)) return kind->open(path);
  return failure(ErrorCode::unsupported, "open calibration", path.string(),
                 "its first bytes are those of no calibration file or importance matrix",
                 "give a safetensors file with NAME.mean_sq, or an imatrix of llama.cpp (.dat or GGUF)");
}

Result<Calibrated> calibrate_from(const CalibrationFile& file, std::span<const TensorInfo> tensors) {
  std::vector<std::string> file_names;
  for (const auto& entry : file.entries()) file_names.push_back(entry.name);
  const NameMatcher names(std::move(file_names));
  std::vector<bool> used(file.entries().size());
  Calibrated out;
  for (const TensorInfo& tensor : tensors) {
    Moments moments;
    if (const auto place = find_place(names, tensor)) {
      used[place->entry] = true;
      QUANT_TRY(found, moments_at(file, *place, tensor));
      moments = std::move(found);
    }
    if (!moments.note.empty()) out.notes.push_back(printable(tensor.name) + ": " + moments.note);
    if (!moments.mean_sq.empty())
      out.calibration.set_mean_sq(tensor.name, std::move(moments.mean_sq));
    else if (is_candidate(tensor))
      out.without.push_back(tensor.name);
  }
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!used[i]) out.foreign.push_back(file.entries()[i].name);
  if (std::find(used.begin(), used.end(), true) != used.end()) return out;
  return failure(ErrorCode::unsupported, "use calibration", file.path().string(),
                 file.entries().empty() ? "it holds no layer"
                                        : fmt::format("none of its {} names, {} …, is one of the model's {}",
                                                      used.size(), printable(out.foreign.front()), tensors.size()),
                 "give the file that was made with this model");
}

Scheme importance_variant(Scheme scheme) {
  for (const Param& param : scheme.method().params)
    if (param.type == ParamType::flag && param.name == "imatrix") scheme.set(param.name, "on");
  return scheme;
}

Moments checked_moments(std::vector<float> values) {
  const auto wrong = std::find_if(values.begin(), values.end(), [](float v) { return !(v >= 0) || std::isinf(v); });
  if (wrong != values.end())
    return {{}, fmt::format("the mean square of column {} is {}: left out", wrong - values.begin(), *wrong)};
  if (std::all_of(values.begin(), values.end(), [](float v) { return v == 0; }))
    return {{}, "all mean squares are 0: left out"};
  return {std::move(values), {}};
}

}  // namespace quant
