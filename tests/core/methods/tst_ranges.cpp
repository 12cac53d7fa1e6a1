// Range estimators against the worked numbers of the methods' definitions.

#include <QTest>
#include <cmath>
#include <numbers>

#include "core/methods/uniform/ranges/ranges.h"
#include "core/methods/uniform/rtn.h"
#include "tests/support/densities.h"
#include "tests/support/methods.h"

using namespace quant::test;
namespace uniform = quant::uniform;

namespace {

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

  /// RMSE/Δ = 1/√12 within 0.5 %. Evenly spaced samples have no noise of their own: what is left would be the scheme's.
  void uniformNoise_data() {
    QTest::addColumn<QString>("form");
    for (const char* form : {"sym", "full", "asym"}) QTest::newRow(form) << QString(form);
  }
  void uniformNoise() {
    QFETCH(QString, form);
    for (int bits = 2; bits <= 8; ++bits) {
      Weights w(1 << 16);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = float((double(i) + 0.5) / double(w.size()) * 2 - 1);
      const Fitted f = fit("rtn:" + form.toStdString() + ",bits=" + std::to_string(bits), {w.size()}, w);
      const auto q = f.whole();
      const double ratio = std::sqrt(mse(f, q)) / double(q.scales[0]) * std::sqrt(12.0);
      QVERIFY2(std::fabs(ratio - 1) < 0.005, qPrintable(QString("%1 bits: %2").arg(bits).arg(ratio, 0, 'g', 8)));
    }
  }
};

QTEST_APPLESS_MAIN(TestRanges)
#include "tst_ranges.moc"
