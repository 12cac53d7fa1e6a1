#pragma once
// What a model's folder says about how its weights were quantized.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quant {

/// The items of `quantization_config` (config.json), `quantization` (MLX) or quantize_config.json, as far as they are
/// there and of the right kind. Numbers are as written: whoever uses one checks it.
struct QuantConfig {
  std::string method;  ///< quant_method, lower case
  std::string format;  ///< checkpoint_format, format, version or mode, lower case
  std::optional<std::int64_t> bits, group_size;
  std::vector<std::int64_t> block_size;  ///< weight_block_size: rows, columns

  struct Override {
    std::optional<std::int64_t> bits, group_size;
  };
  std::map<std::string, Override> modules;  ///< where a module differs from the rest, by its name

  /// Those of a module: its own, else the common ones.
  std::optional<std::int64_t> bits_of(const std::string& module) const;
  std::optional<std::int64_t> group_size_of(const std::string& module) const;
};

/// Reads the configuration beside the weights. A file that is missing means nothing; one that cannot be used is noted
/// and does not stop the weights from opening.
QuantConfig read_quant_config(const std::filesystem::path& folder, std::vector<std::string>& notes);

}  // namespace quant
