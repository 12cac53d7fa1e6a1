// Floating formats from their definition: table of the methods' definitions, every pattern there and back, rounding and
// overflow.

#include <QTest>
#include <cmath>
#include <cstring>
#include <random>

#include "core/tensor/float_format.h"

using namespace quant::float_format;

namespace {

void format_rows() {
  QTest::addColumn<int>("index");
  for (std::size_t i = 0; i < std::size(formats); ++i) QTest::newRow(std::string(formats[i].id).c_str()) << int(i);
}

/// Nearest value by its definition, exponents going on beyond the range: rint to the quantum of |x|'s binade.
double nearest_value(double x, const Format& f) {
  if (x == 0) return x;
  const int exponent = std::max(std::ilogb(x), 1 - f.bias());
  const double quantum = std::ldexp(1.0, exponent - f.mantissa_bits);
  return std::copysign(std::rint(std::fabs(x) / quantum) * quantum, x);
}

}  // namespace

class TestFloatFormat : public QObject {
  Q_OBJECT

 private slots:
  void limits_data() {
    QTest::addColumn<int>("index");
    QTest::addColumn<double>("largest");
    QTest::addColumn<double>("least_normal");
    QTest::addColumn<double>("least");
    const double table[][3] = {{1.7976931348623157e308, 0x1p-1022, 0x1p-1074},
                               {3.4028234663852886e38, 0x1p-126, 0x1p-149},
                               {3.4011621342146535e38, 0x1p-126, 0x1p-136},
                               {3.3895313892515355e38, 0x1p-126, 0x1p-133},
                               {65504, 0x1p-14, 0x1p-24},
                               {448, 0x1p-6, 0x1p-9},
                               {57344, 0x1p-14, 0x1p-16},
                               {28, 0.25, 0.0625},
                               {7.5, 1, 0.125},
                               {6, 1, 0.5}};
    for (std::size_t i = 0; i < std::size(formats); ++i)
      QTest::newRow(std::string(formats[i].id).c_str()) << int(i) << table[i][0] << table[i][1] << table[i][2];
  }
  void limits() {
    QFETCH(int, index);
    QFETCH(double, largest);
    QFETCH(double, least_normal);
    QFETCH(double, least);
    const Format& f = formats[index];
    QVERIFY(f.max_finite() == largest);
    QVERIFY(decode<double>(std::uint64_t{1} << f.mantissa_bits, f) == least_normal);
    QVERIFY(decode<double>(1, f) == least);
    QVERIFY(std::signbit(decode<double>(f.sign_bit(), f)));
  }

  /// Decoding and encoding again gives the pattern, in float32 and float64.
  void everyPatternSurvives_data() { format_rows(); }
  void everyPatternSurvives() {
    QFETCH(int, index);
    const Format& f = formats[index];
    const std::uint64_t step = f.bits() <= 19 ? 1 : f.bits() == 32 ? 65537 : 0x123456789ABCDull;
    for (std::uint64_t magnitude = 0; magnitude <= f.max_code(); magnitude += step)
      for (const std::uint64_t code : {magnitude, magnitude | f.sign_bit()}) {
        const double value = decode<double>(code, f);
        QVERIFY(encode(value, f, Overflow::saturate).code == code);
        if (f.bits() > 32) continue;
        QVERIFY(double(decode<float>(code, f)) == value);
        QVERIFY(encode(float(value), f, Overflow::ieee).code == code);
      }
  }

  void roundsToNearestEven_data() { format_rows(); }
  void roundsToNearestEven() {
    QFETCH(int, index);
    const Format& f = formats[index];
    if (f.bits() > 32) return;
    std::mt19937_64 engine(7);
    const double top = std::log2(f.max_finite());
    const double bottom = std::max(-148.0, 1.0 - f.bias() - f.mantissa_bits - 2);
    std::uniform_real_distribution<double> exponent(bottom, top);
    for (int i = 0; i < 20000; ++i) {
      double x = std::exp2(exponent(engine)) * (i % 2 ? 1 : -1);
      if (i % 3 == 0) {  // exactly between two neighbours
        const double held = nearest_value(x, f);
        x = held + std::ldexp(1.0, std::max(std::ilogb(held), 1 - f.bias()) - f.mantissa_bits) / 2;
      }
      const double want = nearest_value(x, f);
      if (std::fabs(want) > f.max_finite()) continue;
      QVERIFY(decode<double>(encode(x, f, Overflow::ieee).code, f) == want);
      const float narrow = float(x);
      QVERIFY(double(round(narrow, f)) == nearest_value(double(narrow), f));
      QVERIFY(std::signbit(round(narrow, f)) == std::signbit(narrow));
    }
  }

  /// the methods' definitions.
  void overflow_data() {
    QTest::addColumn<int>("index");
    QTest::addColumn<float>("x");
    QTest::addColumn<quint64>("ieee");
    QTest::addColumn<quint64>("saturate");
    const auto row = [](const char* name, int index, float x, quint64 ieee, quint64 saturate) {
      QTest::newRow(name) << index << x << ieee << saturate;
    };
    row("fp16: 65520 is the tie and goes to Inf", 4, 65520, 0x7C00, 0x7BFF);
    row("fp16: below it stays", 4, 65519.99f, 0x7BFF, 0x7BFF);
    row("e4m3: 464 is the tie and rounds to 448", 5, 464, 0x7E, 0x7E);
    row("e4m3: 465", 5, 465, 0x7F, 0x7E);
    row("e4m3: −1e9", 5, -1e9f, 0xFF, 0xFE);
    row("e4m3: Inf", 5, INFINITY, 0x7F, 0x7E);
    row("e5m2: 61440 is the tie and goes to Inf", 6, 61440, 0x7C, 0x7B);
    row("e5m2: Inf in both modes", 6, -INFINITY, 0xFC, 0xFC);
    row("e3m2: 30", 7, 30, 0x1F, 0x1F);
    row("e2m3: −Inf", 8, -INFINITY, 0x3F, 0x3F);
    row("e2m1: 7", 9, 7, 7, 7);
    row("e2m1: NaN is 0", 9, NAN, 0, 0);
    row("e4m3: NaN", 5, NAN, 0x7F, 0x7F);
    row("e5m2: −NaN", 6, -NAN, 0xFF, 0xFF);
    row("fp16: NaN is quiet", 4, NAN, 0x7E00, 0x7E00);
    row("bf16: the largest float32 rounds up", 3, 3.4028235e38f, 0x7F80, 0x7F7F);
  }
  void overflow() {
    QFETCH(int, index);
    QFETCH(float, x);
    QFETCH(quint64, ieee);
    QFETCH(quint64, saturate);
    QCOMPARE(quint64(encode(x, formats[index], Overflow::ieee).code), ieee);
    const Encoded held = encode(x, formats[index], Overflow::saturate);
    QCOMPARE(quint64(held.code), saturate);
    const double rounded = std::isfinite(x) ? std::fabs(nearest_value(double(x), formats[index])) : 0;
    QCOMPARE(held.saturated, rounded > formats[index].max_finite());
  }
};

QTEST_APPLESS_MAIN(TestFloatFormat)
#include "tst_float_format.moc"
