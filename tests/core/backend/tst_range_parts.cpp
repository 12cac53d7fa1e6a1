// Range estimators: the search that bounds spare against all hundred cuts, matrices in parts against regions in memory.

#include <QTest>
#include <bit>
#include <cmath>

#include "core/methods/uniform/ranges/mse_bounds.h"
#include "core/methods/uniform/ranges/ranges.h"
#include "core/methods/uniform/rtn.h"
#include "tests/support/methods.h"
#include "tests/support/odd_weights.h"

using namespace quant;
using namespace quant::test;
using uniform::Limits;

namespace {

uniform::Form form(const std::string& scheme) { return rtn_form(*Scheme::parse(scheme)); }

bool same(Limits a, Limits b) { return a.lo == b.lo && a.hi == b.hi; }

/// Σe² of quantizing with a range, as rtn does it.
double error_of(std::span<const float> w, const uniform::Form& form, Limits range) {
  const uniform::Grid g = uniform::grid(form, range);
  const float inverse = 1.0f / g.scale;
  double sum = 0;
  for (const float x : w) {
    const float v = form.recip && std::isfinite(inverse) ? x * inverse : x / g.scale;
    const float q = std::clamp(uniform::rne(v) + g.zero, form.code_lo, form.code_hi);
    const double e = double((q - g.zero) * g.scale) - double(x);
    sum += e * e;
  }
  return sum;
}

/// All hundred cuts, the widest of the best.
Limits least_of_all(std::span<const float> w, const uniform::Form& form) {
  Limits range = uniform::minmax(w);
  const auto magnitude = float(uniform::magnitude(range));
  if (form.span == uniform::Form::Span::magnitude) range = {-magnitude, magnitude};
  Limits best;
  double least = std::numeric_limits<double>::infinity();
  for (int percent = 100; percent > 0; --percent) {
    const Limits cut{float(double(range.lo) * percent / 100), float(double(range.hi) * percent / 100)};
    const double error = error_of(w, form, cut);
    if (error < least) least = error, best = cut;
  }
  return best;
}

/// The scales and zeros of a fitted scheme.
Shared learn(const TensorView& view, const std::string& text, int threads) {
  const auto quantizer = make_quantizer(*Scheme::parse(text));
  TensorFacts facts(view, threads);
  JobContext job;
  return (*(*quantizer)->fit(facts, nullptr, job))->shared();
}

}  // namespace

class TestRangeParts : public QObject {
  Q_OBJECT

