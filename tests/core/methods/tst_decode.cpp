// Stored elements to float32, against the formats' definitions.

#include <QTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/methods/decode.h"
#include "core/methods/gguf/blocks.h"

using quant::DType;
using Bytes = std::vector<std::uint8_t>;
using Values = std::vector<float>;

namespace {

/// The value of a pattern from the definition, in double: (−1)^s·2^(e−bias)·(1 + f/2^M), subnormals with e = 0.
double value_of(unsigned code, int e_bits, int m_bits, int bias) {
  const int e = int(code >> m_bits) & ((1 << e_bits) - 1), f = int(code) & ((1 << m_bits) - 1);
  const double sign = (code >> (e_bits + m_bits)) & 1 ? -1 : 1;
  const double fraction = f / std::ldexp(1.0, m_bits);
  return sign * (e == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, e - bias));
}

std::span<const std::byte> bytes_of(const auto& values) { return std::as_bytes(std::span(values)); }

}  // namespace

class TestDecode : public QObject {
  Q_OBJECT

 private slots:
  void everyHalf() {
    std::vector<std::uint16_t> halves(65536);
    for (unsigned i = 0; i < 65536; ++i) halves[i] = std::uint16_t(i);
    Values out(65536);
    QVERIFY(quant::decode_rows(DType::f16, bytes_of(halves), 65536, out));
    for (unsigned i = 0; i < 65536; ++i) {
      const unsigned magnitude = i & 0x7FFF;
      if (magnitude > 0x7C00) {
        QVERIFY2(std::isnan(out[i]), qPrintable(QString::number(i, 16)));
      } else {
        const double want = magnitude == 0x7C00 ? INFINITY : std::fabs(value_of(magnitude, 5, 10, 15));
        QVERIFY2(double(std::fabs(out[i])) == want, qPrintable(QString::number(i, 16)));
        QCOMPARE(std::signbit(out[i]), (i & 0x8000) != 0);
      }
    }
  }

  void everySmallFloat_data() {
    QTest::addColumn<int>("dtype");
    QTest::addColumn<int>("e");
    QTest::addColumn<int>("m");
    QTest::addColumn<int>("bias");
    QTest::addColumn<int>("first_special");  // magnitudes from here on are Inf or NaN; 255 = none
    QTest::newRow("F8_E4M3") << int(DType::f8_e4m3) << 4 << 3 << 7 << 0x7F;
    QTest::newRow("F8_E5M2") << int(DType::f8_e5m2) << 5 << 2 << 15 << 0x7C;
    QTest::newRow("F8_E4M3FNUZ") << int(DType::f8_e4m3fnuz) << 4 << 3 << 8 << 255;
    QTest::newRow("F8_E5M2FNUZ") << int(DType::f8_e5m2fnuz) << 5 << 2 << 16 << 255;
  }
  void everySmallFloat() {
    QFETCH(int, dtype);
    QFETCH(int, e);
    QFETCH(int, m);
    QFETCH(int, bias);
    QFETCH(int, first_special);
    Bytes codes(256);
    for (unsigned i = 0; i < 256; ++i) codes[i] = std::uint8_t(i);
    Values out(256);
    QVERIFY(quant::decode_rows(DType(dtype), bytes_of(codes), 256, out));
    for (unsigned i = 0; i < 256; ++i) {
      const bool special = int(i & 0x7F) >= first_special || (first_special == 255 && i == 0x80);
      if (special)
        QVERIFY(!std::isfinite(out[i]));
      else
        QCOMPARE(double(out[i]), value_of(i, e, m, bias));
    }
  }

