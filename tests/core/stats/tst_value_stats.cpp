// Value statistics: the figures of the methods' definitions, and merging parts of unequal size and mean.
#include <QTest>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/stats/value_stats.h"

using quant::ValueSums;

namespace {

/// Skewed values whose level drifts: parts cut from it have different means.
std::vector<float> drifting(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(i);
    values[i] = static_cast<float>(std::exp(std::sin(12.9898 * x)) + 0.01 * x);
  }
  return values;
}

ValueSums merged(std::span<const float> values, const std::vector<std::size_t>& cuts) {
  ValueSums all;
  std::size_t from = 0;
  for (const auto to : cuts) {
    all.merge(quant::value_sums(values.subspan(from, to - from)));
    from = to;
  }
  all.merge(quant::value_sums(values.subspan(from)));
  return all;
}

bool near(double a, double b) { return std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b)); }

}  // namespace

class TestValueStats : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void figuresOfTheWorkedVector() {  // the methods' definitions: [3,1,4,1,5,9,2,6]
    const std::vector<float> v = {3, 1, 4, 1, 5, 9, 2, 6};
    const auto f = quant::value_figures(quant::value_sums(v));
    QCOMPARE(*f.mean, 3.875);
    QVERIFY(std::fabs(*f.std - 2.570870) < 5e-7);
    QVERIFY(std::fabs(*f.skewness - 0.668289) < 5e-7);
    QVERIFY(std::fabs(*f.kurtosis + 0.534950) < 5e-7);
  }

  void partsMergeToTheWhole_data() {
    QTest::addColumn<std::vector<std::size_t>>("cuts");
    QTest::newRow("halves") << std::vector<std::size_t>{500};
    QTest::newRow("a short part first") << std::vector<std::size_t>{3};
    QTest::newRow("a short part last") << std::vector<std::size_t>{997};
    QTest::newRow("unequal parts") << std::vector<std::size_t>{1, 10, 400, 450, 900};
    QTest::newRow("an empty part between") << std::vector<std::size_t>{300, 300};
    std::vector<std::size_t> each(999);
    std::iota(each.begin(), each.end(), std::size_t{1});
    QTest::newRow("single values") << each;
  }
  void partsMergeToTheWhole() {
    QFETCH(std::vector<std::size_t>, cuts);
    const auto values = drifting(1000);
    const auto whole = quant::value_sums(values), parts = merged(values, cuts);
    QCOMPARE(parts.count, whole.count);
    QCOMPARE(parts.min, whole.min);
    QCOMPARE(parts.max, whole.max);
    QVERIFY(near(parts.mean, whole.mean));
    QVERIFY(near(parts.m2, whole.m2));
    const double cubes = whole.m2 * std::sqrt(whole.m2 / 1000);  // m3 may cancel to far below its terms
    QVERIFY(std::fabs(parts.m3 - whole.m3) <= 1e-12 * cubes);
    QVERIFY(near(parts.m4, whole.m4));
  }

  void equalValuesHaveNoShape() {
    const auto f = quant::value_figures(quant::value_sums(std::vector<float>(7, 0.1f)));
    QCOMPARE(*f.std, 0.0);
    QVERIFY(!f.skewness && !f.kurtosis);
  }
};

QTEST_APPLESS_MAIN(TestValueStats)
#include "tst_value_stats.moc"
