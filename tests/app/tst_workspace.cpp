// The one state behind the window: what is opened, selected, measured and planned, and that nothing of it is lost.

#include "app/models/format.h"
#include "app/window/language.h"
#include "core/tensor/calibration.h"
#include "tests/app/fixture.h"

using app::Workspace;

class TestWorkspace final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
  }

  void aModelListsItsTensorsAndSelectsAWeightInALayer() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("a.safetensors"))));
    QCOMPARE(int(w.tensors().size()), 9);
    QCOMPARE(int(w.candidates().size()), 6);
    QVERIFY(w.selection().tensor >= 0);
    QVERIFY(quant::is_candidate(w.tensors()[std::size_t(w.selection().tensor)]));
  }

  void selectingATensorMeasuresItUnderEveryScheme() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("follow.safetensors"), 2, 9)));
    w.setSchemes({"rtn:group=128", "q8_0"});
    const int tensor = w.candidates().back();
    w.selectTensor(tensor);
    QVERIFY(waitForRest(w));
    const QString name = app::format::utf8(w.tensors()[std::size_t(tensor)].name);
    for (const QString& scheme : w.schemes()) {
      const auto* a = w.analysis(name, scheme);
      QVERIFY2(a, qPrintable(scheme));
      QCOMPARE(a->figures.count, quint64(9 * 256));
      QVERIFY(w.counters(name, scheme));
    }
    QVERIFY(!w.analysis(app::format::utf8(w.tensors()[std::size_t(w.candidates()[1])].name), "q8_0") ||
            w.candidates()[1] == tensor);
  }

  void withoutFollowingNothingIsMeasured() {
    Workspace w;
    w.setFollowSelection(false);
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("still.safetensors"), 2, 10)));
    QCOMPARE(w.coverage().done, 0);
  }

  void analyzeAllCoversEveryPairAndThePlanFollows() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("all.safetensors"), 2, 11)));
    w.setSchemes({"rtn:group=128", "q8_0"});
    w.analyzeAll();
    QVERIFY(waitForRest(w));
    QCOMPARE(w.coverage().done, w.coverage().all);
    w.requestPlan("12bpw");
    QVERIFY(waitForRest(w));
    QVERIFY2(w.plan(), w.planError() ? qPrintable(app::format::error(*w.planError())) : "");
    QVERIFY(w.plan()->bytes <= w.plan()->budget_bytes);
    const QString tensor = app::format::utf8(w.tensors()[std::size_t(w.candidates().front())].name);
    w.pin(tensor, "rtn:group=128");
    QVERIFY(waitForRest(w));
    QCOMPARE(w.planned(tensor), QString("rtn:group=128"));
    w.unpin(tensor);
    QVERIFY(waitForRest(w));
    QVERIFY(w.pins().isEmpty());
  }

  void anImpossibleBudgetKeepsTheLastPlanAndSaysTheRange() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("all.safetensors"), 2, 11)));
    w.requestPlan("12bpw");
    QVERIFY(waitForRest(w));
    const auto before = w.plan();
    QVERIFY(before);
    w.requestPlan("0.1bpw");
    QVERIFY(waitForRest(w));
    QVERIFY(w.planError());
    QCOMPARE(int(w.planError()->code), int(quant::ErrorCode::infeasible));
    QCOMPARE(w.plan(), before);
  }

  QString write(const char* name, const QByteArray& bytes) {
    QFile file(folder_.filePath(QLatin1String(name)));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a file");
    return file.fileName();
  }

  void evidenceIsAddedToTheModelThatIsOpen() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("evidence.safetensors"), 2, 12)));
    const auto metrics = w.metrics().size();
    QSignalSpy sources(&w, &Workspace::sourceChanged), notices(&w, &Workspace::noticed);
    w.open(write("kld_results.csv", "QTYPE,blk.0.attn_q.weight,blk.9.attn_q.weight\nq8_0,0.5,1\niq3_xxs,0.75,1\n"));
    QVERIFY(waitForRest(w));
    QCOMPARE(sources.count(), 0);
    QCOMPARE(w.metrics().size(), metrics + 1);
    QVERIFY(notices.last().first().toString().contains(QLatin1String("blk.9.attn_q.weight")));
    w.selectMetric(QStringLiteral("kld"));
    QCOMPARE(w.metric().id, QStringLiteral("kld"));
    const auto& tensor = w.tensors()[std::size_t(w.indexOf("model.layers.0.self_attn.q_proj.weight"))];
    QCOMPARE(*w.metric().value(tensor, QStringLiteral("q8_0"), nullptr), 0.5);
    QCOMPARE(*w.metric().value(tensor, QStringLiteral("nf4"), nullptr), 0.75);  // the most that it can hurt
    QVERIFY(!w.metric().value(w.tensors()[1], QStringLiteral("q8_0"), nullptr));
  }

  void brokenEvidenceIsAnErrorAndNothingIsLost() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("evidence.safetensors"), 2, 12)));
    QSignalSpy failed(&w, &Workspace::openFailed);
    w.open(write("broken.csv", "QTYPE,a\nq4_K\n"));
    QVERIFY(waitForRest(w));
    QCOMPARE(failed.count(), 1);
    QVERIFY(w.source());
  }

  void anImportanceMatrixServesSchemesAndTheMetric() {
    Workspace w;
    w.setFollowSelection(false);
    const QString model = writeModel(folder_.filePath("imatrix.safetensors"), 2, 13);
    QVERIFY(openAndRest(w, model));
    w.setSchemes({"q4_0:imatrix", "q8_0"});
    w.analyzeAll();
    QVERIFY(waitForRest(w));
    const QString name = QStringLiteral("model.layers.0.self_attn.q_proj.weight");
    QVERIFY2(!w.analysis(name, "q4_0:imatrix")->refused.empty(), "without a matrix there is no importance");
    QByteArray matrix;  // llama.cpp's .dat: one entry of 256 columns
    const QByteArray entry = "blk.0.attn_q.weight";
    const auto i32 = [&](int n) { matrix.append(reinterpret_cast<const char*>(&n), sizeof n); };
    i32(1), i32(int(entry.size())), matrix.append(entry), i32(1), i32(256);
    for (int c = 0; c < 256; ++c) {
      const float square = float(1 + c % 7);
      matrix.append(reinterpret_cast<const char*>(&square), sizeof square);
    }
    w.open(write("imatrix.dat", matrix));
    QVERIFY(waitForRest(w));
    QVERIFY2(!w.analysis(name, "q4_0:imatrix") && !w.analysis(name, "q8_0"),
             "made without importance: to be made again");
    w.analyzeAll();
    QVERIFY(waitForRest(w));
    QVERIFY(w.analysis(name, "q4_0:imatrix")->refused.empty());
    QVERIFY(w.analysis(name, "q8_0")->figures.weighted_error);
    w.selectMetric(QStringLiteral("imatrix"));
    QCOMPARE(w.metric().id, QStringLiteral("imatrix"));
    QVERIFY2(openAndRest(w, model), "opened again, the session knows its matrix");
    QVERIFY(w.devices().calibration && !w.devices().calibration->mean_sq(name.toStdString()).empty());
  }

  void theLastOfManyBudgetsWins() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("all.safetensors"), 2, 11)));
    QSignalSpy plans(&w, &Workspace::planChanged);
    for (const char* budget : {"9bpw", "10bpw", "11bpw", "12bpw"}) w.requestPlan(budget);
    QVERIFY(waitForRest(w));
    QCOMPARE(plans.size(), 1);
    QCOMPARE(w.plan()->budget_bytes, quant::parse_budget("12bpw", w.elements())->bytes);
  }

  void whatWasMeasuredIsThereWhenTheModelIsOpenedAgain() {
    const QString model = writeModel(folder_.filePath("again.safetensors"), 2, 12);
    int done = 0;
    {
      Workspace w;
      QVERIFY(openAndRest(w, model));
      w.setSchemes({"q8_0", "nf4"});
      w.selectElement(3, 17);
      QVERIFY(waitForRest(w));
      done = w.coverage().done;
      QVERIFY(done > 0);
    }
    Workspace w;
    w.setFollowSelection(false);
    QVERIFY(openAndRest(w, model));
    QCOMPARE(w.schemes(), QStringList({"q8_0", "nf4"}));
    QCOMPARE(w.coverage().done, done);
    QCOMPARE(w.selection().col, quint64(17));
  }

  void aSessionShowsItsMeasurementsWithoutItsCheckpoint() {
    const QString model = writeModel(folder_.filePath("moved.safetensors"), 2, 13),
                  session = folder_.filePath("moved.qscope");
    {
      Workspace w;
      QVERIFY(openAndRest(w, model));
      QVERIFY(w.saveSession(session));
    }
    QVERIFY(QFile::rename(model, folder_.filePath("elsewhere.safetensors")));
    Workspace w;
    QVERIFY(openAndRest(w, session));
    QVERIFY(w.sourceMissing());
    QVERIFY(w.coverage().done > 0);
    QVERIFY(!w.source());
    w.relocate(folder_.filePath("elsewhere.safetensors"));
    QVERIFY(w.source());
  }

  void aDamagedFileIsRefusedWithItsReason() {
    QFile junk(folder_.filePath("junk.safetensors"));
    QVERIFY(junk.open(QIODevice::WriteOnly));
    junk.write(QByteArray(4000, '\xff'));
    junk.close();
    Workspace w;
    QSignalSpy failed(&w, &Workspace::openFailed);
    w.open(junk.fileName());
    QVERIFY(failed.wait(10'000));
    const auto error = failed.first().at(1).value<quant::Error>();
    QVERIFY(!error.what.empty() && !error.where.empty() && !error.why.empty() && !error.hint.empty());
    QVERIFY(!w.hasTensors());
  }

  void cancellingKeepsWhatIsFinished() {
    Workspace w;
    QVERIFY(openAndRest(w, writeModel(folder_.filePath("cancel.safetensors"), 8, 14)));
    const int before = w.coverage().done;
    w.analyzeAll();
    QVERIFY(w.measuring());
    w.cancelMeasuring();
    QVERIFY(!w.measuring());
    QVERIFY(waitForRest(w));
    QVERIFY(w.coverage().done >= before);
  }

 private:
  QTemporaryDir folder_;
};

QTEST_MAIN(TestWorkspace)
#include "tst_workspace.moc"
