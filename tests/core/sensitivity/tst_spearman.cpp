// Rank correlations against scipy and worked numbers.

#include <QTest>
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/sensitivity/metric.h"

using namespace quant;
using Numbers = std::vector<double>;

class TestSpearman : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Ranks 1, 2.5, 2.5, 4, 5 and 2, 1, 3.5, 3.5, 5.
  void workedNumbersWithTies() {
    const Numbers x{1, 2, 2, 3, 5}, y{2, 1, 3, 3, 4};
    QVERIFY(std::abs(*spearman(x, y) - 0.7631579) < 5e-8);
    QVERIFY(std::abs(*kendall_tau_b(x, y) - 0.6666667) < 5e-8);
  }

  // scipy 1.17.1: tests/data/goldens/correlation.
  void pairsEqualScipy() {
    std::ifstream file(QUANT_TEST_DATA "/goldens/correlation/pairs.json");
    const auto pairs = nlohmann::json::parse(file);
    QVERIFY(pairs.size() >= 3);
    for (const auto& p : pairs)
      for (const std::string ties : {"", "_ties"}) {
        const auto x = p["x" + ties].get<Numbers>(), y = p["y" + ties].get<Numbers>();
        QVERIFY(std::abs(*spearman(x, y) - p["spearman" + ties].get<double>()) < 1e-12);
        QVERIFY(std::abs(*kendall_tau_b(x, y) - p["kendall_tau_b" + ties].get<double>()) < 1e-12);
      }
  }

  void nothingToCompareIsNull_data() {
    QTest::addColumn<QVector<double>>("x");
    QTest::addColumn<QVector<double>>("y");
    QTest::newRow("one side all ties") << QVector<double>{1, 1, 1} << QVector<double>{1, 2, 3};
    QTest::newRow("the other side all ties") << QVector<double>{1, 2, 3} << QVector<double>{0, 0, 0};
    QTest::newRow("one pair") << QVector<double>{1} << QVector<double>{2};
    QTest::newRow("none") << QVector<double>{} << QVector<double>{};
    QTest::newRow("NaN has no rank") << QVector<double>{1, 2, NAN} << QVector<double>{1, 2, 3};
  }
  void nothingToCompareIsNull() {
    QFETCH(QVector<double>, x);
    QFETCH(QVector<double>, y);
    QVERIFY(!spearman(Numbers(x.begin(), x.end()), Numbers(y.begin(), y.end())));
    QVERIFY(!kendall_tau_b(Numbers(x.begin(), x.end()), Numbers(y.begin(), y.end())));
  }

  void metricsAreComparedByDamageWithinAScheme() {
    const std::vector<Measurement> rows{
        {"a", "q8_0", "mse", 1, {}},   {"b", "q8_0", "mse", 2, {}},   {"c", "q8_0", "mse", 3, {}},
        {"d", "q8_0", "mse", {}, {}},  {"a", "q8_0", "sqnr", 30, {}}, {"b", "q8_0", "sqnr", 20, {}},
        {"c", "q8_0", "sqnr", 10, {}}, {"a", "q4_0", "mse", 7, {}},   {"a", "q8_0", "kl", 9, "x.json"}};
    const auto list = rank_correlations(rows);
    QCOMPARE(list.size(), std::size_t(4));
    QCOMPARE(list[0].a + list[0].b + list[0].scheme, "msesqnrq8_0");
    QCOMPARE(*list[0].spearman, 1.0);
    QCOMPARE(list[0].n, std::size_t(3));
    QVERIFY(!list[1].spearman && list[1].n == 1);
    // Evidence stands beside every scheme, whichever it was measured for.
    QCOMPARE(list[3].a + list[3].b + list[3].scheme, "mseklq4_0");
    QCOMPARE(list[3].n, std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(TestSpearman)
#include "tst_spearman.moc"
