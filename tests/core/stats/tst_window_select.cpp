#include <QTest>
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

#include "core/stats/radix_select.h"
#include "core/stats/window_select.h"

using namespace quant;

namespace {

using Values = std::vector<float>;
using Numbers = std::vector<double>;
using Bits = std::vector<std::uint32_t>;

const Numbers percentiles = {50, 95, 99};

/// v[⌊r⌋] + (r − ⌊r⌋)·(v[⌊r⌋+1] − v[⌊r⌋]) with r = p/100·(n − 1).
Numbers by_sorting(Values values) {
  std::sort(values.begin(), values.end());
  Numbers out;
  for (const double p : percentiles) {
    const double r = p / 100 * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(r);
    const double a = values[low], b = values[std::min(low + 1, values.size() - 1)];
    out.push_back(a + (r - static_cast<double>(low)) * (b - a));
  }
  return out;
}

/// Every `step`-th run of 64 values.
std::vector<Bits> sample_of(const Values& values, std::size_t step) {
  std::vector<Bits> clusters;
  for (std::size_t at = 0; at < values.size(); at += 64 * step) {
    Bits& cluster = clusters.emplace_back();
    for (std::size_t i = at; i < std::min(values.size(), at + 64); ++i) {
      cluster.push_back(std::bit_cast<std::uint32_t>(values[i]));
    }
  }
  return clusters;
}

/// All values through copies of the selection, as workers would.
std::optional<Numbers> select(const WindowSelect& windows, const Values& values) {
  std::vector<WindowSelect> copies(3, windows);
  for (std::size_t i = 0; i < values.size(); ++i) copies[i % 3].add(values[i]);
  WindowSelect all = windows;
  for (WindowSelect& copy : copies) all.merge(std::move(copy));
  return all.values(percentiles, values.size());
}

Values normal(std::size_t n, unsigned seed = 3) {
  std::mt19937 random(seed);
  std::normal_distribution<float> d(0, 1);
  Values values(n);
  for (float& x : values) x = std::fabs(d(random));
  return values;
}

Values discrete(std::size_t n, std::initializer_list<float> levels) {
  std::mt19937 random(5);
  Values values(n);
  for (float& x : values) x = levels.begin()[random() % levels.size()];
  return values;
}

}  // namespace

class TestWindowSelect : public QObject {
  Q_OBJECT

