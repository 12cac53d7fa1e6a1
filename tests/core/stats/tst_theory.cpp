// Distortions of uniform and of optimal codebooks on Gaussian and Laplace data against the tables of the methods'
// definitions: quantile samples of 2^22 in the long run, fewer of them and fewer bits always.

#include <QTest>
#include <cmath>

#include "core/methods/uniform/rtn.h"
#include "core/methods/uniform/uniform.h"
#include "tests/support/densities.h"
#include "tests/support/methods.h"

using namespace quant::test;
namespace uniform = quant::uniform;

namespace {

/// Distortion of rtn with this step: its own codes, for a range of step · qmax.
double distortion(const Weights& w, int bits, double step) {
  const auto scheme = quant::Scheme::parse("rtn:bits=" + std::to_string(bits));
  const uniform::Form form = quant::rtn_form(*scheme);
  const float range = float(step * double(form.divisor));
  const auto quantizer = uniform::make(*scheme, form, [range](auto) { return uniform::Limits{-range, range}; });
  Fitted f{quant::memory_tensor("w", {w.size()}, w), nullptr};
  quant::TensorFacts facts(*f.view);
  quant::JobContext job;
  f.rows = std::move(*quantizer->fit(facts, nullptr, job));
  return mse(f, f.whole());
}

}  // namespace

class TestTheory : public QObject {
  Q_OBJECT

 private slots:
  void gaussAndLaplace() {
    const double gauss_step[] = {1.048385f, 0.601824f, 0.338608f, 0.188792f, 0.104179f, 0.056887f, 0.030766f};
    const double gauss[] = {1.49431e-1, 4.06383e-2, 1.18640e-2, 3.52596e-3, 1.04285e-3, 3.04579e-4, 8.77069e-5};
    const double laplace_step[] = {1.214126f, 0.762452f, 0.467647f, 0.281276f, 0.165915f, 0.096140f, 0.054851f};
    const double laplace[] = {2.06995e-1, 7.19946e-2, 2.52603e-2, 8.69068e-3, 2.90983e-3, 9.48120e-4, 3.01364e-4};
    const std::size_t n = long_run() ? 1 << 22 : 1 << 20,
                      widths = long_run() ? 7 : 5;  // rare overloads: 2^20 to 6 bits
    const Weights normal = samples(false, n), double_sided = samples(true, n);
    for (std::size_t i = 0; i < widths; ++i) {
      const double of_gauss = distortion(normal, int(i) + 2, gauss_step[i]) / gauss[i];
      const double of_laplace = distortion(double_sided, int(i) + 2, laplace_step[i]) / laplace[i];
      QVERIFY2(std::fabs(of_gauss - 1) < 0.01, qPrintable(QString("Gauss, %1 bits: %2").arg(i + 2).arg(of_gauss)));
      QVERIFY2(std::fabs(of_laplace - 1) < 0.01,
               qPrintable(QString("Laplace, %1 bits: %2").arg(i + 2).arg(of_laplace)));
    }
  }

  void kmeansIsLloydMax() {
    const double gauss[] = {3.633802e-1, 1.174818e-1, 3.454776e-2, 9.501008e-3,
                            2.504668e-3, 6.442397e-4, 1.634782e-4, 4.11851e-5};
    const double laplace[] = {5.000000e-1, 1.761949e-1, 5.447599e-2, 1.537253e-2,
                              4.102180e-3, 1.060952e-3, 2.698738e-4, 6.80617e-5};
    const std::size_t n = long_run() ? 1 << 22 : 1 << 17;
    const int most = long_run() ? 8 : 5;
    for (const bool is_laplace : {false, true}) {
      const Weights w = samples(is_laplace, n);
      for (int bits = 1; bits <= most; ++bits) {
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
