// The histogram as a person uses it: what the read-out says, what keys and wheel do, and that something is drawn.

#include <QSet>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <numeric>

#include "app/views/axis_scale.h"
#include "app/views/histogram_view.h"
#include "app/window/theme.h"

using app::AxisKind;
using app::AxisScale;
using app::HistogramPicture;
using app::HistogramView;

namespace {

/// Jagged on purpose: real weights lie on a lattice.
HistogramPicture picture(int layers = 1, int bins = 100) {
  HistogramPicture p;
  for (int l = 0; l < layers; ++l) {
    app::HistogramLayer layer;
    layer.label = QStringLiteral("layer %1").arg(l);
    for (int i = 0; i <= bins; ++i) layer.edges.push_back(-1 + 2.0 * i / bins);
    for (int i = 0; i < bins; ++i) layer.counts.push_back(i % 3 == 0 ? 0 : 1000 * (l + 1) + i);
    if (l == 0) layer.clipping.assign(std::size_t(bins), 0), layer.clipping[1] = 7;
    p.layers.push_back(layer);
  }
  p.total = std::accumulate(p.layers[0].counts.begin(), p.layers[0].counts.end(), 0.0);
  p.x_title = QStringLiteral("value");
  return p;
}

int colours(const QImage& image, const QRect& within) {
  QSet<QRgb> seen;
  for (int y = within.top(); y < within.bottom(); y += 2)
    for (int x = within.left(); x < within.right(); ++x) seen.insert(image.pixel(x, y));
  return int(seen.size());
}

}  // namespace

