// Merging statistics: associative, exactly for counts and to 1e-12 for sums, wherever the values are split.

#include <rapidcheck.h>

#include <QTest>
#include <cmath>

#include "core/stats/error_stats.h"
#include "core/stats/radix_select.h"
#include "core/stats/value_stats.h"

using namespace quant;

namespace {

bool close(double a, double b, double scale) { return std::fabs(a - b) <= 1e-12 * std::max(std::fabs(scale), 1e-300); }

std::vector<float> floats(const std::vector<int>& source) {
  std::vector<float> values;
  for (const int x : source) values.push_back(static_cast<float>(x) * 0x1p-20f);
  return values;
}

ErrorStats stats_of(std::span<const float> values) {
  ErrorStats s;
  for (const float w : values) {
    const float q = std::nearbyint(w), e = q - w;
    ++s.sums.count;
    s.sums.e += e, s.sums.e2 += double(e) * e, s.sums.w2 += double(w) * w;
    s.sums.wq += double(w) * q, s.sums.q2 += double(q) * q;
    s.sums.max_abs = std::max(s.sums.max_abs, std::fabs(double(e)));
    s.counters.error.add(e);
    ++s.counters.step[step_bin(e, 1)];
    ++s.counters.code[static_cast<std::size_t>(static_cast<int>(q) & 255)];
  }
  return s;
}

void same(const ErrorStats& a, const ErrorStats& b) {
  RC_ASSERT(a.sums.count == b.sums.count);
  RC_ASSERT(close(a.sums.e2, b.sums.e2, b.sums.e2));
  RC_ASSERT(close(a.sums.w2, b.sums.w2, b.sums.w2));
  RC_ASSERT(close(a.sums.wq, b.sums.wq, b.sums.w2 + b.sums.q2));
  RC_ASSERT(close(a.sums.q2, b.sums.q2, b.sums.q2));
  RC_ASSERT(close(a.sums.e, b.sums.e, double(b.sums.count)));
  RC_ASSERT(a.sums.max_abs == b.sums.max_abs);
  RC_ASSERT(a.counters.error.counts == b.counters.error.counts);
  RC_ASSERT(a.counters.step == b.counters.step);
  RC_ASSERT(a.counters.code == b.counters.code);
}

void same(const ValueSums& a, const ValueSums& b) {
  RC_ASSERT(a.count == b.count && a.zeros == b.zeros && a.min == b.min && a.max == b.max);
  if (a.count == 0) return;
  const auto n = static_cast<double>(a.count);
  const double spread = std::sqrt(b.m2 / n), size = std::max(std::fabs(b.mean), spread);
  RC_ASSERT(close(a.mean, b.mean, size));
  RC_ASSERT(close(a.m2, b.m2, n * size * size));
  RC_ASSERT(close(a.m3, b.m3, n * size * size * size));
  RC_ASSERT(close(a.m4, b.m4, n * size * size * size * size));
}

struct Parts {
  std::vector<float> all;
  std::span<const float> a, b, c;
};

/// Values cut anywhere into three.
Parts parts() {
  const auto source = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-(1 << 26), 1 << 26));
  const auto first = *rc::gen::inRange<std::size_t>(0, source.size() + 1);
  const auto second = *rc::gen::inRange<std::size_t>(first, source.size() + 1);
  Parts p;
  p.all = floats(source);
  const std::span<const float> whole = p.all;
  p.a = whole.first(first), p.b = whole.subspan(first, second - first), p.c = whole.subspan(second);
  return p;
}

}  // namespace

class TestStatsProperties : public QObject {
  Q_OBJECT

 private slots:
  void errorsMergeAssociatively() {
    QVERIFY(rc::check("(a b) c = a (b c) = the whole", [] {
      const Parts p = parts();
      ErrorStats left = stats_of(p.a), right = stats_of(p.b), whole = stats_of(p.a);
      left.merge(stats_of(p.b));
      left.merge(stats_of(p.c));
      right.merge(stats_of(p.c));
      whole.merge(right);
      same(left, whole);
      same(left, stats_of(p.all));
    }));
  }

  void valuesMergeAssociatively() {
    QVERIFY(rc::check("(a b) c = a (b c) = the whole", [] {
      const Parts p = parts();
      ValueSums left = value_sums(p.a), right = value_sums(p.b), whole = value_sums(p.a);
      left.merge(value_sums(p.b));
      left.merge(value_sums(p.c));
      right.merge(value_sums(p.c));
      whole.merge(right);
      same(left, whole);
      same(left, value_sums(p.all));
    }));
  }

  void selectionDoesNotDependOnTheSplit() {
    QVERIFY(rc::check("two workers select what one selects", [] {
      const Parts p = parts();
      BitHistogram counts;
      for (const float x : p.all) counts.add(x);
      const std::vector<double> percentiles = {0, 12.5, 50, 99, 100};
      RadixSelect one(counts, percentiles), many = one;
      while (!one.done()) {
        RadixSelect a = many, b = many;
        for (const float x : p.all) one.add(x);
        for (const float x : p.a) a.add(x);
        for (const float x : p.b) b.add(x);
        for (const float x : p.c) a.add(x);
        many.merge(b);
        many.merge(a);
        one.advance();
        many.advance();
      }
      for (std::size_t i = 0; i < percentiles.size(); ++i) RC_ASSERT(one.value(i) == many.value(i));
    }));
  }
};

QTEST_APPLESS_MAIN(TestStatsProperties)
#include "tst_stats_properties.moc"
