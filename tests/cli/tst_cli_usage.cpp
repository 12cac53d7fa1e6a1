// Wrong calls: exit code, one error line, the nearest valid name. And what --help and --version say.
#include "tests/cli/cli.h"

using cli::errorFormFault, cli::run, cli::runJson;

class TestCliUsage : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir dir_;
  QString model_, path(const char*name) const { return dir_.filePath(QString::fromLatin1(name)); }

 private Q_SLOTS:
  void initTestCase() {
    QVERIFY(dir_.isValid());
    model_ = cli::writeSafetensors(path("model.safetensors"), cli::smallModel(1));
    QVERIFY(!model_.isEmpty());
    QFile text(path("notes.txt"));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray("no tensors here\n").repeated(100));
    QFile empty(path("empty.safetensors"));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    QVERIFY(QFile::copy(model_, path("cut.safetensors")));
    QVERIFY(QFile::resize(path("cut.safetensors"), 9000));
  }

  void wrongCallsNameTheWayOut_data() {
    QTest::addColumn<QString>("args");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const char* args, int code, const char* word) {
      QTest::newRow(name) << args << code << word;
    };
    row("no command", "", 2, "--help");
    row("an unknown command names the nearest", "anlyze MODEL", 2, "analyze");
    row("an unknown option names the nearest", "analyze MODEL --schem nf4", 2, "--scheme");
    row("an unknown global option names the nearest", "formats --treads 2", 2, "--threads");
    row("a missing required option is named", "quantize MODEL --tensor x --scheme rtn", 2, "--out");
    row("analyze without a scheme", "analyze MODEL", 2, "--scheme");
    row("a missing operand is named", "inspect", 2, "FILE");
    row("an operand too many", "plan a b --budget 4bpw", 2, "\"b\"");
    row("an option where the value should be", "analyze MODEL --scheme --hist", 2, "--scheme needs a value");
    row("an option given twice", "plan s --budget 4bpw --budget 5bpw", 2, "--budget");
    row("a count that is no number", "formats --threads two", 2, "two");
    row("a negative count", "formats --threads -2", 2, "-2");
    row("a size without a unit that exists", "formats --memory 2GX", 2, "2GX");
    row("an unknown key of a scheme", "analyze MODEL --scheme rtn:bit=4", 2, "bits");
    row("an unknown method", "analyze MODEL --scheme rtm:bits=4", 2, "rtn");
    row("a value out of its range", "analyze MODEL --scheme rtn:bits=99", 2, "bits");
    row("a value that is no number", "analyze MODEL --scheme rtn:bits=four", 2, "bits");
    row("a broken regex", "analyze MODEL --scheme rtn --tensor (", 2, "(");
    row("a regex that matches nothing", "analyze MODEL --scheme rtn --tensor no_such", 2, "no_such");
    row("an unknown tensor", "quantize MODEL --tensor no.such --scheme rtn --out DIR/never", 2, "no.such");
    row("a file of many tensors needs a name", "dequantize MODEL --out DIR/x.npy", 2, "--tensor");
    row("a scheme and a comparison together", "analyze MODEL --scheme rtn --against MODEL", 2, "--against");
    row("an unknown device", "analyze MODEL --scheme rtn --device gpu9", 2, "gpu9");
    row("an unknown metric", "sensitivity MODEL --scheme rtn --metric msee --out DIR/never.qscope", 2, "mse");
    row("an unknown method's page", "methods rtm", 2, "rtn");
    row("an unknown number format", "bits 1 --format fp17", 2, "fp16");
    row("a value that is no number in bits", "bits thirty", 2, "thirty");
    row("an index outside the tensor", "bits --file MODEL --tensor model.embed_tokens.weight --index 128,0", 2, "128");
    row("too few indices", "bits --file MODEL --tensor model.embed_tokens.weight --index 1", 2, "128");
    row("an unknown target", "export DIR/no.json --target lama-cpp --out DIR/x", 2, "llama-cpp");
    row("export without a target", "export DIR/no.json --out DIR/x", 2, "--target");
    row("a pin without a scheme", "plan DIR/s.qscope --budget 4bpw --pin lm_head", 2, "lm_head");
    row("a URL", "inspect https://example.org/model.safetensors", 2, "example.org");
    row("a missing file", "inspect DIR/absent.safetensors", 1, "absent.safetensors");
    row("a missing session", "plan DIR/absent.qscope --budget 4bpw", 1, "absent.qscope");
    row("a foreign file", "inspect DIR/notes.txt", 3, "notes.txt");
    row("an empty file", "stats DIR/empty.safetensors", 3, "empty.safetensors");
    row("a cut file", "analyze DIR/cut.safetensors --scheme rtn", 3, "cut.safetensors");
    row("a session that is none", "plan DIR/notes.txt --budget 4bpw", 3, "notes.txt");
    row("a plan that is none", "export DIR/notes.txt --target llama-cpp --out DIR/x", 3, "notes.txt");
    row("evidence that is not there", "sensitivity MODEL --scheme rtn --evidence DIR/e.csv --out DIR/never.qscope", 1,
        "e.csv");
    row("evidence that is none", "sensitivity MODEL --scheme rtn --evidence DIR/notes.txt --out DIR/never.qscope", 3,
        "notes.txt");
    row("an importance matrix that is none",
        "quantize MODEL --tensor model.embed_tokens.weight --scheme q4_0 --out DIR/never --imatrix DIR/notes.txt", 3,
        "notes.txt");
    row("a calibration that is a model", "analyze MODEL --scheme q4_0 --calib MODEL", 3, "mean_sq");
    row("importance and no file", "analyze MODEL --scheme q4_0:imatrix", 3, "second moments");
  }
  void wrongCallsNameTheWayOut() {
    QFETCH(QString, args);
    QFETCH(int, code);
    QFETCH(QString, word);
    args.replace("MODEL", model_).replace("DIR", dir_.path());
    const auto ran = runJson(args.split(' ', Qt::SkipEmptyParts), dir_);
    QVERIFY(!ran.crashed);
    QCOMPARE(errorFormFault(ran), QString());
    QCOMPARE(ran.code, code);
    QVERIFY2(ran.errorLines().first().contains(word), ran.err.constData());
    QVERIFY2(!QFile::exists(path("never")) && !QFile::exists(path("never.qscope")), "a failed command left a file");
  }

  void withoutJsonTheErrorStandsOnStderrAlone() {
    const auto ran = run({"anlyze", model_}, dir_);
    QCOMPARE(ran.code, 2);
    QCOMPARE(ran.out, QByteArray());
    QCOMPARE(ran.errorLines().size(), 1);
  }

  void wrongGlobalOptionsNameTheWayOut_data() {
    QTest::addColumn<QStringList>("args");
    QTest::addColumn<QString>("word");
    QTest::newRow("an option at the end lacks its value")
        << QStringList{"formats", "--device"} << "--device needs a value";
    QTest::newRow("an unknown progress mode") << QStringList{"formats", "--progress", "alway"} << "always";
    QTest::newRow("a short option that does not exist") << QStringList{"formats", "-x"} << "-x";
  }
  void wrongGlobalOptionsNameTheWayOut() {
    QFETCH(QStringList, args);
    QFETCH(QString, word);
    const auto ran = run(args, dir_);
    QCOMPARE(ran.code, 2);
    QCOMPARE(ran.errorLines().size(), 1);
    QVERIFY2(ran.errorLines().first().contains(word), ran.err.constData());
  }

  void globalOptionsStandBeforeOrBehindTheCommand() {
    const auto before = run({"--json", "--progress", "never", "formats"}, dir_);
    const auto behind = run({"formats", "--progress=never", "--json"}, dir_);
    QCOMPARE(before.code, 0);
    QVERIFY(!before.json().is_discarded());
    QCOMPARE(before.out, behind.out);
    QCOMPARE(before.err, QByteArray());
  }

  void versionAndHelpEndWithZero() {
    const auto version = run({"--version"}, dir_);
    QCOMPARE(version.code, 0);
    QVERIFY(QRegularExpression("\\d+\\.\\d+").match(QString::fromUtf8(version.out)).hasMatch());
    QVERIFY(run({"--version", "--json"}, dir_).json().contains("version"));
    const auto help = run({"--help"}, dir_);
    QCOMPARE(help.code, 0);
    for (const auto* command : {"inspect", "analyze", "sensitivity", "plan", "export", "report", "bits", "methods"})
      QVERIFY2(help.out.contains(command), command);
    const auto analyze = run({"analyze", "--help"}, dir_);
    QCOMPARE(analyze.code, 0);
    QVERIFY(analyze.out.contains("--scheme S") && analyze.out.contains("--device D") &&
            analyze.out.contains("Example"));
  }

  void quietPrintsNoTable() {
    const auto ran = run({"formats", "-q"}, dir_);
    QCOMPARE(ran.code, 0);
    QCOMPARE(ran.out, QByteArray());
  }

  void aFullDiskBehindStdoutIsAFailure() {
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    process.start(cli::program(), {"methods"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().startsWith("error: "));
  }
};

QTEST_GUILESS_MAIN(TestCliUsage)
#include "tst_cli_usage.moc"
