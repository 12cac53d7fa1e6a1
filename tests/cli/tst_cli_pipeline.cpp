// From a model to a plan, an export and a report; kills and Ctrl-C on the way.
#include <csignal>

#include <QElapsedTimer>

#include "tests/cli/cli.h"

using cli::Json, cli::lacking, cli::run, cli::runJson;

class TestCliPipeline : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir dir_;
  QString model_;
  const QStringList schemes_ = {"rtn:bits=2,group=32", "rtn:bits=4,group=32", "q4_0", "q8_0", "fp16"};

  QStringList sensitivity(const QString& model, const QString& out) const {
    QStringList args = {"sensitivity", model};
    for (const auto& s : schemes_) args << "--scheme" << s;
    return args << "--metric"
                << "mse"
                << "--out" << out;
  }
  static Json rowsOf(const cli::Ran& ran) { return ran.json().value("rows", Json()); }

 private Q_SLOTS:
  void initTestCase() {
    model_ = cli::writeSafetensors(dir_.filePath("model.safetensors"), cli::smallModel(2));
    QVERIFY(!model_.isEmpty());
  }

  void sensitivityMeasuresOnceAndReuses() {
    const auto out = dir_.filePath("reuse.qscope");
    const auto first = runJson(sensitivity(model_, out), dir_);
    QVERIFY2(first.code == 0, first.err.constData());
    auto json = first.json();
    QCOMPARE(lacking(json, "rows rank_correlation noise_floor measured reused"), QString());
    QCOMPARE(json["rows"].size(), std::size_t{9 * 5});
    QCOMPARE(json["measured"].get<int>(), 45);
    QCOMPARE(json["reused"].get<int>(), 0);
    for (const auto& row : json["rows"]) QCOMPARE(lacking(row, "tensor scheme metric value"), QString());
    const auto again = runJson(sensitivity(model_, out), dir_);
    QCOMPARE(again.json()["measured"].get<int>(), 0);
    QCOMPARE(again.json()["reused"].get<int>(), 45);
    QVERIFY(rowsOf(again) == json["rows"]);
  }

  void anotherModelIsNotMixedIn() {
    const auto other = cli::writeSafetensors(dir_.filePath("other.safetensors"), cli::smallModel(1));
    const auto out = dir_.filePath("mixed.qscope");
    QCOMPARE(runJson(sensitivity(model_, out), dir_).code, 0);
    const auto ran = runJson(sensitivity(other, out), dir_);
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.json()["reused"].get<int>(), 0);
    const auto aside = dir_.filePath("mixed.1.qscope");
    QVERIFY(ran.json()["warnings"][0].get<std::string>().find(aside.toStdString()) != std::string::npos);
    const auto kept = runJson(sensitivity(model_, aside), dir_);  // all of it is there still
    QCOMPARE(kept.json()["measured"].get<int>(), 0);
    QVERIFY(kept.json()["reused"].get<int>() > 0);
  }

  void metricsAreRankedAgainstEachOther() {
    const auto out = dir_.filePath("metrics.qscope");
    const auto json = runJson(sensitivity(model_, out) << "--metric"
                                                       << "sqnr"
                                                       << "--metric"
                                                       << "size",
                              dir_)
                          .json();
    QCOMPARE(json["rows"].size(), std::size_t{3 * 9 * 5});
    QVERIFY(!json["rank_correlation"].empty());
  }

  /// llama.cpp's importance matrix of two layers: i32 entries; name, calls, values each.
  QString importanceMatrix() const {
    QByteArray bytes;
    const auto i32 = [&](int n) { bytes.append(reinterpret_cast<const char*>(&n), sizeof n); };
    i32(2);
    for (const QByteArray& name : {QByteArray("blk.0.attn_q.weight"), QByteArray("blk.1.ffn_up.weight")}) {
      i32(int(name.size())), bytes.append(name), i32(4), i32(64);
      for (int c = 0; c < 64; ++c) {
        const float square = 4.0f * float(1 + c % 5);
        bytes.append(reinterpret_cast<const char*>(&square), sizeof square);
      }
    }
    QFile file(dir_.filePath("imatrix.dat"));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) return {};
    return file.fileName();
  }

  void anImportanceMatrixChangesSchemesAndAddsAMetric() {
    const auto matrix = importanceMatrix(), session = dir_.filePath("imatrix.qscope");
    const QStringList line = {"sensitivity", model_,    "--scheme", "q4_0",  "--scheme",  "q8_0",
                              "--metric",    "imatrix", "--out",    session, "--imatrix", matrix};
    const auto ran = runJson(line, dir_);
    QVERIFY2(ran.code == 0, ran.err.constData());
    QVERIFY(QString::fromStdString(ran.json()["warnings"].dump()).contains("says nothing of 7 of 9 tensors"));
    int valued = 0;
    const auto rows = rowsOf(ran);
    for (const auto& row : rows) {
      QVERIFY(row["scheme"] == "q4_0:imatrix" || row["scheme"] == "q8_0");
      valued += row["value"].is_number();
    }
    QCOMPARE(valued, 4);
    QCOMPARE(runJson(line, dir_).json()["reused"].get<int>(), 18);
    const auto plan = runJson(
        {"plan", session, "--budget", "6bpw", "--metric", "imatrix", "--pin", "q_proj=q5_0", "--imatrix", matrix},
        dir_);
    QVERIFY2(plan.code == 0, plan.err.constData());
    int pinned = 0;
    const auto assignments = plan.json()["assignments"];
    for (const auto& a : assignments) pinned += a["scheme"] == "q5_0:imatrix";
    QCOMPARE(pinned, 2);
    const auto compared = runJson({"analyze", model_, "--calib", matrix, "--scheme", "q4_0", "--scheme", "q4_0:imatrix",
                                   "--tensor", "layers.0.self_attn.q_proj"},
                                  dir_);
    const auto results = compared.json()["results"];
    QVERIFY(results.size() == 2 && results[0]["scheme"] == "q4_0" && results[1]["scheme"] == "q4_0:imatrix");
    QVERIFY2(results[1]["weighted_mse"].get<double>() < results[0]["weighted_mse"].get<double>(),
             "the weighted search must win by its own measure");
  }

  void evidenceStandsInTheRowsAndSolves() {
    QFile table(dir_.filePath("kld_results.csv"));
    QVERIFY(table.open(QIODevice::WriteOnly));
    table.write("QTYPE,blk.0.attn_q.weight,blk.1.ffn_up.weight,blk.9.no_such.weight\niq3_xxs,0.5,0.25,1\n");
    table.close();
    const auto session = dir_.filePath("evidence.qscope");
    const auto ran = runJson(sensitivity(model_, session) << "--evidence" << table.fileName(), dir_);
    QVERIFY2(ran.code == 0, ran.err.constData());
    const auto json = ran.json();
    QCOMPARE(QString::fromStdString(json["unmatched"].dump()), QString("[\"blk.9.no_such.weight\"]"));
    QVERIFY(!json["warnings"].empty());
    int rows = 0;
    for (const auto& row : json["rows"])
      rows += row.contains("source") && row["metric"] == "kld" && row["scheme"] == "iq3_xxs";
    QCOMPARE(rows, 2);
    const auto plan = runJson({"plan", session, "--budget", "6bpw", "--metric", "kld"}, dir_);
    QVERIFY2(plan.code == 0, plan.err.constData());
    QVERIFY(plan.json()["objective"].get<double>() > 0);
    const auto wrong = runJson({"plan", session, "--budget", "6bpw", "--metric", "kdl"}, dir_);
    QCOMPARE(wrong.code, 2);
    QVERIFY(wrong.err.contains("\"kld\""));
  }

  void aPlanIsMadeExportedAndReported() {
    const auto session = dir_.filePath("plan.qscope"), plan = dir_.filePath("plan.json");
    QCOMPARE(runJson(sensitivity(model_, session), dir_).code, 0);
    const auto made = runJson({"plan", session, "--budget", "6bpw", "--metric", "mse", "--out", plan}, dir_);
    QVERIFY2(made.code == 0, made.err.constData());
    const auto json = made.json();
    QCOMPARE(lacking(json, "objective bound gap bytes bpw feasible uniform assignments pareto seconds"), QString());
    QCOMPARE(json["assignments"].size(), std::size_t{11});
    std::uint64_t bytes = 0;
    for (const auto& a : json["assignments"]) {
      QCOMPARE(lacking(a, "tensor scheme bytes cost why"), QString());
      bytes += a["bytes"].get<std::uint64_t>();
      if (a["tensor"].get<std::string>().find("norm") != std::string::npos)
        QCOMPARE(a["scheme"].get<std::string>(), std::string("none"));
    }
    QCOMPARE(json["bytes"].get<std::uint64_t>(), bytes);
    QVERIFY(json["bpw"].get<double>() <= 6.0);
    QVERIFY(json["bound"].get<double>() <= json["objective"].get<double>() * (1 + 1e-9));

    const auto folder = dir_.filePath("recipe");
    const auto exported =
        runJson({"export", plan, "--target", "llama-cpp", "--out", folder, "--weights", model_}, dir_);
    QVERIFY2(exported.code == 0, exported.err.constData());
    QCOMPARE(lacking(exported.json(), "target files lossy refused command"), QString());
    QVERIFY(QFile::exists(folder + "/tensor-types.txt"));

    const auto page = dir_.filePath("report.html");
    QCOMPARE(runJson({"report", session, "--out", page}, dir_).code, 0);
    QFile html(page);
    QVERIFY(html.open(QIODevice::ReadOnly));
    const auto text = html.readAll();
    QVERIFY(text.contains("<svg") && text.contains("model.layers.1.mlp.down_proj.weight"));
  }

  void aPinNeedNotHaveBeenMeasured() {
    const auto session = dir_.filePath("pin.qscope");
    QCOMPARE(runJson(sensitivity(model_, session), dir_).code, 0);
    const auto ran = runJson({"plan", session, "--budget", "9bpw", "--pin", "q_proj=bf16"}, dir_);
    QVERIFY2(ran.code == 0, ran.err.constData());
    const auto json = ran.json();
    int pinned = 0;
    for (const auto& a : json["assignments"]) pinned += a["scheme"] == Json("bf16");
    QCOMPARE(pinned, 2);
  }

  void anImpossibleBudgetSaysTheRangeAndWritesNothing() {
    const auto session = dir_.filePath("tight.qscope"), plan = dir_.filePath("impossible.json");
    QCOMPARE(runJson(sensitivity(model_, session), dir_).code, 0);
    const auto ran = runJson({"plan", session, "--budget", "10B", "--out", plan}, dir_);
    QCOMPARE(ran.code, 4);
    QCOMPARE(cli::errorFormFault(ran), QString());
    QVERIFY(!QFile::exists(plan));
  }

  void aKilledRunGoesOnWhereItWas() {
    const auto big = cli::writeSafetensors(dir_.filePath("big.safetensors"), cli::smallModel(40));
    QElapsedTimer timer;
    timer.start();
    const auto whole = runJson(sensitivity(big, dir_.filePath("whole.qscope")), dir_);
    QCOMPARE(whole.code, 0);
    const auto took = static_cast<int>(timer.elapsed());
    const auto out = dir_.filePath("killed.qscope");
    QProcess process;
    process.setProcessEnvironment(cli::environment(dir_));
    process.start(cli::program(), sensitivity(big, out) << "-q");
    QVERIFY(process.waitForStarted());
    QTest::qWait(took / 2);
    process.kill();
    process.waitForFinished();
    const auto again = runJson(sensitivity(big, out), dir_);
    QVERIFY2(again.code == 0, again.err.constData());
    QVERIFY(rowsOf(again) == rowsOf(whole));
  }

  void ctrlCStopsWith130AndKeepsWhatWasMeasured() {
    std::vector<cli::Tensor> model;
    for (int i = 0; i < 24; ++i)
      model.push_back({"model.layers." + std::to_string(i) + ".mlp.up_proj.weight",
                       {1024, 1024},
                       cli::weights(1 << 20, static_cast<unsigned>(i))});
    const auto big = cli::writeSafetensors(dir_.filePath("long.safetensors"), model);
    const auto out = dir_.filePath("stopped.qscope");
    QProcess process;
    process.setProcessEnvironment(cli::environment(dir_));
    process.start(cli::program(), sensitivity(big, out) << "--device"
                                                        << "reference"
                                                        << "--json"
                                                        << "--progress"
                                                        << "never");
    QVERIFY(process.waitForStarted());
    QTest::qWait(700);
    QVERIFY2(process.state() == QProcess::Running, "the work was over before it could be stopped");
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    cli::Ran ran{process.exitCode(), false, process.readAllStandardOutput(), process.readAllStandardError()};
    QCOMPARE(cli::errorFormFault(ran), QString());
    QVERIFY(ran.json()["error"]["code"] == Json("cancelled"));
  }
};

QTEST_GUILESS_MAIN(TestCliPipeline)
#include "tst_cli_pipeline.moc"
