// Range estimators against the worked numbers of methods.md 3.2, and the theory lines of 3.3.

#include <QTest>
#include <cmath>
#include <numbers>

#include "core/methods/uniform/ranges/ranges.h"
#include "core/methods/uniform/rtn.h"
#include "tests/support/methods.h"

using namespace quant::test;
namespace uniform = quant::uniform;

namespace {

constexpr std::size_t quantiles = std::size_t{1} << 22;

/// Φ⁻¹(p) to double precision: a logarithmic start, then Newton's method on erfc.
double normal_quantile(double p) {
  const double tail = std::min(p, 1 - p), t = std::sqrt(-2 * std::log(tail));
  double x = -(t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 2; ++i) {
    const double f = 0.5 * std::erfc(-x / std::numbers::sqrt2) - tail;
    x -= f / (std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi));
  }
  return p < 0.5 ? x : -x;
}

/// Quantiles F⁻¹((i + ½)/n) of unit variance.
Weights samples(bool laplace, std::size_t n) {
  Weights w(n);
  for (std::size_t i = 0; i < n / 2; ++i) {
    const double p = (double(i) + 0.5) / double(n);
    const double x = laplace ? std::log(2 * p) / std::numbers::sqrt2 : normal_quantile(p);
    w[i] = float(x), w[n - 1 - i] = float(-x);
  }
  return w;
}

/// Distortion of two's complement codes with this step (methods.md 3.3).
double distortion(const Weights& w, int bits, float step) {
  const float lo = -float(1 << (bits - 1)), hi = -lo - 1;
  double sum = 0;
  for (const float x : w) {
    const double e = double(std::clamp(uniform::rne(x / step), lo, hi) * step) - double(x);
    sum += e * e;
  }
  return sum / double(w.size());
}

uniform::Form form(const char* scheme) { return quant::rtn_form(*quant::Scheme::parse(scheme)); }

}  // namespace

class TestRanges : public QObject {
  Q_OBJECT

