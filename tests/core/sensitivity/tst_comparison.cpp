// Schemes side by side: sums over tensors, spreads, who is dominated, who wins.

#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/methods/scheme.h"
#include "core/sensitivity/comparison.h"
#include "core/stats/theory.h"

using quant::ComparedScheme;
using quant::StoredAnalysis;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// 100 weights in `bytes` bytes, Σw² = 100; `db` infinite: restored exactly.
StoredAnalysis measured(double db, std::uint64_t bytes) {
  StoredAnalysis a;
  a.figures.count = 100;
  a.figures.bytes = bytes;
  a.figures.exact = std::isinf(db);
  a.figures.mse = a.figures.exact ? 0 : std::pow(10, -db / 10);
  if (!a.figures.exact) a.figures.sqnr_db = db;
  a.figures.max_abs = 2 * *a.figures.mse;
  a.figures.clipped = 3;
  return a;
}

StoredAnalysis refused(const char* why) {
  StoredAnalysis a;
  a.refused = why;
  return a;
}

}  // namespace

class TestComparison : public QObject {
  Q_OBJECT

 private:
  /// rows[tensor][scheme]; bytes 0 stands for a pair that is not measured.
  static std::vector<ComparedScheme> compare(const std::vector<std::vector<StoredAnalysis>>& rows, int reference = -1) {
    std::vector<std::string> names;
    for (std::size_t s = 0; s < rows[0].size(); ++s) names.push_back(std::string(1, char('a' + s)));
    return quant::compare_schemes(
        names, rows.size(),
        [&](std::size_t t, std::size_t s) {
          const auto& a = rows[t][s];
          return a.figures.bytes == 0 && a.refused.empty() ? nullptr : &a;
        },
        reference);
  }

 private Q_SLOTS:
  void oneTensorKeepsItsFigures() {
    const auto all = compare({{measured(20, 50)}});
    QCOMPARE(all[0].bpw, 4.0);
    QCOMPARE(all[0].sqnr_db->median, 20.0);
    QCOMPARE(all[0].sqnr_db->least, 20.0);
    QCOMPARE(*all[0].rmse, 0.1);
    QCOMPARE(*all[0].clip_share, 0.03);
    QCOMPARE(*all[0].below_bound_db, 4 * quant::db_per_bit - 20);
    QCOMPARE(all[0].dominated_by, -1);
  }

  void severalTensorsAreSummedAndSpread() {
    const auto all = compare({{measured(10, 50)}, {measured(20, 100)}, {measured(40, 150)}});
    QCOMPARE(all[0].measured, std::size_t(3));
    QCOMPARE(all[0].bpw, 8.0);  // 300 bytes of 300 weights
    QVERIFY(std::fabs(*all[0].mse - (0.1 + 0.01 + 0.0001) / 3) < 1e-15);
    QCOMPARE(all[0].sqnr_db->least, 10.0);
    QCOMPARE(all[0].sqnr_db->lower, 15.0);
    QCOMPARE(all[0].sqnr_db->median, 20.0);
    QCOMPARE(all[0].sqnr_db->upper, 30.0);
    QCOMPARE(all[0].sqnr_db->most, 40.0);
    QCOMPARE(*all[0].max_abs, 0.2);
  }

  void dominated_data() {
    QTest::addColumn<QList<double>>("bytes_and_db");  // of a, b
    QTest::addColumn<int>("a_by");
    QTest::newRow("larger and worse") << QList<double>{60, 18, 50, 20} << 1;
    QTest::newRow("as large and worse") << QList<double>{50, 18, 50, 20} << 1;
    QTest::newRow("larger and as good") << QList<double>{60, 20, 50, 20} << 1;
    QTest::newRow("equal twins need each other's absence") << QList<double>{50, 20, 50, 20} << -1;
    QTest::newRow("larger but better") << QList<double>{60, 22, 50, 20} << -1;
    QTest::newRow("exact beats any finite error of its size") << QList<double>{60, 90, 60, inf} << 1;
  }
  void dominated() {
    QFETCH(QList<double>, bytes_and_db);
    QFETCH(int, a_by);
    const auto& v = bytes_and_db;
    const auto all = compare({{measured(v[1], std::uint64_t(v[0])), measured(v[3], std::uint64_t(v[2]))}});
    QCOMPARE(all[0].dominated_by, a_by);
  }

