#pragma once
// How quantized checkpoints lay out a weight: one file and one registration line (unpack.cpp) a layout.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/sources/quantized/module.h"
#include "core/sources/quantized/quant_config.h"

namespace quant {

/// Receives decoded elements: values always, codes with their steps and zeros where somebody wants them.
class UnpackedRows {
 public:
  UnpackedRows(std::span<float> values, StoredCodes* codes) : values_(values), codes_(codes) {
    if (codes_) codes_->resize(values.size());
  }
  void set(std::size_t i, float value, int code, float scale, float zero) {
    values_[i] = value;
    if (codes_) codes_->set(i, code, scale, zero);
  }

 private:
  std::span<float> values_;
  StoredCodes* codes_;
};

/// A weight whose pieces fit together. Shows itself as [out, in] (or [experts, out, in]).
class PackedWeight {
 public:
  virtual ~PackedWeight() = default;
  virtual std::string name(const Module& module) const { return module.prefix() + ".weight"; }
  virtual std::vector<std::uint64_t> shape() const = 0;
  virtual DType dtype() const = 0;       ///< of the codes
  virtual std::string text() const = 0;  ///< "gptq 4-bit group 128, act-order"
  /// Rows [first, first + count) over all matrices. Errors: malformed (an index of the file points nowhere), io.
  virtual Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& out) const = 0;
};

/// A layout as the list shows it.
struct QuantizedLayout {
  std::string_view id;     ///< "gptq"
  std::string_view title;  ///< as people know it
  /// The part whose presence claims a module, and a further look where that part alone says too little; may be null.
  std::string_view marker;
  bool (*claims)(const Module& module, const QuantConfig& config);
  /// Parts that stand for the weight; a module's further tensors (bias) stay as they are.
  std::span<const std::string_view> parts;
  /// Checks the pieces against each other and the configuration, reading no more than a few numbers.
  /// Errors: malformed (names the piece), unsupported (a variant that is known but not unpacked).
  Result<std::unique_ptr<PackedWeight>> (*open)(const Module& module, const QuantConfig& config);
};

std::span<const QuantizedLayout* const> quantized_layouts();

/// The source itself where nothing in it is packed, else one that shows packed weights in place of their pieces.
/// A weight whose pieces do not fit is listed, and reading it says why. Never fails: what is not recognised stays.
std::unique_ptr<Source> unpack_quantized(std::unique_ptr<Source> source);

}  // namespace quant
