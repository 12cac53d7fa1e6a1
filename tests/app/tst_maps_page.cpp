// The maps page on a real file: every view, the next worst element, and the state without a model.

#include <QComboBox>
#include <QPushButton>

#include "app/pages/maps_page.h"
#include "app/views/figure_row.h"
#include "app/views/heat_map_view.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

class TestMapsPage : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("m.safetensors"))));
    workspace_->setSchemes({"rtn:group=128"});
    workspace_->selectScheme("rtn:group=128");
    page_ = std::make_unique<app::MapsPage>(*workspace_);
    page_->resize(1000, 700);
    page_->show();
    page_->activated();
    QVERIFY(rest());
    map_ = page_->findChild<app::HeatMapView*>("maps.view");
  }

  void everyViewShowsTheTensor() {
    auto* what = page_->findChild<QComboBox*>("maps.what");
    for (int i = 0; i < what->count(); ++i) {
      if (!what->model()->flags(what->model()->index(i, 0)).testFlag(Qt::ItemIsEnabled)) {
        QVERIFY(i >= 6);  // a float32 tensor has no codes and scales of its own
        continue;
      }
      what->setCurrentIndex(i);
      QVERIFY(rest());
      QVERIFY2(map_->picture().overview, qPrintable(what->currentText()));
      QCOMPARE(map_->picture().rows, 8u);
      QCOMPARE(map_->picture().cols, 256u);
    }
    what->setCurrentIndex(2);
    QVERIFY(rest());
  }

  void nGoesToTheLargestErrorFirst() {
    QTest::keyClick(page_.get(), Qt::Key_N);
    QVERIFY(QTest::qWaitFor([this] { return workspace_->selection().row + workspace_->selection().col > 0; }, 5000));
    QVERIFY(rest());
    const auto& cells = map_->picture().overview->cells;
    const auto& s = workspace_->selection();
    const float here = std::fabs(cells[s.row * 256 + s.col]);
    for (float x : cells) QVERIFY(std::fabs(x) <= here);
    QCOMPARE(page_->findChild<app::FigureRow*>("maps.chain")->figures().size(), 8u);
  }

  void aClickOnTheMapSelectsTheElementEverywhere() {
    map_->fit();
    Q_EMIT map_->elementClicked(3, 77);
    QCOMPARE(workspace_->selection().row, 3u);
    QCOMPARE(workspace_->selection().col, 77u);
  }

  void withoutAModelItSaysWhatWillStandHere() {
    app::Workspace empty;
    app::MapsPage page(empty);
    page.show();
    page.activated();
    QVERIFY(page.atRest());
    QVERIFY(page.findChild<QPushButton*>("maps.open")->isVisible());
  }

 private:
  bool rest() { return waitForRest(*workspace_, *page_); }
  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::MapsPage> page_;
  app::HeatMapView* map_ = nullptr;
};

QTEST_MAIN(TestMapsPage)
#include "tst_maps_page.moc"
