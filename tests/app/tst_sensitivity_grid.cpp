// The grid of the sensitivity map: shades by damage, states that differ without colour, clicks and keys.

#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include "app/views/sensitivity_grid.h"
#include "app/window/theme.h"

using app::SensitivityCell;
using app::SensitivityGrid;

namespace {

SensitivityCell measured(double value, int tensor) {
  SensitivityCell cell;
  cell.state = SensitivityCell::measured;
  cell.value = value;
  cell.tensor = tensor;
  cell.tensors = 1;
  cell.name = QStringLiteral("t%1").arg(tensor);
  cell.text = QString::number(value);
  return cell;
}

app::SensitivityPicture picture() {
  app::SensitivityPicture p;
  p.rows = {QStringLiteral("layer 0"), QStringLiteral("layer 1")};
  p.columns = {QStringLiteral("q"), QStringLiteral("down")};
  p.cells = {measured(1, 0), measured(100, 1), SensitivityCell(), SensitivityCell()};
  p.cells[2].state = SensitivityCell::unmeasured;
  p.cells[2].tensor = 2;
  app::shade(p.cells, app::ShadeKind::rank, false);
  return p;
}

}  // namespace

class TestSensitivityGrid : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en")); }

  void shadesFollowTheScale_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<bool>("higher_is_better");
    QTest::addColumn<QList<double>>("shades");
    using L = QList<double>;
    QTest::newRow("ranks, ties share theirs") << int(app::ShadeKind::rank) << false << L{0, 0.5, 0.5, 1};
    QTest::newRow("linear") << int(app::ShadeKind::linear) << false << L{0, 9.0 / 99, 9.0 / 99, 1};
    QTest::newRow("logarithmic") << int(app::ShadeKind::log) << false << L{0, 0.5, 0.5, 1};
    QTest::newRow("decibels: less is worse") << int(app::ShadeKind::rank) << true << L{1, 0.5, 0.5, 0};
  }
  void shadesFollowTheScale() {
    QFETCH(int, kind);
    QFETCH(bool, higher_is_better);
    QFETCH(QList<double>, shades);
    std::vector<SensitivityCell> cells{measured(1, 0), measured(10, 1), measured(10, 2), measured(100, 3)};
    app::shade(cells, app::ShadeKind(kind), higher_is_better);
    for (int i = 0; i < shades.size(); ++i) QVERIFY(std::abs(cells[std::size_t(i)].shade - shades[i]) < 1e-12);
  }

  void aClickSelectsTheTensorOfTheCell() {
    SensitivityGrid grid;
    grid.resize(500, 300);
    grid.show(picture());
    QSignalSpy clicked(&grid, &SensitivityGrid::tensorClicked);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.cellRect(0, 1).center().toPoint());
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), 1);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.cellRect(1, 1).center().toPoint());  // absent
    QCOMPARE(clicked.size(), 1);
  }

  void keysWalkAndReadOut() {
    SensitivityGrid grid;
    grid.show(picture());
    QSignalSpy said(&grid, &SensitivityGrid::readOutChanged);
    QSignalSpy clicked(&grid, &SensitivityGrid::tensorClicked);
    QTest::keyClick(&grid, Qt::Key_Right);
    QCOMPARE(said.last()[0].toString(), QStringLiteral("layer 0, q: 1 in t0"));
    QTest::keyClick(&grid, Qt::Key_Right);
    QTest::keyClick(&grid, Qt::Key_Return);
    QCOMPARE(clicked.last()[0].toInt(), 1);
    QTest::keyClick(&grid, Qt::Key_Down);
    QCOMPARE(grid.accessibleDescription(), QStringLiteral("layer 1, down: no such tensor"));
  }

  void statesDifferWithoutColour() {
    SensitivityGrid grid;
    grid.resize(400, 240);
    auto p = picture();
    p.cells[1].state = SensitivityCell::refused;
    grid.show(p);
    const QImage grey = grid.grab().toImage().convertToFormat(QImage::Format_Grayscale8);
    QSet<QByteArray> looks;
    for (int r = 0; r < 2; ++r)
      for (int c = 0; c < 2; ++c) {
        const QImage cell = grey.copy(grid.cellRect(r, c).toRect().adjusted(8, 8, -8, -8)).scaled(24, 24);
        looks.insert(QByteArray(reinterpret_cast<const char*>(cell.constBits()), cell.sizeInBytes()));
      }
    QCOMPARE(looks.size(), 4);
  }
};

QTEST_MAIN(TestSensitivityGrid)
#include "tst_sensitivity_grid.moc"
