#pragma once
// How quantized checkpoints lay out a weight: one file and one registration line (unpack.cpp) a layout.

#include <memory>
#include <span>
#include <string_view>

#include "core/sources/quantized/module.h"
#include "core/sources/quantized/quant_config.h"
#include "core/sources/unpacked_source.h"

namespace quant {

/// A layout as the list shows it. Weights show themselves as [out, in] (or [experts, out, in]).
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
  std::string_view name_ending = ".weight";  ///< after the module's name
};

std::span<const QuantizedLayout* const> quantized_layouts();

/// The source itself where nothing in it is packed, else one that shows packed weights in place of their pieces.
/// A weight whose pieces do not fit is listed, and reading it says why. Never fails: what is not recognised stays.
std::unique_ptr<Source> unpack_quantized(std::unique_ptr<Source> source);

}  // namespace quant
