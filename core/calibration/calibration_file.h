#pragma once
// Files that say what the inputs of layers are like: a calibration of ours, an importance matrix of llama.cpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/methods/scheme.h"
#include "core/tensor/calibration.h"
#include "core/tensor/tensor.h"

namespace quant {

/// The second moments of one layer's inputs, or why there are none.
struct Moments {
  std::vector<float> mean_sq;  ///< one an input column, of stacked experts one after the other; empty = of no use
  std::string note;            ///< what is odd about them, or empty
};

/// Most values of one entry: 512 experts of 32,768 columns. A file that says more is damaged.
constexpr std::uint64_t most_moments = std::uint64_t{1} << 24;

/// An opened file: its entries are listed and checked, values are read when they are asked for.
class CalibrationFile {
 public:
  /// One layer. Layers are named as in the file's own toolchain.
  struct Entry {
    std::string name;
    std::uint64_t values = 0;  ///< of its second moments
  };
  virtual ~CalibrationFile() = default;

  virtual std::string_view kind() const = 0;  ///< id of its CalibrationKind
  virtual const std::filesystem::path& path() const = 0;
  virtual std::span<const Entry> entries() const = 0;
  /// Moments that are NaN, infinite, negative or all zero are of no use: `note` says so. Errors: io, malformed.
  virtual Result<Moments> moments(std::size_t entry) const = 0;
};

/// A kind of file: one source file, one line in calibration_files.cpp.
struct CalibrationKind {
  std::string_view id;     ///< "imatrix.gguf"
  std::string_view title;  ///< "llama.cpp importance matrix (GGUF)"
  /// Whether the content is of this kind; `head` holds up to 512 first bytes.
  bool (*sniff)(std::span<const std::byte> head);
  Result<std::unique_ptr<CalibrationFile>> (*open)(const std::filesystem::path& path);
};

std::span<const CalibrationKind* const> calibration_kinds();

/// Opens by content. Errors: io, malformed, unsupported (no such file, or one of weights).
Result<std::unique_ptr<CalibrationFile>> open_calibration(const std::filesystem::path& path);

/// What a file knows of a model, and what it does not.
struct Calibrated {
  Calibration calibration;           ///< under the names of the model
  std::vector<std::string> without;  ///< candidates for quantization of which it knows nothing
  std::vector<std::string> foreign;  ///< names of the file that are no tensor of the model
  std::vector<std::string> notes;    ///< entries that were left out or filled up, and why
};
/// Matches the file's names to tensors (NameMatcher) and reads the moments of those that match.
/// Errors: of reading; unsupported (nothing matches, or an entry has another length than the tensor has columns).
Result<Calibrated> calibrate_from(const CalibrationFile& file, std::span<const TensorInfo> tensors);

/// The variant that weighs errors by importance where the scheme's method has one (its flag `imatrix`), else the scheme
/// itself: what --imatrix asks for, as llama-quantize's does.
Scheme importance_variant(Scheme scheme);

/// Values as they may be used: `moments` unless one is NaN, infinite or negative, or all are 0.
Moments checked_moments(std::vector<float> values);

}  // namespace quant
