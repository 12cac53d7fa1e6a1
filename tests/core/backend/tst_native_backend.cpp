// The cpu backend against the scalar reference, for every Highway target of this machine.

#include <hwy/targets.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/backend/analysis.h"
#include "core/backend/backend.h"
#include "core/backend/simd/native_kernel.h"
#include "core/methods/quantizer.h"

using namespace quant;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

struct Case {
  const char* name;
  std::vector<std::uint64_t> shape;
  void (*spoil)(std::vector<float>&);
};

void nothing(std::vector<float>&) {}
void specials(std::vector<float>& w) {
  const float odd[] = {0.0f, -0.0f, 1e-42f, -1e-42f, 1e-38f, 0.5f, -0.5f, 1.5f, 3.0e38f, -3.0e38f};
  for (std::size_t i = 0; i < w.size(); i += 7) w[i] = odd[(i / 7) % std::size(odd)];
}
void not_finite(std::vector<float>& w) {
  const float odd[] = {nan_value, inf, -inf};
  for (std::size_t i = 3; i < w.size(); i += 41) w[i] = odd[(i / 41) % std::size(odd)];
}
void tiny(std::vector<float>& w) {
  for (float& x : w) x *= 1e-41f;
}
void one_sign(std::vector<float>& w) {
  for (float& x : w) x = std::fabs(x) + 1;
}
void zeros(std::vector<float>& w) { std::fill(w.begin(), w.end(), 0.0f); }
void ties(std::vector<float>& w) {
  for (float& x : w) x = std::nearbyint(x * 100) / 2;
}

void large(std::vector<float>& w) {
  for (std::size_t i = 0; i < w.size(); ++i) w[i] *= i % 3 ? 1e4f : 4e6f;
}

const Case cases[] = {
    {"one element", {1}, nothing},
    {"shorter than a vector", {3, 5}, nothing},
    {"one vector", {2, 16}, nothing},
    {"beside a vector", {5, 33}, nothing},
    {"groups with a short last one", {7, 200}, nothing},
    {"longer than a chunk", {3, 1100}, nothing},
    {"many tiles", {290, 515}, nothing},
    {"stacked matrices", {3, 5, 64}, nothing},
    {"one dimension", {1000}, nothing},
    {"zeros, denormals and huge values", {9, 130}, specials},
    {"NaN and infinities", {9, 130}, not_finite},
    {"denormals only", {4, 130}, tiny},
    {"one sign", {4, 130}, one_sign},
    {"all zeros", {4, 130}, zeros},
    {"ties", {8, 256}, ties},
    {"values that overflow small formats", {6, 160}, large},
};

const char* const schemes[] = {
    "rtn:bits=4,group=128",
    "rtn:bits=2,group=32,asym",
    "rtn:bits=8,gran=row",
    "rtn:bits=3,gran=row,asym",
    "rtn:bits=4,gran=tensor",
    "rtn:bits=5,gran=tensor,asym",
    "rtn:bits=6,gran=column",
    "rtn:bits=4,gran=column,asym",
    "rtn:bits=4,group=64,full,recip",
    "rtn:bits=4,group=48,asym,nowiden",
    "rtn:bits=4,gran=column,recip",
    "rtn:bits=4,group=64,scales=f16",
    "article",
    "article:bits=8,gran=row",
    "article:bits=3,gran=tensor",
    "article:bits=4,group=32,decimals=2",
    "nf4",
    "nf4:block=32",
    "q4_0",
    "q8_0",
    "tf32",
    "bf16",
    "fp16",
    "fp8-e4m3",
    "fp8-e5m2",
    "fp6-e3m2",
    "fp6-e2m3",
    "fp4-e2m1",
    "fp4-e2m1:group=16",
    "fp8-e4m3:scale=row",
    "fp6-e3m2:scale=tensor",
    "fp16:scale=row",
    // Quantized by the reference, counted in vectors.
    "none",
    "fp32",
    "fp8-e5m2:overflow=ieee",
    "nf4:dq",
    "fp4-bnb",
    "binary",
    "bitnet",
    "kmeans:bits=3,gran=group,group=64",
    "rtn:bits=3,group=32,range=mse",
    "rtn:bits=7,gran=tensor,range=octav",
    "rtn:bits=8,group=64,range=percentile",
    "mxfp4",
    "mxint8",
    "nvfp4",
    "q4_1",
    "q6_k",
    "iq4_nl",
};

