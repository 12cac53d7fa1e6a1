// A quantized checkpoint beside its original (tests/data/formats): every page shows the figures of core's compare.

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <numeric>

#include "app/models/format.h"
#include "app/models/tensor_model.h"
#include "app/pages/error_panel.h"
#include "app/pages/histograms_page.h"
#include "app/pages/maps_page.h"
#include "app/pages/sensitivity_page.h"
#include "app/views/figure_row.h"
#include "app/views/heat_map_view.h"
#include "app/views/histogram_view.h"
#include "app/window/context_panel.h"
#include "app/window/main_window.h"
#include "app/window/message_bar.h"
#include "app/window/scheme_chips.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

using app::Workspace;

namespace {

const QString formats = QStringLiteral(QUANT_TEST_DATA "/formats/");
const QString gptq = formats + QStringLiteral("gptq/w4_g64_sym_v1");
const QString original = formats + QStringLiteral("hf_folder");
const QString query = QStringLiteral("encoder.layer.0.attention.self.query.weight");

/// What core says, from the two files by themselves.
quant::Analysis compared(const QString& tensor) {
  const auto q = quant::open_source(gptq.toStdString()), o = quant::open_source(original.toStdString());
  const auto stored = (*q)->view(*quant::find_tensor(**q, tensor.toStdString()));
  const auto truth = (*o)->view(*quant::find_tensor(**o, tensor.toStdString()));
  const auto reference = quant::make_reference_backend();
  quant::JobContext job;
  return *quant::compare(**stored, **truth, {reference.get(), reference.get(), 1, 0}, job);
}

bool openBoth(Workspace& workspace, const QString& path, const QString& beside) {
  QSignalSpy opened(&workspace, &Workspace::sourceChanged);
  workspace.open(path, beside);
  return opened.wait(10'000) && waitForRest(workspace);
}

}  // namespace

class TestAgainst : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<Workspace>();
    workspace_->setFollowSelection(false);
    QVERIFY(openBoth(*workspace_, gptq, original));
    choice_ = workspace_->original()->choice;
    workspace_->selectTensor(workspace_->indexOf(query));
    found_ = compared(query);
    QVERIFY(std::abs(*found_.figures.mse - 9.899676885903662e-05) < 1e-10);  // as tst_cli_against has it
  }

  void whatIsStoredIsOneMoreChoiceAndIsMeasured() {
    QVERIFY(workspace_->choices().endsWith(choice_));
    QVERIFY(!workspace_->schemes().contains(choice_));
    QCOMPARE(workspace_->selection().scheme, choice_);
    QCOMPARE(app::format::scheme(choice_), QStringLiteral("as stored (gptq)"));
    const auto* a = workspace_->analysis(query, choice_);
    QVERIFY(a);
    QCOMPARE(*a->figures.mse, *found_.figures.mse);
    QCOMPARE(*a->figures.sqnr_db, *found_.figures.sqnr_db);
    QCOMPARE(*a->figures.p99_abs, *found_.figures.p99_abs);
    QVERIFY(workspace_->unmatched().isEmpty());
  }

  void theSensitivityPageShowsItByLayerAndRole() {
    app::SensitivityPage page(*workspace_);
    page.resize(1100, 700);
    page.show();
    page.activated();
    const auto& p = page.grid().picture();
    const auto at = p.columns.indexOf(QStringLiteral("attn_q"));
    QVERIFY(at >= 0);
    QCOMPARE(p.at(0, int(at))->state, app::SensitivityCell::measured);
    QCOMPARE(p.at(0, int(at))->value, *found_.figures.mse);
    auto* choices = page.findChild<QComboBox*>("sensitivity.scheme");
    QCOMPARE(choices->currentText(), QStringLiteral("as stored (gptq)"));
  }

  void theTableShowsItsSqnr() {
    app::TensorModel model(*workspace_);
    const int row = model.rowOf(workspace_->indexOf(query));
    QCOMPARE(model.index(row, app::TensorModel::Sqnr).data().toString(), app::format::decibel(found_.figures.sqnr_db));
  }

  /// Values of this checkpoint are (code − 8) · scale: GPTQ, symmetric, 4 bits.
  void thePanelSaysHowTheCodeBecomesTheValue() {
    app::ContextPanel panel(*workspace_);
    panel.show();
    const auto* chain = panel.findChild<QLabel*>("panel.chain");
    QVERIFY(QTest::qWaitFor([&] { return chain->text().contains(QStringLiteral("→")); }, 10'000));
    QVERIFY2(chain->text().contains(QRegularExpression(QStringLiteral("\\(code \\d+ − 8\\) × 0\\.\\d+ →"))),
             qPrintable(chain->text()));
  }

  void theHistogramCountsEveryError() {
    app::HistogramsPage page(*workspace_);
    page.resize(1100, 700);
    page.show();
    page.activated();
    QVERIFY(waitForRest(*workspace_, page));
    const auto* view = page.findChild<app::HistogramView*>("histograms.errorChart");
    QCOMPARE(view->picture().layers.size(), std::size_t(1));
    const auto& layer = view->picture().layers[0];
    QCOMPARE(layer.label, QStringLiteral("as stored (gptq)"));
    QVERIFY(layer.exact);
    QCOMPARE(std::accumulate(layer.counts.begin(), layer.counts.end(), 0.0), 64.0 * 256);
    QCOMPARE(layer.edges.back(), *found_.figures.max_abs);
    const auto& figures = page.findChild<app::FigureRow*>("histograms.figures")->figures();
    QCOMPARE(figures[5].value, app::format::decibel(found_.figures.sqnr_db));
    QCOMPARE(figures[7].value, app::format::none());  // which codes were clipped no file tells
    page.findChild<QComboBox*>("histograms.errorUnit")->setCurrentIndex(1);
    QVERIFY(view->picture().layers.empty() && view->picture().note.contains("weight units"));
    // Errors of schemes are held against the stored values, not against the original.
    QVERIFY(!page.findChild<QToolButton*>("histograms.overlay")->isEnabled());
  }

  void theMapShowsStoredMinusOriginalCodesAndScales() {
    app::MapsPage page(*workspace_);
    page.resize(1000, 700);
    page.show();
    page.activated();
    const auto* map = page.findChild<app::HeatMapView*>("maps.view");
    auto* what = page.findChild<QComboBox*>("maps.what");
    const auto cells = [&](quant::MapView view) {
      what->setCurrentIndex(int(view));
      return waitForRest(*workspace_, page) && map->picture().overview ? map->picture().overview->cells
                                                                       : std::vector<float>();
    };
    float most = 0;
    for (const float e : cells(quant::MapView::error)) most = std::max(most, std::fabs(e));
    QCOMPARE(most, float(*found_.figures.max_abs));
    const auto codes = cells(quant::MapView::code), scales = cells(quant::MapView::scale);
    // Row 3, column 77 by the layout's formula: code 14, zero 8, scale 0.0262298584375 (expected_packed.json).
    QCOMPARE(codes.size(), std::size_t(64 * 256));
    QCOMPARE(codes[3 * 256 + 77], 14.0f);
    QCOMPARE(scales[3 * 256 + 77], 0.0262298584375f);
    QCOMPARE(cells(quant::MapView::value)[3 * 256 + 77], 0.157379150390625f);
    QVERIFY(cells(quant::MapView::error_steps).empty());
    workspace_->selectElement(3, 77);
    QVERIFY(waitForRest(*workspace_, page));
    const auto& chain = page.findChild<app::FigureRow*>("maps.chain")->figures();
    QCOMPARE(chain.at(3).value, QStringLiteral("14"));
  }

  void theStoragesOwnViewsShowItsOwnCodeUnderAnyScheme() {
    workspace_->selectScheme(workspace_->schemes().front());
    workspace_->selectElement(3, 77);
    app::MapsPage page(*workspace_);
    page.resize(1000, 700);
    page.show();
    page.activated();
    auto* what = page.findChild<QComboBox*>("maps.what");
    what->setCurrentIndex(what->findText(QStringLiteral("Stored codes")));
    QVERIFY(waitForRest(*workspace_, page));
    const auto& chain = page.findChild<app::FigureRow*>("maps.chain")->figures();
    QCOMPARE(chain.at(3).value, QStringLiteral("14"));
    QCOMPARE(chain.at(4).value, QStringLiteral("8"));
    workspace_->selectScheme(choice_);
  }

  void noPlanTakesIt() {
    workspace_->pin(query, choice_);
    QVERIFY(workspace_->pins().isEmpty());
    workspace_->setSchemes({"q8_0"});
    workspace_->analyzeAll();
    QVERIFY(waitForRest(*workspace_));
    workspace_->requestPlan("16bpw");
    QVERIFY(waitForRest(*workspace_));
    QVERIFY(workspace_->plan());
    for (const auto& a : workspace_->plan()->assignments) QVERIFY(!app::isStored(app::format::utf8(a.scheme)));
    QCOMPARE(workspace_->coverage().done, workspace_->coverage().all);
  }

  void theSessionRemembersTheOriginalAndItsFigures() {
    workspace_.reset();  // writes its view on the way out
    Workspace later;
    later.setFollowSelection(false);
    QVERIFY(openAndRest(later, gptq));
    QVERIFY(later.original());
    QCOMPARE(later.selection().scheme, choice_);
    QCOMPARE(*later.analysis(query, choice_)->figures.mse, *found_.figures.mse);
    QVERIFY(later.counters(query, choice_));
    later.dropOriginal();
    QVERIFY(!later.original() && !later.analysis(query, choice_));
    QVERIFY(later.schemes().contains(later.selection().scheme));
    Workspace afterwards;
    QVERIFY(openAndRest(afterwards, gptq));
    QVERIFY(!afterwards.original());
  }

  void tensorsWithoutAPartnerAreToldByName() {
    const QString whole = writeModel(folder_.filePath("whole.safetensors"), 3),
                  part = writeModel(folder_.filePath("part.safetensors"), 2);
    Workspace workspace;
    QVERIFY(openAndRest(workspace, whole));
    QSignalSpy told(&workspace, &Workspace::noticed);
    workspace.compareWith(part);
    QVERIFY(waitForRest(workspace));
    const QString lost = QStringLiteral("model.layers.2.mlp.down_proj.weight"), stored = workspace.original()->choice;
    QCOMPARE(workspace.unmatched(), (QStringList{lost, "model.layers.2.self_attn.q_proj.weight"}));
    QVERIFY(told.size() > 0 && told[0][0].toString().contains(lost) && told[0][0].toString().contains("2 "));
    QVERIFY(!workspace.analysis(lost, stored)->refused.empty());
    QVERIFY(workspace.analysis("model.layers.1.mlp.down_proj.weight", stored)->figures.exact);
    app::SchemeChips chips(workspace);
    QVERIFY(chips.findChild<app::SchemeChip*>("context.scheme." + stored)->toolTip().contains(lost));
    workspace.setFollowSelection(false);
    workspace.selectTensor(workspace.indexOf(lost));
    app::HistogramsPage page(workspace);
    page.show();
    page.activated();
    QVERIFY(waitForRest(workspace, page));
    QVERIFY(page.findChild<app::HistogramView*>("histograms.errorChart")->picture().note.contains("no tensor"));
  }

  void anotherOriginalIsAnotherChoice() {
    const QString one = writeModel(folder_.filePath("one.safetensors")),
                  two = writeModel(folder_.filePath("two.safetensors"));
    Workspace workspace;
    QVERIFY(openBoth(workspace, one, two));
    const QString former = workspace.original()->choice;
    workspace.compareWith(one);
    QVERIFY(waitForRest(workspace));
    QVERIFY(workspace.original()->choice != former);
    QVERIFY(!workspace.choices().contains(former));
    QCOMPARE(workspace.selection().scheme, workspace.original()->choice);
    QVERIFY(!workspace.analysis("model.layers.0.mlp.down_proj.weight", former));
  }

  void whatIsNoOriginalIsRefusedWithAReason_data() {
    QTest::addColumn<QString>("path");
    QTest::newRow("another model") << writeModel(folder_.filePath("other.safetensors"));
    QTest::newRow("no file") << folder_.filePath("absent.safetensors");
  }
  void whatIsNoOriginalIsRefusedWithAReason() {
    QFETCH(QString, path);
    Workspace workspace;
    QVERIFY(openAndRest(workspace, formats + "gptq/w8_g128_sym_v1"));
    QSignalSpy failed(&workspace, &Workspace::openFailed);
    workspace.compareWith(path);
    QVERIFY(waitForRest(workspace));
    QCOMPARE(failed.size(), 1);
    QVERIFY(!workspace.original());
    QVERIFY(workspace.source());
  }

  void storedCodesAndScalesNeedNoOriginal() {
    Workspace workspace;
    workspace.setFollowSelection(false);
    QVERIFY(openAndRest(workspace, formats + "gptq/w4_g32_asym_v2"));
    QVERIFY(!workspace.original());
    workspace.selectTensor(workspace.indexOf(query));
    app::MapsPage page(workspace);
    page.resize(1000, 700);
    page.show();
    page.activated();
    auto* what = page.findChild<QComboBox*>("maps.what");
    const auto cell = [&](const QString& view) {
      what->setCurrentText(view);
      const auto* map = page.findChild<app::HeatMapView*>("maps.view");
      return waitForRest(workspace, page) && map->picture().overview ? map->picture().overview->cells.at(3 * 256 + 77)
                                                                     : -1;
    };
    // expected_packed.json: code 13, scale 0.0241241455078125 by the layout's formula.
    QCOMPARE(cell("Stored codes"), 13.0f);
    QCOMPARE(cell("Stored scales"), 0.0241241455078125f);
  }

  void aPlainModelAfterAQuantizedOneIsOfferedAsItsOriginal() {
    Workspace workspace;
    app::MainWindow window(workspace);
    window.show();
    const QString quantized = formats + "mlx/w4_g64";
    window.openPaths({quantized});
    QVERIFY(QTest::qWaitFor([&] { return workspace.sourcePath() == quantized && workspace.atRest(); }, 10'000));
    QVERIFY(window.messages().text().isEmpty());
    window.openPaths({original});
    QVERIFY(QTest::qWaitFor([&] { return workspace.sourcePath() == original && workspace.atRest(); }, 10'000));
    QVERIFY(window.messages().text().contains("w4_g64"));
    QTest::mouseClick(window.findChild<QPushButton*>("message.act"), Qt::LeftButton);
    QVERIFY(QTest::qWaitFor([&] { return workspace.original() && workspace.atRest(); }, 10'000));
    QCOMPARE(workspace.sourcePath(), quantized);
    const QString mlx = workspace.original()->choice;
    QVERIFY(mlx.startsWith("stored:mlx:"));
    QCOMPARE(workspace.selection().scheme, mlx);
    auto* chip = window.findChild<app::SchemeChip*>("context.scheme." + mlx);
    QTest::keyClick(chip, Qt::Key_Delete);
    QVERIFY(!workspace.original());
  }

 private:
  QTemporaryDir folder_;
  std::unique_ptr<Workspace> workspace_;
  QString choice_;
  quant::Analysis found_;
};

QTEST_MAIN(TestAgainst)
#include "tst_against.moc"
