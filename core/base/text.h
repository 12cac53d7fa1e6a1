#pragma once
// Text in and out: sizes, numbers, suggestions. The one home of number formats outside the window.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quant {

/// The word of `known` nearest to `typed` by edit distance; empty where `known` is.
std::string nearest(std::string_view typed, std::span<const std::string_view> known);

/// "6.29 MB" by powers of 1000; "6.00 MiB" by powers of 1024.
std::string si_bytes(std::uint64_t bytes);
std::string iec_bytes(std::uint64_t bytes);
/// "1 204 118": groups of three, thin for people, never for JSON.
std::string grouped(std::uint64_t n);

/// "7GiB", "500MB", "10B", "4096": bytes. Errors: usage.
Result<std::uint64_t> parse_bytes(std::string_view text);
/// Whole text as a number, C locale; nothing where it is none.
std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_int(std::string_view text);

/// Control characters and bidi overrides as \u…, for names that come from files.
std::string printable(std::string_view text);
bool valid_utf8(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace quant
