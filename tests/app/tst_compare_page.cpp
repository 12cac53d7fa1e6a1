// The compare page on a real file: schemes as marks and rows, the lines of theory, clicks, scopes, saved charts.

#include <QAbstractButton>
#include <QChartView>
#include <QComboBox>
#include <QFile>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSvgRenderer>
#include <QTableView>
#include <set>

#include "app/pages/compare_page.h"
#include "app/views/chart_frame.h"
#include "app/views/compare_view.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

using app::CompareModel;

namespace {

const app::CompareMark* markOf(const app::CompareView& view, const QString& scheme) {
  for (const auto& mark : view.picture().marks)
    if (mark.scheme == scheme) return &mark;
  return nullptr;
}

std::size_t colours(const QImage& image) {
  std::set<QRgb> seen;
  for (int y = 0; y < image.height(); y += 2)
    for (int x = 0; x < image.width(); x += 2) seen.insert(image.pixel(x, y));
  return seen.size();
}

}  // namespace

class TestComparePage : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("m.safetensors"))));
    workspace_->setSchemes({"rtn:group=128", "q8_0", "nf4", "rtn:bits=3"});
    workspace_->selectTensor(workspace_->candidates()[0]);
    workspace_->selectScheme("nf4");
    QVERIFY(waitForRest(*workspace_));
    page_ = std::make_unique<app::ComparePage>(*workspace_);
    page_->resize(1000, 760);
    page_->show();
    page_->activated();
    QVERIFY(rest());
    table_ = page_->findChild<QTableView*>("compare.table");
    frame_ = page_->findChild<app::ChartFrame*>("compare.chart");
    QVERIFY(table_ && frame_);
  }
  void init() { QVERIFY(rest()); }

  void eachSchemeIsAMarkAtItsRealSize() {
    QCOMPARE(page_->view().picture().marks.size(), std::size_t(4));
    QCOMPARE(markOf(page_->view(), "q8_0")->bits, 8.5);
    QCOMPARE(markOf(page_->view(), "rtn:group=128")->bits, 4.125);
    QVERIFY(markOf(page_->view(), "nf4")->current);
    // Two schemes of one method share a look.
    QCOMPARE(markOf(page_->view(), "rtn:group=128")->look, markOf(page_->view(), "rtn:bits=3")->look);
    QVERIFY(!(markOf(page_->view(), "q8_0")->look == markOf(page_->view(), "nf4")->look));
  }

  void theTableSaysWhatTheAnalysisFound() {
    const auto& model = page_->model();
    const int row = model.rowOf("q8_0");
    const auto* analysis = workspace_->analysis("model.layers.0.mlp.down_proj.weight", "q8_0");
    QVERIFY(analysis && row >= 0);
    const auto number = [&](int column) { return model.index(row, column).data(CompareModel::SortRole).toDouble(); };
    QCOMPARE(number(CompareModel::Sqnr), *analysis->figures.sqnr_db);
    QCOMPARE(number(CompareModel::Rmse), *analysis->figures.rmse);
    QCOMPARE(number(CompareModel::Size), double(analysis->figures.bytes));
    QVERIFY(number(CompareModel::StepRms) > 0.1 && number(CompareModel::StepRms) < 0.5);
  }

  void aColumnSortsBothWays() {
    table_->sortByColumn(CompareModel::Bpw, Qt::DescendingOrder);
    QCOMPARE(page_->model().index(0, 0).data(CompareModel::SchemeRole).toString(), QString("q8_0"));
    table_->sortByColumn(CompareModel::Bpw, Qt::AscendingOrder);
    QCOMPARE(page_->model().index(3, 0).data(CompareModel::SchemeRole).toString(), QString("q8_0"));
    table_->sortByColumn(-1, Qt::AscendingOrder);
  }

  void aClickOnAMarkSelectsTheSchemeEverywhere() {
    const auto at = page_->view().markAt("q8_0");
    QVERIFY(at);
    auto* chart = page_->view().findChild<QChartView*>();
    QTest::mouseClick(chart->viewport(), Qt::LeftButton, {}, chart->mapFrom(&page_->view(), *at));
    QCOMPARE(workspace_->selection().scheme, QString("q8_0"));
    QVERIFY(rest());
    QVERIFY(markOf(page_->view(), "q8_0")->current);
    QVERIFY(table_->selectionModel()->isRowSelected(page_->model().rowOf("q8_0")));
  }

  void aClickOnARowSelectsTheScheme() {
    const int row = page_->model().rowOf("rtn:bits=3");
    QTest::mouseClick(table_->viewport(), Qt::LeftButton, {},
                      table_->visualRect(page_->model().index(row, CompareModel::Bpw)).center());
    QCOMPARE(workspace_->selection().scheme, QString("rtn:bits=3"));
  }

  void keysWalkTheMarksAndTakeOne() {
    QSignalSpy read(&page_->view(), &app::CompareView::readOutChanged);
    page_->view().setFocus();
    QTest::keyClick(&page_->view(), Qt::Key_Right);
    QCOMPARE(page_->view().nameOfPointed(), QString("rtn:bits=3"));  // the smallest first
    QTest::keyClick(&page_->view(), Qt::Key_Right);
    QCOMPARE(page_->view().nameOfPointed(), QString("rtn:group=128"));
    QVERIFY(read.last().at(0).toString().contains("4.125"));
    QTest::keyClick(&page_->view(), Qt::Key_Return);
    QCOMPARE(workspace_->selection().scheme, QString("rtn:group=128"));
  }

  void thePointerReadsTheLines() {
    QSignalSpy read(&page_->view(), &app::CompareView::readOutChanged);
    auto* chart = page_->view().findChild<QChartView*>();
    const QRectF plot = chart->chart()->plotArea();
    const QPointF at(plot.left() + plot.width() / 3, plot.top() + 4);
    QMouseEvent move(QEvent::MouseMove, at, chart->viewport()->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QApplication::sendEvent(chart->viewport(), &move);
    QVERIFY(!read.isEmpty());
    QVERIFY(read.last().at(0).toString().contains("R(D)"));
  }

  void linesAreChosenInTheMenu() {
    auto* lines = page_->findChild<QPushButton*>("compare.lines");
    const auto usual = page_->view().picture().lines.size();
    QVERIFY(usual >= 3);
    for (QAction* action : lines->menu()->actions()) action->setChecked(true);
    QCOMPARE(page_->view().picture().lines.size(), quant::theory_lines().size());
    for (QAction* action : lines->menu()->actions())
      action->setChecked(quant::find_theory_line(action->data().toString().toStdString())->usual);
    QCOMPARE(page_->view().picture().lines.size(), usual);
  }

  void allTensorsStandAsBoxes() {
    workspace_->analyzeAll();
    QVERIFY(rest());
    auto* scope = page_->findChild<QComboBox*>("compare.scope");
    scope->setCurrentIndex(2);
    Q_EMIT scope->activated(2);
    QCOMPARE(page_->model().tensors().size(), workspace_->candidates().size());
    const auto* mark = markOf(page_->view(), "nf4");
    QVERIFY(mark && mark->spread && mark->spread->least < mark->spread->most);
    QVERIFY(!table_->isColumnHidden(CompareModel::Wins));
    QVERIFY(table_->isColumnHidden(CompareModel::StepRms));
    scope->setCurrentIndex(0);
    Q_EMIT scope->activated(0);
    QVERIFY(table_->isColumnHidden(CompareModel::Wins));
  }

  void aRefusedSchemeIsListedWithItsReason() {
    workspace_->setSchemes({"rtn:group=128", "q8_0", "nf4", "rtn:bits=3", app_canonical("hqq:axis=0,group=96")});
    QVERIFY(rest());
    const auto& model = page_->model();
    const int row = model.rowOf(workspace_->schemes().last());
    QVERIFY(row >= 0 && model.schemes().back().refused == 1);
    QVERIFY(model.index(row, CompareModel::Remark).data().toString().contains("refused"));
    QVERIFY(!markOf(page_->view(), workspace_->schemes().last()));
    QVERIFY(model.index(row, CompareModel::Remark).data(CompareModel::DimRole).toBool());
  }

  void withManySchemesTheTableStandsFirstAndTheChartKeepsTwelve() {
    QStringList many;
    for (int bits = 2; bits <= 8; ++bits)
      for (const char* group : {"", ",group=64"}) many << app_canonical(QString("rtn:bits=%1%2").arg(bits).arg(group));
    workspace_->setSchemes(many);
    QVERIFY(rest());
    QVERIFY(table_->mapTo(page_.get(), QPoint()).y() < frame_->mapTo(page_.get(), QPoint()).y());
    QCOMPARE(page_->view().picture().marks.size(), std::size_t(12));
    QCOMPARE(page_->model().rowCount(), 14);
    workspace_->setSchemes({"rtn:group=128", "q8_0", "nf4", "rtn:bits=3"});
    QVERIFY(rest());
    QVERIFY(table_->mapTo(page_.get(), QPoint()).y() > frame_->mapTo(page_.get(), QPoint()).y());
  }

  void oneSchemeAsksForASecond() {
    workspace_->setSchemes({"nf4"});
    QVERIFY(rest());
    QVERIFY(page_->findChild<QLabel*>("compare.hint")->text().contains("second"));
    QCOMPARE(page_->view().picture().marks.size(), std::size_t(1));
    workspace_->setSchemes({"rtn:group=128", "q8_0", "nf4", "rtn:bits=3"});
    QVERIFY(rest());
  }

  void chartsSave_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"chart.png", "chart.svg", "chart.pdf", "chart.csv"}) QTest::newRow(name) << name;
  }
  void chartsSave() {
    QFETCH(QString, name);
    const QString path = QCoreApplication::applicationDirPath() + "/compare_" + name;  // left to look at
    QVERIFY(frame_->save(path));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray data = file.readAll();
    if (name.endsWith("png")) {
      const QImage image(path);
      QVERIFY(image.width() > 2 * 900 && colours(image) > 40);
      QVERIFY(image.text("Source").contains("Quantoscope"));
    } else if (name.endsWith("svg")) {
      QSvgRenderer svg(data);
      QVERIFY(svg.isValid());
      QImage image(svg.defaultSize(), QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      svg.render(&painter);
      QVERIFY(colours(image) > 40);
    } else if (name.endsWith("pdf")) {
      QVERIFY(data.startsWith("%PDF") && data.size() > 4000);
    } else {
      const QStringList lines = QString::fromUtf8(data).split("\r\n", Qt::SkipEmptyParts);
      QCOMPARE(lines.size(), 5);  // header and four schemes
      const QStringList row = lines[2].split(',');
      QCOMPARE(row[0], QString("q8_0"));
      const auto* analysis = workspace_->analysis("model.layers.0.mlp.down_proj.weight", "q8_0");
      QCOMPARE(row[5].toDouble(), *analysis->figures.sqnr_db);  // reads back to the same number
    }
  }

  void aSaveThatFailsSaysWhy() {
    const auto done = frame_->save(folder_.filePath("absent/chart.png"));
    QVERIFY(!done && done.error().code == quant::ErrorCode::io && !done.error().why.empty());
    QVERIFY(frame_->save(folder_.filePath("chart.gif")).error().code == quant::ErrorCode::usage);
  }

  void aDarkWindowSavesALightPictureAndStaysDark() {
    page_->setPalette(app::paletteOf(app::Theme::of(app::ThemeKind::dark)));
    QVERIFY(app::Theme::of(&page_->view()).isDark());
    QVERIFY(frame_->save(folder_.filePath("dark.png")));
    QVERIFY(QColor(QImage(folder_.filePath("dark.png")).pixel(4, 4)).lightness() > 240);
    QVERIFY(app::Theme::of(&page_->view()).isDark());
    page_->setPalette(QPalette());
  }

  void withoutAModelItSaysWhatWillStandHere() {
    app::Workspace empty;
    app::ComparePage page(empty);
    page.show();
    page.activated();
    QVERIFY(page.findChild<QAbstractButton*>("compare.open")->isVisible());
  }

 private:
  static QString app_canonical(const QString& text) {
    return QString::fromStdString(quant::Scheme::parse(text.toStdString())->text());
  }
  bool rest() { return waitForRest(*workspace_, *page_); }
  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::ComparePage> page_;
  QTableView* table_ = nullptr;
  app::ChartFrame* frame_ = nullptr;
};

QTEST_MAIN(TestComparePage)
#include "tst_compare_page.moc"
