// plan.json: versioned, described by resources/schemas/plan.schema.json.

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/version.h"
#include "core/plan/plan.h"

namespace quant {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view format_name = "quantoscope-plan";
constexpr int format_version = 1;

// ── writing ──

ordered_json optional_number(const std::optional<double>& x) { return x ? ordered_json(*x) : ordered_json(nullptr); }

ordered_json json_of(const Why& why) {
  if (why.scheme.empty()) return nullptr;
  return {{"scheme", why.scheme},
          {"bytes", why.bytes},
          {"cost", why.cost},
          {"flips_at_bpw", optional_number(why.flips_at_bpw)}};
}

ordered_json json_of(const Assignment& a) {
  return {{"tensor", a.tensor},
          {"scheme", a.scheme},
          {"bytes", a.bytes},
          {"elements", a.elements},
          {"cost", a.cost},
          {"pinned", a.pinned},
          {"group", a.group < 0 ? ordered_json(nullptr) : ordered_json(a.group)},
          {"why", {{"up", json_of(a.up)}, {"down", json_of(a.down)}}}};
}

ordered_json json_of(const UniformPlan& u) {
  return {{"scheme", u.scheme},       {"bytes", u.bytes}, {"bpw", u.bpw},
          {"objective", u.objective}, {"fits", u.fits},   {"complete", u.complete}};
}

ordered_json json_of(const ParetoPoint& p) { return {{"bytes", p.bytes}, {"bpw", p.bpw}, {"objective", p.objective}}; }

template <class T>
ordered_json list_of(const std::vector<T>& rows) {
  auto list = ordered_json::array();
  for (const auto& row : rows) list.push_back(json_of(row));
  return list;
}

// ── reading ──

/// Reads fields of foreign JSON; the first field that is missing or of another type is remembered and named.
class Reader {
 public:
  Reader(const ordered_json& object, std::string path, std::string& wrong)
      : object_(object), path_(std::move(path)), wrong_(wrong) {
    if (!object.is_object()) blame("", "is no object");
  }

  std::string text(const char* key) { return get<std::string>(key, &ordered_json::is_string, "is no text"); }
  bool truth(const char* key) { return get<bool>(key, &ordered_json::is_boolean, "is not true or false"); }
  std::uint64_t size(const char* key) {
    return get<std::uint64_t>(key, &ordered_json::is_number_unsigned, "is no whole number from 0 up");
  }
  std::int64_t difference(const char* key) {
    return get<std::int64_t>(key, &ordered_json::is_number_integer, "is no whole number");
  }
  double number(const char* key) {
    const double x = get<double>(key, &ordered_json::is_number, "is no number");
    return std::isfinite(x) ? x : (blame(key, "is not finite"), 0.0);
  }
  std::optional<double> number_or_null(const char* key) {
    if (is_null(key)) return std::nullopt;
    return number(key);
  }
  bool is_null(const char* key) const {
    return object_.is_object() && object_.contains(key) && object_.at(key).is_null();
  }

  Reader inside(const char* key) {
    static const ordered_json empty = ordered_json::object();
    const bool there = object_.is_object() && object_.contains(key) && object_.at(key).is_object();
    if (!there) blame(key, "is no object");
    return {there ? object_.at(key) : empty, path_ + "." + key, wrong_};
  }

  template <class Read>
  void each(const char* key, Read read) {
    if (!object_.is_object() || !object_.contains(key) || !object_.at(key).is_array()) return blame(key, "is no list");
    const auto& list = object_.at(key);
    for (std::size_t i = 0; i < list.size() && wrong_.empty(); ++i) {
      Reader row(list[i], fmt::format("{}.{}[{}]", path_, key, i), wrong_);
      read(row);
    }
  }

 private:
  template <class T>
  T get(const char* key, bool (ordered_json::*is)() const noexcept, const char* why) {
    if (!object_.is_object() || !object_.contains(key) || !(object_.at(key).*is)()) return blame(key, why), T{};
    return object_.at(key).template get<T>();
  }
  void blame(const char* key, const char* why) {
    if (wrong_.empty()) wrong_ = fmt::format("{}{}{} {}", path_, *key ? "." : "", key, why);
  }