  void onlyEqualSetsOfTensorsDominate() {
    const auto all = compare({{measured(10, 60), measured(20, 50)}, {measured(10, 60), refused("row of 100")}});
    QCOMPARE(all[0].dominated_by, -1);
    QCOMPARE(all[1].refused, std::size_t(1));
    QCOMPARE(all[1].reason, std::string("row of 100"));
  }

  void whatIsNotMeasuredHasNoFigures() {
    const auto all = compare({{StoredAnalysis{}, refused("why")}});
    QCOMPARE(all[0].missing, std::size_t(1));
    QVERIFY(!all[0].sqnr_db && !all[0].rmse && !all[1].mse && !all[1].exact);
  }

  void exactTensorsLieAtInfinity() {
    const auto all = compare({{measured(inf, 400)}, {measured(inf, 400)}});
    QVERIFY(all[0].exact && std::isinf(all[0].sqnr_db->median));
    QVERIFY(!all[0].below_bound_db);
    const auto half = compare({{measured(inf, 400)}, {measured(30, 400)}});
    QVERIFY(!half[0].exact && std::isinf(half[0].sqnr_db->most) && std::isinf(half[0].sqnr_db->median));
  }

  void winsCountTensorsWithBoth() {
    const auto all = compare({{measured(10, 50), measured(12, 50)},
                              {measured(10, 50), measured(9, 50)},
                              {measured(10, 50), measured(15, 50)},
                              {measured(10, 50), refused("no")}},
                             0);
    QCOMPARE(all[1].wins, std::size_t(2));
    QCOMPARE(all[1].duels, std::size_t(3));
    QCOMPARE(all[0].duels, std::size_t(0));
  }

  void aFullChartKeepsTheCurrentAndTheUndominated() {
    // c is dominated by b; the current one stays even so.
    const auto all = compare({{measured(10, 30), measured(20, 50), measured(18, 60), measured(30, 80), refused("no")}});
    QCOMPARE(quant::most_telling(all, 3), (std::vector<std::size_t>{0, 1, 3}));
    QCOMPARE(quant::most_telling(all, 3, 2), (std::vector<std::size_t>{0, 1, 2}));
    QCOMPARE(quant::most_telling(all, 12).size(), std::size_t(4));
  }

  void evenRoundingHasTheErrorOfTheory() {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> error(-0.5f, 0.5f);
    quant::ErrorCounters counters;
    for (int i = 0; i < 1'000'000; ++i) ++counters.step[quant::step_bin(error(random), 1.0f)];
    const auto got = quant::step_error(counters);
    QVERIFY(got && got->beyond == 0 && got->count == 1'000'000);
    QVERIFY(std::fabs(got->rms / quant::even_rounding - 1) < 0.002);
    quant::ErrorCounters none;  // all errors 0: the bin of 0 stands for 0, not for its middle
    none.error.counts[quant::bit_key(0.0f)] = none.step[quant::step_bin(0, 1)] = 100;
    QCOMPARE(quant::step_error(none)->rms, 0.0);
    ++counters.step[0];
    QCOMPARE(quant::step_error(counters)->beyond, std::uint64_t(1));
    QVERIFY(!quant::step_error(quant::ErrorCounters{}));
  }

  void anEmptyListHasNoSpread() {
    QVERIFY(!quant::spread_of({}));
    QCOMPARE(quant::spread_of({3, 1})->median, 2.0);
  }
};

QTEST_APPLESS_MAIN(TestComparison)
#include "tst_comparison.moc"
