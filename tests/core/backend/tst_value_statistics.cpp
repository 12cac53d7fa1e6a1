#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/backend/analysis.h"
#include "core/stats/value_stats.h"

using namespace quant;

namespace {

bool near(double a, double b, double limit = 1e-9) { return std::fabs(a - b) <= limit * std::max(1.0, std::fabs(b)); }

ValueFigures figures_of(std::vector<float> values, int threads = 1) {
  const auto native = make_native_backend(), reference = make_reference_backend();
  const std::uint64_t n = values.size();
  const auto view = memory_tensor("w", {n}, std::move(values));
  JobContext job;
  return *value_statistics(*view, {native.get(), reference.get(), threads, 0}, job);
}

}  // namespace

class TestValueStatistics : public QObject {
  Q_OBJECT

 private slots:
  // the methods' definitions, recomputed there with numpy and scipy.
  void figuresOfTheWorkedVector() {
    const ValueFigures f = figures_of({3, 1, 4, 1, 5, 9, 2, 6});
    QVERIFY(near(*f.std, 2.570870, 1e-6));
    QVERIFY(near(*f.skewness, 0.668289, 1e-6));
    QVERIFY(near(*f.kurtosis, -0.534950, 1e-6));
    QCOMPARE(*f.mean, 3.875);
    QCOMPARE(*f.percentiles[3], 1.75);
    QCOMPARE(*f.percentiles[4], 3.5);
    QVERIFY(near(*f.percentiles[6], 7.95));
    QVERIFY(near(*f.percentiles[7], 8.79));
    QCOMPARE(*f.absmax, 9.0);
    QCOMPARE(f.outliers, 0u);
  }

  void equalValuesHaveNoShape() {
    const ValueFigures f = figures_of(std::vector<float>(100, 0.1f));
    QCOMPARE(*f.std, 0.0);
    QVERIFY(!f.skewness && !f.kurtosis);
    QCOMPARE(f.outliers, 0u);
  }

  void nonFiniteValuesAreLeftOut() {
    const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    const ValueFigures f = figures_of({nan, 1, inf, -inf, 3, nan, 0, -0.0f, 1e-40f});
    QCOMPARE(f.sums.count, 5u);
    QCOMPARE(f.sums.nan, 2u);
    QCOMPARE(f.sums.inf, 2u);
    QCOMPARE(f.sums.zeros, 2u);
    QCOMPARE(f.sums.subnormal, 1u);
    QCOMPARE(f.sums.min, 0.0f);
    QCOMPARE(f.sums.max, 3.0f);
    QCOMPARE(f.histogram.total(), 5u);
    QCOMPARE(*f.percentiles[4], static_cast<double>(1e-40f));
  }

  void nothingHasNoFigures() {
    const ValueFigures f = figures_of({std::numeric_limits<float>::quiet_NaN()});
    QCOMPARE(f.sums.count, 0u);
    QVERIFY(!f.mean && !f.std && !f.percentiles[4]);
  }

  void outliersLieBeyondSixDeviations() {
    std::vector<float> values(1000, 0.0f);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 ? 1.0f : -1.0f;
    values[500] = 50;
    QCOMPARE(figures_of(values).outliers, 1u);
  }

  void momentsMatchTwoPassesInDouble() {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(3, 0.01f);  // a mean far from 0 against the spread
    std::vector<float> values(300'001);
    for (float& x : values) x = normal(random);
    double mean = 0, m2 = 0, m3 = 0, m4 = 0;
    const auto n = static_cast<double>(values.size());
    for (const float x : values) mean += x / n;
    for (const float x : values) {
      const double d = x - mean;
      m2 += d * d / n, m3 += d * d * d / n, m4 += d * d * d * d / n;
    }
    const ValueFigures f = figures_of(values, 2);
    QVERIFY(near(*f.mean, mean));
    QVERIFY(near(*f.std / std::sqrt(m2), 1));
    QVERIFY(near(*f.skewness, m3 / std::pow(m2, 1.5)));
    QVERIFY(near(*f.kurtosis, m4 / (m2 * m2) - 3));
  }
};

QTEST_APPLESS_MAIN(TestValueStatistics)
#include "tst_value_statistics.moc"
