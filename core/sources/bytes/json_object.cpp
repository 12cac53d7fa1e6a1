#include "core/sources/bytes/json_object.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/sources/bytes/json_events.h"

namespace quant {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{16} << 20;

/// Accepts anything: what is left of the parse is its syntax, its depth and its encoding.
class AnyJson final : public JsonEvents {
 public:
  void begin_object() override {}
  void end_object() override {}
  void begin_array() override {}
  void end_array() override {}
  void key(std::string&&) override {}
  void text(std::string&&) override {}
  void natural(std::uint64_t) override {}
  void other(std::string_view) override {}
};

}  // namespace

std::string json_fault(std::string_view text) {
  AnyJson syntax;
  return parse_json(text, "file", syntax) ? std::string() : syntax.why();
}

std::shared_ptr<const nlohmann::json> json_object(const std::filesystem::path& path, std::vector<std::string>& notes) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return {};
  const auto ignored = [&](const std::string& why) {
    notes.push_back(fmt::format("{} is ignored: {}", path.filename().string(), why));
    return std::shared_ptr<const nlohmann::json>();
  };
  const auto text = read_text(path, most_bytes);
  if (!text) return ignored(text.error().why);
  if (const auto fault = json_fault(*text); !fault.empty()) return ignored(fault);
  auto tree = std::make_shared<nlohmann::json>(nlohmann::json::parse(*text, nullptr, false));
  if (!tree->is_object()) return ignored("it is no object");
  return tree;
}

}  // namespace quant
