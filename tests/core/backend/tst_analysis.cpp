#include <QTest>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/backend/analysis.h"

using namespace quant;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

std::vector<float> normal(std::size_t n) {
  std::mt19937 random(9);
  std::normal_distribution<float> d(0, 0.02f);
  std::vector<float> w(n);
  for (float& x : w) x = d(random);
  return w;
}

std::vector<Scheme> schemes(std::initializer_list<const char*> texts) {
  std::vector<Scheme> list;
  for (const char* text : texts) list.push_back(*Scheme::parse(text));
  return list;
}

bool near(double a, double b, double limit = 1e-6) { return std::fabs(a - b) <= limit * std::max(1e-3, std::fabs(b)); }

/// Fails in mid-work, as a device that is lost.
class LostDevice final : public Backend {
 public:
  const std::string& id() const override { return id_; }
  const std::string& name() const override { return id_; }
  std::string kind() const override { return "gpu"; }
  bool runs(const RowQuantizer&) const override { return true; }
  bool offers(const Method&) const override { return true; }
  std::uint64_t tile_weights() const override { return 1000; }
  int concurrency(int) const override { return 1; }
  Result<void> analyze(const RowTile&, std::span<const TileTask>) const override { return lost(); }
  Result<QuantizedTile> quantize(const RowQuantizer&, const RowTile&) const override { return lost(); }
  Result<void> values(const RowTile&, ValueSums&, BitHistogram&) const override { return lost(); }

 private:
  static tl::unexpected<Error> lost() {
    return failure(ErrorCode::device, "run", "gpu", "the device is lost", "retry");
  }
  std::string id_ = "opencl:7";
};

}  // namespace

class TestAnalysis : public QObject {
  Q_OBJECT

 private slots:
  // the methods' definitions: V8 under rtn:bits=4,sym.
  void figuresOfTheWorkedVector() {
    const auto view = memory_tensor("v8", {8}, {0.9f, -0.35f, 0.1f, -1.4f, 0.35f, 0.7f, -0.05f, 1.0f});
    const Analysis a = run(*view, {"rtn:bits=4"}, 1).front();
    QCOMPARE(a.tensor, std::string("v8"));
    QCOMPARE(a.figures.count, 8u);
    QVERIFY(near(*a.figures.mse, 0.0046875));
    QVERIFY(near(*a.figures.rmse, 0.0684653, 1e-5));
    QVERIFY(near(*a.figures.rel_fro, 0.0911101, 1e-5));
    QVERIFY(near(*a.figures.sqnr_db, 20.8087, 1e-5));
    QVERIFY(near(*a.figures.cosine, 0.9958798));
    QVERIFY(near(*a.figures.max_abs, 0.1));
    QVERIFY(near(*a.figures.mean_error, -0.00625, 1e-4));
    QVERIFY(near(*a.figures.code_entropy, 2.5));
    QVERIFY(near(*a.figures.p50_abs, 0.05, 1e-5));
    QCOMPARE(*a.figures.clip_share, 0.0);
    QCOMPARE(a.figures.bytes, 6u);  // 8 codes of 4 bits, one scale of 2 bytes
  }

  void anyNumberOfThreadsGivesTheSameBits_data() {
    QTest::addColumn<bool>("native");
    QTest::newRow("reference") << false;
    QTest::newRow("cpu") << true;
  }
  void anyNumberOfThreadsGivesTheSameBits() {
    QFETCH(bool, native);
    const auto view = memory_tensor("w", {900, 777}, normal(900 * 777));
    const Backend* chosen = native ? native_.get() : reference_.get();
    const auto list = schemes({"rtn:bits=4,group=128", "rtn:bits=3,gran=column,asym", "nf4", "bf16"});
    JobContext job;
    const auto one = *analyze(*view, list, {chosen, reference_.get(), 1, 0}, job);
    for (const int threads : {2, 16}) {
      const auto many = *analyze(*view, list, {chosen, reference_.get(), threads, 0}, job);
      for (std::size_t i = 0; i < list.size(); ++i) {
        const ErrorSums &a = one[i].stats.sums, &b = many[i].stats.sums;
        QVERIFY(a.e == b.e && a.e2 == b.e2 && a.w2 == b.w2 && a.wq == b.wq && a.q2 == b.q2);
        QCOMPARE(many[i].stats.counters.error.counts, one[i].stats.counters.error.counts);
        QVERIFY(one[i].figures.p99_abs == many[i].figures.p99_abs);
      }
    }
  }