  void values_data() {
    QTest::addColumn<int>("dtype");
    QTest::addColumn<Bytes>("in");
    QTest::addColumn<Values>("want");
    QTest::newRow("BF16 is the upper half of F32")
        << int(DType::bf16) << Bytes{0x49, 0x40, 0, 0x80} << Values{3.140625f, -0.0f};
    QTest::newRow("F64 is rounded once") << int(DType::f64) << Bytes{0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f}
                                         << Values{0.1f};
    QTest::newRow("F8_E8M0 holds powers of two, the least one subnormal")
        << int(DType::f8_e8m0) << Bytes{127, 128, 0, 254} << Values{1, 2, 0x1p-127f, 0x1p127f};
    QTest::newRow("F4 has its first element in the low nibble")
        << int(DType::f4) << Bytes{0x21, 0x8F, 0x07} << Values{0.5f, 1, -6, -0.0f, 6};
    QTest::newRow("F6_E2M3 lies across bytes")
        << int(DType::f6_e2m3) << Bytes{0b01'000001, 0b0010'0000, 0b111111'00} << Values{0.125f, 0.125f, 0.25f, -7.5f};
    QTest::newRow("F6_E3M2") << int(DType::f6_e3m2) << Bytes{0x1F} << Values{28};
    QTest::newRow("I8") << int(DType::i8) << Bytes{0x80, 0x7F} << Values{-128, 127};
    QTest::newRow("U8") << int(DType::u8) << Bytes{0x80, 0xFF} << Values{128, 255};
    QTest::newRow("I4 is two's complement") << int(DType::i4) << Bytes{0x8F, 0x07} << Values{-1, -8, 7};
    QTest::newRow("U4") << int(DType::u4) << Bytes{0x8F} << Values{15, 8};
    QTest::newRow("I64") << int(DType::i64) << Bytes{0xFE, 255, 255, 255, 255, 255, 255, 255} << Values{-2};
    QTest::newRow("U16") << int(DType::u16) << Bytes{0xFF, 0xFF} << Values{65535};
    QTest::newRow("BOOL") << int(DType::boolean) << Bytes{0, 1} << Values{0, 1};
  }
  void values() {
    QFETCH(int, dtype);
    QFETCH(Bytes, in);
    QFETCH(Values, want);
    Values out(want.size());
    QVERIFY(quant::decode_rows(DType(dtype), bytes_of(in), out.size(), out));
    for (std::size_t i = 0; i < want.size(); ++i)
      QCOMPARE(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(want[i]));
  }

  void blocks() {
    Bytes q4(18, 0x88);
    q4[0] = 0, q4[1] = 0x3C;  // Δ = 1
    q4[2] = 0xF1;             // element 0 = 1 − 8, element 16 = 15 − 8
    Values out(32);
    QVERIFY(quant::decode_rows(DType::q4_0, bytes_of(q4), 32, out));
    QCOMPARE(out[0], -7.0f);
    QCOMPARE(out[16], 7.0f);
    QCOMPARE(out[31], 0.0f);

    Bytes q8(34, 0);
    q8[1] = 0x40;  // Δ = 2
    q8[2] = 0x80, q8[33] = 3;
    QVERIFY(quant::decode_rows(DType::q8_0, bytes_of(q8), 32, out));
    QCOMPARE(out[0], -256.0f);
    QCOMPARE(out[31], 6.0f);
  }

  void codesOfABlock() {
    Bytes q4(20, 0x33);
    q4[0] = 0, q4[1] = 0x40;  // Δ = 2
    q4[2] = 0, q4[3] = 0xBC;  // the least value, −1
    q4[4] = 0xF1;             // element 0 = 1, element 16 = 15
    quant::StoredCodes out;
    QVERIFY(quant::decode_codes(DType::q4_1, bytes_of(q4), 32, out));
    QCOMPARE(out.codes[0], std::int16_t(1));
    QCOMPARE(out.codes[16], std::int16_t(15));
    QCOMPARE(out.codes[31], std::int16_t(3));
    QCOMPARE(out.scales[31], 2.0f);
    QCOMPARE(out.zeros[31], 0.5f);  // (3 − ½)·2 = 2·3 − 1
    QVERIFY(quant::decode_codes(DType::iq2_xs, bytes_of(q4), 256, out).error().code == quant::ErrorCode::unsupported);
    QVERIFY(quant::decode_codes(DType::f32, bytes_of(q4), 5, out).error().code == quant::ErrorCode::unsupported);
    QVERIFY(quant::decode_codes(DType::q4_1, bytes_of(q4), 64, out).error().code == quant::ErrorCode::malformed);
  }

  /// Values have their own decoders, held against llama.cpp's: codes must give the same ones.
  void codesGiveTheValues_data() {
    QTest::addColumn<int>("dtype");
    for (const DType dtype : {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0, DType::q2_k, DType::q3_k,
                              DType::q4_k, DType::q5_k, DType::q6_k, DType::iq4_nl, DType::iq4_xs, DType::mxfp4,
                              DType::nvfp4, DType::tq1_0, DType::tq2_0})
      QTest::newRow(quant::info(dtype).name.data()) << int(dtype);
  }
  void codesGiveTheValues() {
    QFETCH(int, dtype);
    const auto type = DType(dtype);
    const std::size_t elements = 8 * quant::info(type).block;
    Bytes in(*quant::bytes_of(type, elements));
    std::mt19937 random(7);
    for (auto& byte : in) byte = std::uint8_t(random() & 0xBF);  // fp16 with this byte last is below 2, so finite
    Values values(elements);
    quant::StoredCodes out;
    QVERIFY(quant::decode_rows(type, bytes_of(in), elements, values));
    QVERIFY(quant::decode_codes(type, bytes_of(in), elements, out));
    const auto levels = quant::gguf::packed_type_of(type)->levels;
    for (std::size_t i = 0; i < elements; ++i) {
      const double code =
          levels.empty() ? double(out.codes[i]) - double(out.zeros[i]) : double(levels[std::size_t(out.codes[i])]);
      const double want = values[i], got = code * double(out.scales[i]);
      const double size = std::fabs(want) + std::fabs(double(out.zeros[i]) * double(out.scales[i]));
      if (out.scales[i] != 0) QVERIFY2(std::fabs(got - want) <= 1e-6 * size, qPrintable(QString::number(i)));
    }
  }

  void refusals() {
    const Bytes in(17, 0);
    Values out(32);
    QVERIFY(quant::decode_rows(DType::q4_0, bytes_of(in), 32, out).error().code == quant::ErrorCode::malformed);
    QVERIFY(quant::decode_rows(DType::q4_0, bytes_of(in), 31, out).error().code == quant::ErrorCode::malformed);
    QVERIFY(quant::decode_rows(DType::c64, bytes_of(in), 1, out).error().code == quant::ErrorCode::unsupported);
    QVERIFY(!quant::can_decode(DType::q8_k));
    QVERIFY(quant::decode_rows(DType::f32, {}, 0, {}));
  }
};

QTEST_APPLESS_MAIN(TestDecode)
#include "tst_decode.moc"
