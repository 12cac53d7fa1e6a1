#include "core/sources/bytes/json_events.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace quant {

namespace {

constexpr int most_levels = 64;

/// nlohmann's event interface over ours. Its parser keeps no call stack, so depth costs nothing but is limited anyway.
class Adapter {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  Adapter(std::string_view root, JsonEvents& handler) : root_(root), handler_(handler) {}

  bool null() { return other("null"); }
  bool boolean(bool value) { return other(value ? "true" : "false"); }
  bool number_integer(number_integer_t) { return other("a negative number"); }
  bool number_float(number_float_t, const string_t&) { return other("a fraction or a number beyond 64 bits"); }
  bool binary(binary_t&) { return other("binary"); }
  bool number_unsigned(number_unsigned_t value) {
    handler_.natural(value);
    return !handler_.refused();
  }
  bool string(string_t& value) {
    handler_.text(std::move(value));
    return !handler_.refused();
  }
  bool key(string_t& name) {
    handler_.key(std::move(name));
    return !handler_.refused();
  }
  bool start_object(std::size_t) {
    if (enter()) handler_.begin_object();
    return !handler_.refused();
  }
  bool start_array(std::size_t) {
    if (enter()) handler_.begin_array();
    return !handler_.refused();
  }
  bool end_object() {
    --level_;
    handler_.end_object();
    return !handler_.refused();
  }
  bool end_array() {
    --level_;
    handler_.end_array();
    return !handler_.refused();
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    handler_.refuse(root_, fmt::format("is no valid JSON at its byte {}", position));
    return false;
  }

 private:
  bool other(std::string_view kind) {
    handler_.other(kind);
    return !handler_.refused();
  }
  bool enter() {
    if (++level_ > most_levels) handler_.refuse(root_, fmt::format("is nested deeper than {} levels", most_levels));
    return level_ <= most_levels;
  }

  std::string_view root_;
  JsonEvents& handler_;
  int level_ = 0;
};

}  // namespace

bool parse_json(std::string_view text, std::string_view root, JsonEvents& handler) {
  Adapter adapter(root, handler);
  return nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &adapter) && !handler.refused();
}

}  // namespace quant
