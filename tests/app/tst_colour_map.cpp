// Colour maps against their published figures: ends, monotone lightness, and distances as colour-blind eyes see them.

#include <QTest>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "app/views/colour_map.h"

namespace {

using Vec = std::array<double, 3>;
using Matrix = std::array<Vec, 3>;

Vec times(const Matrix& m, const Vec& v) {
  Vec out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return out;
}

Vec linear(QRgb c) {
  const auto decode = [](int byte) {
    const double x = byte / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  return {decode(qRed(c)), decode(qGreen(c)), decode(qBlue(c))};
}

// Ottosson 2020, linear sRGB → OKLab.
Vec oklab(const Vec& rgb) {
  Vec lms = times({{{0.4122214708, 0.5363325363, 0.0514459929},
                    {0.2119034982, 0.6806995451, 0.1073969566},
                    {0.0883024619, 0.2817188376, 0.6299787005}}},
                  rgb);
  for (double& x : lms) x = std::cbrt(x);
  return times({{{0.2104542553, 0.7936177850, -0.0040720468},
                 {1.9779984951, -2.4285922050, 0.4505937099},
                 {0.0259040371, 0.7827717662, -0.8086757660}}},
               lms);
}

double distance(const Vec& a, const Vec& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

// Machado, Oliveira, Fernandes 2009, severity 1.0, on linear sRGB.
const Matrix normal{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
const Matrix protan{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
const Matrix deutan{{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
const Matrix tritan{
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

Vec seen(QRgb c, const Matrix& eye) { return oklab(times(eye, linear(c))); }

}  // namespace

class TestColourMap : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void cividisHasItsPublishedEnds() {
    // What d3.interpolateCividis prints for 0 and 1.
    QCOMPARE(QColor(app::cividis().front()), QColor(0, 32, 81));
    QCOMPARE(QColor(app::cividis().back()), QColor(253, 234, 69));
  }

  void cividisGetsLighterWithEveryStep() {
    const auto& t = app::cividis();
    for (std::size_t i = 4; i < t.size(); i += 4)
      QVERIFY2(seen(t[i], normal)[0] > seen(t[i - 4], normal)[0], qPrintable(QString::number(i)));
    QVERIFY(std::abs(seen(t.front(), normal)[0] - 0.257) < 0.005);
    QVERIFY(std::abs(seen(t.back(), normal)[0] - 0.925) < 0.005);
  }

  void sixteenStepsOfCividisStayApart_data() { eyes(); }
  void sixteenStepsOfCividisStayApart() {
    QFETCH(Matrix, eye);
    double least = 1;
    for (std::size_t i = 0; i + 17 <= 256; i += 17)
      least = std::min(
          least, distance(seen(app::cividis()[i], eye), seen(app::cividis()[std::min<std::size_t>(i + 17, 255)], eye)));
    QVERIFY2(least > 0.026, qPrintable(QString::number(least)));
  }

  void divergingIsSymmetricInLightness_data() { themes(); }
  void divergingIsSymmetricInLightness() {
    QFETCH(bool, dark);
    const auto& t = app::diverging(dark);
    for (std::size_t k = 1; k < 128; ++k)
      QVERIFY(std::abs(seen(t[128 + k], normal)[0] - seen(t[128 - k], normal)[0]) < 0.008);
  }

  void divergingLeavesItsMiddleMonotonically_data() { themes(); }
  void divergingLeavesItsMiddleMonotonically() {
    QFETCH(bool, dark);
    const auto& t = app::diverging(dark);
    const double sign = dark ? 1 : -1;  // dark themes: away from zero is lighter
    for (std::size_t k = 128; k + 3 < 256; k += 3)
      QVERIFY(sign * (seen(t[k + 3], normal)[0] - seen(t[k], normal)[0]) > 0);
    QVERIFY(std::hypot(seen(t[128], normal)[1], seen(t[128], normal)[2]) < 0.003);  // zero is grey
  }

  void divergingEndsAreToldApartByEveryEye_data() { eyes(); }
  void divergingEndsAreToldApartByEveryEye() {
    QFETCH(Matrix, eye);
    for (bool dark : {false, true}) {
      const auto& t = app::diverging(dark);
      QVERIFY(distance(seen(t[1], eye), seen(t[255], eye)) >= 0.165);
    }
  }

  void divergingStaysInGamut_data() { themes(); }
  void divergingStaysInGamut() {
    // A clipped channel would break the lightness that the formula asks for.
    QFETCH(bool, dark);
    const auto& t = app::diverging(dark);
    for (std::size_t i = 1; i < t.size(); ++i) {
      const double a = std::abs((double(i) - 128) / 127);
      const double want = dark ? 0.27 + 0.50 * std::pow(a, 0.9) : 0.96 - 0.56 * std::pow(a, 0.9);
      QVERIFY2(std::abs(seen(t[i], normal)[0] - want) < 0.006, qPrintable(QString::number(i)));
    }
  }

  void limitsClampAndZeroIsTheMiddle() {
    const app::ColourScale signed_scale(app::ColourKind::diverging, -3, 2, false);
    QCOMPARE(signed_scale.lo(), -2.0);
    QCOMPARE(signed_scale.colour(0), app::diverging(false)[128]);
    QCOMPARE(signed_scale.colour(7), app::diverging(false)[255]);
    QCOMPARE(signed_scale.colour(-7), app::diverging(false)[0]);
    const app::ColourScale flat(app::ColourKind::sequential, 1, 1, false);
    QCOMPARE(flat.colour(1), app::cividis()[0]);
  }

  void nanAndInfTakeTheSpecialColour() {
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> cells{0, 1, std::nanf(""), inf, -inf};
    std::vector<QRgb> out(5);
    app::ColourScale(app::ColourKind::sequential, 0, 1, false).colour(cells, out.data(), app::nan_colour);
    QCOMPARE(out, (std::vector<QRgb>{app::cividis()[0], app::cividis()[255], app::nan_colour, app::nan_colour,
                                     app::nan_colour}));
  }

  void textReadsOnEveryColour() {
    for (const auto* table : {&app::cividis(), &app::diverging(false), &app::diverging(true)})
      for (QRgb c : *table) QVERIFY(app::contrast(app::inkOn(c), QColor(c)) >= 4.0);
  }

 private:
  static void eyes() {
    QTest::addColumn<Matrix>("eye");
    QTest::newRow("usual sight") << normal;
    QTest::newRow("protan") << protan;
    QTest::newRow("deutan") << deutan;
    QTest::newRow("tritan") << tritan;
  }
  static void themes() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light theme") << false;
    QTest::newRow("dark theme") << true;
  }
};

QTEST_APPLESS_MAIN(TestColourMap)
#include "tst_colour_map.moc"
