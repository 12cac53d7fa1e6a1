// HQQ's rounds in vectors against their definition, and the search with any number of threads.

#include <QTest>
#include <cstring>
#include <limits>

#include "core/methods/hqq/round.h"
#include "core/methods/hqq/search.h"
#include "tests/support/methods.h"
#include "tests/support/odd_weights.h"

using namespace quant;
using namespace quant::test;
using half_quadratic::Shrink;

namespace {

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// The scheme's scales and zeros.
Shared learn(const TensorView& view, const char* text, int threads) {
  const auto quantizer = make_quantizer(*Scheme::parse(text));
  TensorFacts facts(view, threads);
  JobContext job;
  return (*(*quantizer)->fit(facts, nullptr, job))->shared();
}

}  // namespace

class TestHqq : public QObject {
  Q_OBJECT

 private slots:
  void vectorsMoveZerosAsTheDefinition_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("n");
    for (int kind = 0; kind < int(std::size(odd_weights)); ++kind) {
      QTest::addRow("%s, groups of 64", odd_weights[kind].name) << kind << 64 << 640;
      QTest::addRow("%s, groups of 8", odd_weights[kind].name) << kind << 8 << 64;
      QTest::addRow("%s, groups of 12", odd_weights[kind].name) << kind << 12 << 120;
      QTest::addRow("%s, a short last group", odd_weights[kind].name) << kind << 32 << 75;
    }
  }
  void vectorsMoveZerosAsTheDefinition() {
    QFETCH(int, kind);
    QFETCH(int, group);
    QFETCH(int, n);
    auto w = odd_values(odd_weights[kind], std::size_t(n));
    for (const bool finite : {true, false}) {
      if (!finite) w[3] = not_a_number, w[40] = infinity, w[41] = -infinity;
      const std::vector<float> zeros(std::size_t((n + group - 1) / group), 7.3f);
      const std::vector<float> inverse(zeros.size(), odd_weights[kind].value == odd_weights[0].value ? 150.0f : 3.0f);
      for (const float top : {1.0f, 15.0f, 255.0f}) {
        const Shrink shrink(0.7f, 10);
        auto want = zeros;
        const double error = half_quadratic::move_zeros(w, std::uint64_t(group), inverse, want, top, shrink);
        each_target([&](const char* target) {
          auto got = zeros;
          const double same = half_quadratic::move_zeros_simd(w, std::uint64_t(group), inverse, got, top, shrink);
          QVERIFY2(same_bits(got, want), target);
          QVERIFY2(same == error || (std::isnan(same) && std::isnan(error)), target);
        });
      }
    }
  }

  void threadsChangeNothing_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme : {"hqq", "hqq:bits=2,group=32", "hqq:axis=0", "hqq:group=48", "hqq:axis=0,group=20"})
      QTest::newRow(scheme) << scheme;
  }
  void threadsChangeNothing() {
    QFETCH(QString, scheme);
    const auto view = memory_tensor("w", {700, 960}, odd_values(odd_weights[2], 700 * 960));
    const Shared one = learn(*view, scheme.toLatin1(), 1), many = learn(*view, scheme.toLatin1(), 4);
    QVERIFY(same_bits(one.scales, many.scales));
    QVERIFY(same_bits(one.zeros, many.zeros));
  }
};

QTEST_APPLESS_MAIN(TestHqq)
#include "tst_hqq.moc"