 private slots:
  void leastSquares_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<double>("squares");
    QTest::newRow("sym 4") << "rtn:bits=4,range=mse" << 0.0109;
    QTest::newRow("sym 3") << "rtn:bits=3,range=mse" << 0.02854;
    QTest::newRow("sym 2") << "rtn:bits=2,range=mse" << 0.3518;
    QTest::newRow("asym 4") << "rtn:asym,bits=4,range=mse" << 0.0181797;
    QTest::newRow("asym 3") << "rtn:asym,bits=3,range=mse" << 0.02854;
    QTest::newRow("asym 2") << "rtn:asym,bits=2,range=mse" << 0.351868;
  }
  void leastSquares() {
    QFETCH(QString, scheme);
    QFETCH(double, squares);
    const Fitted f = fit(scheme.toStdString(), {8}, v8);
    QVERIFY2(std::fabs(mse(f, f.whole()) * 8 - squares) < 1e-7,
             qPrintable(QString::number(mse(f, f.whole()) * 8, 'g', 9)));
  }

  void leastSquaresCodes() {
    const Fitted f = fit("rtn:bits=4,range=mse", {8}, v8);
    const auto q = f.whole();
    QCOMPARE(q.scales, Weights{0.174f});
    QCOMPARE(codes(f, q), (std::vector<int>{5, -2, 1, -8, 2, 4, 0, 6}));
  }

  /// The search measures what quantizing with the chosen range gives.
  void wholeTensorsAndColumnsAreSearchedToo() {
    const Weights w = {1, 0.1f, -0.3f, 9, 0.5f, 0.7f, -0.2f, 0.4f};
    const double whole = mse(fit("rtn:bits=2,gran=tensor,range=mse", {2, 4}, w),
                             fit("rtn:bits=2,gran=tensor,range=mse", {2, 4}, w).whole());
    const Fitted row = fit("rtn:bits=2,range=mse", {8}, w);
    QCOMPARE(whole, mse(row, row.whole()));
    QCOMPARE(fit("rtn:gran=column,range=mse", {2, 4}, w).rows->shared().scales.size(), std::size_t{4});
  }

  void octav() {
    const Fitted f = fit("rtn:bits=3,range=octav", {8}, v8);
    const auto q = f.whole();
    QVERIFY(std::fabs(q.scales[0] * 3 - 1.3507538f) < 2e-6f);
    QCOMPARE(codes(f, q), (std::vector<int>{2, -1, 0, -3, 1, 2, 0, 2}));
    QVERIFY(std::fabs(mse(f, q) - 0.0106409) < 1e-7);
    const auto normal = samples(false, 1 << 16);
    const float want[] = {1.738f, 2.158f, 2.558f};
    for (int b = 2; b <= 4; ++b) {
      const auto limits = uniform::octav(normal, form(("rtn:bits=" + std::to_string(b)).c_str()));
      QVERIFY(std::fabs(limits.hi / want[b - 2] - 1) < 3e-3f);
    }
  }

  void percentiles() {
    const Weights w = {3, 1, 4, 1, 5, 9, 2, 6};
    const auto at = [&](double p) { return uniform::percentile(w, uniform::Form::Span::magnitude, p).hi; };
    QCOMPARE(at(50), 3.5f);
    QCOMPARE(at(95), 7.95f);
    QCOMPARE(at(99), 8.79f);
    QCOMPARE(at(100), 9.0f);
    const auto both = uniform::percentile(w, uniform::Form::Span::width, 75);
    QCOMPARE(both.lo, 1.75f);
  }

  void aciqTakesTheCurveByItsTail() {
    const auto four = form("rtn:bits=4");
    QVERIFY(std::fabs(uniform::aciq(samples(false, 1 << 14), four, uniform::Curve::automatic).hi - 2.55f) < 5e-3f);
    const auto laplace = samples(true, 1 << 14);
    QVERIFY(std::fabs(uniform::aciq(laplace, four, uniform::Curve::automatic).hi -
                      5.03f / std::numbers::sqrt2_v<float>) < 1e-2f);
    QCOMPARE(uniform::aciq(v8, four, uniform::Curve::laplace).hi, 1.4f);  // never beyond the largest weight
  }

  void klNeedsManyWeights() {
    const auto f = try_fit("rtn:range=kl", {2, 100}, Weights(200, 1.0f));
    QVERIFY(!f && f.error().code == quant::ErrorCode::refused && f.error().why.find("2048") != std::string::npos);
    QVERIFY(!quant::Scheme::parse("rtn:group=64,range=kl"));
    const auto limits = uniform::kl(samples(false, 1 << 15), form("rtn:bits=8"));
    QVERIFY(limits.hi > 2 && limits.hi <= 4.3f);
  }

  void oddRegions_data() {
    QTest::addColumn<QString>("range");
    for (const char* range : {"percentile", "mse", "octav", "aciq"}) QTest::newRow(range) << range;
  }
  void oddRegions() {
    QFETCH(QString, range);
    for (const char* symmetry : {"sym", "asym", "asym,nowiden"}) {
      const std::string scheme = "rtn:" + std::string(symmetry) + ",range=" + range.toStdString();
      QCOMPARE(fit(scheme, {3}, {0, 0, 0}).whole().values, (Weights{0, 0, 0}));
      for (const Weights& w :
           {Weights{5}, Weights{1e-44f, -1e-45f, 0}, Weights{3e38f, -3e38f, 1}, Weights{not_a_number, infinity, 1}})
        for (const float v : fit(scheme, {w.size()}, w).whole().values) QVERIFY(std::isfinite(v));
    }
  }

  void parametersBelongToTheirRange() {
    QVERIFY(!quant::Scheme::parse("rtn:p=99"));
    QVERIFY(!quant::Scheme::parse("rtn:dist=gauss,range=mse"));
    QCOMPARE(quant::Scheme::parse("rtn:range=percentile,p=99.9")->text(), std::string("rtn:range=percentile"));
  }

  /// RMSE/Δ = 1/√12 within 0.5 %.
  void uniformNoise() {
    for (int bits = 2; bits <= 8; ++bits) {
      Weights w(1 << 16);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = float((double(i) + 0.5) / double(w.size()) * 2 - 1);
      const Fitted f = fit("rtn:full,bits=" + std::to_string(bits), {w.size()}, w);
      const auto q = f.whole();
      QVERIFY(std::fabs(std::sqrt(mse(f, q)) / double(q.scales[0]) * std::sqrt(12.0) - 1) < (bits < 8 ? 0.005 : 0.006));
    }
  }

  void gaussAndLaplace() {
    const float gauss_step[] = {1.048385f, 0.601824f, 0.338608f, 0.188792f, 0.104179f, 0.056887f, 0.030766f};
    const double gauss[] = {1.49431e-1, 4.06383e-2, 1.18640e-2, 3.52596e-3, 1.04285e-3, 3.04579e-4, 8.77069e-5};
    const float laplace_step[] = {1.214126f, 0.762452f, 0.467647f, 0.281276f, 0.165915f, 0.096140f, 0.054851f};
    const double laplace[] = {2.06995e-1, 7.19946e-2, 2.52603e-2, 8.69068e-3, 2.90983e-3, 9.48120e-4, 3.01364e-4};
    const Weights normal = samples(false, quantiles), double_sided = samples(true, quantiles);
    for (std::size_t i = 0; i < 7; ++i) {
      QVERIFY(std::fabs(distortion(normal, int(i) + 2, gauss_step[i]) / gauss[i] - 1) < 0.01);
      QVERIFY(std::fabs(distortion(double_sided, int(i) + 2, laplace_step[i]) / laplace[i] - 1) < 0.01);
    }
  }

  void kmeansIsLloydMax() {
    const double gauss[] = {3.633802e-1, 1.174818e-1, 3.454776e-2, 9.501008e-3,
                            2.504668e-3, 6.442397e-4, 1.634782e-4, 4.11851e-5};
    const double laplace[] = {5.000000e-1, 1.761949e-1, 5.447599e-2, 1.537253e-2,
                              4.102180e-3, 1.060952e-3, 2.698738e-4, 6.80617e-5};
    constexpr std::size_t n = std::size_t{1} << 17;
    for (const bool is_laplace : {false, true}) {
      const Weights w = samples(is_laplace, n);
      for (int bits = 1; bits <= 8; ++bits) {
        const Fitted f = fit("kmeans:bits=" + std::to_string(bits), {n}, w);
        const double want = (is_laplace ? laplace : gauss)[bits - 1], got = mse(f, f.whole());
        QVERIFY2(std::fabs(got / want - 1) < 0.01,
                 qPrintable(QString("%1 bits: %2, expected %3").arg(bits).arg(got).arg(want)));
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestRanges)
#include "tst_ranges.moc"
