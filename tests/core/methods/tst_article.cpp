// The article's 3×3 example (recomputed there): codes, restored values and errors by column.

#include <QTest>
#include <cmath>

#include "tests/support/methods.h"

using namespace quant::test;
using Codes = std::vector<int>;

namespace {
const Weights matrix = {1.5f, -0.9f, 2.1f, -1.2f, 0.4f, 0.0f, 2.0f, -2.4f, 1.8f};
const Codes article_codes = {7, -5, 7, -6, 2, 0, 7, -8, 7};  // columns [7,−6,7], [−5,2,−8], [7,0,7]

void near(const Weights& got, const Weights& want) {
  QCOMPARE(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    QVERIFY2(std::fabs(got[i] - want[i]) < 1e-6f, qPrintable(QString::number(i)));
}
}  // namespace

class TestArticle : public QObject {
  Q_OBJECT

 private slots:
  void asTheTextHasIt() {
    const Fitted f = fit("article:decimals=2", {3, 3}, matrix);
    const auto q = f.whole();
    near(f.rows->shared().scales, {0.21f, 0.18f, 0.14f});
    QCOMPARE(codes(f, q), article_codes);
    near(q.values, {1.47f, -0.90f, 0.98f, -1.26f, 0.36f, 0, 1.47f, -1.44f, 0.98f});
    QCOMPARE(q.clipped, (std::vector<std::uint8_t>{0, 0, 1, 0, 0, 0, 1, 1, 1}));
    QVERIFY(std::fabs(mse(f, q) - 0.3483778) < 1e-6);
  }

  void withTheExactScale() {
    const Fitted f = fit("article", {3, 3}, matrix);
    const auto q = f.whole();
    near(f.rows->shared().scales, {0.21333333f, 0.18666667f, 0.14f});
    QCOMPARE(codes(f, q), article_codes);
    QVERIFY(std::fabs(mse(f, q) - 0.3348691) < 1e-6);
  }

  /// The lesson: a symmetric scale or a zero point removes what clipping costs, with the same bits.
  void whatAZeroPointIsWorth() {
    const Fitted sym = fit("rtn:gran=column", {3, 3}, matrix), asym = fit("rtn:gran=column,asym", {3, 3}, matrix);
    QCOMPARE(codes(sym, sym.whole()), (Codes{5, -3, 7, -4, 1, 0, 7, -7, 6}));
    QCOMPARE(codes(asym, asym.whole()), (Codes{13, 8, 15, 0, 15, 0, 15, 0, 13}));
    QCOMPARE(asym.rows->shared().zeros, (Weights{6, 13, 0}));
    QVERIFY(std::fabs(mse(sym, sym.whole()) - 0.0031293) < 1e-7);
    QVERIFY(std::fabs(mse(asym, asym.whole()) - 0.0017531) < 1e-7);
  }

  void aCutToNothingKeepsTheScale() {
    const Fitted f = fit("article:decimals=2,gran=row", {1, 2}, {0.0f, 0.015f});
    QCOMPARE(f.whole().scales, Weights{0.015f / 15});
  }

  void groupsAndRows() {
    QCOMPARE(fit("article:group=2", {1, 4}, {0, 15, 30, 0}).whole().scales, (Weights{1, 2}));
    QCOMPARE(fit("article:gran=row", {2, 2}, {0, 15, -30, 0}).whole().scales, (Weights{1, 2}));
    QCOMPARE(fit("article:gran=row", {1, 3}, {5, 5, 5}).whole().scales, Weights{1});
  }
};

QTEST_APPLESS_MAIN(TestArticle)
#include "tst_article.moc"
