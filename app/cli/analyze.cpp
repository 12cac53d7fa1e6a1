// analyze: the error of every element, per tensor and scheme, or of stored tensors against their originals.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/calibrated.h"
#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/sources/pairing.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operands, "FILE", "", "a checkpoint, or several", true},
    {Kind::repeated, "scheme", "S", "method:key=value,… as rtn:bits=4,group=128 (repeatable); see methods"},
    {Kind::value, "tensor", "REGEX", "the tensors whose names it matches (default: linear weights and embeddings)"},
    {Kind::value, "against", "ORIGINAL",
     "the error of FILE's stored tensors against this checkpoint's, without a scheme"},
    {Kind::flag, "hist", "", "add the histogram of the signed error, with its clipped part"},
    {Kind::flag, "map", "", "add the error's RMS in a grid of at most 64 × 64 cells, per row and per column"},
    calib_option,
    imatrix_option,
};
constexpr std::uint64_t map_cells = 64;

/// One tensor of the work: its source, its position there, and its original where it is compared.
struct Item {
  const Source* source;
  std::size_t tensor;
  std::optional<TensorPair> pair = {};

  const TensorInfo& info() const { return source->tensors()[tensor]; }
};

/// Gathers results as they come: counters are dropped at once, so that memory does not grow with the model.
class Results {
 public:
  Results(const Run& run, bool several_files) : run_(run), several_(several_files) {}

  void add(const Item& item, const Analysis& a, Json map, const std::string& original = {}) {
    if (a.refused.empty()) {
      ++measured_;
      total_[a.scheme].merge(a);
    } else if (first_refused_.tensor.empty()) {
      first_refused_.tensor = a.tensor;
      first_refused_.scheme = a.scheme;
      first_refused_.refused = a.refused;
    }
    if (!run_.json()) return text_row(a);
    Json json = analysis_json(a, run_.args().has("hist"));
    if (several_) json["file"] = item.source->path().string();
    if (!original.empty()) json["original"] = original;
    if (!map.is_null()) json["map"] = std::move(map);
    rows_.push_back(std::move(json));
  }

  /// A tensor that has nothing to be compared with.
  void leave_out(const Item& item, std::string why) {
    Json json{{"tensor", item.info().name}, {"why", why}};
    if (several_) json["file"] = item.source->path().string();
    left_out_.push_back(std::move(json));
    left_out_text_.row({printable(item.info().name), printable(why)});
  }

  Result<void> finish(Run& run) {
    if (measured_ == 0 && !left_out_.empty()) return nothing_matched(run);
    if (measured_ == 0 && !first_refused_.tensor.empty())
      return failure(ErrorCode::refused, "analyze", printable(first_refused_.tensor),
                     first_refused_.scheme + ": " + first_refused_.refused, "choose another scheme or other tensors");
    if (!run.json())
      return run.show(table_.text() + totals() + (left_out_.empty() ? "" : "\n" + left_out_text_.text()));
    Json document{{"results", std::move(rows_)}};
    if (run.args().has("against")) document["unmatched"] = std::move(left_out_);
    return run.answer(std::move(document));
  }

 private:
  Result<void> nothing_matched(const Run& run) const {
    return failure(ErrorCode::refused, "compare with the original", printable(run.args().text("against")),
                   fmt::format("none of {} tensors has its original there; {}: {}", left_out_.size(),
                               printable(left_out_[0]["tensor"].get<std::string>()),
                               printable(left_out_[0]["why"].get<std::string>())),
                   "give the checkpoint that it was made from; quantoscope-cli inspect lists names and shapes");
  }

  struct Total {
    std::uint64_t tensors = 0, bytes = 0, elements = 0;
    ErrorSums sums;
    void merge(const Analysis& a) {
      ++tensors;
      bytes += a.figures.bytes;
      elements += a.figures.count + a.figures.nan + a.figures.inf;
      sums.merge(a.stats.sums);
    }
  };

