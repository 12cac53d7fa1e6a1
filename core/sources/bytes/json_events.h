#pragma once
// Strict JSON as a stream of events: headers of any size without a tree, duplicate keys visible, depth limited.

#include <cstdint>
#include <string>
#include <string_view>

namespace quant {

/// Receives a JSON document piece by piece. A handler that does not like what it gets calls `refuse`, which ends the
/// parse. Events of a syntax error never come.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void key(std::string&& key) = 0;
  virtual void text(std::string&& value) = 0;
  virtual void natural(std::uint64_t value) = 0;
  /// Any other value, in words: "a negative number", "a fraction or a number beyond 64 bits", "true", "null".
  virtual void other(std::string_view kind) = 0;

  void refuse(std::string_view field, std::string why) {
    if (!refused_) field_ = field, why_ = std::move(why);
    refused_ = true;
  }
  bool refused() const { return refused_; }
  const std::string& field() const { return field_; }  ///< the part at fault
  const std::string& why() const { return why_; }

 private:
  bool refused_ = false;
  std::string field_, why_;
};

/// Parses RFC 8259 JSON, nothing else around it but blanks. False where the handler or the syntax refused, and then
/// handler.refused(); `root` is the field that a syntax error is named after. Valid UTF-8 only; at most 64 levels.
bool parse_json(std::string_view text, std::string_view root, JsonEvents& handler);

}  // namespace quant
