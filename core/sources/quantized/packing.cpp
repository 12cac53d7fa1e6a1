#include "core/sources/quantized/packing.h"

#include <fmt/format.h>

namespace quant {

std::optional<DType> code_dtype(std::int64_t bits) {
  switch (bits) {
    case 2: return DType::int2;
    case 3: return DType::int3;
    case 4: return DType::int4;
    case 5: return DType::int5;
    case 6: return DType::int6;
    case 8: return DType::int8;
    default: return {};
  }
}

Result<std::uint64_t> group_columns(const Module& module, std::optional<std::int64_t> configured, std::uint64_t cols,
                                    std::uint64_t groups, std::string_view scales) {
  if (groups == 0 || cols == 0) return module.fail(scales, "are empty");
  if (!configured || *configured == -1) {
    const std::uint64_t group = (cols + groups - 1) / groups;
    if ((cols + group - 1) / group == groups) return group;
    return module.fail(scales, fmt::format("have {} groups, which cut no {} columns", groups, cols));
  }
  if (*configured <= 0) {
    return module.fail("group_size", fmt::format("is {}; it is a number of columns, or -1 for all", *configured));
  }
  const auto group = static_cast<std::uint64_t>(*configured);
  const std::uint64_t expected = cols / group + (cols % group != 0);
  if (expected == groups) return group;
  return module.fail(scales,
                     fmt::format("have {} groups; {} columns in groups of {} are {}", groups, cols, group, expected));
}

}  // namespace quant