  void text_row(const Analysis& a) {
    const auto& f = a.figures;
    if (!a.refused.empty()) return table_.row({printable(a.tensor), a.scheme, "refused: " + printable(a.refused)});
    table_.row({printable(a.tensor), a.scheme, fixed(f.bpw, 3), figure(f.mse), fixed(f.sqnr_db, 2), figure(f.max_abs),
                figure(f.p99_abs), f.clip_share ? fixed(100 * *f.clip_share, 3) : "–", a.device});
  }

  std::string totals() const {
    Table table({"all of them", ">tensors", ">bytes", ">bits/weight", ">mse", ">SQNR dB"});
    for (const auto& [scheme, t] : total_) {
      const auto f = figures(ErrorStats{t.sums, ErrorCounters()}, 0, t.bytes, t.elements);
      table.row({scheme, grouped(t.tensors), grouped(t.bytes), fixed(f.bpw, 3), figure(f.mse), fixed(f.sqnr_db, 2)});
    }
    const bool several = std::any_of(total_.begin(), total_.end(), [](const auto& t) { return t.second.tensors > 1; });
    return several ? "\n" + table.text() : "";
  }

  const Run& run_;
  bool several_;
  Json rows_ = Json::array(), left_out_ = Json::array();
  Table left_out_text_{{"not compared", "why"}};
  Table table_{
      {"tensor", "scheme", ">bits/weight", ">mse", ">SQNR dB", ">max error", ">99 % below", ">clipped %", "device"}};
  std::map<std::string, Total> total_;
  std::uint64_t measured_ = 0;
  Analysis first_refused_;
};

Result<Json> map_json(const TensorView& view, const Approximation& of, Run& run, std::uint64_t weights) {
  QUANT_TRY(grid, run.on_device(weights, [&](const Devices& devices) {
    return reduce_map(view, of, MapView::error, Reduction::rms, map_cells, map_cells, devices, run.job());
  }));
  Json rows = Json::array();
  for (std::uint64_t r = 0; r < grid.rows; ++r) {
    Json row = Json::array();
    for (std::uint64_t c = 0; c < grid.cols; ++c) row.push_back(number(grid.cells[r * grid.cols + c]));
    rows.push_back(std::move(row));
  }
  return Json{{"what", "rms of the error"}, {"block_rows", grid.block_rows}, {"block_cols", grid.block_cols},
              {"cells", std::move(rows)},   {"row_rmse", grid.row_rmse},     {"col_rmse", grid.col_rmse}};
}

Result<void> check_options(const Run& run) {
  const bool schemes = run.args().has("scheme"), against = run.args().has("against");
  if (schemes && against)
    return failure(ErrorCode::usage, "read arguments", "analyze", "--scheme and --against are given together",
                   "--against measures what is stored; leave one of them out");
  if (!schemes && !against)
    return failure(ErrorCode::usage, "read arguments", "analyze", "--scheme is missing",
                   "give --scheme S, as in --scheme rtn:bits=4,group=128; quantoscope-cli methods lists them");
  return {};
}

Result<void> analyze_item(const Item& item, std::span<const Scheme> schemes, std::uint64_t weights, Run& run,
                          Results& results) {
  QUANT_TRY(view, item.source->view(item.tensor));
  QUANT_TRY(found, run.on_device(weights,
                                 [&](const Devices& devices) { return analyze(*view, schemes, devices, run.job()); }));
  for (std::size_t s = 0; s < found.size(); ++s) {
    if (!found[s].warning.empty()) run.device_failed(found[s].warning);
    if (const auto n = found[s].figures.overflow; n > 0)
      run.warn(fmt::format("{}: {}: {} {} beyond the format: no mean error can say that", printable(found[s].tensor),
                           found[s].scheme, grouped(n), n == 1 ? "weight is" : "weights are"));
    Json map;
    if (run.args().has("map") && found[s].refused.empty()) {
      QUANT_TRY(made, map_json(*view, schemes[s], run, weights));
      map = std::move(made);
    }
    results.add(item, found[s], std::move(map));
  }
  return {};
}