class TestHistogramView : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en")); }

  void positionsReadBack_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("linear") << int(AxisKind::linear);
    QTest::newRow("log") << int(AxisKind::log);
    QTest::newRow("symlog") << int(AxisKind::symlog);
  }
  void positionsReadBack() {
    QFETCH(int, kind);
    const AxisScale scale(AxisKind(kind), 1e-3);
    double last = -1e300;
    for (double x : {-5.0, -1e-3, 0.0, 1e-9, 1e-3, 0.3, 7.0}) {
      if (AxisKind(kind) == AxisKind::log && x <= 0) continue;
      QVERIFY(scale.position(x) > last);
      last = scale.position(x);
      QVERIFY(std::abs(scale.value(last) - x) <= 1e-12 * std::max(1.0, std::abs(x)));
    }
  }

  void ticksAreRoundAndFew_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("lo");
    QTest::addColumn<double>("hi");
    QTest::addColumn<QStringList>("texts");
    using List = QStringList;
    QTest::newRow("a symmetric range of weights")
        << 0 << -0.31 << 0.3 << List{"−0.3", "−0.2", "−0.1", "0", "0.1", "0.2", "0.3"};
    QTest::newRow("errors of thousandths") << 0 << -0.0042 << 0.0042 << List{"−0.004", "−0.002", "0", "0.002", "0.004"};
    QTest::newRow("errors of millionths") << 0 << -2e-6 << 2e-6 << List{"−2×10⁻⁶", "−1×10⁻⁶", "0", "1×10⁻⁶", "2×10⁻⁶"};
    QTest::newRow("decades") << 1 << 0.5 << 2e4 << List{"1", "10", "10²", "10³", "10⁴"};
    QTest::newRow("both signs of decades around zero") << 2 << -1.0 << 1.0 << List{"−1", "−10⁻²", "0", "10⁻²", "1"};
  }
  void ticksAreRoundAndFew() {
    QFETCH(int, kind);
    QFETCH(double, lo);
    QFETCH(double, hi);
    QFETCH(QStringList, texts);
    QStringList got;
    for (const auto& tick : AxisScale(AxisKind(kind), 1e-4).ticks(lo, hi, 7)) got.append(tick.text);
    QCOMPARE(got, texts);
  }

  void equalBinsOfALinearAxisAreTheCountsThemselves() {
    QCOMPARE(app::heights({3, 5}, {0, 1, 2}, AxisScale(), app::CountKind::linear, 8), (std::vector<double>{3, 5}));
  }

  void binsOfUnequalWidthStayComparable() {
    // One octave with 8 elements beside two octaves with 16: the same density.
    const auto h = app::heights({8, 16}, {1, 2, 8}, AxisScale(AxisKind::log), app::CountKind::linear, 24);
    QVERIFY(std::abs(h[0] - 8) < 1e-12 && std::abs(h[1] - 8) < 1e-12);
    const auto d = app::heights({1, 3}, {0, 2, 4}, AxisScale(), app::CountKind::density, 4);
    QVERIFY(std::abs(d[0] * 2 + d[1] * 2 - 1) < 1e-12);  // the area is one
  }

  void drawsBarsInEveryMode_data() {
    QTest::addColumn<int>("counts");
    QTest::addColumn<bool>("dark");
    for (int c = 0; c < 3; ++c)
      for (bool dark : {false, true}) QTest::addRow("count mode %d, %s", c, dark ? "dark" : "light") << c << dark;
  }
  void drawsBarsInEveryMode() {
    QFETCH(int, counts);
    QFETCH(bool, dark);
    HistogramView view;
    view.setPalette(app::paletteOf(app::Theme::of(dark ? app::ThemeKind::dark : app::ThemeKind::light)));
    view.resize(640, 360);
    view.show(picture(4));
    view.setCounts(app::CountKind(counts));
    view.QWidget::show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QVERIFY(colours(view.grab().toImage(), view.chart()->plotArea().toRect()) >= 6);
  }

  void arrowKeysWalkTheBinsAndTheReadOutSaysTheirCounts() {
    HistogramView view;
    view.show(picture());
    QSignalSpy said(&view, &HistogramView::readOutChanged);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.cursor(), 50);
    QTest::keyClick(&view, Qt::Key_Left);
    QCOMPARE(view.readOut().simplified(), QStringLiteral("[−0.020, 0) 1 049 of 69 267 (1.51 %)"));
    QCOMPARE(view.accessibleDescription(), view.readOut());
    QCOMPARE(said.size(), 2);
    view.setCursorBin(1);
    QVERIFY(view.readOut().contains(QStringLiteral("7 clipped")));
  }

  void wheelZoomsAtThePointerAndZeroResets() {
    HistogramView view;
    view.resize(600, 300);
    view.show(picture());
    view.QWidget::show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const QPointF at = view.chart()->plotArea().center() + QPointF(100, 0);
    const auto under = [&] {
      const QRectF area = view.chart()->plotArea();
      return view.visibleLow() + (at.x() - area.left()) / area.width() * (view.visibleHigh() - view.visibleLow());
    };
    const double before = under(), width = view.visibleHigh() - view.visibleLow();
    QSignalSpy settled(&view, &HistogramView::rangeSettled);
    QWheelEvent wheel(at, view.mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(view.viewport(), &wheel);
    QVERIFY(view.visibleHigh() - view.visibleLow() < 0.7 * width);
    QVERIFY(std::abs(under() - before) < 0.02 * width);  // the plot area may move by a label's width
    QVERIFY(settled.wait(1000));                         // asks for an exact count once
    QCOMPARE(settled.size(), 1);
    QTest::keyClick(&view, Qt::Key_0);
    QVERIFY(!view.zoomed());
  }

  void dragPansWhereThereIsSomethingToPan() {
    HistogramView view;
    view.resize(600, 300);
    view.show(picture());
    view.QWidget::show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.zoom(0.25, 0);
    const double lo = view.visibleLow();
    const QPoint from = view.chart()->plotArea().center().toPoint();
    QTest::mousePress(view.viewport(), Qt::LeftButton, {}, from);
    QTest::mouseMove(view.viewport(), from + QPoint(60, 0));
    QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, from + QPoint(60, 0));
    QVERIFY(view.visibleLow() < lo);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, from);
    QVERIFY(!view.zoomed());
  }

  void newCountsOfTheSameThingKeepTheZoom() {
    HistogramView view;
    view.show(picture());
    view.zoom(0.2, 0.1);
    const double lo = view.visibleLow();
    view.show(picture(1, 400), true);
    QCOMPARE(view.visibleLow(), lo);
    view.show(picture());
    QVERIFY(!view.zoomed());
  }

  void oddDataShowItsStateAndNoWarning_data() {
    QTest::addColumn<int>("what");
    QTest::newRow("nothing at all") << 0;
    QTest::newRow("one bin of width zero") << 1;
    QTest::newRow("all counts zero") << 2;
  }
  void oddDataShowItsStateAndNoWarning() {
    QFETCH(int, what);
    QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin)")));
    HistogramPicture p;
    p.note = QStringLiteral("select a tensor");
    if (what == 1) p.layers = {{QStringLiteral("a"), {0, 0}, {9}, {}, true}}, p.total = 9;
    if (what == 2) p.layers = {{QStringLiteral("a"), {0, 1, 2}, {0, 0}, {}, true}};
    HistogramView view;
    view.resize(500, 300);
    for (auto kind : {AxisKind::linear, AxisKind::log, AxisKind::symlog})
      for (auto counts : {app::CountKind::linear, app::CountKind::log, app::CountKind::density}) {
        view.show(p);
        view.setAxis(AxisScale(kind, 0.01));
        view.setCounts(counts);
        view.grab();
      }
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, QPoint(250, 150));  // hidden: crashed in Qt's own view
  }
};

QTEST_MAIN(TestHistogramView)
#include "tst_histogram_view.moc"
