// The sensitivity page on a real file: cells by layer and role, the worst first, agreement of metrics with the size
// floor.

#include <QComboBox>
#include <QPushButton>

#include "app/pages/sensitivity_page.h"
#include "app/views/figure_row.h"
#include "app/views/ranked_bars.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

class TestSensitivityPage : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
    workspace_->setFollowSelection(false);
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("m.safetensors"))));
    workspace_->setSchemes({"rtn:group=128", "q8_0"});
    workspace_->selectScheme("rtn:group=128");
    page_ = std::make_unique<app::SensitivityPage>(*workspace_);
    page_->resize(1100, 700);
    page_->show();
    page_->activated();
  }

  void unmeasuredItOffersToFillTheMapAndDoes() {
    auto* fill = page_->findChild<QPushButton*>("sensitivity.fill");
    QVERIFY(fill->isVisible());
    QTest::mouseClick(fill, Qt::LeftButton);
    QVERIFY(waitForRest(*workspace_));
    QVERIFY(QTest::qWaitFor([&] { return !fill->isVisible() && !page_->grid().picture().cells.empty(); }, 2000));
  }

  void cellsStandByLayerAndRoleInTheOrderOfTheData() {
    page_->activated();
    const auto& p = page_->grid().picture();
    QCOMPARE(p.rows.size(), 3);
    QCOMPARE(p.columns, (QStringList{"attn_q", "mlp_down"}));
    for (const auto& cell : p.cells) QCOMPARE(cell.state, app::SensitivityCell::measured);
  }

  void theWorstStandsFirstForEveryMetric() {
    auto* bars = page_->findChild<app::RankedBars*>("sensitivity.bars");
    QCOMPARE(bars->bars().size(), 6u);
    QCOMPARE(bars->bars().front().shade, 1.0);
    workspace_->selectMetric("sqnr");
    QCOMPARE(bars->bars().front().shade, 1.0);  // the lowest SQNR does most damage
    workspace_->selectMetric("mse");
  }

  void aClickSelectsTheTensorEverywhere() {
    const auto& p = page_->grid().picture();
    QTest::mouseClick(&page_->grid(), Qt::LeftButton, {}, page_->grid().cellRect(2, 1).center().toPoint());
    QCOMPARE(workspace_->selection().tensor, p.at(2, 1)->tensor);
    QTest::keyClick(page_.get(), Qt::Key_N);
    QVERIFY(workspace_->selection().tensor >= 0);
  }

  void metricsAreComparedByRank() {
    auto* row = page_->findChild<app::FigureRow*>("sensitivity.correlations");
    QCOMPARE(row->figures().size(), 3u);  // mse ~ sqnr, mse ~ size, sqnr ~ size
  }

 private:
  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::SensitivityPage> page_;
};

QTEST_MAIN(TestSensitivityPage)
#include "tst_sensitivity_page.moc"
