#pragma once
// The command line as plain data: what a command takes (a table, as methods describe their parameters) and what was
// typed.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quant::cli {

struct Command;

/// One option or operand of a command. The parser, the help and the suggestions walk this table.
struct Option {
  enum class Kind { flag, value, repeated, operand, operands };
  Kind kind = Kind::value;
  std::string_view name;   ///< "scheme" for --scheme; for operands the word of the help: "FILE"
  std::string_view value;  ///< what stands behind the option in the help: "S"
  std::string_view help;
  bool required = false;
};

/// Options that every command takes, before or behind its word.
std::span<const Option> global_options();

enum class Progress { automatic, always, never };

/// The values of the global options.
struct Globals {
  bool json = false, quiet = false, verbose = false;
  std::string device = "auto";
  int threads = 0;           ///< 0 = all
  std::uint64_t memory = 0;  ///< bytes; 0 = a quarter of RAM
  Progress progress = Progress::automatic;
  std::uint64_t seed = 0;
};

/// What was typed for one command: option name → values in the order given.
class Arguments {
 public:
  void add(std::string_view name, std::string value) { values_[std::string(name)].push_back(std::move(value)); }

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// The last value given, or `fallback`.
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  /// All values in the order given; empty where there are none.
  std::span<const std::string> all(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// A parsed command line. `show` not empty: the text of --help or --version, to be printed instead of running anything.
struct Parsed {
  const Command* command = nullptr;
  Arguments arguments;
  Globals globals;
  std::string show;
};

/// Parses argv without the program's name. Errors: usage, naming the nearest command, option or value.
Result<Parsed> parse(std::span<const char* const> argv, std::span<const Command* const> commands);

/// Whether --json was typed, also on a line that does not parse.
bool asks_json(std::span<const char* const> argv);

}  // namespace quant::cli
