#include "app/cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/help.h"
#include "core/base/text.h"
#include "core/base/version.h"

// The only file that sees CLI11: it splits the words; what is valid is decided here, so that every error has our form.

namespace quant::cli {
namespace {

using Kind = Option::Kind;

constexpr Option global_table[] = {
    {Kind::flag, "json", "", "print one JSON document on stdout and nothing else there"},
    {Kind::value, "device", "D", "auto, cpu, opencl[:N] or reference (default auto: by measurement)"},
    {Kind::value, "threads", "N", "threads (default: all)"},
    {Kind::value, "memory", "SIZE", "ceiling for working memory, as in 2GiB (default: a quarter of RAM)"},
    {Kind::value, "progress", "WHEN", "auto, always or never: progress and remaining time on stderr"},
    {Kind::value, "seed", "N", "seed of whatever is random (default 0)"},
    {Kind::flag, "quiet,-q", "", "print no tables"},
    {Kind::flag, "verbose,-v", "", "say more on stderr"},
    {Kind::flag, "help,-h", "", "print this help"},
    {Kind::flag, "version", "", "print the version"},
};

std::string_view long_name(const Option& option) { return option.name.substr(0, option.name.find(',')); }
bool is_operand(const Option& option) { return option.kind == Kind::operand || option.kind == Kind::operands; }

tl::unexpected<Error> wrong(std::string where, std::string why, std::string hint) {
  return failure(ErrorCode::usage, "read arguments", std::move(where), std::move(why), std::move(hint));
}

std::string help_hint(const Command* command) {
  return fmt::format("see quantoscope-cli {}--help", command ? std::string(command->name) + " " : "");
}

/// "-inf" and "-.5" are numbers that a person types, not options.
bool is_number(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && (parse_double(word) || word == "-pi" || word == "-inf" || word == "-nan");
}
// Stands before words that CLI11 would read otherwise: negative numbers are options to it, "[ab]" is a list.
constexpr char shield = '\x01';
std::string shielded(std::string_view word) {
  return is_number(word) || word.starts_with('[') ? shield + std::string(word) : std::string(word);
}
std::string bare(const std::string& word) { return word.starts_with(shield) ? word.substr(1) : word; }

/// Declares `option` so that its words land in `values`. One value a mention: a value never swallows operands.
void declare(CLI::App& app, const Option& option, std::vector<std::string>& values) {
  const std::string name = is_operand(option) ? std::string(option.name) : "--" + std::string(option.name);
  if (option.kind == Kind::flag) {
    app.add_flag(name);
  } else {
    auto* made = app.add_option(name, values);
    made->expected(1, option.kind == Kind::operand ? 1 : CLI::detail::expected_max_vector_size);
    made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(option.kind == Kind::operands);
  }
}

struct Declared {  // a CLI11 app beside the storage that its options write to
  CLI::App* app = nullptr;
  std::span<const Option> options;
  std::vector<std::vector<std::string>> values;

