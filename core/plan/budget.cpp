// "4.5bpw", "7GiB": a typed size as bytes.

#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/plan/plan.h"

namespace quant {
namespace {

constexpr double max_bytes = 9e18;  // below 2^63, so that differences of sizes stay signed

tl::unexpected<Error> bad(std::string_view text, std::string why) {
  return failure(ErrorCode::usage, "parse budget", fmt::format("\"{}\"", printable(text)), std::move(why),
                 "write bits per weight or a size: 4.5bpw, 338MB, 7GiB, 1000B");
}

bool ends_with_a_letter(std::string_view text) {
  if (text.empty()) return false;
  const char c = text.back();
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

Result<Budget> parse_budget(std::string_view text, std::uint64_t elements) {
  constexpr std::string_view bpw = "bpw";
  if (text.size() > 64) return bad(text.substr(0, 64), fmt::format("has {} characters", text.size()));
  if (!ends_with_a_letter(text)) return bad(text, "has no unit");
  if (!text.ends_with(bpw)) {
    const auto bytes = parse_bytes(text);
    if (!bytes) return bad(text, bytes.error().why);
    if (double(*bytes) > max_bytes) return bad(text, "is larger than any file");
    return Budget{*bytes, std::string(text)};
  }
  const auto value = parse_double(text.substr(0, text.size() - bpw.size()));
  if (!value || !std::isfinite(*value) || *value < 0) return bad(text, "is no positive number of bits per weight");
  const double bytes = std::floor(*value * double(elements) / 8.0);
  if (bytes > max_bytes) return bad(text, "is larger than any file");
  return Budget{static_cast<std::uint64_t>(bytes), std::string(text)};
}

}  // namespace quant
