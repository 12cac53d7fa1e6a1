// rtn against its definition: worked vectors of the methods' definitions (recomputed there with numpy and torch), and
// odd tensors.

#include <QTest>
#include <cmath>

#include "tests/support/methods.h"

using namespace quant::test;
using Codes = std::vector<int>;

class TestRtn : public QObject {
  Q_OBJECT

 private slots:
  void workedVector_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<double>("scale");
    QTest::addColumn<int>("zero");
    QTest::addColumn<Codes>("want");
    QTest::addColumn<double>("error");
    QTest::newRow("sym, 4 bits") << "rtn" << 0.2 << 0 << Codes{4, -2, 0, -7, 2, 4, 0, 5} << 0.0046875;
    QTest::newRow("sym, 3 bits") << "rtn:bits=3" << 0.4666667 << 0 << Codes{2, -1, 0, -3, 1, 2, 0, 2} << 0.0124653;
    QTest::newRow("sym, 2 bits") << "rtn:bits=2" << 1.4 << 0 << Codes{1, 0, 0, -1, 0, 0, 0, 1} << 0.1446875;
    QTest::newRow("full, 4 bits") << "rtn:full" << 0.18666667 << 0 << Codes{5, -2, 1, -8, 2, 4, 0, 5} << -1.0;
    QTest::newRow("asym, 4 bits") << "rtn:asym" << 0.16 << 9 << Codes{15, 7, 10, 0, 11, 13, 9, 15} << 0.0022875;
    QTest::newRow("asym, 3 bits") << "rtn:asym,bits=3" << 0.34285715 << 4 << Codes{7, 3, 4, 0, 5, 6, 4, 7} << 0.0038712;
    QTest::newRow("asym, 2 bits") << "rtn:asym,bits=2" << 0.8 << 2 << Codes{3, 2, 2, 0, 2, 3, 2, 3} << 0.0446875;
    QTest::newRow("per tensor, one row is the same")
        << "rtn:gran=tensor" << 0.2 << 0 << Codes{4, -2, 0, -7, 2, 4, 0, 5} << 0.0046875;
  }
  void workedVector() {
    QFETCH(QString, scheme);
    QFETCH(double, scale);
    QFETCH(int, zero);
    QFETCH(Codes, want);
    QFETCH(double, error);
    const Fitted f = fit(scheme.toStdString(), {8}, v8);
    const auto q = f.whole();
    const bool shared = f.rows->region() == quant::Region::tensor;
    const float got_scale = shared ? f.rows->shared().scales.at(0) : q.scales.at(0);
    QVERIFY(std::fabs(got_scale / scale - 1) < 1e-6);
    QCOMPARE(q.zeros.empty() ? 0 : int(q.zeros[0]), zero);
    QCOMPARE(codes(f, q), want);
    QVERIFY(q.clipped.empty());
    if (error >= 0) QVERIFY(std::fabs(mse(f, q) - error) < 5e-8);
  }

  void oddRows_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<Weights>("w");
    QTest::addColumn<Codes>("want");
    QTest::addColumn<Weights>("values");
    QTest::newRow("ties go to even") << "rtn" << Weights{0.5f, 1.5f, 2.5f, 7} << Codes{0, 2, 2, 7}
                                     << Weights{0, 2, 2, 7};
    QTest::newRow("NaN and infinities stay out of the range")
        << "rtn" << Weights{not_a_number, -infinity, infinity, 7} << Codes{0, 0, 0, 7} << Weights{0, 0, 0, 7};
    QTest::newRow("asym gives NaN the zero point")
        << "rtn:asym" << Weights{not_a_number, -7, 8} << Codes{7, 0, 15} << Weights{0, -7, 8};
    QTest::newRow("only NaN: scale 1") << "rtn" << Weights{not_a_number, not_a_number} << Codes{0, 0} << Weights{0, 0};
    QTest::newRow("zeros") << "rtn:asym" << Weights{0, -0.0f, 0} << Codes{0, 0, 0} << Weights{0, 0, 0};
    QTest::newRow("one element") << "rtn" << Weights{-14} << Codes{-7} << Weights{-14};
    QTest::newRow("a positive row widens to 0") << "rtn:asym" << Weights{15, 30} << Codes{8, 15} << Weights{16, 30};
    QTest::newRow("nowiden clips a row of one sign")
        << "rtn:asym,nowiden,bits=2" << Weights{1, 2} << Codes{3, 3} << Weights{1, 1};
    QTest::newRow("a ragged group stands alone")
        << "rtn:group=2" << Weights{7, 3.5f, 14} << Codes{7, 4, 7} << Weights{7, 4, 14};
  }
  void oddRows() {
    QFETCH(QString, scheme);
    QFETCH(Weights, w);
    QFETCH(Codes, want);
    QFETCH(Weights, values);
    const Fitted f = fit(scheme.toStdString(), {1, w.size()}, w);
    const auto q = f.whole();
    QCOMPARE(codes(f, q), want);
    QCOMPARE(q.values, values);
  }

  /// Δ = 0.3: w/Δ = 2.5 exactly and goes to 2, w·(1/Δ) lies above and goes to 3.
  void reciprocalMovesTies() {
    const float scale = 0.3f;
    const Weights w = {0.75f + 0x1p-24f, 7 * scale};
    QCOMPARE(codes(fit("rtn", {2}, w), fit("rtn", {2}, w).whole())[0], 2);
    const Fitted f = fit("rtn:recip", {2}, w);
    QCOMPARE(codes(f, f.whole())[0], 3);
  }

  void denormalScalesDivideEvenWithRecip() {
    const Weights w = {7e-44f, -7e-44f, 1e-44f};
    for (const char* scheme : {"rtn", "rtn:recip"}) {
      const Fitted f = fit(scheme, {3}, w);
      QCOMPARE(codes(f, f.whole()), (Codes{7, -7, 1}));
    }
  }

  void scalesInF16AreRoundedFirst() {
    const Fitted f = fit("rtn:scales=f16", {8}, v8);
    const auto q = f.whole();
    QCOMPARE(q.scales, Weights{0.199951171875f});  // fp16 of 0.2
    QCOMPARE(fit("rtn:scales=f16", {2}, {1e-9f, 0}).whole().scales, Weights{1});
    QCOMPARE(fit("rtn:scales=f16", {2}, {1e30f, 0}).whole().scales, Weights{65504});
  }

  void columnsAndExpertsHaveTheirOwnScale() {
    const Weights w = {7, 70, 14, 140, 21, 210, 28, 280};
    const Fitted columns = fit("rtn:gran=column", {2, 2, 2}, w);
    QCOMPARE(columns.rows->shared().scales, (Weights{2, 20, 4, 40}));
    QCOMPARE(codes(columns, columns.whole()), (Codes{4, 4, 7, 7, 5, 5, 7, 7}));
    const Fitted tensor = fit("rtn:gran=tensor", {2, 2, 2}, w);
    QCOMPARE(tensor.rows->shared().scales, (Weights{20, 40}));
    QCOMPARE(codes(tensor, tensor.quantize(2, 2)), (Codes{1, 5, 1, 7}));
  }

  /// ⌈n·b/8⌉ codes, 2 bytes a scale, packed zeros (4 bits g128 4.125 bpw, asym 4.15625).
  void bytes_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<quint64>("bytes");
    QTest::newRow("g128") << "rtn:group=128" << quint64(4096 * 4096 / 8 * 4.125);
    QTest::newRow("g128 asym") << "rtn:group=128,asym" << quint64(4096 * 4096 / 8 * 4.15625);
    QTest::newRow("g64 with f32 scales") << "rtn:group=64,scales=f32" << quint64(4096 * 4096 / 8 * 4.5);
    QTest::newRow("tensor") << "rtn:gran=tensor,bits=8" << quint64(4096 * 4096 + 2);
    QTest::newRow("column asym") << "rtn:gran=column,bits=3,asym"
                                 << quint64(4096 * 4096 / 8 * 3 + 4096 * 2 + 4096 * 3 / 8);
  }
  void bytes() {
    QFETCH(QString, scheme);
    QFETCH(quint64, bytes);
    const Fitted f = fit(scheme.toStdString(), {8}, v8);
    QCOMPARE(quint64(f.rows->stored_bytes({1, 4096, 4096})), bytes);
    QCOMPARE(quint64(f.rows->stored_bytes({1, 0, 4096})), quint64(0));
  }

  void codesPackFromTheLowestBit() {
    const Fitted f = fit("rtn:bits=3", {3}, {3, -1, 2});
    QCOMPARE(f.rows->pack(f.whole()), (std::vector<std::uint8_t>{0b10'111'011, 0b0}));
  }
};

QTEST_APPLESS_MAIN(TestRtn)
#include "tst_rtn.moc"