/// Analysed together: those whose groups are the same share their ranges.
const char* const together[] = {
    "rtn:bits=2,group=128",
    "rtn:bits=2,group=128,asym",
    "rtn:bits=8,group=128",
    "rtn:bits=4,group=128,asym",
    "rtn:bits=4,group=128,full,recip",
    "rtn:bits=4,group=128,asym,nowiden",
    "rtn:bits=4,group=32",
    "rtn:bits=3,group=32,asym",
    "rtn:bits=4,group=128,scales=f16",
    "rtn:bits=8,gran=row",
    "rtn:bits=5,gran=row,asym",
    "rtn:bits=4,gran=tensor",
    "article:bits=4,group=32",
    "nf4:block=32",
    "fp8-e4m3",
};

std::unique_ptr<TensorView> tensor(const Case& c) {
  std::uint64_t n = 1;
  for (const auto d : c.shape) n *= d;
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> w(n);
  for (float& x : w) x = normal(random);
  c.spoil(w);
  return memory_tensor("w", c.shape, std::move(w));
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

bool close(double a, double b, double scale) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= 1e-9 * std::max(std::fabs(scale), 1e-300);
}

void compare_sums(const ErrorSums& got, const ErrorSums& want) {
  QCOMPARE(got.count, want.count);
  QCOMPARE(got.nan, want.nan);
  QCOMPARE(got.inf, want.inf);
  QCOMPARE(got.clipped, want.clipped);
  QVERIFY(close(got.e2, want.e2, want.e2));
  QVERIFY(close(got.e2_clipped, want.e2_clipped, want.e2_clipped));
  QVERIFY(close(got.w2, want.w2, want.w2));
  QVERIFY(close(got.wq, want.wq, want.wq));
  QVERIFY(close(got.q2, want.q2, want.q2));
  QVERIFY(close(got.max_abs, want.max_abs, want.max_abs));
  QVERIFY(close(got.e, want.e, std::sqrt(want.e2 * static_cast<double>(want.count))));
}

class TestNativeBackend : public QObject {
  Q_OBJECT

 private slots:
  void matchesTheReference_data() {
    QTest::addColumn<qlonglong>("target");
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("scheme");
    for (const auto target : targets()) {
      for (int i = 0; i < static_cast<int>(std::size(cases)); ++i) {
        for (const char* scheme : schemes) {
          QTest::addRow("%s, %s, %s", hwy::TargetName(target), cases[i].name, scheme)
              << static_cast<qlonglong>(target) << i << scheme;
        }
      }
    }
  }

  void matchesTheReference() {
    QFETCH(qlonglong, target);
    QFETCH(int, index);
    QFETCH(QString, scheme);
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    const auto view = tensor(cases[index]);
    const auto parsed = Scheme::parse(scheme.toStdString());
    QVERIFY2(parsed.has_value(), parsed ? "" : one_line(parsed.error()).c_str());
    compare_dump(*view, *parsed);
    compare_analysis(*view, {&*parsed, 1});
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }

  void severalAtOnceMatchTheReference_data() { each_target_and_case(); }

  void severalAtOnceMatchTheReference() {
    QFETCH(qlonglong, target);
    QFETCH(int, index);
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    std::vector<Scheme> parsed;
    for (const char* scheme : together) parsed.push_back(*Scheme::parse(scheme));
    compare_analysis(*tensor(cases[index]), parsed);
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }

  void valuesMatchTheReference_data() { each_target_and_case(); }

 private:
  static void each_target_and_case() {
    QTest::addColumn<qlonglong>("target");
    QTest::addColumn<int>("index");
    for (const auto target : targets()) {
      for (int i = 0; i < static_cast<int>(std::size(cases)); ++i) {
        QTest::addRow("%s, %s", hwy::TargetName(target), cases[i].name) << static_cast<qlonglong>(target) << i;
      }
    }
  }