/// Leaves out what cannot be read on either side; a failing disk and a Ctrl-C end the run.
Result<void> compare_item(const Item& item, const Source& original, std::uint64_t weights, Run& run, Results& results) {
  auto opened = item.source->view(item.tensor), other = original_view(original, *item.pair);
  for (const auto* view : {&opened, &other})
    if (!*view && (view->error().code == ErrorCode::unsupported || view->error().code == ErrorCode::malformed))
      return results.leave_out(item, view->error().where + ": " + view->error().why), Result<void>();
  QUANT_TRY(stored, std::move(opened));
  QUANT_TRY(truth, std::move(other));
  QUANT_TRY(found, run.on_device(weights,
                                 [&](const Devices& devices) { return compare(*stored, *truth, devices, run.job()); }));
  if (!found.warning.empty()) run.device_failed(found.warning);
  Json map;
  if (run.args().has("map")) {
    QUANT_TRY(made, map_json(*truth, stored.get(), run, weights));
    map = std::move(made);
  }
  results.add(item, found, std::move(map), original.tensors()[item.pair->original].name);
  return {};
}

/// The tensors of the work; without --tensor those that the comparison is about.
Result<std::vector<std::size_t>> work_of(const Source& source, const Arguments& args) {
  if (args.has("against") && !args.has("tensor"))
    if (auto found = compared_tensors(source); !found.empty()) return found;
  return chosen_tensors(source, args);
}

/// The tensors that have an original become work, the others are left out. One that was asked for alone must have its
/// own.
Result<void> add_pairs(const Source& source, std::span<const std::size_t> tensors, const Source& original,
                       const Run& run, Results& results, std::vector<Item>& items) {
  const Pairing found = pair_with_original(source, tensors, original);
  if (run.args().has("tensor") && tensors.size() == 1 && found.pairs.empty()) {
    const auto& name = source.tensors()[tensors[0]].name;
    const auto code = found.unmatched[0].missing ? ErrorCode::not_found : ErrorCode::unsupported;
    return failure(code, "compare with the original", printable(name), printable(found.unmatched[0].why),
                   "give the checkpoint that it was made from");
  }
  for (const auto& pair : found.pairs) items.push_back({&source, pair.tensor, pair});
  for (const auto& left : found.unmatched) results.leave_out({&source, left.tensor}, left.why);
  return {};
}

Result<void> run(Run& run) {
  QUANT_CHECK(check_options(run));
  QUANT_TRY(schemes, chosen_schemes(run.args()));
  std::unique_ptr<Source> original;
  if (run.args().has("against")) {
    QUANT_TRY(opened, open_source(run.args().text("against")));
    original = std::move(opened);
  }
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<Item> items;
  std::uint64_t weights = 0;
  Results results(run, run.args().all("FILE").size() > 1);
  for (const auto& path : run.args().all("FILE")) {
    QUANT_TRY(source, open_source(path));
    QUANT_TRY(tensors, work_of(*source, run.args()));
    QUANT_CHECK(use_calibration(run, *source, tensors));
    weights += elements_of(*source, tensors) * std::max<std::uint64_t>(schemes.size(), 1);
    if (original) {
      QUANT_CHECK(add_pairs(*source, tensors, *original, run, results, items));
    } else {
      for (const auto t : tensors) items.push_back({source.get(), t});
    }
    sources.push_back(std::move(source));
  }
  run.begin("analyze", weights);
  for (const auto& item : items)
    QUANT_CHECK(original ? compare_item(item, *original, weights, run, results)
                         : analyze_item(item, schemes, weights, run, results));
  return results.finish(run);
}

}  // namespace

extern const Command analyze_command;
constinit const Command analyze_command{
    "analyze", "Error of every element, per tensor and scheme",
    "quantoscope-cli analyze model.safetensors --scheme rtn:bits=4,group=128 --scheme nf4 --tensor mlp --hist", options,
    run};

}  // namespace quant::cli
