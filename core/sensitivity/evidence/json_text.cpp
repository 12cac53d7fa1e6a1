#include "core/sensitivity/evidence/json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace quant::evidence {
namespace {

constexpr int deepest = 64;
constexpr std::size_t longest = std::size_t{16} << 20;  // a document takes up to 16 times its text

/// Whether brackets outside of strings are nested deeper than is handled.
bool too_deep(const std::string& text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

tl::unexpected<Error> malformed(const EvidenceFile& file, std::string where, std::string why) {
  return failure(ErrorCode::malformed, "read evidence", std::move(where), std::move(why),
                 "get " + printable(file.path.filename().string()) + " again from the tool that wrote it");
}

}  // namespace

Result<nlohmann::ordered_json> parse_evidence(const EvidenceFile& file, std::string_view root) {
  const std::string where = file.path.string();
  if (file.text.size() > longest)
    return malformed(file, where, fmt::format("{} has {} bytes, at most {} are read", root, file.text.size(), longest));
  if (too_deep(file.text)) return malformed(file, where, fmt::format("{} is nested deeper than {}", root, deepest));
  auto document = nlohmann::ordered_json::parse(file.text, nullptr, false);
  if (document.is_discarded()) return malformed(file, where, fmt::format("{} is no JSON (RFC 8259)", root));
  return document;
}

tl::unexpected<Error> bad_entry(const EvidenceFile& file, const std::string& entry, std::string why) {
  return malformed(file, fmt::format("{}, {}", file.path.string(), printable(entry.substr(0, 80))), std::move(why));
}

char first_character(const std::string& text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at == std::string::npos ? '\0' : text[at];
}

}  // namespace quant::evidence
