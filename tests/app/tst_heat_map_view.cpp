// The map as a person uses it: a spike shows in the whole picture, a click finds the element, a frame takes no time.

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <limits>
#include <random>

#include "app/views/heat_map_view.h"
#include "app/window/theme.h"

using app::HeatMapPicture;
using app::HeatMapView;

namespace {

std::shared_ptr<const quant::MapGrid> grid(std::uint64_t rows, std::uint64_t cols, std::uint64_t block, float value) {
  auto g = std::make_shared<quant::MapGrid>();
  g->rows = (rows + block - 1) / block, g->cols = (cols + block - 1) / block;
  g->block_rows = g->block_cols = block;
  g->cells.assign(g->rows * g->cols, value);
  g->row_rmse.assign(rows, 0.5f), g->col_rmse.assign(cols, 0.25f);
  return g;
}

HeatMapPicture picture(std::uint64_t rows, std::uint64_t cols, std::uint64_t block) {
  HeatMapPicture p;
  p.rows = rows, p.cols = cols;
  p.overview = grid(rows, cols, block, 0);
  p.colours = app::ColourScale(app::ColourKind::diverging, 0, 1, false);
  p.quantity = QStringLiteral("error");
  p.reduction = QStringLiteral("largest of 4 × 4");
  return p;
}

}  // namespace

class TestHeatMapView : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en")); }

  void aLoneSpikeShowsInTheWholePicture() {
    auto p = picture(4096, 4096, 16);  // reduced by the largest: the spike fills its cell
    auto spiked = std::make_shared<quant::MapGrid>(*p.overview);
    spiked->cells[100 * 256 + 200] = 1;
    p.overview = spiked;
    HeatMapView view;
    view.resize(500, 480);
    view.show(p, false);
    const QImage image = view.grab().toImage();
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) found += image.pixel(x, y) == app::diverging(false)[255];
    QVERIFY(found >= 1);
  }

  void aClickChoosesTheElementUnderThePointer() {
    HeatMapView view;
    view.resize(600, 500);
    view.show(picture(100, 200, 1), false);
    QSignalSpy chosen(&view, &HeatMapView::elementClicked);
    const QRectF area = view.mapArea();
    QTest::mouseClick(&view, Qt::LeftButton, {},
                      QPoint(int(area.left() + area.width() * 0.503), int(area.top() + area.height() * 0.255)));
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].toULongLong(), 25u);
    QCOMPARE(chosen[0][1].toULongLong(), 100u);
  }

  void arrowKeysMoveTheElementAndStopAtTheEdges() {
    HeatMapView view;
    view.resize(600, 500);
    view.show(picture(3, 3, 1), false);
    QSignalSpy chosen(&view, &HeatMapView::elementClicked);
    QTest::keyClick(&view, Qt::Key_Up);
    QCOMPARE(chosen.last()[0].toULongLong(), 0u);
    for (int i = 0; i < 5; ++i) QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(chosen.last()[1].toULongLong(), 2u);
    QVERIFY(!view.accessibleDescription().isEmpty());
  }

  void wheelKeepsWhatIsUnderThePointer() {
    HeatMapView view;
    view.resize(700, 600);
    view.show(picture(2000, 1000, 4), false);
    const QPointF at = view.mapArea().center() + QPointF(60, 40);
    const auto before = *view.elementAt(at);
    for (int i = 0; i < 12; ++i) {
      QWheelEvent wheel(at, view.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
      QCoreApplication::sendEvent(&view, &wheel);
    }
    QVERIFY(view.pixelsPerElement() > 2);
    const auto after = *view.elementAt(at);
    QVERIFY(std::llabs(qint64(after.first) - qint64(before.first)) <= 4);
    QVERIFY(std::llabs(qint64(after.second) - qint64(before.second)) <= 2);
    QVERIFY(view.wantsElements());
    QTest::keyClick(&view, Qt::Key_0);
    QVERIFY(view.fitted());
  }

  void zoomedInTheElementsOfTheDataAreShown() {
    auto p = picture(64, 64, 4);
    auto all = std::make_shared<quant::MapGrid>(*grid(64, 64, 1, 0));
    all->cells[10 * 64 + 20] = 0.75f;
    p.elements = all;
    HeatMapView view;
    view.resize(600, 500);
    view.show(p, false);
    view.setCurrent(10, 20);
    view.zoomTo(48);
    QVERIFY(view.readOut(10, 20).contains(QStringLiteral("0.75")));
    QVERIFY(view.readOut(10, 20).contains(QStringLiteral("row 10, column 20")));
    view.grab();
  }

  void frameOfALargeMapIsQuick() {
    auto p = picture(4096, 4096, 4);
    auto all = std::make_shared<quant::MapGrid>(*grid(4096, 4096, 1, 0));
    std::mt19937 random(7);
    for (float& x : all->cells) x = float(random() % 2001) / 1000.0f - 1;
    p.elements = all;
    HeatMapView view;
    view.resize(1100, 900);
    view.show(p, false);
    view.setCurrent(2000, 2000);
    view.zoomTo(1);
    QImage target(view.size(), QImage::Format_RGB32);
    std::vector<double> ms;
    for (int i = 0; i < 40; ++i) {
      QTest::keyClick(&view, i % 2 ? Qt::Key_Plus : Qt::Key_Minus);
      QElapsedTimer timer;
      timer.start();
      view.render(&target);
      ms.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(ms.begin(), ms.end());
    qInfo("a frame of 4096 × 4096 takes %.1f ms, 95 %% of them %.1f ms", ms[20], ms[38]);
    QVERIFY2(ms[20] < 16.7, "the median frame must fit into 1/60 s");
  }

  void oddShapesShowTheirState_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::newRow("no rows") << 0 << 0;
    QTest::newRow("one element") << 1 << 1;
    QTest::newRow("a bias as a strip") << 1 << 5000;
    QTest::newRow("one column") << 5000 << 1;
  }
  void oddShapesShowTheirState() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    HeatMapView view;
    view.resize(500, 400);
    auto p = picture(std::uint64_t(rows), std::uint64_t(cols), 1);
    if (!p.overview->cells.empty()) {
      auto odd = std::make_shared<quant::MapGrid>(*p.overview);
      odd->cells[0] = std::numeric_limits<float>::quiet_NaN();
      p.overview = odd;
    }
    view.show(p, false);
    view.grab();
    view.zoomAt(4, QPointF(200, 200));
    view.grab();
    QVERIFY(rows == 0 || view.readOut(0, 0).contains(QStringLiteral("no finite value")));
  }
};

QTEST_MAIN(TestHeatMapView)
#include "tst_heat_map_view.moc"
