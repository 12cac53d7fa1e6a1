// Session → problem: the choices of every tensor, pins and groups applied.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <re2/re2.h>

#include "core/base/text.h"
#include "core/plan/plan.h"

namespace quant {
namespace {

/// What the session measured, by tensor and scheme.
class Measured {
 public:
  explicit Measured(const std::vector<StoredAnalysis>& rows) {
    for (const auto& row : rows) {
      if (std::find(schemes_.begin(), schemes_.end(), row.scheme) == schemes_.end()) schemes_.push_back(row.scheme);
      by_tensor_[row.tensor].emplace(row.scheme, &row);
    }
  }
  const StoredAnalysis* find(const std::string& tensor, const std::string& scheme) const {
    const auto rows = by_tensor_.find(tensor);
    if (rows == by_tensor_.end()) return nullptr;
    const auto row = rows->second.find(scheme);
    return row == rows->second.end() ? nullptr : row->second;
  }
  const std::vector<std::string>& schemes() const { return schemes_; }  ///< in order of storing

 private:
  std::unordered_map<std::string, std::map<std::string, const StoredAnalysis*>> by_tensor_;
  std::vector<std::string> schemes_;
};

constexpr const char* what = "plan";

std::string sensitivity_command(const Session& session, const std::string& scheme) {
  const auto source = session.source();
  return fmt::format("quantoscope-cli sensitivity {} --scheme {} --metric mse --out {}",
                     source ? printable(source->path) : "MODEL", scheme, printable(session.file().string()));
}

tl::unexpected<Error> never_measured(const Session& session, const std::string& scheme, const std::string& tensor) {
  return failure(ErrorCode::not_found, what, tensor, scheme + " was never measured there",
                 "run " + sensitivity_command(session, scheme));
}

Choice as_stored(const TensorInfo& tensor) { return {"none", tensor.bytes, 0}; }

Choice measured_choice(const StoredAnalysis& row, const CostModel& model, const TensorInfo& tensor) {
  return {row.scheme, row.figures.bytes, model.cost(row, tensor)};
}

std::vector<Choice> choices_of(const TensorInfo& tensor, const Measured& measured, const CostModel& model,
                               const std::vector<std::string>& candidates) {
  std::vector<Choice> choices;
  if (is_candidate(tensor))
    for (const auto& scheme : candidates)
      if (const auto* row = measured.find(tensor.name, scheme); row && row->refused.empty())
        choices.push_back(measured_choice(*row, model, tensor));
  if (choices.empty()) choices.push_back(as_stored(tensor));
  return choices;
}

/// RE2 cannot run away; its own messages name the place of a mistake.
Result<std::unique_ptr<RE2>> compile(const std::string& regex, const char* option) {
  RE2::Options quiet;
  quiet.set_log_errors(false);
  auto compiled = std::make_unique<RE2>(regex, quiet);
  if (!compiled->ok())
    return failure(ErrorCode::usage, what, fmt::format("{} \"{}\"", option, printable(regex)), compiled->error(),
                   "write a regular expression as RE2 reads it");
  return compiled;
}

tl::unexpected<Error> matches_nothing(const char* option, const std::string& regex) {
  return failure(ErrorCode::not_found, what, fmt::format("{} \"{}\"", option, printable(regex)), "matches no tensor",
                 "list the names with quantoscope-cli inspect");
}

std::uint64_t smallest(const Item& item) {
  std::uint64_t least = item.choices.front().bytes;
  for (const auto& c : item.choices) least = std::min(least, c.bytes);
  return least;
}

/// The choice that a pin leaves; nothing where the pair was never measured.
Result<std::optional<Choice>> pinned_choice(const TensorInfo& tensor, const Pin& pin, const Measured& measured,
                                            const CostModel& model) {
  const auto* row = measured.find(tensor.name, pin.scheme);
  if (!row && pin.scheme == "none") return as_stored(tensor);
  if (!row) return std::nullopt;
  if (!row->refused.empty())
    return failure(ErrorCode::refused, what, tensor.name,
                   fmt::format("pin {}={}: {}", pin.regex, pin.scheme, row->refused), "pin another scheme");
  return measured_choice(*row, model, tensor);
}

/// One pin over all tensors. Tensors that no plan may touch are pinned only where the pair was measured on purpose.
Result<void> apply_pin(const Session& session, const Pin& pin, const std::vector<TensorInfo>& tensors,
                       const Measured& measured, const CostModel& model, Problem& problem) {
  QUANT_TRY(regex, compile(pin.regex, "--pin"));
  bool matched = false, pinned = false;
  std::string missing;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!RE2::PartialMatch(tensors[i].name, *regex)) continue;
    matched = true;
    QUANT_TRY(choice, pinned_choice(tensors[i], pin, measured, model));
    if (!choice && is_candidate(tensors[i])) return never_measured(session, pin.scheme, tensors[i].name);
    if (!choice) {
      missing = tensors[i].name;
      continue;
    }
    auto& item = problem.items[i];
    if (item.pin.empty()) item.free_bytes = smallest(item);
    item.pin = pin.regex, item.choices = {*choice}, pinned = true;
  }
  if (!matched) return matches_nothing("--pin", pin.regex);
  if (!pinned) return never_measured(session, pin.scheme, missing);
  return {};
}

