// What charts mark: grids as the scheme's definition gives them, sides of clipping, limits, worst elements.

#include <QTest>
#include <cmath>
#include <limits>

#include "core/backend/picture.h"

namespace {

quant::Scheme scheme(const char* text) { return *quant::Scheme::parse(text); }

}  // namespace

class TestPicture : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void levelsAreTheCodesTimesTheStep_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("levels");
    QTest::addColumn<int>("lowest");
    QTest::newRow("all codes of 3 bits") << QByteArray("rtn:bits=3,group=4") << 8 << -4;
    QTest::newRow("narrow leaves out the lowest") << QByteArray("rtn:bits=3,group=4,narrow") << 7 << -3;
  }
  void levelsAreTheCodesTimesTheStep() {
    QFETCH(QByteArray, text);
    QFETCH(int, levels);
    QFETCH(int, lowest);
    // Groups of 4: the second has max|w| = 6, so Δ = 6 / (2^2 − 1) = 2 (Wu et al. 2020, sec. 3.1.2).
    const auto w = quant::memory_tensor("w", {1, 8}, {0, 1, 0, 0, 6, -1, 0, 3});
    quant::JobContext job;
    const auto grid = quant::grid_picture(*w, scheme(text), 0, 5, 32, job);
    QVERIFY(grid);
    QCOMPARE(int(grid->levels.size()), levels);
    QCOMPARE(grid->step, 2.0);
    for (int i = 0; i < levels; ++i) {
      QCOMPARE(grid->levels[std::size_t(i)].code, lowest + i);
      QCOMPARE(grid->levels[std::size_t(i)].value, 2.0 * (lowest + i));
    }
    QCOMPARE(grid->lo, 2.0 * lowest);
    QCOMPARE(grid->hi, 6.0);
  }

  void manyLevelsLeaveTheRange() {
    const auto w = quant::memory_tensor("w", {1, 4}, {127, 1, -3, 0});
    quant::JobContext job;
    const auto grid = quant::grid_picture(*w, scheme("rtn:bits=8"), 0, 0, 32, job);
    QVERIFY(grid && grid->levels.empty() && grid->has_range);
    QCOMPARE(grid->lo, -128.0);
    QCOMPARE(grid->hi, 127.0);
    QVERIFY(!quant::grid_picture(*w, scheme("rtn:bits=8"), 1, 0, 32, job));  // no such row
  }

  void aWeightAboveTheRangeErrsDownwards() {
    quant::ErrorCounters counters;
    counters.clipped.add(-0.5f);
    counters.clipped.add(-0.25f);
    counters.clipped.add(3.0f);
    const auto sides = quant::clip_sides(counters);
    QCOMPARE(sides.above, 2u);
    QCOMPARE(sides.below, 1u);
  }

  void robustLimitLeavesOutTheSpikes() {
    std::vector<float> cells(100, 1.0f);
    cells[7] = -50;
    cells[8] = std::numeric_limits<float>::quiet_NaN();
    QCOMPARE(quant::robust_limit(cells, 0.98), 1.0);
    QCOMPARE(quant::robust_limit(cells, 1.0), 50.0);
    QCOMPARE(quant::robust_limit({}, 0.99), 0.0);
  }

  void worstElementsComeInOrder() {
    // Δ = 7 / 7 = 1 in both rows: the errors are the distances to whole numbers, ties to even.
    const auto w = quant::memory_tensor("w", {2, 4}, {7, 0.25f, -0.5f, 1, 7, 2.4f, -1.1f, 0});
    auto reference = quant::make_reference_backend();
    quant::JobContext job;
    const auto worst =
        quant::worst_elements(*w, scheme("rtn:bits=4"), 3, {reference.get(), reference.get(), 1, 0}, job);
    QVERIFY(worst);
    QCOMPARE(worst->size(), 3u);
    QCOMPARE((*worst)[0].error, 0.5);
    QCOMPARE((*worst)[0].col, 2u);
    QCOMPARE((*worst)[1].row, 1u);
    QCOMPARE((*worst)[1].col, 1u);
    QCOMPARE((*worst)[2].error, -0.25);
  }

  void peakKeepsTheSignOfTheLargest() {
    const auto w = quant::memory_tensor("w", {2, 2}, {1, -3, 2, 0.5f});
    auto reference = quant::make_reference_backend();
    quant::JobContext job;
    const quant::Devices devices{reference.get(), reference.get(), 1, 0};
    const auto map = quant::reduce_map(*w, nullptr, quant::MapView::weight, quant::Reduction::peak, 1, 1, devices, job);
    QVERIFY(map);
    QCOMPARE(map->cells, std::vector<float>{-3});
  }
};

QTEST_APPLESS_MAIN(TestPicture)
#include "tst_picture.moc"
