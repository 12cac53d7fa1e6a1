#include <QTest>
#include <cmath>
#include <limits>

#include "core/stats/error_stats.h"

using namespace quant;

class TestErrorStats : public QObject {
  Q_OBJECT

 private slots:
  // Bins of 1/64 over [−1, 1], an overflow counter at each end.
  void stepBinsFollowTheQuotient_data() {
    QTest::addColumn<float>("error");
    QTest::addColumn<int>("bin");
    QTest::newRow("0 opens the upper half") << 0.0f << 65;
    QTest::newRow("-0 is 0") << -0.0f << 65;
    QTest::newRow("just below 0") << -1e-30f << 64;
    QTest::newRow("half a step") << 0.5f << 97;
    QTest::newRow("minus half a step") << -0.5f << 33;
    QTest::newRow("minus one step is inside") << -1.0f << 1;
    QTest::newRow("beyond minus one step") << -1.0001f << 0;
    QTest::newRow("just below one step") << 0.9999f << 128;
    QTest::newRow("one step is beyond") << 1.0f << 129;
    QTest::newRow("an infinite quotient") << std::numeric_limits<float>::infinity() << 129;
  }
  void stepBinsFollowTheQuotient() {
    QFETCH(float, error);
    QFETCH(int, bin);
    QCOMPARE(static_cast<int>(step_bin(error, 1.0f)), bin);
  }

  void figuresOfNothingAreNull() {
    const ErrorFigures f = figures(ErrorStats(), 4, 0, 0);
    QVERIFY(!f.mse && !f.rmse && !f.rel_fro && !f.sqnr_db && !f.cosine && !f.max_abs && !f.code_entropy);
    QCOMPARE(f.bpw, 0.0);
  }

  void exactStorageHasNoRatioInDecibels() {
    ErrorStats s;
    s.sums.count = 2, s.sums.w2 = s.sums.wq = s.sums.q2 = 5;
    const ErrorFigures f = figures(s, 0, 8, 2);
    QVERIFY(f.exact);
    QCOMPARE(*f.mse, 0.0);
    QCOMPARE(*f.rel_fro, 0.0);
    QVERIFY(!f.sqnr_db && !f.code_entropy);
    QCOMPARE(f.bpw, 32.0);
  }

  void zeroWeightsHaveNoRelativeError() {
    ErrorStats s;
    s.sums.count = 4;
    const ErrorFigures f = figures(s, 0, 1, 4);
    QVERIFY(!f.rel_fro && !f.sqnr_db && !f.cosine);
    QCOMPARE(*f.mse, 0.0);
  }

  void roundingAndClippingSumToTheWhole() {
    ErrorStats s;
    s.sums.count = 10, s.sums.clipped = 3, s.sums.e2 = 7, s.sums.e2_clipped = 5, s.sums.w2 = 100;
    const ErrorFigures f = figures(s, 4, 5, 10);
    QCOMPARE(*f.clip_share, 0.3);
    QCOMPARE(*f.rounding_mse + *f.clipping_mse, *f.mse);
    QCOMPARE(*f.sqnr_db, 10 * std::log10(100.0 / 7));
  }

  void infiniteErrorsAreNotPrinted() {
    ErrorStats s;
    s.sums.count = 1, s.sums.e2 = s.sums.max_abs = std::numeric_limits<double>::infinity(), s.sums.w2 = 1;
    const ErrorFigures f = figures(s, 0, 2, 1);
    QVERIFY(!f.mse && !f.max_abs && !f.sqnr_db);
  }

  void entropyIsInBits() {
    ErrorStats s;
    s.sums.count = 4;
    for (const int code : {0, 1, 2, 255}) s.counters.code[static_cast<std::size_t>(code)] = 1;
    QCOMPARE(*figures(s, 4, 2, 4).code_entropy, 2.0);
    QVERIFY(!figures(s, 16, 8, 4).code_entropy);
  }
};

QTEST_APPLESS_MAIN(TestErrorStats)
#include "tst_error_stats.moc"