  const ordered_json& object_;
  std::string path_;
  std::string& wrong_;
};

Why read_why(Reader& in, const char* key) {
  if (in.is_null(key)) return {};
  auto why = in.inside(key);
  return {why.text("scheme"), why.difference("bytes"), why.number("cost"), why.number_or_null("flips_at_bpw")};
}

Assignment read_assignment(Reader& in) {
  Assignment a;
  a.tensor = in.text("tensor"), a.scheme = in.text("scheme");
  a.bytes = in.size("bytes"), a.elements = in.size("elements"), a.cost = in.number("cost");
  a.pinned = in.truth("pinned");
  a.group = in.is_null("group") ? -1 : static_cast<int>(in.size("group") & 0x7fffffff);
  auto why = in.inside("why");
  a.up = read_why(why, "up"), a.down = read_why(why, "down");
  return a;
}

Plan read_fields(Reader& in) {
  Plan p;
  p.metric = in.text("metric");
  p.objective = in.number("objective"), p.bound = in.number("bound"), p.gap = in.number("gap");
  p.optimal = in.truth("optimal"), p.price = in.number("price");
  p.bytes = in.size("bytes"), p.budget_bytes = in.size("budget_bytes"), p.bpw = in.number("bpw");
  auto feasible = in.inside("feasible");
  p.min_bpw = feasible.number("min_bpw"), p.max_bpw = feasible.number("max_bpw");
  p.guard = in.is_null("guard") ? std::string() : in.text("guard");
  p.seconds = in.number("seconds");
  in.each("assignments", [&](Reader& row) { p.assignments.push_back(read_assignment(row)); });
  in.each("uniform", [&](Reader& row) {
    p.uniform.push_back({row.text("scheme"), row.size("bytes"), row.number("bpw"), row.number("objective"),
                         row.truth("fits"), row.truth("complete")});
  });
  in.each("pareto", [&](Reader& row) {
    p.pareto.push_back({row.size("bytes"), row.number("bpw"), row.number("objective")});
  });
  return p;
}

constexpr const char* what = "read plan";
constexpr const char* make_again = "make it again with quantoscope-cli plan";

/// Whether it is a plan of a version that this program reads.
Result<void> check_header(const ordered_json& json, const std::string& where) {
  if (!json.is_object() || !json.contains("format") || json.at("format") != format_name)
    return failure(ErrorCode::malformed, what, where, fmt::format("has no \"format\": \"{}\"", format_name),
                   make_again);
  if (!json.contains("version") || !json.at("version").is_number_integer() ||
      json.at("version").get<std::int64_t>() < 1)
    return failure(ErrorCode::malformed, what, where, "its version is no whole number from 1 up", make_again);
  const auto version_read = json.at("version").get<std::int64_t>();
  if (version_read > format_version)
    return failure(ErrorCode::unsupported, what, where,
                   fmt::format("is version {}, this program reads up to {}", version_read, format_version),
                   "use the newer program that wrote it");
  return {};
}

}  // namespace

std::string to_json(const Plan& plan, const std::string& source_path) {
  ordered_json json = {
      {"format", format_name},
      {"version", format_version},
      {"program", fmt::format("quantoscope {}", version)},
      {"source", source_path},
      {"metric", plan.metric},
      {"objective", plan.objective},
      {"bound", plan.bound},
      {"gap", plan.gap},
      {"optimal", plan.optimal},
      {"price", plan.price},
      {"bytes", plan.bytes},
      {"budget_bytes", plan.budget_bytes},
      {"bpw", plan.bpw},
      {"feasible", {{"min_bpw", plan.min_bpw}, {"max_bpw", plan.max_bpw}}},
      {"guard", plan.guard.empty() ? ordered_json(nullptr) : ordered_json(plan.guard)},
      {"seconds", plan.seconds},
      {"uniform", list_of(plan.uniform)},
      {"assignments", list_of(plan.assignments)},
      {"pareto", list_of(plan.pareto)},
  };
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<PlanFile> read_plan(const std::string& text, const std::string& where) {
  const auto json = ordered_json::parse(text, nullptr, false);
  if (json.is_discarded())
    return failure(ErrorCode::malformed, what, where, fmt::format("its {} bytes are no JSON", text.size()), make_again);
  QUANT_CHECK(check_header(json, where));
  std::string wrong;
  Reader in(json, "plan", wrong);
  PlanFile file;
  file.plan = read_fields(in);
  file.source_path = in.text("source");
  if (!wrong.empty()) return failure(ErrorCode::malformed, what, where, wrong, make_again);
  return file;
}

}  // namespace quant
