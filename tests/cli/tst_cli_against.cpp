// analyze Q --against ORIGINAL on checkpoints that the libraries themselves wrote (tests/data/formats).
#include <cmath>

#include "tests/cli/cli.h"

using cli::Json, cli::runJson;

namespace {
const QString formats = QStringLiteral(QUANT_TEST_DATA "/formats/");
const QString original = formats + QStringLiteral("hf_folder");
const QString query = QStringLiteral("encoder.layer.0.attention.self.query.weight");
const QString dense = QStringLiteral("encoder.layer.0.intermediate.dense.weight");
}  // namespace

class TestCliAgainst : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir dir_;

  static Json resultOf(const Json& document, const QString& tensor) {
    for (const auto& r : document["results"])
      if (r["tensor"] == tensor.toStdString()) return r;
    return {};
  }

 private Q_SLOTS:
  // Expected: the layouts' own formulas (AutoGPTQ, mlx, bitsandbytes, ggml) in float32, the mean of the squares of the
  // differences in float64, in a Python script that shares no code with ours.
  void theErrorIsThatOfTheLayoutsFormula_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("tensor");
    QTest::addColumn<double>("mse");
    QTest::addColumn<double>("sqnr_db");
    const auto row = [](const char* file, const QString& tensor, double mse, double sqnr) {
      QTest::addRow("%s, %s", file, qPrintable(tensor)) << file << tensor << mse << sqnr;
    };
    row("gptq/w4_g64_sym_v1", query, 9.899676885903662e-05, 19.559479618361944);
    row("gptq/w4_g64_sym_v1", dense, 4.894583737108447e-05, 19.602336849495682);
    row("mlx/w4_g64", query, 7.67417721462139e-05, 20.66537157942465);
    row("mlx/w4_g64", dense, 3.833023301019821e-05, 20.664079884706457);
    row("bitsandbytes/nf4", query, 7.61713551539424e-05, 20.69777299656817);
    row("bitsandbytes/nf4", dense, 3.913857034773798e-05, 20.573444900984338);
    row("gguf/q4_0.gguf", "blk.0.attn_q.weight", 6.790974315516794e-05, 21.196368938884156);
    row("gguf/q4_0.gguf", "blk.0.ffn_up.weight", 3.42021934937604e-05, 21.15895488202971);
    row("gguf/q4_0.gguf", "token_embd.weight", 2.3822372143964682e-05, 19.417683914057193);
  }
  void theErrorIsThatOfTheLayoutsFormula() {
    QFETCH(QString, file);
    QFETCH(QString, tensor);
    QFETCH(double, mse);
    QFETCH(double, sqnr_db);
    const auto ran = runJson({"analyze", formats + file, "--against", original}, dir_);
    QCOMPARE(ran.code, 0);
    const Json r = resultOf(ran.json(), tensor);
    QVERIFY2(r.is_object(), ran.out.constData());
    QVERIFY(std::abs(r["mse"].get<double>() / mse - 1) < 1e-6);
    QVERIFY(std::abs(r["sqnr_db"].get<double>() - sqnr_db) < 1e-5);
    QVERIFY(ran.json()["unmatched"].empty());
  }

  void theMapIsOfTheSameError() {
    const auto r =
        runJson({"analyze", formats + "mlx/w4_g64", "--against", original, "--tensor", "query", "--map"}, dir_)
            .json()["results"][0];
    double squares = 0;
    for (const auto& row : r["map"]["row_rmse"]) squares += row.get<double>() * row.get<double>() / 64;
    QVERIFY(std::abs(squares / r["mse"].get<double>() - 1) < 1e-5);
  }

  void everyLayoutMeetsItsOriginal_data() {
    QTest::addColumn<QString>("file");
    for (const char* layout : {"gptq", "awq", "bitsandbytes", "compressed-tensors", "fp8", "mlx"})
      for (const QString& name : QDir(formats + layout).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        if (name != "block_128") QTest::addRow("%s/%s", layout, qPrintable(name)) << layout + ('/' + name);
    QTest::newRow("q8_0.gguf") << QStringLiteral("gguf/q8_0.gguf");
  }
  void everyLayoutMeetsItsOriginal() {
    QFETCH(QString, file);
    const auto ran = runJson({"analyze", formats + file, "--against", original}, dir_);
    QCOMPARE(ran.code, 0);
    const Json document = ran.json();
    QVERIFY(document["unmatched"].empty());
    QVERIFY(document["results"].size() >= 1);
    for (const auto& r : document["results"]) {
      QVERIFY2(r["sqnr_db"].get<double>() > 6, ran.out.constData());  // 2 bits at least: no other tensor's weights
      QVERIFY(r["bytes"].get<double>() > 0);
      QVERIFY(r["original"].is_string());
    }
  }

  void whatHasNoPartnerIsListedAndDoesNotStopTheRest() {
    const QString q = cli::writeSafetensors(dir_.filePath("q.safetensors"),
                                            {{"model.layers.0.mlp.up_proj.weight", {2, 2}, {1, 2, 3, 4}},
                                             {"model.layers.1.mlp.up_proj.weight", {2, 2}, {1, 2, 3, 4}},
                                             {"model.layers.2.mlp.up_proj.weight", {2, 3}, {1, 2, 3, 4, 5, 6}}});
    const QString o = cli::writeSafetensors(
        dir_.filePath("o.safetensors"),
        {{"blk.0.ffn_up.weight", {2, 2}, {1, 2, 3, 5}}, {"blk.2.ffn_up.weight", {3, 2}, {1, 2, 3, 4, 5, 6}}});
    const auto ran = runJson({"analyze", q, "--against", o}, dir_);
    QCOMPARE(ran.code, 0);
    const Json document = ran.json();
    QCOMPARE(document["results"].size(), std::size_t(1));
    QCOMPARE(document["results"][0]["mse"].get<double>(), 0.25);  // (4 − 5)² / 4
    QCOMPARE(document["results"][0]["original"].get<std::string>(), std::string("blk.0.ffn_up.weight"));
    QCOMPARE(document["unmatched"].size(), std::size_t(2));
    QCOMPARE(document["unmatched"][0]["tensor"].get<std::string>(), std::string("model.layers.1.mlp.up_proj.weight"));
    const auto why = document["unmatched"][1]["why"].get<std::string>();
    QVERIFY2(why.find("transposed") != why.npos, why.c_str());
    const auto text = cli::run({"analyze", q, "--against", o, "--progress", "never"}, dir_);
    QVERIFY(text.out.contains("model.layers.1.mlp.up_proj.weight"));

    const auto one = runJson({"analyze", q, "--against", o, "--tensor", "layers.1"}, dir_);
    QCOMPARE(one.code, 2);
    QCOMPARE(cli::errorFormFault(one), QString());
    const auto turned = runJson({"analyze", q, "--against", o, "--tensor", "layers.2"}, dir_);
    QCOMPARE(turned.code, 3);
    const auto none = runJson({"analyze", q, "--against", o, "--tensor", "layers.[12]"}, dir_);
    QCOMPARE(none.code, 3);
    QCOMPARE(cli::errorFormFault(none), QString());
    QVERIFY(none.errorLines().first().contains("none of 2 tensors"));
  }
};

QTEST_GUILESS_MAIN(TestCliAgainst)
#include "tst_cli_against.moc"
