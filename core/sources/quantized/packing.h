#pragma once
// What layouts of integer codes share: their widths, and groups of columns.

#include <optional>

#include "core/sources/quantized/module.h"

namespace quant {

/// The type of `bits`-bit codes; nothing for widths that no layout has.
std::optional<DType> code_dtype(std::int64_t bits);

/// Columns of a group, given how many groups a row has and what the configuration says (absent or −1: one group, or as
/// the shapes say). Errors: malformed, naming group_size or `scales`.
Result<std::uint64_t> group_columns(const Module& module, std::optional<std::int64_t> configured, std::uint64_t cols,
                                    std::uint64_t groups, std::string_view scales);

}  // namespace quant