 private slots:
  void boundsSpareNoBetterCut_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("kind");
    for (const char* scheme : {"bits=4", "bits=2", "bits=8,narrow", "bits=3,full,recip", "bits=4,asym",
                               "bits=2,asym,recip", "bits=8,asym,nowiden", "bits=5,scales=f16"})
      for (int kind = 0; kind < int(std::size(odd_weights)); ++kind)
        QTest::addRow("%s, %s", scheme, odd_weights[kind].name) << scheme << kind;
  }
  void boundsSpareNoBetterCut() {
    QFETCH(QString, scheme);
    QFETCH(int, kind);
    const uniform::Form f = form("rtn:range=mse," + scheme.toStdString());
    for (const std::size_t n : {1u, 7u, 128u, 1000u}) {
      const auto w = odd_values(odd_weights[kind], n);
      const Limits want = least_of_all(w, f);
      each_target([&](const char* target) { QVERIFY2(same(uniform::least_squares(w, f), want), target); });
    }
  }

  void roughErrorsLieWithinTheirBounds() {
    const auto w = odd_values(odd_weights[1], 3000);
    uniform::Grids grids;
    for (std::size_t k = 0; k < uniform::cuts_padded; ++k) {
      grids.scale[k] = 0.01f * float(k + 1), grids.inverse[k] = 1.0f / grids.scale[k];
      grids.lo[k] = -8, grids.hi[k] = 7;
    }
    each_target([&](const char* target) {
      const auto rough = uniform::rough_errors(w, grids);
      for (std::size_t k = 0; k < uniform::cuts_padded; ++k) {
        double exact = 0;
        for (const float x : w) {
          const float q = std::clamp(uniform::rne(x / grids.scale[k]), -8.0f, 7.0f);
          exact += std::pow(double(q * grids.scale[k]) - double(x), 2);
        }
        const auto bounds = uniform::bounds_of(rough.error[k], rough.square);
        QVERIFY2(bounds.least <= std::sqrt(exact) && std::sqrt(exact) <= bounds.most, target);
      }
    });
  }

  void matricesInPartsHaveTheRangesOfRegions_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("kind");
    for (const char* scheme : {"range=percentile", "range=percentile,p=75,asym", "range=mse", "range=mse,asym",
                               "range=octav", "range=octav,asym", "range=aciq", "range=aciq,asym", "range=kl"})
      for (const int kind : {0, 1, 3, 9, 18}) QTest::addRow("%s, %s", scheme, odd_weights[kind].name) << scheme << kind;
  }
  void matricesInPartsHaveTheRangesOfRegions() {
    QFETCH(QString, scheme);
    QFETCH(int, kind);
    constexpr std::uint64_t rows = 700, cols = 960;  // three tiles
    auto w = odd_values(odd_weights[kind], rows * cols);
    w[5] = not_a_number, w[700] = infinity;
    const std::string text = "rtn:gran=tensor," + scheme.toStdString();
    const Limits want = uniform::estimator(*Scheme::parse(text), form(text))(w);
    const auto view = memory_tensor("w", {rows, cols}, w);
    TensorFacts facts(*view);
    JobContext job;
    const auto got = uniform::parts_estimator(*Scheme::parse(text), form(text))(uniform::MatrixParts(facts, 0, job));
    QVERIFY(got.has_value());
    // Sums over parts are added up in another order.
    QVERIFY(std::fabs(got->hi - want.hi) <= 1e-6f * std::fabs(want.hi));
    QVERIFY(std::fabs(got->lo - want.lo) <= 1e-6f * std::fabs(want.lo));
  }

  void threadsChangeNothing_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme : {"rtn:gran=tensor,range=percentile", "rtn:gran=tensor,range=mse",
                               "rtn:gran=tensor,range=octav", "rtn:gran=tensor,range=aciq", "rtn:gran=tensor,range=kl",
                               "rtn:gran=column,range=mse", "rtn:gran=column", "rtn:gran=tensor,asym", "bitnet"})
      QTest::newRow(scheme) << scheme;
  }
  void threadsChangeNothing() {
    QFETCH(QString, scheme);
    const auto view = memory_tensor("w", {2, 350, 960}, odd_values(odd_weights[2], 700 * 960));
    const Shared one = learn(*view, scheme.toStdString(), 1), many = learn(*view, scheme.toStdString(), 4);
    QCOMPARE(one.scales, many.scales);
    QCOMPARE(one.zeros, many.zeros);
  }

  /// More columns than one block holds, in two matrices.
  void columnsHaveTheRangesOfTheirValues() {
    constexpr std::uint64_t rows = 1 << 15, cols = 200;
    const auto w = odd_values(odd_weights[2], 2 * rows * cols);
    const auto view = memory_tensor("w", {2, rows, cols}, w);
    const Shared got = learn(*view, "rtn:gran=column,range=octav", 0);
    QCOMPARE(got.scales.size(), std::size_t{2 * cols});
    for (const std::uint64_t c : {0u, 1u, 127u, 128u, 199u, 200u, 399u}) {
      Weights column(rows);
      for (std::uint64_t r = 0; r < rows; ++r) column[r] = w[(c / cols * rows + r) * cols + c % cols];
      const uniform::Form f = form("rtn:gran=column,range=octav");
      QCOMPARE(got.scales[c], uniform::grid(f, uniform::octav(column, f)).scale);
    }
  }
};

QTEST_APPLESS_MAIN(TestRangeParts)
#include "tst_range_parts.moc"
