// Numbers down to the bit: the article's π and 30.2 (recomputed there), ties, limits and odd text.

#include <QTest>
#include <cmath>

#include "core/tensor/bit_layout.h"

using quant::BitLayout;

namespace {

BitLayout show(const char* text, const char* format) {
  const auto number = quant::parse_number(text);
  if (!number) qFatal("%s", quant::one_line(number.error()).c_str());
  return quant::layout(*number, *quant::find_bit_format(format));
}

QString bits_of_hex(const QString& hex, int bits) {
  QString text = QString::number(hex.toULongLong(nullptr, 16), 2);
  return QString(bits - text.size(), '0') + text;
}

}  // namespace

class TestBitLayout : public QObject {
  Q_OBJECT

 private slots:
  void codes_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("hex");
    QTest::addColumn<QString>("decimal20");
    QTest::addColumn<double>("error");
    const auto row = [](const char* typed, const char* format, const char* hex, const char* decimal, double error) {
      QTest::newRow(qPrintable(QString("%1 in %2").arg(typed, format))) << typed << format << hex << decimal << error;
    };
    row("3.141592653589793", "fp64", "400921fb54442d18", "3.14159265358979311600", 1.1599796346854e-16);
    row("3.141592653589793", "fp32", "40490fdb", "3.14159274101257324219", 8.7422780233e-8);
    row("3.141592653589793", "fp16", "4248", "3.14062500000000000000", -0.000967653589793);
    row("pi", "bf16", "4049", "3.14062500000000000000", -0.00096765358979323846);
    row("pi", "fp8-e4m3", "45", "3.25000000000000000000", 0.10840734641020677);
    row("pi", "fp8-e5m2", "42", "3.00000000000000000000", -0.14159265358979323);
    row("pi", "fp6-e3m2", "12" /* 010010 */, "3.00000000000000000000", -0.14159265358979323);
    row("pi", "fp6-e2m3", "15", "3.25000000000000000000", 0.10840734641020677);
    row("pi", "fp4-e2m1", "5", "3.00000000000000000000", -0.14159265358979323);
    row("30.2", "fp64", "403e333333333333", "30.19999999999999928946", -7.105427357601002e-16);
    row("30.2", "fp32", "41f1999a", "30.20000076293945312500", 7.62939453125e-7);
    row("30.2", "tf32", "20f8d" /* 41f1a000 without its low 13 bits */, "30.20312500000000000000", 0.003125);
    row("30.2", "fp16", "4f8d", "30.20312500000000000000", 0.003125);
    row("30.2", "bf16", "41f2", "30.25000000000000000000", 0.05);
    row("30.2", "fp8-e4m3", "5f", "30.00000000000000000000", -0.2);
    row("30.2", "fp8-e5m2", "50", "32.00000000000000000000", 1.8);
    row("30.2", "fp6-e3m2", "1f", "28.00000000000000000000", -2.2);
    row("30.2", "fp6-e2m3", "1f", "7.50000000000000000000", -22.7);
    row("30.2", "fp4-e2m1", "7", "6.00000000000000000000", -24.2);
    row("30.2", "int8", "1e", "30.00000000000000000000", -0.2);
    row("30.2", "int4", "7", "7.00000000000000000000", -23.2);
    row("30.2", "int2", "1", "1.00000000000000000000", -29.2);
    row("-2.5", "int4", "e", "-2.00000000000000000000", 0.5);
    row("-200", "int8", "80", "-128.00000000000000000000", 72);
    // Ties of the methods' definitions.
    row("0.25", "fp4-e2m1", "0", "0.00000000000000000000", -0.25);
    row("0.75", "fp4-e2m1", "2", "1.00000000000000000000", 0.25);
    row("3.5", "fp4-e2m1", "6", "4.00000000000000000000", 0.5);
    row("5", "fp4-e2m1", "6", "4.00000000000000000000", -1);
    row("464", "fp8-e4m3", "7e", "448.00000000000000000000", -16);
    row("1e9", "fp8-e4m3", "7e", "448.00000000000000000000", 448 - 1e9);
    row("65519.99", "fp16", "7bff", "65504.00000000000000000000", -15.99);
    row("65520", "fp16", "7c00", "inf", 0);
    row("1e400", "fp8-e5m2", "7b", "57344.00000000000000000000", -HUGE_VAL);
    row("1e-45", "fp32", "1", "0.00000000000000000000", 4.0129846432481707e-46);
    row("-0", "fp32", "80000000", "-0.00000000000000000000", 0);
    row("0x40490fdb", "fp32", "40490fdb", "3.14159274101257324219", 0);
    row("0b1000000010010010000111111011011", "fp32", "40490fdb", "3.14159274101257324219", 0);
    row("0x7fc00001", "fp32", "7fc00001", "nan", 0);
    row("inf", "fp16", "7c00", "inf", 0);
    row("-inf", "fp32", "ff800000", "-inf", 0);
    row("-Infinity", "fp8-e4m3", "fe", "-448.00000000000000000000", 0);
    row("nan", "fp8-e4m3", "7f", "nan", 0);
    row("nan", "fp4-e2m1", "0", "0.00000000000000000000", 0);
    row("nan", "int8", "0", "0.00000000000000000000", 0);
    // The typed decimal has more digits than a double: the error still counts them.
    row("0.1000000000000000055511151231257827", "fp64", "3fb999999999999a", "0.10000000000000000555",
        2.1181583404541015625e-36);
  }
  void codes() {
    QFETCH(QString, typed);
    QFETCH(QString, format);
    QFETCH(QString, hex);
    QFETCH(QString, decimal20);
    QFETCH(double, error);
    const BitLayout got = show(typed.toUtf8(), format.toUtf8());
    QCOMPARE(QString::fromStdString(got.bits), bits_of_hex(hex, got.format->bits));
    QCOMPARE(QString::fromStdString(got.decimal20), decimal20);
    QVERIFY2(got.error == error || std::fabs(got.error - error) <= 1e-9 * std::fabs(error),
             qPrintable(QString::number(got.error, 'g', 17)));
    if (!got.format->integer)
      QCOMPARE(got.sign + got.exponent + got.mantissa, got.bits);
    else
      QVERIFY(got.exponent.empty() && got.mantissa.empty());
  }

  void classes_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("cls");
    QTest::newRow("0") << "0"
                       << "fp32"
                       << "zero";
    QTest::newRow("−0") << "-0"
                        << "fp8-e4m3"
                        << "zero";
    QTest::newRow("the least float32") << "1e-45"
                                       << "fp32"
                                       << "subnormal";
    QTest::newRow("the same in fp64") << "1e-45"
                                      << "fp64"
                                      << "normal";
    QTest::newRow("the same in fp16") << "1e-45"
                                      << "fp16"
                                      << "zero";
    QTest::newRow("2^−24 in fp16") << "5.9604644775390625e-8"
                                   << "fp16"
                                   << "subnormal";
    QTest::newRow("beyond fp16") << "1e5"
                                 << "fp16"
                                 << "inf";
    QTest::newRow("beyond every format") << "1e400"
                                         << "fp64"
                                         << "inf";
    QTest::newRow("below every format") << "1e-400"
                                        << "fp64"
                                        << "zero";
    QTest::newRow("nan") << "nan"
                         << "bf16"
                         << "nan";
    QTest::newRow("an integer") << "3"
                                << "int4"
                                << "normal";
  }
  void classes() {
    QFETCH(QString, typed);
    QFETCH(QString, format);
    QFETCH(QString, cls);
    const auto name = quant::word(show(typed.toUtf8(), format.toUtf8()).cls);
    QCOMPARE(QString::fromUtf8(name.data(), qsizetype(name.size())), cls);
  }

  void clippedSaysThatTheRangeEnds() {
    QVERIFY(show("30.2", "int4").clipped);
    QVERIFY(!show("7.4", "int4").clipped);
    QVERIFY(show("30.2", "fp4-e2m1").clipped);
    QVERIFY(!show("448", "fp8-e4m3").clipped);
    QVERIFY(show("inf", "fp6-e3m2").clipped);
    QVERIFY(!show("inf", "fp8-e5m2").clipped);
  }

  void oddTextIsRefused_data() {
    QTest::addColumn<QString>("typed");
    for (const char* text : {"", "thirty", "1,5", "1.2.3", "0x", "0xg", "0b2", "0x123456789", "--1", "1e", "e5", ".",
                             "- 1", "1e99999999999", "0x1p3", "1_000"})
      QTest::newRow(text[0] ? text : "nothing") << text;
  }
  void oddTextIsRefused() {
    QFETCH(QString, typed);
    const auto number = quant::parse_number(typed.toStdString());
    QVERIFY(!number);
    QVERIFY(number.error().code == quant::ErrorCode::usage);
  }

  void exactNumbersRoundTrip() {
    for (const double value : {0.1, -30.2, 5e-324, 1.7976931348623157e308, 0.0, -0.0, 1.0}) {
      const auto number = quant::parse_number(quant::exact_number(value).text);
      QVERIFY(number);
      QCOMPARE(std::bit_cast<std::uint64_t>(number->nearest), std::bit_cast<std::uint64_t>(value));
      QCOMPARE(quant::layout(*number, *quant::find_bit_format("fp64")).error, 0.0);
    }
  }

  void flippedBits() {
    const auto& fp16 = *quant::find_bit_format("fp16");
    QCOMPARE(quant::layout_of_bits(0x3C01, fp16, 1.0).error, 0x1p-10);
    QCOMPARE(quant::layout_of_bits(0x4, *quant::find_bit_format("int4"), 7).value, 4.0);
    QCOMPARE(quant::layout_of_bits(0xC, *quant::find_bit_format("int4"), 7).value, -4.0);
    QCOMPARE(quant::layout_of_bits(~0ull, *quant::find_bit_format("fp4-e2m1"), 0).value, -6.0);
  }
};

QTEST_APPLESS_MAIN(TestBitLayout)
#include "tst_bit_layout.moc"
