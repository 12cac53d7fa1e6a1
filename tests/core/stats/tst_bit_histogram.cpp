#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/stats/bit_histogram.h"

using namespace quant;

class TestBitHistogram : public QObject {
  Q_OBJECT

 private slots:
  // worked keys.
  void keysAreTheLeadingBits_data() {
    QTest::addColumn<float>("x");
    QTest::addColumn<int>("key");
    QTest::newRow("1.0 opens the bin up to 1.0625") << 1.0f << 2032;
    QTest::newRow("-0.3 lies in (-0.3125, -0.296875]") << -0.3f << 6099;
    QTest::newRow("30.2 lies in [30, 31)") << 30.2f << 2110;
    QTest::newRow("-0 has the sign's key") << -0.0f << 4096;
    QTest::newRow("the smallest denormal shares the key of 0") << 1e-45f << 0;
  }
  void keysAreTheLeadingBits() {
    QFETCH(float, x);
    QFETCH(int, key);
    QCOMPARE(static_cast<int>(bit_key(x)), key);
  }

  void nonFiniteValuesAreCountedApart() {
    BitHistogram h;
    const float low_payload = std::bit_cast<float>(0x7f800001u);  // a NaN in the key of infinity
    for (const float x : {low_payload, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN(), 1.0f}) {
      h.add(x);
    }
    QCOMPARE(h.nan, 2u);
    QCOMPARE(h.inf, 2u);
    QCOMPARE(h.total(), 1u);
  }

  void nativeBinsHoldEachValueOnce_data() {
    QTest::addColumn<float>("scale");
    QTest::addColumn<float>("shift");
    QTest::newRow("weights around 0") << 0.02f << 0.0f;
    QTest::newRow("values of one sign") << 1.0f << 100.0f;
    QTest::newRow("denormals") << 1e-41f << 0.0f;
    QTest::newRow("values near the largest") << 1e38f << 0.0f;
    QTest::newRow("all zero") << 0.0f << 0.0f;
  }
  void nativeBinsHoldEachValueOnce() {
    QFETCH(float, scale);
    QFETCH(float, shift);
    std::mt19937 random(3);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> values(5000);
    BitHistogram counts;
    for (float& x : values) counts.add(x = uniform(random) * uniform(random) * scale + shift);
    const Histogram h = native_histogram(counts);
    QCOMPARE(h.edges.size(), h.counts.size() + 1);
    QVERIFY(std::adjacent_find(h.edges.begin(), h.edges.end(), std::greater_equal<>()) == h.edges.end());
    QVERIFY(h.counts.front() > 0 && h.counts.back() > 0);
    std::sort(values.begin(), values.end());
    std::uint64_t below = 0;
    for (std::size_t k = 0; k < h.edges.size(); ++k) {
      // A value on an edge may stand on either side: negative bins are open at their lower end.
      const auto low = std::lower_bound(values.begin(), values.end(), h.edges[k]) - values.begin();
      const auto high = std::upper_bound(values.begin(), values.end(), h.edges[k]) - values.begin();
      QVERIFY(static_cast<std::uint64_t>(low) <= below && below <= static_cast<std::uint64_t>(high));
      if (k < h.counts.size()) below += h.counts[k];
    }
    QCOMPARE(below, values.size());
  }

  void magnitudesFarBelowTheLargestAreOneBin() {
    BitHistogram counts;
    for (const float x : {1.0f, 1e-9f, -1e-12f, 0.0f, -0.0f}) counts.add(x);
    const Histogram h = native_histogram(counts);
    QCOMPARE(h.counts.front(), 4u);
    QVERIFY(h.edges.front() < 0 && h.edges[1] > 0 && h.edges[1] <= 0x1p-24);
    QCOMPARE(h.counts.back(), 1u);
    QCOMPARE(h.edges.back(), 1.0625);
  }

  void theClippedPartStandsInTheSameBins() {
    BitHistogram all, clipped;
    for (const float x : {-1.0f, 0.25f, 2.0f}) all.add(x);
    clipped.add(2.0f);
    const Histogram h = native_histogram(all, &clipped);
    QCOMPARE(h.clipping.size(), h.counts.size());
    QCOMPARE(h.clipping.back(), 1u);
    QCOMPARE(std::accumulate(h.clipping.begin(), h.clipping.end(), std::uint64_t{0}), 1u);
  }

  void emptyCountsHaveNoBins() {
    QVERIFY(native_histogram(BitHistogram()).counts.empty());
    QVERIFY(native_histogram(BitHistogram()).edges.empty());
  }

  void spreadingKeepsTheTotal() {
    BitHistogram counts;
    for (int i = -100; i <= 100; ++i) counts.add(static_cast<float>(i) / 64);
    const auto bins = spread(counts, -4, 4, 37);
    QVERIFY(std::fabs(std::accumulate(bins.begin(), bins.end(), 0.0) - 201) < 1e-9);
    QVERIFY(spread(counts, 1, 1, 8) == std::vector<double>(8));
  }
};

QTEST_APPLESS_MAIN(TestBitHistogram)
#include "tst_bit_histogram.moc"
