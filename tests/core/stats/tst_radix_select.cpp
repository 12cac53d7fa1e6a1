#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>

#include "core/stats/radix_select.h"

using namespace quant;

namespace {

using Values = std::vector<float>;
using Numbers = std::vector<double>;

/// Percentiles by two selections whose counts are merged, as two workers would.
Numbers select(const Values& values, const Numbers& percentiles) {
  BitHistogram counts;
  for (const float x : values) counts.add(x);
  RadixSelect main(counts, percentiles);
  while (!main.done()) {
    RadixSelect a = main, b = main;
    for (std::size_t i = 0; i < values.size(); ++i) (i % 3 ? a : b).add(values[i]);
    main.merge(a);
    main.merge(b);
    main.advance();
  }
  Numbers out;
  for (std::size_t i = 0; i < percentiles.size(); ++i) out.push_back(*main.value(i));
  return out;
}

/// the methods' definitions: v[⌊r⌋] + (r − ⌊r⌋)·(v[⌊r⌋+1] − v[⌊r⌋]) with r = p/100·(n − 1).
double by_sorting(Values values, double p) {
  std::sort(values.begin(), values.end());
  const double r = p / 100 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(r);
  const double a = values[low], b = values[std::min(low + 1, values.size() - 1)];
  return a + (r - static_cast<double>(low)) * (b - a);
}

}  // namespace

class TestRadixSelect : public QObject {
  Q_OBJECT

 private slots:
  // the methods' definitions, recomputed there with numpy.
  void percentilesOfTheWorkedVector() {
    const Numbers got = select({3, 1, 4, 1, 5, 9, 2, 6}, {25, 50, 95, 99});
    const Numbers want = {1.75, 3.5, 7.95, 8.79};
    for (std::size_t i = 0; i < want.size(); ++i) QVERIFY(std::fabs(got[i] - want[i]) < 1e-12);
  }

  void matchesSorting_data() {
    QTest::addColumn<Values>("values");
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 1);
    Values many(20'000), few(17), equal(100, -2.5f), denormal(50), close(3000);
    for (float& x : many) x = normal(random);
    for (float& x : few) x = normal(random) * 1e30f;
    for (float& x : denormal) x = normal(random) * 1e-42f;
    for (float& x : close) x = std::nextafter(1.0f, 2.0f) + static_cast<float>(random() % 64) * 0x1p-23f;
    QTest::newRow("normal values") << many;
    QTest::newRow("few values, huge") << few;
    QTest::newRow("all equal, negative") << equal;
    QTest::newRow("denormals of both signs") << denormal;
    QTest::newRow("neighbours in the last bits") << close;
    QTest::newRow("one value") << Values{3.25f};
    QTest::newRow("two values") << Values{-1, 1};
    QTest::newRow("zeros of both signs") << Values{0.0f, -0.0f, 0.0f, -0.0f, 1.0f};
  }
  void matchesSorting() {
    QFETCH(Values, values);
    const Numbers percentiles = {0, 0.1, 1, 5, 25, 50, 75, 95, 99, 99.9, 100};
    const Numbers got = select(values, percentiles);
    for (std::size_t i = 0; i < percentiles.size(); ++i) QCOMPARE(got[i], by_sorting(values, percentiles[i]));
  }

  void nothingToSelectIsDone() {
    const Numbers percentiles = {50};
    const RadixSelect select(BitHistogram(), percentiles);
    QVERIFY(select.done());
    QVERIFY(!select.value(0));
  }
};

QTEST_APPLESS_MAIN(TestRadixSelect)
#include "tst_radix_select.moc"