/// The captures of a match, joined; nothing where the regex does not match.
std::optional<std::string> captures(const RE2& regex, const std::string& name) {
  std::vector<re2::StringPiece> parts(std::size_t(regex.NumberOfCapturingGroups()) + 1);
  if (!regex.Match(name, 0, name.size(), RE2::UNANCHORED, parts.data(), int(parts.size()))) return std::nullopt;
  std::string key;
  for (std::size_t i = 1; i < parts.size(); ++i) key.append(parts[i].data(), parts[i].size()).push_back('\0');
  return key;
}

Result<void> apply_group(const std::string& text, int& next, const std::vector<TensorInfo>& tensors, Problem& problem) {
  QUANT_TRY(regex, compile(text, "--group"));
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!is_candidate(tensors[i]) || problem.items[i].group >= 0) continue;
    if (const auto key = captures(*regex, tensors[i].name)) members[*key].push_back(i);
  }
  if (members.empty()) return matches_nothing("--group", text);
  for (const auto& [key, items] : members) {
    for (const auto i : items) problem.items[i].group = next;
    ++next;
  }
  return {};
}

Result<void> check_candidates(const Session& session, const Measured& measured,
                              const std::vector<std::string>& candidates) {
  const auto& known = measured.schemes();
  for (const auto& scheme : candidates)
    if (std::find(known.begin(), known.end(), scheme) == known.end())
      return never_measured(session, scheme, printable(session.file().string()));
  if (candidates.empty())
    return failure(ErrorCode::not_found, what, printable(session.file().string()), "holds no measurement",
                   "run " + sensitivity_command(session, "q8_0"));
  return {};
}

}  // namespace

Result<Problem> make_problem(const Session& session, const CostModel& model, std::span<const std::string> candidates,
                             std::span<const Pin> pins, std::span<const std::string> groups) {
  QUANT_TRY(tensors, session.tensors());
  std::erase_if(tensors, [](const TensorInfo& t) { return !t.counts; });  // masks and tables are no weights
  QUANT_TRY(rows, session.analyses());
  const Measured measured(rows);
  Problem problem;
  problem.metric = model.metric;
  for (const auto& scheme : candidates.empty() ? std::span<const std::string>(measured.schemes()) : candidates)
    if (std::find(problem.candidates.begin(), problem.candidates.end(), scheme) == problem.candidates.end())
      problem.candidates.push_back(scheme);
  QUANT_CHECK(check_candidates(session, measured, problem.candidates));
  for (const auto& tensor : tensors) {
    Item item;
    item.tensor = tensor.name, item.elements = tensor.elements();
    item.choices = choices_of(tensor, measured, model, problem.candidates);
    problem.items.push_back(std::move(item));
  }
  for (const auto& pin : pins) QUANT_CHECK(apply_pin(session, pin, tensors, measured, model, problem));
  int next = 0;
  for (const auto& group : groups) QUANT_CHECK(apply_group(group, next, tensors, problem));
  return problem;
}

Result<Problem> make_problem(const Session& session, const Metric& metric, std::span<const std::string> candidates,
                             std::span<const Pin> pins, std::span<const std::string> groups) {
  return make_problem(session, cost_model(metric), candidates, pins, groups);
}

}  // namespace quant