  void percentilesMatchSorting() {
    const auto view = memory_tensor("w", {61, 333}, normal(61 * 333));
    const Analysis a = run(*view, {"rtn:bits=4,group=32"}, 2).front();
    JobContext job;
    const auto q = *quantize(*view, *Scheme::parse("rtn:bits=4,group=32"), devices(1), job);
    std::vector<float> e;
    const auto w = view->rows_in_place(0, 61);
    for (std::size_t i = 0; i < w.size(); ++i) e.push_back(std::fabs(q.whole.values[i] - w[i]));
    std::sort(e.begin(), e.end());
    const double r = 0.95 * static_cast<double>(e.size() - 1);
    const auto low = static_cast<std::size_t>(r);
    const double want = e[low] + (r - static_cast<double>(low)) * (double(e[low + 1]) - e[low]);
    QCOMPARE(*a.figures.p95_abs, static_cast<double>(static_cast<float>(want)));
  }

  void percentilesOfALargeTensorAreThoseOfTheReference_data() {
    constexpr std::size_t rows = 300, cols = 1024;  // more than is kept as a whole
    QTest::addColumn<std::vector<float>>("weights");
    const auto fill = [&](const char* name, auto change) {
      std::vector<float> w = normal(rows * cols);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = change(w[i], i / cols, i % cols);
      QTest::newRow(name) << w;
    };
    fill("normal", [](float x, std::size_t, std::size_t) { return x; });
    fill("rows that grow", [](float x, std::size_t r, std::size_t) { return x * static_cast<float>(r * r); });
    fill("one row in sixty counts", [](float x, std::size_t r, std::size_t) { return r % 60 == 7 ? x * 1e6f : x; });
    fill("a first half of zeros", [](float x, std::size_t r, std::size_t) { return r < rows / 2 ? 0 : x; });
    fill("all zeros", [](float, std::size_t, std::size_t) { return 0.0f; });
    fill("all equal", [](float, std::size_t, std::size_t) { return 0.3f; });
    fill("few values", [](float x, std::size_t, std::size_t) { return std::nearbyint(x * 100) / 64; });
    fill("NaN and infinities", [](float x, std::size_t r, std::size_t c) {
      return c == r % 200 ? (r % 2 ? nan_value : std::numeric_limits<float>::infinity()) : x;
    });
    fill("rows without a finite value", [](float x, std::size_t r, std::size_t) { return r % 5 ? x : nan_value; });
    fill("denormals", [](float x, std::size_t, std::size_t) { return x * 1e-40f; });
  }
  void percentilesOfALargeTensorAreThoseOfTheReference() {
    QFETCH(std::vector<float>, weights);
    const auto view = memory_tensor("w", {300, 1024}, weights);
    const auto list = schemes({"rtn:bits=4,group=128", "rtn:bits=8,group=128,asym", "nf4", "fp8-e4m3", "q8_0", "none",
                               "rtn:bits=3,gran=tensor,asym", "mxfp4"});
    JobContext job;
    const auto want = *analyze(*view, list, {reference_.get(), reference_.get(), 2, 0}, job);
    // The last one leaves no memory for windows.
    for (const Devices& devices : {this->devices(1), this->devices(16), tight()}) {
      const auto got = *analyze(*view, list, devices, job);
      for (std::size_t i = 0; i < list.size(); ++i) {
        QVERIFY2(got[i].figures.p50_abs == want[i].figures.p50_abs, got[i].scheme.c_str());
        QVERIFY2(got[i].figures.p95_abs == want[i].figures.p95_abs, got[i].scheme.c_str());
        QVERIFY2(got[i].figures.p99_abs == want[i].figures.p99_abs, got[i].scheme.c_str());
        QCOMPARE(got[i].stats.counters.error.counts, want[i].stats.counters.error.counts);
      }
    }
  }

  void resultsStandInTheOrderOfTheSchemes() {
    const auto view = memory_tensor("w", {4, 40}, normal(160));
    const auto results = run(*view, {"q8_0", "rtn", "fp16", "none"}, 2);
    QVERIFY(!results[0].refused.empty());  // 40 columns are no multiple of 32
    QCOMPARE(results[1].device, std::string("cpu"));
    QCOMPARE(results[2].figures.bytes, 320u);
    QCOMPARE(results[3].device, std::string("cpu"));
    QVERIFY(results[3].figures.exact);
  }

  void progressCountsEverySchemeAndNothingMore() {
    const auto view = memory_tensor("w", {7, 41}, normal(7 * 41));
    JobContext job;
    QVERIFY(analyze(*view, schemes({"rtn", "q8_0", "none", "nf4"}), devices(2), job));
    QCOMPARE(job.done.load(), 4u * 7 * 41);
  }

