// Figures through the command line: stats, analyze, quantize, dequantize.
#include <cmath>

#include "tests/cli/cli.h"

using cli::Json, cli::lacking, cli::runJson;

namespace {
// the methods' definitions: the worked vector, its figures by hand there.
const std::vector<float> v8 = {0.9f, -0.35f, 0.1f, -1.4f, 0.35f, 0.7f, -0.05f, 1.0f};
// The article's matrix.
const std::vector<float> article = {1.5f, -0.9f, 2.1f, -1.2f, 0.4f, 0.0f, 2.0f, -2.4f, 1.8f};
constexpr const char* result_keys =
    "tensor scheme count bytes bpw mse rmse rel_fro sqnr_db cosine max_abs mean_error clip_share rounding_mse "
    "clipping_mse "
    "code_entropy p50_abs p95_abs p99_abs seconds device";
}  // namespace

class TestCliFigures : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir dir_;
  QString model_, v8_, article_;

  static bool near(const Json& x, double want, double limit = 1e-6) {
    return x.is_number() && std::abs(x.get<double>() - want) <= limit * std::max(std::abs(want), 1e-12);
  }

 private Q_SLOTS:
  void initTestCase() {
    model_ = cli::writeSafetensors(dir_.filePath("model.safetensors"), cli::smallModel(1));
    v8_ = cli::writeSafetensors(dir_.filePath("v8.safetensors"), {{"w", {1, 8}, v8}});
    article_ = cli::writeSafetensors(dir_.filePath("article.safetensors"), {{"w", {3, 3}, article}});
    QVERIFY(!model_.isEmpty() && !v8_.isEmpty() && !article_.isEmpty());
  }

  void theWorkedVectorHasItsFigures() {
    const auto ran = runJson({"analyze", v8_, "--scheme", "rtn:bits=4,sym"}, dir_);
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.err, QByteArray());
    const auto r = ran.json()["results"][0];
    QCOMPARE(lacking(r, result_keys), QString());
    QCOMPARE(r["scheme"].get<std::string>(), std::string("rtn"));  // defaults are left out
    QCOMPARE(r["count"].get<int>(), 8);
    QVERIFY(near(r["mse"], 0.0046875));
    QVERIFY(near(r["rmse"], 0.0684653));
    QVERIFY(near(r["rel_fro"], 0.0911101));
    QVERIFY(near(r["sqnr_db"], 20.8087, 5e-6));
    QVERIFY(near(r["cosine"], 0.9958798));
    QVERIFY(near(r["max_abs"], 0.1));
    QVERIFY(near(r["mean_error"], -0.00625, 1e-5));
    QVERIFY(near(r["code_entropy"], 2.5));
    QVERIFY(near(r["p50_abs"], 0.05));
    QCOMPARE(r["clip_share"].get<double>(), 0.0);
  }

  void resultsStandInTheOrderOfTheSchemes() {
    const auto json = runJson({"analyze", model_, "--scheme", "rtn:bits=8", "--scheme", "rtn:bits=2", "--scheme",
                               "rtn:bits=3", "--tensor", "q_proj|v_proj"},
                              dir_)
                          .json();
    std::vector<std::string> got;
    for (const auto& r : json["results"]) got.push_back(r["scheme"]);
    const std::vector<std::string> want = {"rtn:bits=8", "rtn:bits=2", "rtn:bits=3",
                                           "rtn:bits=8", "rtn:bits=2", "rtn:bits=3"};
    QVERIFY(got == want);
  }

  void withoutTensorTheCandidatesAreAnalyzed() {
    const auto json = runJson({"analyze", model_, "--scheme", "rtn"}, dir_).json();
    QCOMPARE(json["results"].size(), std::size_t{5});  // the norm stays as it is
  }

  void histogramsCountEachElementOnce() {
    const auto r =
        runJson({"analyze", article_, "--scheme", "article:bits=3,gran=tensor", "--hist"}, dir_).json()["results"][0];
    QCOMPARE(lacking(r["histogram"], "edges counts clipping nan inf"), QString());
    const auto& h = r["histogram"];
    QCOMPARE(h["edges"].size(), h["counts"].size() + 1);
    QCOMPARE(h["clipping"].size(), h["counts"].size());
    std::uint64_t counted = 0, clipped = 0;
    for (const auto& c : h["counts"]) counted += c.get<std::uint64_t>();
    for (const auto& c : h["clipping"]) clipped += c.get<std::uint64_t>();
    QCOMPARE(counted, std::uint64_t{9});
    QCOMPARE(static_cast<double>(clipped) / 9, r["clip_share"].get<double>());
    for (std::size_t i = 1; i < h["edges"].size(); ++i) QVERIFY(h["edges"][i] > h["edges"][i - 1]);
  }

  void mapsReduceTheError() {
    const auto r =
        runJson({"analyze", model_, "--scheme", "rtn", "--tensor", "up_proj", "--map"}, dir_).json()["results"][0];
    QCOMPARE(lacking(r["map"], "block_rows block_cols cells row_rmse col_rmse"), QString());
    QCOMPARE(r["map"]["row_rmse"].size(), std::size_t{160});
    QCOMPARE(r["map"]["col_rmse"].size(), std::size_t{64});
    QVERIFY(r["map"]["cells"].size() <= 64);
  }

  void threadsDoNotChangeADigit() {
    const auto digits = [&](const char* threads) {
      auto json =
          runJson({"analyze", model_, "--scheme", "rtn:bits=3", "--scheme", "nf4", "--hist", "--threads", threads},
                  dir_)
              .json();
      for (auto& r : json["results"]) r.erase("seconds");
      return json["results"].dump();
    };
    const auto one = digits("1");
    QVERIFY(one.size() > 1000);
    QCOMPARE(digits("2"), one);
  }

  void theArticlesExampleHasItsCodes() {
    const auto out = dir_.filePath("article");
    const auto ran = runJson({"quantize", article_, "--scheme", "article:bits=4,decimals=2", "--out", out}, dir_);
    QCOMPARE(ran.code, 0);
    QCOMPARE(lacking(ran.json(), result_keys), QString());
    const auto codes = cli::readNpy(out + "/codes.npy");
    QVERIFY2(codes.header.contains("'|i1'") && codes.header.contains("(3, 3)"), codes.header.constData());
    const std::vector<std::int8_t> want = {7, -5, 7,  -6, 2,
                                           0, 7,  -8, 7};  // row by row; columns as the article prints them
    QVERIFY(codes.as<std::int8_t>() == want);
    const auto scales = cli::readNpy(out + "/scales.npy").as<float>();
    QVERIFY(scales == (std::vector<float>{0.21f, 0.18f, 0.14f}));
    QFile result(out + "/result.json");
    QVERIFY(result.open(QIODevice::ReadOnly));
    QVERIFY(Json::parse(result.readAll().toStdString())["mse"] == ran.json()["mse"]);
  }

  void asymmetricDumpsHaveZeros() {
    const auto out = dir_.filePath("asym");
    QCOMPARE(runJson({"quantize", v8_, "--scheme", "rtn:bits=4,asym", "--out", out}, dir_).code, 0);
    QCOMPARE(cli::readNpy(out + "/zeros.npy").data.size(), qsizetype{1});
    QVERIFY(cli::readNpy(out + "/codes.npy").header.contains("'|u1'"));
    const auto values = cli::readNpy(out + "/dequantized.npy");
    QVERIFY(values.header.contains("'<f4'") && values.header.contains("(1, 8)"));
    QVERIFY(!QFile::exists(out + "/codebook.npy"));
  }

  void aDumpHasNoPartsOfAnEarlierOne() {
    const auto out = dir_.filePath("twice");
    QCOMPARE(runJson({"quantize", v8_, "--scheme", "rtn:bits=4,asym", "--out", out}, dir_).code, 0);
    QVERIFY(QFile::exists(out + "/zeros.npy"));
    QCOMPARE(runJson({"quantize", v8_, "--scheme", "rtn:bits=4,sym", "--out", out}, dir_).code, 0);
    QVERIFY(!QFile::exists(out + "/zeros.npy"));
  }

  void packedBytesAreTheBlocksOfGguf() {
    const auto row = cli::writeSafetensors(dir_.filePath("row.safetensors"), {{"w", {2, 64}, cli::weights(128, 9)}});
    const auto out = dir_.filePath("q8");
    const auto json = runJson({"quantize", row, "--scheme", "q8_0", "--out", out}, dir_).json();
    QCOMPARE(QFile(out + "/packed.bin").size(), qint64{4 * 34});  // 2 bytes of scale and 32 codes a block
    QCOMPARE(json["bytes"].get<int>(), 4 * 34);
    QCOMPARE(json["bpw"].get<double>(), 8.5);
  }

  void dequantizeGivesTheStoredValues() {
    const auto out = dir_.filePath("w.npy");
    const auto json = runJson({"dequantize", v8_, "--out", out}, dir_).json();
    QCOMPARE(lacking(json, "tensor shape dtype"), QString());
    const auto npy = cli::readNpy(out);
    QVERIFY(npy.header.contains("(1, 8)"));
    QCOMPARE((npy.header.size() + 10) % 64, qsizetype{0});
    QVERIFY(npy.as<float>() == v8);
  }

  void statsAreThoseOfNumpy() {
    const auto t = runJson({"stats", v8_}, dir_).json()["tensors"][0];
    QCOMPARE(lacking(t,
                     "name count min max mean std skewness kurtosis absmax zeros nan inf subnormal outliers "
                     "percentiles histogram"),
             QString());
    QCOMPARE(t["count"].get<int>(), 8);
    QVERIFY(near(t["min"], -1.4) && near(t["max"], 1.0) && near(t["absmax"], 1.4) && near(t["mean"], 0.15625));
    QCOMPARE(lacking(t["percentiles"], "0.1 1 5 25 50 75 95 99 99.9"), QString());
    QVERIFY(near(t["percentiles"]["50"], 0.225));  // midway between 0.1 and 0.35
  }

  void integersHaveStatisticsToo() {
    QByteArray file;  // one I32 tensor: 3, 1, 4
    const QByteArray header = R"({"ids":{"dtype":"I32","shape":[3],"data_offsets":[0,12]}}      )";
    const std::uint64_t size = static_cast<std::uint64_t>(header.size());
    const std::int32_t ids[] = {3, 1, 4};
    file.append(reinterpret_cast<const char*>(&size), 8).append(header).append(reinterpret_cast<const char*>(ids), 12);
    QFile out(dir_.filePath("ids.safetensors"));
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(file);
    out.close();
    const auto ran = runJson({"stats", out.fileName()}, dir_);
    QVERIFY2(ran.code == 0, ran.err.constData());
    const auto json = ran.json();
    QCOMPARE(json["tensors"][0]["max"].get<double>(), 4.0);
    QCOMPARE(runJson({"analyze", out.fileName(), "--scheme", "rtn"}, dir_).code, 3);
  }

  void whatIsNotANumberIsNull() {
    const auto nan = std::nanf("");
    const auto file =
        cli::writeSafetensors(dir_.filePath("odd.safetensors"), {{"w", {1, 4}, {nan, nan, INFINITY, nan}}});
    const auto ran = runJson({"stats", file}, dir_);
    QCOMPARE(ran.code, 0);
    const auto t = ran.json()["tensors"][0];
    QCOMPARE(t["nan"].get<int>(), 3);
    QCOMPARE(t["inf"].get<int>(), 1);
    QVERIFY(t["mean"].is_null() && t["min"].is_null());
  }

  void refusedTensorsDoNotStopTheRun() {
    const auto file = cli::writeSafetensors(dir_.filePath("ragged.safetensors"),
                                            {{"model.layers.0.mlp.up_proj.weight", {4, 33}, cli::weights(132, 1)},
                                             {"model.layers.0.mlp.down_proj.weight", {4, 32}, cli::weights(128, 2)}});
    const auto ran = runJson({"analyze", file, "--scheme", "q8_0"}, dir_);
    QCOMPARE(ran.code, 0);
    const auto json = ran.json();
    QVERIFY(json["results"][0].contains("refused") && !json["results"][0].contains("mse"));
    QVERIFY(json["results"][1]["mse"] > 0);
    const auto none = runJson({"analyze", file, "--scheme", "q8_0", "--tensor", "up_proj"}, dir_);
    QCOMPARE(none.code, 3);
    QCOMPARE(cli::errorFormFault(none), QString());
    QVERIFY(none.err.contains("q8_0"));
  }

  void comparedWithItselfATensorHasNoError() {
    const auto r = runJson({"analyze", model_, "--against", model_, "--tensor", "q_proj"}, dir_).json()["results"][0];
    QCOMPARE(r["mse"].get<double>(), 0.0);
    QVERIFY(r["sqnr_db"].is_null());
  }
};

QTEST_GUILESS_MAIN(TestCliFigures)
#include "tst_cli_figures.moc"
