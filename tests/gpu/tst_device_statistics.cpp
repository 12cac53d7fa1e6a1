// Statistics made on a device: counts equal the reference's, sums within 1e-9 relative.

#include "core/backend/analysis.h"
#include "tests/gpu/twins.h"

using namespace quant;

namespace {

constexpr double sums_agree = 1e-9;  // the order of additions is the only difference: in double some 1e-13

double relative(double got, double want) {
  if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
  return std::fabs(got - want) / std::max(std::fabs(want), std::numeric_limits<double>::min());
}

// "" where the statistics agree. Σe cancels: its measure is √(n·Σe²).
QString difference(const ErrorStats& got, const ErrorStats& want) {
  const ErrorSums &a = got.sums, &b = want.sums;
  if (a.count != b.count || a.nan != b.nan || a.inf != b.inf || a.clipped != b.clipped)
    return QString("counts %1 %2 %3 %4, not %5 %6 %7 %8")
        .arg(a.count)
        .arg(a.nan)
        .arg(a.inf)
        .arg(a.clipped)
        .arg(b.count)
        .arg(b.nan)
        .arg(b.inf)
        .arg(b.clipped);
  const double mean_error = std::isfinite(b.e) ? std::fabs(a.e - b.e) / std::sqrt(double(b.count) * b.e2 + 1e-300) : 0;
  const double worst = std::max({mean_error, relative(a.e2, b.e2), relative(a.e2_clipped, b.e2_clipped),
                                 relative(a.w2, b.w2), relative(a.wq, b.wq), relative(a.q2, b.q2)});
  if (worst > sums_agree) return QString("sums differ by %1").arg(worst);
  if (std::bit_cast<std::uint64_t>(a.max_abs) != std::bit_cast<std::uint64_t>(b.max_abs))
    return "the largest error differs";
  if (got.counters.error.counts != want.counters.error.counts) return "the error histogram differs";
  if (got.counters.clipped.counts != want.counters.clipped.counts) return "the clipping histogram differs";
  if (got.counters.error.inf != want.counters.error.inf) return "the infinite errors differ";
  if (got.counters.step != want.counters.step) return "the step histogram differs";
  if (got.counters.code != want.counters.code) return "the code counts differ";
  return {};
}

}  // namespace

class TestDeviceStatistics : public QObject {
  Q_OBJECT
 private slots:
  void formsAndShapes_data() {
    QTest::addColumn<std::size_t>("form");
    QTest::addColumn<quint64>("rows");
    QTest::addColumn<quint64>("cols");
    for (std::size_t f = 0; f < std::size(twins::forms); ++f)
      for (const auto& [rows, cols] : {std::pair{1, 1}, {1, 63}, {9, 64}, {16, 129}, {64, 1000}})
        QTest::newRow(qPrintable(QString("%1 × %2 on %3").arg(rows).arg(cols).arg(twins::forms[f].name)))
            << f << quint64(rows) << quint64(cols);
  }

  void errorsEqualTheReference_data() { formsAndShapes_data(); }
  void errorsEqualTheReference() {
    QFETCH(std::size_t, form);
    QFETCH(quint64, rows);
    QFETCH(quint64, cols);
    const Backend* device = backend(form);
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    const auto weights = twins::odd_weights(rows, cols);
    const auto view = memory_tensor("w", {rows, cols}, weights);
    const auto clipping = twins::fit("rtn:bits=4,group=64,asym,nowiden", *view);
    const auto plain = twins::fit("rtn:bits=3,group=32", *view);
    ErrorStats got[2], want[2];
    const TileTask tasks[] = {{clipping.get(), &got[0].sums, &got[0].counters, nullptr},
                              {plain.get(), &got[1].sums, &got[1].counters, nullptr}};
    const TileTask references[] = {{clipping.get(), &want[0].sums, &want[0].counters, nullptr},
                                   {plain.get(), &want[1].sums, &want[1].counters, nullptr}};
    const RowTile tile{weights, rows, cols, 0};
    const auto done = device->analyze(tile, tasks);
    QVERIFY2(done, done ? "" : one_line(done.error()).c_str());
    QVERIFY(reference_->analyze(tile, references));
    QCOMPARE(difference(got[0], want[0]), QString());
    QCOMPARE(difference(got[1], want[1]), QString());
  }

  void valuesEqualTheReference_data() { formsAndShapes_data(); }
  void valuesEqualTheReference() {
    QFETCH(std::size_t, form);
    QFETCH(quint64, rows);
    QFETCH(quint64, cols);
    const auto weights = twins::odd_weights(rows, cols);
    const RowTile tile{weights, rows, cols, 0};
    ValueSums got, want;
    BitHistogram got_bins, want_bins;
    QVERIFY(backend(form)->values(tile, got, got_bins));
    QVERIFY(reference_->values(tile, want, want_bins));
    QVERIFY(got_bins.counts == want_bins.counts && got_bins.nan == want_bins.nan && got_bins.inf == want_bins.inf);
    QVERIFY(got.count == want.count && got.nan == want.nan && got.inf == want.inf);
    QVERIFY(got.zeros == want.zeros && got.subnormal == want.subnormal && got.min == want.min && got.max == want.max);
    const double n = double(want.count), spread = std::sqrt(want.m2 / n);
    QVERIFY(std::fabs(got.mean - want.mean) <= sums_agree * spread + std::fabs(want.mean) * 1e-15);
    QVERIFY(relative(got.m2, want.m2) <= sums_agree);
    QVERIFY(relative(got.m4, want.m4) <= sums_agree);
    // The third moment cancels: its measure is n·σ³.
    QVERIFY(std::fabs(got.m3 - want.m3) <= sums_agree * n * spread * spread * spread);
  }

