// The histograms page on a real file: every element in the bins, grid and clip marks of the scheme, two parts of the
// error.

#include <QAbstractButton>
#include <QComboBox>
#include <numeric>

#include "app/pages/error_panel.h"
#include "app/pages/histograms_page.h"
#include "app/views/histogram_view.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

using app::HistogramView;

namespace {

double elements(const HistogramView& view) {
  const auto& counts = view.picture().layers.at(0).counts;
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

}  // namespace

class TestHistogramsPage : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("m.safetensors"))));
    workspace_->setSchemes({"rtn:group=128", "q8_0", "nf4"});
    workspace_->selectScheme("rtn:group=128");
    workspace_->analyzeAll();
    QVERIFY(waitForRest(*workspace_));
    page_ = std::make_unique<app::HistogramsPage>(*workspace_);
    page_->resize(1100, 700);
    page_->show();
    page_->activated();
    QVERIFY(rest());
    values_ = page_->findChild<HistogramView*>("histograms.valueChart");
    errors_ = page_->findChild<HistogramView*>("histograms.errorChart");
    QVERIFY(values_ && errors_);
  }

  void allElementsStandInTheBins() {
    QCOMPARE(elements(*values_), 8.0 * 256);
    QCOMPARE(elements(*errors_), 8.0 * 256);
    QVERIFY(values_->picture().layers[0].exact && errors_->picture().layers[0].exact);
  }

  void theGridHasTheSchemesCodes() {
    int levels = 0, clips = 0;
    for (const auto& mark : values_->picture().marks) {
      levels += mark.kind == app::HistogramMark::level;
      clips += mark.kind == app::HistogramMark::clip;
    }
    QCOMPARE(levels, 16);
    QCOMPARE(clips, 2);
  }

  void zoomingCountsTheVisiblePartAnewAndLosesNothing() {
    values_->zoom(0.2, 0);
    QTest::qWait(300);  // the view waits for the hand to be still
    QVERIFY(rest());
    QCOMPARE(elements(*values_), 8.0 * 256);
    QVERIFY(values_->picture().layers[0].bins() > 256);
    values_->resetZoom();
  }

  void overlaysHaveTheirOwnLayers() {
    page_->errors().setOverlays({"q8_0", "nf4"});
    QVERIFY(rest());
    QCOMPARE(errors_->picture().layers.size(), 3u);
    page_->errors().setOverlays({});
    QVERIFY(rest());
  }

  void inStepsRoundingStaysWithinHalf() {
    auto* unit = page_->findChild<QComboBox*>("histograms.errorUnit");
    unit->setCurrentIndex(1);
    const auto& layer = errors_->picture().layers.at(0);
    QCOMPARE(elements(*errors_), 8.0 * 256);
    for (std::size_t i = 0; i < layer.bins(); ++i)
      QVERIFY(layer.clipping[i] == 0 || layer.edges[i] >= 0.5 || layer.edges[i + 1] <= -0.5);
    unit->setCurrentIndex(0);
  }

  void severalTensorsAreSummed() {
    app::Selection both = workspace_->selection();
    both.tensors = {workspace_->candidates()[0], workspace_->candidates()[1]};
    both.tensor = both.tensors[0];
    workspace_->select(both);
    QVERIFY(rest());
    QCOMPARE(elements(*values_), 2 * 8.0 * 256);
    QCOMPARE(elements(*errors_), 2 * 8.0 * 256);
  }

  void withoutAModelItSaysWhatWillStandHere() {
    app::Workspace empty;
    app::HistogramsPage page(empty);
    page.show();
    page.activated();
    QVERIFY(page.atRest());
    QVERIFY(page.findChild<QAbstractButton*>("histograms.open")->isVisible());
  }

 private:
  bool rest() { return waitForRest(*workspace_, *page_); }
  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::HistogramsPage> page_;
  HistogramView *values_ = nullptr, *errors_ = nullptr;
};

QTEST_MAIN(TestHistogramsPage)
#include "tst_histograms_page.moc"
