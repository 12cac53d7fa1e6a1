// The commands that list: inspect, formats, methods, devices, export --list, bits.
#include "tests/cli/cli.h"

using cli::Json, cli::lacking, cli::runJson;

class TestCliListings : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir dir_;
  QString model_;

 private Q_SLOTS:
  void initTestCase() {
    model_ = cli::writeSafetensors(dir_.filePath("model.safetensors"), cli::smallModel(2));
    QVERIFY(!model_.isEmpty());
  }

  void everyListingIsOneDocumentWithItsKeys_data() {
    QTest::addColumn<QString>("args");
    QTest::addColumn<QString>("list");
    QTest::addColumn<QString>("keys");
    QTest::newRow("formats") << "formats"
                             << "formats"
                             << "id title read write";
    QTest::newRow("methods") << "methods"
                             << "methods"
                             << "id title family parameters needs reference devices";
    QTest::newRow("devices") << "devices"
                             << "devices"
                             << "id name kind weights_per_second available why";
    QTest::newRow("benches") << "bench --list"
                             << "benches"
                             << "id title";
    QTest::newRow("targets") << "export --list"
                             << "targets"
                             << "id title writes";
    QTest::newRow("benches") << "bench --list"
                             << "benches"
                             << "id title";
  }
  void everyListingIsOneDocumentWithItsKeys() {
    QFETCH(QString, args);
    QFETCH(QString, list);
    QFETCH(QString, keys);
    const auto ran = cli::run(args.split(' ') << "--json"
                                              << "--progress"
                                              << "always",
                              dir_);
    QCOMPARE(ran.code, 0);
    const auto json = ran.json();
    QVERIFY2(json.is_object() && json.contains(list.toStdString()), ran.out.constData());
    QVERIFY(!json[list.toStdString()].empty());
    for (const auto& entry : json[list.toStdString()]) QCOMPARE(lacking(entry, keys), QString());
  }

  void roleRulesAreShownAndReplaced() {
    QTemporaryDir home;
    const auto built_in = runJson({"formats", "--roles"}, home).json();
    QCOMPARE(built_in["from"].get<std::string>(), std::string("built in"));
    QCOMPARE(built_in["roles"][0]["role"].get<std::string>(), std::string("embed"));
    QCOMPARE(lacking(built_in["roles"][0], "role pattern families"), QString());
    QVERIFY(cli::run({"formats", "--roles"}, home).out.contains("mlp_gate_up"));

    const QString file = home.filePath("quantoscope/roles.json");  // XDG_CONFIG_HOME is the folder itself
    QVERIFY(QDir(home.path()).mkpath("quantoscope"));
    const auto write = [&file](const QByteArray& text) {
      QFile out(file);
      return out.open(QIODevice::WriteOnly) && out.write(text) == text.size();
    };
    const auto table = [](const char* pattern) {
      const Json rule = {{"role", "mine"}, {"pattern", pattern}};
      return QByteArray::fromStdString(
          Json(
              {{"version", 1}, {"suffix", ""}, {"layer", "(\\d+)"}, {"expert", "x(1)"}, {"roles", Json::array({rule})}})
              .dump());
    };
    QVERIFY(write(QByteArray::fromStdString(built_in.dump())));  // what is printed can be saved as it is
    const auto again = runJson({"formats", "--roles"}, home).json();
    QVERIFY(again["from"] == file.toStdString() && again["roles"] == built_in["roles"]);
    QVERIFY(!again.contains("warnings"));
    QVERIFY(write(table("q_proj")));
    const auto mine = runJson({"formats", "--roles"}, home).json();
    QCOMPARE(mine["from"].get<std::string>(), file.toStdString());
    QCOMPARE(mine["roles"].size(), std::size_t{1});
    QVERIFY(!mine.contains("warnings"));
    QCOMPARE(runJson({"inspect", model_}, home).json()["files"][0]["tensors"][1]["role"].get<std::string>(),
             std::string("mine"));

    QVERIFY(write(table("q_pr[oj")));
    const auto broken = cli::run({"inspect", model_, "--json"}, home);
    QCOMPARE(broken.code, 0);
    QCOMPARE(broken.errorLines().size(), 1);
    for (const QString& said : {QString("warning: "), file, QString("rule mine"), QString("byte 4"),
                                QString("missing ]"), QString("built-in rules")})
      QVERIFY2(broken.errorLines().front().contains(said), broken.err.constData());
    QCOMPARE(broken.json()["warnings"].size(), std::size_t{1});
    QCOMPARE(broken.json()["files"][0]["tensors"][1]["role"].get<std::string>(), std::string("attn_q"));
  }

  void inspectSaysTheSide() {
    const QString file = cli::writeSafetensors(
        dir_.filePath("t5.safetensors"), {{"decoder.block.0.layer.1.EncDecAttention.q.weight", {2, 2}, {1, 2, 3, 4}},
                                          {"shared.weight", {2, 2}, {1, 2, 3, 4}}});
    const auto tensors = runJson({"inspect", file}, dir_).json()["files"][0]["tensors"];
    const auto& q = tensors[0]["layer"].is_null() ? tensors[1] : tensors[0];
    const auto& shared = tensors[0]["layer"].is_null() ? tensors[0] : tensors[1];
    QCOMPARE(q["side"].get<std::string>(), std::string("decoder"));
    QVERIFY(q["cross"] == Json(true));
    QVERIFY(shared["side"].is_null() && shared["also"] == Json("head"));
    QVERIFY(cli::run({"inspect", file}, dir_).out.contains("decoder"));
    QVERIFY(!cli::run({"inspect", model_}, dir_).out.contains("side"));
  }

  void inspectListsWhatTheHeaderSays() {
    const auto json = runJson({"inspect", model_}, dir_).json();
    const auto& file = json["files"][0];
    QCOMPARE(lacking(file, "path format bytes metadata tensors"), QString());
    QCOMPARE(file["format"].get<std::string>(), std::string("safetensors"));
    QCOMPARE(file["bytes"].get<qint64>(), QFile(model_).size());
    QCOMPARE(file["tensors"].size(), std::size_t{11});
    QFile raw(model_);
    QVERIFY(raw.open(QIODevice::ReadOnly));
    const auto bytes = raw.readAll();
    const auto want = cli::smallModel(2);
    for (std::size_t i = 0; i < want.size(); ++i) {
      const auto& t = file["tensors"][i];
      QCOMPARE(lacking(t, "name dtype shape bytes offset role layer quantized"), QString());
      QCOMPARE(t["name"].get<std::string>(), want[i].name);
      QCOMPARE(t["dtype"].get<std::string>(), std::string("F32"));
      QVERIFY(t["shape"] == Json(want[i].shape));
      QVERIFY(std::memcmp(bytes.constData() + t["offset"].get<qint64>(), want[i].values.data(), 64) == 0);
      QVERIFY(t["quantized"] == Json(false));
    }
    QVERIFY(file["tensors"][0]["layer"].is_null());
    QCOMPARE(file["tensors"][1]["layer"].get<int>(), 0);
    QCOMPARE(file["tensors"][1]["role"].get<std::string>(), std::string("attn_q"));
  }

  void bitsOfPiAreTheArticles_data() {  // from the article
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("bits");
    QTest::addColumn<QString>("decimal");
    QTest::newRow("fp64") << "fp64"
                          << "0100000000001001001000011111101101010100010001000010110100011000"
                          << "3.14159265358979311600";
    QTest::newRow("fp32") << "fp32"
                          << "01000000010010010000111111011011"
                          << "3.14159274101257324219";
    QTest::newRow("fp16") << "fp16"
                          << "0100001001001000"
                          << "3.14062500000000000000";
  }
  void bitsOfPiAreTheArticles() {
    QFETCH(QString, format);
    QFETCH(QString, bits);
    QFETCH(QString, decimal);
    const auto json = runJson({"bits", "3.141592653589793", "--format", format}, dir_).json();
    QCOMPARE(json["formats"].size(), std::size_t{1});
    const auto& row = json["formats"][0];
    QCOMPARE(lacking(row, "id bits sign exponent mantissa value decimal20 error class"), QString());
    QCOMPARE(QString::fromStdString(row["bits"]), bits);
    QCOMPARE(QString::fromStdString(row["decimal20"]), decimal);
    const std::string joined =
        row["sign"].get<std::string>() + row["exponent"].get<std::string>() + row["mantissa"].get<std::string>();
    QCOMPARE(joined, row["bits"].get<std::string>());
  }

  void negativeNumbersAreValuesNotOptions_data() {
    QTest::addColumn<QString>("typed");
    for (const auto* typed : {"-0", "-.5", "-1e-45", "-inf", "-30.2"}) QTest::newRow(typed) << typed;
  }
  void negativeNumbersAreValuesNotOptions() {
    QFETCH(QString, typed);
    const auto json = runJson({"bits", typed, "--format", "fp32"}, dir_).json();
    QVERIFY(json.contains("formats"));
    QCOMPARE(json["formats"][0]["sign"].get<std::string>(), std::string("1"));
  }

  void nonFiniteValuesAreText() {
    const auto json = runJson({"bits", "nan", "--format", "fp16"}, dir_).json();
    QVERIFY(json["formats"][0]["value"] == Json("nan"));
    QVERIFY(json["formats"][0]["class"] == Json("nan"));
  }

  void bitsOfAnElementAreItsOwn() {
    const auto json = runJson({"bits", "--file", model_, "--tensor", "model.embed_tokens.weight", "--index", "1,3",
                               "--format", "fp32"},
                              dir_)
                          .json();
    QVERIFY(json.contains("formats"));
    const float want = cli::smallModel(1)[0].values[64 + 3];
    QCOMPARE(json["formats"][0]["value"].get<double>(), static_cast<double>(want));
    QCOMPARE(json["formats"][0]["error"].get<double>(), 0.0);
  }

  void aMethodsPageSaysWhatItIs() {
    const auto ran = cli::run({"methods", "rtn"}, dir_);
    QCOMPARE(ran.code, 0);
    for (const auto* word : {"Round to nearest", "When to use it", "What it costs", "How it may fail", "In the article",
                             "Where it comes from", "bits=2..8", "sym|asym", "rtn:bits=4,group=128"})
      QVERIFY2(ran.out.contains(word), word);
  }

  void pagesKeepToTheirColumns_data() {
    QTest::addColumn<QString>("columns");
    QTest::addColumn<int>("widest");
    QTest::newRow("80 columns") << "80" << 80;
    QTest::newRow("120 columns: text stays readable") << "120" << 100;
  }
  void pagesKeepToTheirColumns() {
    QFETCH(QString, columns);
    QFETCH(int, widest);
    qputenv("COLUMNS", columns.toUtf8());
    for (const char* method : {"rtn", "kmeans", "q4_k", "fp8-e4m3"}) {
      const QString page = QString::fromUtf8(cli::run({"methods", method}, dir_).out);
      for (const QString& line : page.split('\n')) QVERIFY2(line.size() <= widest, qPrintable(line));
    }
    qunsetenv("COLUMNS");
  }

  void everyExampleIsAScheme() {
    const Json methods = runJson({"methods"}, dir_).json();
    for (const auto& m : methods.at("methods")) {
      const auto example = QString::fromStdString(m.at("example").get<std::string>());
      const auto ran = cli::run({"analyze", model_, "--scheme", example, "--tensor", "nothing matches this"}, dir_);
      QVERIFY2(!ran.err.contains("parse scheme"), qPrintable(example + ran.err));
    }
  }
};

QTEST_GUILESS_MAIN(TestCliListings)
#include "tst_cli_listings.moc"