 private slots:
  void valuesMatchTheReference() {
    QFETCH(qlonglong, target);
    QFETCH(int, index);
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    const auto view = tensor(cases[index]);
    const RowTile tile{view->rows_in_place(0, view->matrix().all_rows()), view->matrix().all_rows(),
                       view->matrix().cols, 0};
    ValueSums got, want;
    BitHistogram got_counts, want_counts;
    QVERIFY(native_->values(tile, got, got_counts));
    QVERIFY(reference_->values(tile, want, want_counts));
    QCOMPARE(got_counts.counts, want_counts.counts);
    QVERIFY(got_counts.nan == want_counts.nan && got_counts.inf == want_counts.inf);
    QVERIFY(got.count == want.count && got.nan == want.nan && got.inf == want.inf);
    QVERIFY(got.zeros == want.zeros && got.subnormal == want.subnormal);
    QVERIFY(got.min == want.min && got.max == want.max);
    const double size = std::max(std::fabs(want.mean), std::sqrt(want.m2 / std::max<double>(1, double(want.count))));
    QVERIFY(close(got.mean, want.mean, size));
    QVERIFY(close(got.m2, want.m2, want.m2));
    QVERIFY(close(got.m3, want.m3, std::sqrt(want.m2) * want.m2));
    QVERIFY(close(got.m4, want.m4, want.m4));
    select_values(tile.w, want_counts);
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }

 private:
  static void select_values(std::span<const float> values, const BitHistogram& counts) {
    RadixSelect vectors(counts, value_percentiles), scalar = vectors;
    while (!scalar.done()) {
      native_select(values, vectors);
      for (const float x : values) {
        if (std::isfinite(x)) scalar.add(x);
      }
      vectors.advance();
      scalar.advance();
    }
    for (std::size_t i = 0; i < value_percentiles.size(); ++i) QVERIFY(vectors.value(i) == scalar.value(i));
    std::uint64_t far = 0;
    for (const float x : values) far += std::isfinite(x) && std::fabs(x - 0.01) > 0.03;
    QCOMPARE(native_far(values, 0.01, 0.03), far);
  }

  static std::vector<std::int64_t> targets() {
    std::vector<std::int64_t> list;
    for (std::int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) list.push_back(rest & -rest);
    return list;
  }

  void compare_dump(const TensorView& view, const Scheme& scheme) {
    JobContext job;
    const auto got = quantize(view, scheme, {native_.get(), reference_.get(), 1, 0}, job);
    const auto want = quantize(view, scheme, {reference_.get(), reference_.get(), 1, 0}, job);
    QCOMPARE(got.has_value(), want.has_value());
    if (!got) return;
    QCOMPARE(got->device, std::string("cpu"));
    QCOMPARE(got->whole.codes, want->whole.codes);
    QCOMPARE(got->whole.zeros, want->whole.zeros);
    QCOMPARE(got->whole.clipped, want->whole.clipped);
    QVERIFY(same_bits(got->whole.scales, want->whole.scales));
    QVERIFY(same_bits(got->whole.values, want->whole.values));
  }

  void compare_analysis(const TensorView& view, std::span<const Scheme> list) {
    JobContext job;
    const auto got = analyze(view, list, {native_.get(), reference_.get(), 2, 0}, job);
    const auto want = analyze(view, list, {reference_.get(), reference_.get(), 2, 0}, job);
    QVERIFY(got && want);
    QCOMPARE(got->size(), list.size());
    for (std::size_t i = 0; i < list.size(); ++i) compare_one((*got)[i], (*want)[i]);
  }

  static void compare_one(const Analysis& a, const Analysis& b) {
    if (a.refused.empty()) QCOMPARE(a.device, std::string("cpu"));
    QCOMPARE(a.refused, b.refused);
    compare_sums(a.stats.sums, b.stats.sums);
    QCOMPARE(a.stats.counters.error.counts, b.stats.counters.error.counts);
    QCOMPARE(a.stats.counters.clipped.counts, b.stats.counters.clipped.counts);
    QVERIFY(a.stats.counters.step == b.stats.counters.step);
    QVERIFY(a.stats.counters.code == b.stats.counters.code);
    QVERIFY(a.figures.p50_abs == b.figures.p50_abs);
    QVERIFY(a.figures.p95_abs == b.figures.p95_abs);
    QVERIFY(a.figures.p99_abs == b.figures.p99_abs);
  }

  std::unique_ptr<Backend> native_ = make_native_backend(), reference_ = make_reference_backend();
};

}  // namespace

QTEST_APPLESS_MAIN(TestNativeBackend)
#include "tst_native_backend.moc"