 private slots:
  void aWindowGivesWhatSortingGives_data() {
    QTest::addColumn<Values>("values");
    constexpr std::size_t n = 100'000;
    Values tiny = normal(n), wide = normal(n), half = normal(n), close(n);
    for (float& x : tiny) x *= 1e-42f;
    for (std::size_t i = 0; i < n; ++i) wide[i] *= std::ldexp(1.0f, static_cast<int>(i / 64 * 7919 % 41) - 20);
    for (std::size_t i = 0; i < n; i += 2) half[i] = 0;
    for (std::size_t i = 0; i < n; ++i) close[i] = 1 + static_cast<float>(i * 7919 % 5) * 0x1p-23f;
    QTest::newRow("continuous values") << normal(n);
    QTest::newRow("denormals") << tiny;
    QTest::newRow("places of very different size") << wide;
    QTest::newRow("half of them zero") << half;
    QTest::newRow("all zero") << Values(n);
    QTest::newRow("all equal") << Values(n, 0.3f);
    QTest::newRow("two values") << discrete(n, {0.25f, 0.5f});
    QTest::newRow("one value in twenty is another")
        << discrete(n, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    QTest::newRow("seven values") << discrete(n, {0, 1, 2, 3, 4, 5, 6});
    QTest::newRow("neighbours in the last bits") << close;
    QTest::newRow("the largest values") << discrete(n, {3.4028234e38f, 3.4028232e38f});
  }
  void aWindowGivesWhatSortingGives() {
    QFETCH(Values, values);
    for (const std::size_t step : {1, 4}) {
      const WindowSelect windows(sample_of(values, step), percentiles, values.size());
      const auto got = select(windows, values);
      QVERIFY(got.has_value());
      QCOMPARE(*got, by_sorting(values));
    }
  }

  void fewAreKept() {
    const Values values = normal(1'000'000);
    WindowSelect windows(sample_of(values, 16), percentiles, values.size());
    for (const float x : values) windows.add(x);
    const std::size_t kept = windows.kept(0).size() + windows.kept(1).size() + windows.kept(2).size();
    QVERIFY(kept > 0);
    QVERIFY2(kept < values.size() / 20, std::to_string(kept).c_str());
  }

  void tiesAreCountedAndNotKept() {
    const Values values = discrete(100'000, {0, 1, 2, 3});
    WindowSelect windows(sample_of(values, 8), percentiles, 10);
    for (const float x : values) windows.add(x);
    for (const std::size_t t : {0, 1, 2}) QVERIFY(windows.kept(t).empty());
    QCOMPARE(*windows.values(percentiles, values.size()), by_sorting(values));
  }

  void everythingCanBeKept_data() {
    QTest::addColumn<Values>("values");
    QTest::newRow("one value") << Values{0.5f};
    QTest::newRow("one zero") << Values{0};
    QTest::newRow("two values") << Values{1, 3};
    QTest::newRow("eight values") << Values{3, 1, 4, 1, 5, 9, 2, 6};
    QTest::newRow("many") << normal(10'000);
  }
  void everythingCanBeKept() {
    QFETCH(Values, values);
    const auto got = select(WindowSelect(values.size()), values);
    QVERIFY(got.has_value());
    QCOMPARE(*got, by_sorting(values));
  }

  void itIsWhatRadixSelectSays() {
    const Values values = normal(50'000, 8);
    BitHistogram counts;
    for (const float x : values) counts.add(x);
    RadixSelect radix(counts, percentiles);
    while (!radix.done()) {
      for (const float x : values) radix.add(x);
      radix.advance();
    }
    const auto got = select(WindowSelect(sample_of(values, 4), percentiles, values.size()), values);
    for (std::size_t i = 0; i < percentiles.size(); ++i) QCOMPARE((*got)[i], *radix.value(i));
  }

  void aSampleThatMisleadsGivesNothing_data() {
    QTest::addColumn<Values>("sampled");
    QTest::addColumn<Values>("values");
    Values sorted = normal(100'000);
    std::sort(sorted.begin(), sorted.end());
    QTest::newRow("the smallest of sorted values") << Values(sorted.begin(), sorted.begin() + 30'000) << sorted;
    QTest::newRow("the largest of sorted values") << Values(sorted.end() - 30'000, sorted.end()) << sorted;
    QTest::newRow("ones where there are twos") << Values(1000, 1.0f) << Values(5000, 2.0f);
    QTest::newRow("zeros where there are ones") << Values(1000, 0.0f) << Values(5000, 1.0f);
  }
  void aSampleThatMisleadsGivesNothing() {
    QFETCH(Values, sampled);
    QFETCH(Values, values);
    QVERIFY(!select(WindowSelect(sample_of(sampled, 1), percentiles, values.size()), values));
  }

  void moreThanTheLimitGivesNothing() {
    const Values values = normal(1000);
    WindowSelect windows(100);
    for (const float x : values) windows.add(x);
    QVERIFY(windows.full());
    QVERIFY(windows.kept(0).empty());
    QVERIFY(!windows.values(percentiles, values.size()));
    QVERIFY(!select(WindowSelect(100), values));
  }

  void noValuesGiveNothing() {
    QVERIFY(!WindowSelect(10).values(percentiles, 0));
    const WindowSelect windows(std::span<const Bits>(), percentiles, 10);
    QVERIFY(!select(windows, {}));
    QCOMPARE(*select(windows, {1, 2}), by_sorting({1, 2}));
  }
};

QTEST_APPLESS_MAIN(TestWindowSelect)
#include "tst_window_select.moc"
