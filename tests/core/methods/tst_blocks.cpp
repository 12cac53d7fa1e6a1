// MX formats and NVFP4 against the worked tables of the methods' definitions (recomputed there with torchao).

#include <QTest>
#include <cmath>

#include "tests/support/methods.h"

using namespace quant::test;

namespace {

Weights block_of_ten(std::size_t size) {
  Weights w = {0, 0.1f, -0.25f, 0.7f, 1, -1.3f, 2.6f, -3.1f, 5, 7.3f};
  w.resize(size);
  return w;
}

std::vector<int> first_codes(const quant::QuantizedTile& q, std::size_t n) {
  return {q.codes.begin(), q.codes.begin() + std::ptrdiff_t(n)};
}

}  // namespace

class TestBlocks : public QObject {
  Q_OBJECT

 private slots:
  void workedBlock_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("byte");
    QTest::addColumn<std::vector<int>>("codes");
    using Codes = std::vector<int>;
    const auto row = [](const char* scheme, int byte, Codes codes) {
      QTest::newRow(scheme) << scheme << byte << codes;
    };
    row("mxfp4", 127, {0, 0, 8, 1, 2, 0xb, 5, 0xd, 6, 7});
    for (const char* mode : {"mxfp4:scale=ceil", "mxfp4:scale=even", "mxfp4:scale=rceil"})
      row(mode, 128, {0, 0, 8, 1, 1, 9, 3, 0xb, 4, 6});
    row("mxfp8-e4m3", 121, {0x00, 0x4d, 0xd8, 0x63, 0x68, 0xea, 0x72, 0xf4, 0x7a, 0x7e});
    row("mxfp8-e4m3:scale=rceil", 122, {0x00, 0x45, 0xd0, 0x5b, 0x60, 0xe2, 0x6a, 0xec, 0x72, 0x77});
    row("mxfp8-e5m2", 114, {0x00, 0x62, 0xe8, 0x6e, 0x70, 0xf1, 0x75, 0xf6, 0x79, 0x7b});
    row("mxfp6-e2m3", 127, {0x00, 0x01, 0x22, 0x06, 0x08, 0x2a, 0x12, 0x34, 0x1a, 0x1f});
    row("mxfp6-e3m2", 125, {0x00, 0x06, 0x2c, 0x12, 0x14, 0x35, 0x19, 0x3a, 0x1d, 0x1f});
    row("mxint8", 129, {0, 2, 256 - 4, 11, 16, 256 - 21, 42, 256 - 50, 80, 117});
  }
  void workedBlock() {
    QFETCH(QString, scheme);
    QFETCH(int, byte);
    QFETCH(std::vector<int>, codes);
    const Fitted f = fit(scheme.toStdString(), {32}, block_of_ten(32));
    const auto q = f.whole();
    QCOMPARE(q.scales, Weights{std::ldexp(1.0f, byte - 127)});
    QCOMPARE(first_codes(q, 10), codes);
  }

  void nvfp4TwoLevels() {
    Weights w = block_of_ten(16);
    const Weights second = {0.01f, -0.02f, 0.03f, 0.013f};
    w.insert(w.end(), second.begin(), second.end());
    w.resize(32);
    const Fitted f = fit("nvfp4", {2, 16}, w);
    const auto q = f.whole();
    QCOMPARE(f.rows->shared().scales, Weights{0.00271577388f});
    const auto packed = f.rows->pack(q);
    QCOMPARE(std::vector<int>(packed.begin(), packed.begin() + 5), (std::vector<int>{0x00, 0x18, 0xa2, 0xd4, 0x76}));
    QCOMPARE(int(packed[8]), 0xe4);
    QCOMPARE(int(packed[9]), 0x57);
    const Weights want = {0.0101842f, -0.0203683f, 0.0305525f, 0.0152762f};
    for (std::size_t i = 0; i < want.size(); ++i) QVERIFY(std::fabs(q.values[16 + i] - want[i]) < 1e-7f);
    QCOMPARE(f.rows->stored_bytes({1, 2, 16}), std::uint64_t{16 + 2 + 4});
    QCOMPARE(fit("nvfp4:levels=1", {2, 16}, w).whole().scales, (Weights{1.25f, 0.015625f}));
  }

  void aSecondShortBlockHasAScaleOfItsOwn() {
    Weights w(33, 1.0f);
    w[32] = 0.01f;
    const Fitted f = fit("mxfp4", {33}, w);
    QCOMPARE(f.whole().scales.size(), std::size_t{2});
    QCOMPARE(f.rows->stored_bytes({1, 1, 33}), std::uint64_t{17 + 2});
  }

  void valuesAtTheEdgeOfFloat32_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* id : {"mxfp4", "mxfp6-e2m3", "mxfp6-e3m2", "mxfp8-e4m3", "mxfp8-e5m2", "mxint8", "nvfp4",
                           "nvfp4:levels=1", "mxfp4:scale=rceil", "mxint8:scale=even", "hqq", "hqq:bits=1", "fp4-bnb"})
      QTest::newRow(id) << id;
  }
  void valuesAtTheEdgeOfFloat32() {
    QFETCH(QString, scheme);
    for (const float peak : {3.4028234e38f, 1e-38f, 1e-44f, 1.4e-45f}) {
      const auto q = fit(scheme.toStdString(), {32}, Weights(32, peak)).whole();
      const auto mixed = fit(scheme.toStdString(), {4}, {peak, -peak, 0, peak / 3}).whole();
      for (const auto& values : {q.values, mixed.values})
        for (const float v : values) QVERIFY(std::isfinite(v));
    }
  }
};

QTEST_APPLESS_MAIN(TestBlocks)
#include "tst_blocks.moc"
