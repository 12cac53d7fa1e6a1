// Distortions of uniform and of optimal codebooks on Gaussian and Laplace data against the tables of the methods'
// definitions.

#include <QTest>
#include <cmath>

#include "core/methods/uniform/uniform.h"
#include "tests/support/densities.h"
#include "tests/support/methods.h"

using namespace quant::test;
namespace uniform = quant::uniform;

namespace {

constexpr std::size_t quantiles = std::size_t{1} << 22;

/// Distortion of two's complement codes with this step.
double distortion(const Weights& w, int bits, float step) {
  const float lo = -float(1 << (bits - 1)), hi = -lo - 1;
  double sum = 0;
  for (const float x : w) {
    const double e = double(std::clamp(uniform::rne(x / step), lo, hi) * step) - double(x);
    sum += e * e;
  }
  return sum / double(w.size());
}

}  // namespace

class TestTheory : public QObject {
  Q_OBJECT

 private slots:
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
    constexpr std::size_t n = quantiles;
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

QTEST_APPLESS_MAIN(TestTheory)
#include "tst_theory.moc"
