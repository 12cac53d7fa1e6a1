// nf4 against the worked vectors of the methods' definitions (recomputed there with bitsandbytes).

#include <QTest>
#include <cmath>

#include "core/methods/codebook/dynamic_map.h"
#include "tests/support/methods.h"

using namespace quant::test;

class TestNf4 : public QObject {
  Q_OBJECT

 private slots:
  void workedVector() {
    Weights w = v8;
    w.resize(64);
    const Fitted f = fit("nf4", {64}, w);
    const auto q = f.whole();
    QCOMPARE(q.scales, Weights{1.4f});
    const auto packed = f.rows->pack(q);
    QCOMPARE(std::vector<std::uint8_t>(packed.begin(), packed.begin() + 5),
             (std::vector<std::uint8_t>{0xe4, 0x80, 0xac, 0x7e, 0x77}));
    const Weights want = {1.0121396f, -0.3982179f, 0.1114124f, -1.4f, 0.3445572f, 0.6169937f, 0, 1.0121396f};
    for (std::size_t i = 0; i < want.size(); ++i) QVERIFY(std::fabs(q.values[i] - want[i]) < 1e-6f);
  }

  void blocksCrossRows() {
    const Fitted f = fit("nf4:block=4", {2, 3}, {1, 0, 0, -8, 0, 2});
    QCOMPARE(f.whole().scales, (Weights{8, 2}));
    QCOMPARE(f.rows->row_alignment(3), std::uint64_t{4});
    QCOMPARE(f.rows->row_alignment(8), std::uint64_t{1});
    QCOMPARE(f.rows->row_alignment(6), std::uint64_t{2});
  }

  void zerosAndNaNGetTheCodeOfZero() {
    const Fitted f = fit("nf4", {3}, {not_a_number, 0, infinity});
    const auto q = f.whole();
    QCOMPARE(codes(f, q), (std::vector<int>{7, 7, 7}));
    QCOMPARE(q.scales, Weights{0});
    QCOMPARE(q.values, (Weights{0, 0, 0}));
  }

  void aSpareNibbleIsTheCodeOfZero() {
    const Fitted f = fit("nf4", {1}, {1});
    QCOMPARE(f.rows->pack(f.whole()), std::vector<std::uint8_t>{0xf7});
  }

  void doubleQuantization() {
    QCOMPARE(int(quant::dynamic_code(0)), 127);
    QCOMPARE(int(quant::dynamic_code(-1)), 0);
    QCOMPARE(int(quant::dynamic_code(1)), 255);
    const Weights scales = {1.0f, 1.2f, 0.8f, 1.4f}, want = {1.0003906f, 1.1996094f, 0.8021094f, 1.4f};
    const Weights got = quant::double_quantized(scales);
    for (std::size_t i = 0; i < want.size(); ++i) QVERIFY(std::fabs(got[i] - want[i]) < 2e-6f);
    QCOMPARE(quant::double_quantized(Weights{3, 3}), (Weights{3, 3}));
  }

  void oddBlocksAreRefused() {
    QVERIFY(!quant::Scheme::parse("nf4:block=63"));
    QVERIFY(!quant::Scheme::parse("nf4:block=0"));
  }
};

QTEST_APPLESS_MAIN(TestNf4)
#include "tst_nf4.moc"