  Declared(CLI::App& made, std::span<const Option> table) : app(&made), options(table), values(table.size()) {
    for (std::size_t i = 0; i < table.size(); ++i) declare(made, table[i], values[i]);
  }
  void collect(Arguments& into) const {
    for (std::size_t i = 0; i < options.size(); ++i) {
      const auto name = long_name(options[i]);
      const bool flag = options[i].kind == Kind::flag;
      if (flag && app->count("--" + std::string(name)) > 0) into.add(name, "");
      for (const auto& v : values[i]) into.add(name, bare(v));
    }
  }
};

/// Words that no option took: an unknown command, an unknown option, an operand too many.
Result<void> refuse_extras(std::vector<std::string> extras, const Command* command,
                           std::span<const Command* const> commands) {
  if (extras.empty()) return {};
  const auto option =
      std::find_if(extras.begin(), extras.end(), [](const std::string& w) { return w.starts_with("-"); });
  if (!command && (option == extras.end() || !extras.front().starts_with("-"))) {
    std::vector<std::string_view> names;
    for (const auto* c : commands) names.push_back(c->name);
    return wrong("command", fmt::format("\"{}\" is unknown", printable(bare(extras.front()))),
                 fmt::format("did you mean \"{}\"? quantoscope-cli --help lists all", nearest(extras.front(), names)));
  }
  const std::string where = command ? std::string(command->name) : "command";
  if (option == extras.end())
    return wrong(where, fmt::format("\"{}\" is one operand too many", printable(bare(extras.front()))),
                 help_hint(command));
  const std::string typed = option->substr(0, option->find('='));
  std::vector<std::string> known;
  const auto offer = [&](std::span<const Option> options) {
    for (const auto& o : options)
      if (!is_operand(o)) known.push_back("--" + std::string(long_name(o)));
  };
  if (command) offer(command->options);
  offer(global_table);
  const std::vector<std::string_view> names(known.begin(), known.end());
  return wrong(where, fmt::format("{} is unknown", printable(typed)),
               fmt::format("did you mean {}? {}", nearest(typed, names), help_hint(command)));
}

Result<void> check_given(const Command& command, const Arguments& arguments) {
  const std::string where(command.name);
  for (const auto& option : command.options) {
    const auto name = long_name(option);
    const auto shown = is_operand(option) ? std::string(name) : "--" + std::string(name);
    if (option.required && !arguments.has(name))
      return wrong(where, shown + " is missing",
                   fmt::format("give {}{}: {}", shown, option.value.empty() ? "" : fmt::format(" {}", option.value),
                               option.help));
    for (const auto& v : arguments.all(name))
      if ((v.starts_with("--") && !is_operand(option)) || (v.empty() && option.kind != Kind::flag))
        return wrong(where, fmt::format("{} needs a value, \"{}\" stands there", shown, printable(v)),
                     help_hint(&command));
    if (option.kind == Kind::value && arguments.all(name).size() > 1)
      return wrong(where, fmt::format("{} is given {} times", shown, arguments.all(name).size()), "give it once");
  }
  return {};
}

Result<std::int64_t> whole(const Arguments& given, std::string_view name, std::int64_t most) {
  const auto text = given.text(name, "0");
  const auto n = parse_int(text);
  if (n && *n >= 0 && *n <= most) return *n;
  return wrong("--" + std::string(name), fmt::format("\"{}\" is no whole number from 0 to {}", printable(text), most),
               fmt::format("as in --{} 2", name));
}

Result<Progress> progress_named(const std::string& text) {
  if (text == "auto") return Progress::automatic;
  if (text == "always") return Progress::always;
  if (text == "never") return Progress::never;
  constexpr std::string_view words[] = {"auto", "always", "never"};
  return wrong("--progress", fmt::format("\"{}\" is unknown", printable(text)),
               fmt::format("did you mean {}?", nearest(text, words)));
}

Result<Globals> read_globals(const Arguments& given) {
  Globals g;
  g.json = given.has("json");
  g.quiet = given.has("quiet");
  g.verbose = given.has("verbose");
  g.device = given.text("device", "auto");
  QUANT_TRY(threads, whole(given, "threads", 4096));
  g.threads = static_cast<int>(threads);
  QUANT_TRY(seed, whole(given, "seed", INT64_MAX));
  g.seed = static_cast<std::uint64_t>(seed);
  if (given.has("memory")) {
    QUANT_TRY(memory, parse_bytes(given.text("memory")));
    g.memory = memory;
  }
  QUANT_TRY(progress, progress_named(given.text("progress", "auto")));
  g.progress = progress;
  return g;
}

std::string version_text(bool json) {
  return json ? fmt::format("{{\"version\": \"{}\"}}\n", version) : fmt::format("quantoscope-cli {}\n", version);
}

}  // namespace

std::span<const Option> global_options() { return global_table; }

std::string Arguments::text(std::string_view name, std::string_view fallback) const {
  const auto found = all(name);
  return found.empty() ? std::string(fallback) : found.back();
}

std::span<const std::string> Arguments::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

bool asks_json(std::span<const char* const> argv) {
  return std::any_of(argv.begin(), argv.end(), [](const char* word) { return std::string_view(word) == "--json"; });
}

Result<Parsed> parse(std::span<const char* const> argv, std::span<const Command* const> commands) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras()->require_subcommand(0, 1);
  Declared globals(app, global_table);
  std::vector<Declared> declared;
  declared.reserve(commands.size());
  for (const auto* command : commands) {
    auto* sub = app.add_subcommand(std::string(command->name));
    sub->set_help_flag();
    sub->fallthrough()->allow_extras();
    declared.emplace_back(*sub, command->options);
  }
  std::vector<std::string> words;
  for (auto word = argv.rbegin(); word != argv.rend(); ++word)
    words.push_back(shielded(*word));  // CLI11 takes them last first
  try {
    app.parse(std::move(words));
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string said = e.what();  // "--device: 1 required …"
    return wrong("command line", said.substr(0, said.find(':')) + " needs a value", help_hint(nullptr));
  } catch (const CLI::ParseError& e) {
    return wrong("command line", e.what(), help_hint(nullptr));
  }

  Parsed parsed;
  Arguments given;
  globals.collect(given);
  const auto found = std::find_if(declared.begin(), declared.end(), [](const Declared& d) { return d.app->parsed(); });
  if (found != declared.end()) parsed.command = commands[static_cast<std::size_t>(found - declared.begin())];
  if (given.has("version")) return parsed.show = version_text(given.has("json")), parsed;
  if (given.has("help"))
    return parsed.show = parsed.command ? command_help(*parsed.command) : program_help(commands), parsed;
  QUANT_CHECK(refuse_extras(app.remaining(true), parsed.command, commands));
  if (!parsed.command) return wrong("command line", "there is no command", "quantoscope-cli --help lists them");
  found->collect(parsed.arguments);
  QUANT_CHECK(check_given(*parsed.command, parsed.arguments));
  QUANT_TRY(read, read_globals(given));
  parsed.globals = std::move(read);
  return parsed;
}

}  // namespace quant::cli