  void wholeTensorsEqualTheReference() {
    constexpr std::uint64_t rows = 1600, cols = 1000;  // several tiles, the last one short; blocks of nf4 cross rows
    const auto view = memory_tensor("w", {rows, cols}, twins::odd_weights(rows, cols));
    std::vector<Scheme> schemes;
    for (const char* text : {"rtn:bits=4,group=128", "rtn:gran=column,asym", "nf4", "fp8-e4m3"})
      schemes.push_back(*Scheme::parse(text));
    JobContext job;
    const Devices with{backend(0), reference_.get(), 1, 0}, without{reference_.get(), reference_.get(), 2, 0};
    const auto got = analyze(*view, schemes, with, job), want = analyze(*view, schemes, without, job);
    QVERIFY2(got && want, got ? "" : one_line(got.error()).c_str());
    for (std::size_t i = 0; i < schemes.size(); ++i) {
      QCOMPARE((*got)[i].device, std::string("opencl:0"));
      QCOMPARE(difference((*got)[i].stats, (*want)[i].stats), QString());
      QVERIFY((*got)[i].figures.p99_abs == (*want)[i].figures.p99_abs);
      QVERIFY((*got)[i].figures.p50_abs == (*want)[i].figures.p50_abs);
    }
  }

  void aTileWithoutWeightsHasNoErrors() {
    const auto view = memory_tensor("w", {1, 8}, std::vector<float>(8));
    const auto quantizer = twins::fit("rtn", *view);
    ErrorStats stats;
    stats.sums.count = 5;
    const TileTask tasks[] = {{quantizer.get(), &stats.sums, &stats.counters, nullptr}};
    QVERIFY(backend(0)->analyze({{}, 0, 8, 0}, tasks));
    QCOMPARE(stats.sums.count, std::uint64_t(0));
    QVERIFY(backend(0)->quantize(*quantizer, {{}, 0, 8, 0})->codes.empty());
  }

  void aFailureInMidWorkNamesItself() {
    // More lanes than any device has: the launch fails, and the error says with what.
    const auto device = twins::open({.lanes = 1 << 20, .fp64 = true, .exact_division = true, .local_counters = true});
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    const std::vector<float> weights(64, 1.0f);
    const auto view = memory_tensor("w", {1, 64}, weights);
    const auto failed = device->quantize(*twins::fit("rtn", *view), {weights, 1, 64, 0});
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::device);
    QVERIFY2(failed.error().why.starts_with("CL_"), failed.error().why.c_str());
  }

  void percentilesEqualTheReference_data() { formsAndShapes_data(); }
  void percentilesEqualTheReference() {
    QFETCH(std::size_t, form);
    QFETCH(quint64, rows);
    QFETCH(quint64, cols);
    const auto weights = twins::odd_weights(rows, cols);
    const auto view = memory_tensor("w", {rows, cols}, weights);
    const auto quantizer = twins::fit("rtn:bits=4,group=32", *view);
    const RowTile tile{weights, rows, cols, 0};
    QCOMPARE(percentiles(*backend(form), *quantizer, tile), percentiles(*reference_, *quantizer, tile));
  }

 private:
  // Four percentiles have up to eight targets: more than one launch counts.
  static std::vector<double> percentiles(const Backend& backend, const RowQuantizer& quantizer, const RowTile& tile) {
    const double wanted[] = {10, 50, 95, 99};
    ErrorStats stats;
    const TileTask first[] = {{&quantizer, &stats.sums, &stats.counters, nullptr}};
    if (!backend.analyze(tile, first)) return {};
    BitHistogram magnitudes;
    for (std::size_t k = 0; k < bit_bins; ++k) magnitudes.counts[k % 4096] += stats.counters.error.counts[k];
    RadixSelect select(magnitudes, wanted);
    while (!select.done()) {
      const TileTask pass[] = {{&quantizer, nullptr, nullptr, &select}};
      if (!backend.analyze(tile, pass)) return {};
      select.advance();
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < std::size(wanted); ++i) values.push_back(select.value(i).value_or(-1));
    return values;
  }
  const Backend* backend(std::size_t form) {
    if (!backends_[form]) backends_[form] = twins::open(twins::forms[form].form);
    return backends_[form].get();
  }
  std::unique_ptr<Backend> backends_[std::size(twins::forms)];
  std::unique_ptr<Backend> reference_ = make_reference_backend();
};

QTEST_APPLESS_MAIN(TestDeviceStatistics)
#include "tst_device_statistics.moc"