  void nonFiniteWeightsAreCountedAndLeftOut() {
    auto w = normal(64);
    w[3] = nan_value, w[9] = std::numeric_limits<float>::infinity();
    const auto view = memory_tensor("w", {2, 32}, w);
    for (const Analysis& a : run(*view, {"rtn", "fp8-e4m3", "nf4"}, 1)) {
      QCOMPARE(a.figures.count, 62u);
      QCOMPARE(a.figures.nan, 1u);
      QCOMPARE(a.figures.inf, 1u);
      QCOMPARE(a.stats.counters.error.total(), 62u);
      QCOMPARE(a.stats.counters.error.nan, 1u);
    }
  }

  void emptyAndOddShapesWork_data() {
    QTest::addColumn<std::vector<std::uint64_t>>("shape");
    QTest::newRow("no rows") << std::vector<std::uint64_t>{0, 16};
    QTest::newRow("no columns") << std::vector<std::uint64_t>{16, 0};
    QTest::newRow("a scalar") << std::vector<std::uint64_t>{};
    QTest::newRow("one row longer than a tile") << std::vector<std::uint64_t>{300'000};
    QTest::newRow("a convolution") << std::vector<std::uint64_t>{8, 3, 5, 5};
    QTest::newRow("experts") << std::vector<std::uint64_t>{3, 9, 33};
  }
  void emptyAndOddShapesWork() {
    QFETCH(std::vector<std::uint64_t>, shape);
    const auto n = std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
    const auto view = memory_tensor("w", shape, normal(n));
    for (const Analysis& a : run(*view, {"rtn:group=16", "rtn:gran=tensor", "rtn:gran=column", "nf4"}, 2)) {
      QVERIFY2(a.refused.empty(), a.refused.c_str());
      QCOMPARE(a.figures.count, n);
      QCOMPARE(a.figures.mse.has_value(), n > 0);
      QCOMPARE(a.stats.counters.error.total(), n);
    }
    JobContext job;
    QCOMPARE((*value_statistics(*view, devices(2), job)).sums.count, n);
    QVERIFY(reduce_map(*view, nullptr, MapView::weight, Reduction::rms, 16, 16, devices(2), job));
  }

  void aCancelledJobStops() {
    std::stop_source stop;
    JobContext job;
    job.stop = stop.get_token();
    stop.request_stop();
    const auto view = memory_tensor("w", {64, 64}, normal(4096));
    const auto result = analyze(*view, schemes({"rtn"}), devices(1), job);
    QVERIFY(!result);
    QVERIFY(result.error().code == ErrorCode::cancelled);
  }

  void aLostDeviceIsReportedAndTheReferenceGoesOn() {
    const LostDevice lost;
    JobContext job;
    const auto view = memory_tensor("w", {64, 64}, normal(4096));
    const auto result = analyze(*view, schemes({"rtn", "nf4"}), {&lost, reference_.get(), 1, 0}, job);
    QVERIFY(result);
    for (const Analysis& a : *result) {
      QCOMPARE(a.device, std::string("reference"));
      QVERIFY(a.warning.find("lost") != std::string::npos);
      QCOMPARE(a.figures.count, 4096u);
    }
    QCOMPARE(job.done.load(), 2u * 4096);
  }

  void comparingGivesTheErrorOfTheStoredValues() {
    const auto w = memory_tensor("w", {40, 50}, normal(2000));
    JobContext job;
    const auto q = *quantize(*w, *Scheme::parse("rtn:bits=4"), devices(1), job);
    const auto stored = memory_tensor("w", {40, 50}, q.whole.values);
    const auto got = *compare(*stored, *w, devices(2), job);
    const Analysis want = run(*w, {"rtn:bits=4"}, 1).front();
    QVERIFY(near(*got.figures.mse, *want.figures.mse, 1e-9));
    QVERIFY(got.figures.p99_abs == want.figures.p99_abs);
    QCOMPARE(got.stats.counters.error.counts, want.stats.counters.error.counts);
    QVERIFY(!got.figures.clip_share && !got.figures.rounding_mse && !got.figures.clipping_mse);
    const auto other = memory_tensor("w", {50, 40}, normal(2000));
    QVERIFY(compare(*stored, *other, devices(1), job).error().code == ErrorCode::refused);
  }

  void whatIsStoredIsSeenLikeTheSchemeThatMadeIt() {
    const auto w = memory_tensor("w", {40, 50}, normal(2000));
    const Scheme scheme = *Scheme::parse("rtn:bits=4");
    JobContext job;
    const auto q = *quantize(*w, scheme, devices(1), job);
    const auto stored = memory_tensor("w", {40, 50}, q.whole.values);
    const auto map = [&](const Approximation& of, MapView what) {
      return *reduce_map(*w, of, what, Reduction::peak, 7, 9, devices(2), job);
    };
    for (const MapView what : {MapView::weight, MapView::value, MapView::error}) {
      const MapGrid got = map(stored.get(), what), want = map(scheme, what);
      QCOMPARE(got.cells, want.cells);
      QCOMPARE(got.row_rmse, want.row_rmse);
      QCOMPARE(got.col_rmse, want.col_rmse);
    }
    const double reach = *run(*w, {"rtn:bits=4"}, 1).front().figures.max_abs;
    QCOMPARE(recount(*w, stored.get(), -reach, reach, 31, devices(2), job)->counts,
             recount(*w, scheme, -reach, reach, 31, devices(2), job)->counts);
    const ElementChain got = *element_chain(*w, stored.get(), 3, 7, job), want = *element_chain(*w, scheme, 3, 7, job);
    QCOMPARE(got.error, want.error);
    QVERIFY(!got.code && !got.scale);  // float32 in memory has no codes
    QVERIFY(!element_chain(*w, stored.get(), 40, 0, job));
    const auto other = memory_tensor("w", {50, 40}, normal(2000));
    QVERIFY(reduce_map(*w, other.get(), MapView::error, Reduction::rms, 3, 2, devices(1), job).error().code ==
            ErrorCode::refused);
    QVERIFY(!recount(*w, other.get(), -1, 1, 4, devices(1), job));
    for (const MapView what : {MapView::code, MapView::scale, MapView::error_steps})
      QVERIFY(reduce_map(*w, stored.get(), what, Reduction::rms, 3, 2, devices(1), job).error().code ==
              ErrorCode::unsupported);
  }

  void aDumpHoldsScalesOfEveryRegion_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<std::size_t>("scales");
    QTest::addColumn<std::size_t>("zeros");
    QTest::newRow("tensor") << "rtn:gran=tensor,asym" << std::size_t{1} << std::size_t{1};
    QTest::newRow("column") << "rtn:gran=column" << std::size_t{70} << std::size_t{0};
    QTest::newRow("row") << "rtn:gran=row,asym" << std::size_t{5000} << std::size_t{5000};
    QTest::newRow("group") << "rtn:group=32" << std::size_t{15000} << std::size_t{0};
    QTest::newRow("blocks across rows") << "nf4" << std::size_t{5469} << std::size_t{0};
  }
  void aDumpHoldsScalesOfEveryRegion() {
    QFETCH(QString, scheme);
    QFETCH(std::size_t, scales);
    QFETCH(std::size_t, zeros);
    const auto view = memory_tensor("w", {5000, 70}, normal(350'000));
    JobContext job;
    const auto q = *quantize(*view, *Scheme::parse(scheme.toStdString()), devices(2), job);
    QCOMPARE(q.whole.scales.size(), scales);
    QCOMPARE(q.whole.zeros.size(), zeros);
    QCOMPARE(q.whole.codes.size(), std::size_t{350'000});
    const TensorFacts facts(*view);
    const RowTile whole{view->rows_in_place(0, 5000), 5000, 70, 0};
    QCOMPARE(q.quantizer->quantize(whole).codes, q.whole.codes);
  }

  void recountsAreExact() {
    const auto view = memory_tensor("w", {3, 4}, {-1, -0.5f, 0, 0.25f, 0.5f, 0.75f, 1, 2, -3, nan_value, 0.5f, 1});
    JobContext job;
    const Recount r = *recount(*view, nullptr, -1, 1, 4, devices(2), job);
    // numpy.histogram's rule: bins are closed below, the last one at both ends.
    QCOMPARE(r.counts, (std::vector<std::uint64_t>{1, 1, 2, 5}));
    QCOMPARE(r.below, 1u);
    QCOMPARE(r.above, 1u);
    const Scheme scheme = *Scheme::parse("rtn:bits=4");
    const Recount e = *recount(*view, &scheme, -10, 10, 8, devices(1), job);
    QCOMPARE(std::accumulate(e.counts.begin(), e.counts.end(), std::uint64_t{0}), 11u);
    QVERIFY(!recount(*view, nullptr, 1, 1, 4, devices(1), job));
  }

  void mapsReduceEveryElement() {
    std::vector<float> w(6 * 8);
    std::iota(w.begin(), w.end(), 0.0f);
    const auto view = memory_tensor("w", {6, 8}, w);
    JobContext job;
    const MapGrid grid = *reduce_map(*view, nullptr, MapView::weight, Reduction::mean, 3, 2, devices(2), job);
    QCOMPARE(grid.rows, 3u);
    QCOMPARE(grid.cols, 2u);
    QCOMPARE(grid.block_rows, 2u);
    QCOMPARE(grid.block_cols, 4u);
    QCOMPARE(grid.cells.front(), (0 + 1 + 2 + 3 + 8 + 9 + 10 + 11) / 8.0f);
    const Scheme scheme = *Scheme::parse("rtn:bits=2");
    const MapGrid errors = *reduce_map(*view, &scheme, MapView::error, Reduction::rms, 3, 2, devices(1), job);
    const Analysis a = run(*view, {"rtn:bits=2"}, 1).front();
    double e2 = 0;
    for (const float r : errors.row_rmse) e2 += double(r) * r * 8;
    QVERIFY(near(e2 / 48, *a.figures.mse));
    QVERIFY(!reduce_map(*view, nullptr, MapView::code, Reduction::rms, 3, 2, devices(1), job));
  }

  // the methods' definitions: 0.9 / 0.2 = 4.5, a tie that goes to 4.
  void theChainOfAnElement() {
    const auto view = memory_tensor("v8", {8}, {0.9f, -0.35f, 0.1f, -1.4f, 0.35f, 0.7f, -0.05f, 1.0f});
    JobContext job;
    const ElementChain c = *element_chain(*view, *Scheme::parse("rtn:bits=4"), 0, 0, job);
    QCOMPARE(c.value, 0.9f);
    QCOMPARE(*c.scale, 0.2f);
    QVERIFY(near(*c.quotient, 4.5));
    QCOMPARE(*c.code, 4);
    QCOMPARE(c.dequantized, 0.8f);
    QVERIFY(near(*c.error_steps, -0.5));
    QVERIFY(element_chain(*view, *Scheme::parse("rtn"), 1, 0, job).error().code == ErrorCode::usage);
  }

  /// The code is what the quotient and the zero point round to, minima taken into account.
  void theChainLeadsToTheCode_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<bool>("has_minimum");
    for (const char* scheme : {"rtn:asym,group=32", "article", "hqq", "q4_0", "q5_0", "q8_0", "q6_k"})
      QTest::newRow(scheme) << QString(scheme) << false;
    for (const char* scheme : {"q4_1", "q5_1", "q2_k", "q4_k", "q5_k"})
      QTest::newRow(scheme) << QString(scheme) << true;
  }
  void theChainLeadsToTheCode() {
    QFETCH(QString, scheme);
    QFETCH(bool, has_minimum);
    std::vector<float> w(512);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = std::sin(float(i) * 0.37f) + 0.4f;
    const auto view = memory_tensor("w", {2, 256}, w);
    JobContext job;
    for (const std::uint64_t col : {0, 17, 100, 255}) {
      const ElementChain c = *element_chain(*view, *Scheme::parse(scheme.toStdString()), 1, col, job);
      QCOMPARE(c.minimum.has_value(), has_minimum);
      QVERIFY(c.quotient && c.code);
      if (c.clipped) continue;
      const double off = *c.quotient + double(c.zero.value_or(0)) - *c.code;
      QVERIFY2(std::fabs(off) < 0.55, qPrintable(QString("column %1: %2 off").arg(col).arg(off)));  // fp16 scales
    }
  }

  void whatACastMakesInfiniteIsCounted() {
    const auto view = memory_tensor("w", {4}, {1.0f, 1e6f, -1e6f, std::numeric_limits<float>::quiet_NaN()});
    for (const Analysis& a : run(*view, {"fp16", "fp8-e4m3:overflow=ieee", "fp16:scale=row"}, 1)) {
      const bool overflows = a.scheme != "fp16:scale=row";
      QCOMPARE(a.figures.overflow, overflows ? std::uint64_t{2} : 0);
      QCOMPARE(a.figures.nan, std::uint64_t{1});
      QCOMPARE(a.figures.mse.has_value(), !overflows);
    }
  }

 private:
  Devices devices(int threads) const { return {native_.get(), reference_.get(), threads, 0}; }
  Devices tight() const { return {native_.get(), reference_.get(), 2, 4096}; }

  std::vector<Analysis> run(const TensorView& view, std::initializer_list<const char*> texts, int threads) const {
    JobContext job;
    return *analyze(view, schemes(texts), devices(threads), job);
  }

  std::unique_ptr<Backend> native_ = make_native_backend(), reference_ = make_reference_backend();
};

QTEST_APPLESS_MAIN(TestAnalysis)
#include "tst_analysis.moc"
