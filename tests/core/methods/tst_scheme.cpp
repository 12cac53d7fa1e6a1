// Scheme strings: parsing, canonical text, errors that name the nearest valid word (scheme strings).

#include <QTest>

#include "core/methods/scheme.h"

using quant::Scheme;

class TestScheme : public QObject {
  Q_OBJECT

 private slots:
  void canonicalText_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("text");
    QTest::newRow("defaults are left out") << "rtn:bits=4,group=128,sym"
                                           << "rtn:group=128";
    QTest::newRow("a method alone is its default") << "rtn"
                                                   << "rtn";
    QTest::newRow("the default granularity is left out") << "rtn:gran=row,bits=8"
                                                         << "rtn:bits=8";
    QTest::newRow("asym stays") << "rtn:asym"
                                << "rtn:asym";
    QTest::newRow("keys are sorted by what is printed") << "rtn:group=64,bits=3,asym"
                                                        << "rtn:asym,bits=3,group=64";
    QTest::newRow("what group implies is left out") << "rtn:gran=group,group=64"
                                                    << "rtn:group=64";
    QTest::newRow("a group of 0 is the row") << "rtn:gran=group,group=0"
                                             << "rtn";
    QTest::newRow("numbers are written plainly") << "rtn:bits=08"
                                                 << "rtn:bits=8";
    QTest::newRow("flags stay") << "rtn:recip,full,scales=f16"
                                << "rtn:full,recip,scales=f16";
    QTest::newRow("article keeps another granularity") << "article:gran=row,decimals=2,bits=4"
                                                       << "article:decimals=2,gran=row";
    QTest::newRow("article by columns is the default") << "article:gran=column"
                                                       << "article";
    QTest::newRow("article in groups") << "article:group=32,gran=group"
                                       << "article:group=32";
    QTest::newRow("article with group=0 is the row") << "article:group=0"
                                                     << "article:gran=row";
    QTest::newRow("a group implies the scale of a cast") << "fp4-e2m1:group=32,scale=group"
                                                         << "fp4-e2m1:group=32";
    QTest::newRow("a cast's group of 0 is the row") << "fp8-e4m3:scale=group"
                                                    << "fp8-e4m3:scale=row";
    QTest::newRow("the default overflow is left out") << "fp8-e5m2:overflow=saturate"
                                                      << "fp8-e5m2";
    QTest::newRow("ieee overflow stays") << "fp8-e5m2:overflow=ieee"
                                         << "fp8-e5m2:overflow=ieee";
    QTest::newRow("nf4") << "nf4:dq,block=64"
                         << "nf4:dq";
    QTest::newRow("saying a thing twice is saying it") << "rtn:bits=3,bits=3"
                                                       << "rtn:bits=3";
  }
  void canonicalText() {
    QFETCH(QString, typed);
    QFETCH(QString, text);
    const auto scheme = Scheme::parse(typed.toStdString());
    QVERIFY2(scheme, scheme ? "" : quant::one_line(scheme.error()).c_str());
    QCOMPARE(QString::fromStdString(scheme->text()), text);
    const auto again = Scheme::parse(scheme->text());
    QVERIFY(again && *again == *scheme);
  }

  void errors_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("line");
    QTest::newRow("an unknown key names the nearest one")
        << "rtn:bit=4"
        << R"(parse scheme: "rtn:bit=4": "bit" is unknown; did you mean "bits"?)";
    QTest::newRow("an unknown method names the nearest one")
        << "rtm"
        << R"(parse scheme: "rtm": "rtm" is no method; did you mean "rtn"?)";
    QTest::newRow("an unknown word names the nearest one")
        << "rtn:asim"
        << R"(parse scheme: "rtn:asim": "asim" is unknown; did you mean "asym"?)";
    QTest::newRow("an unknown value names the nearest one")
        << "rtn:gran=rows"
        << R"(parse scheme: "rtn:gran=rows": "gran=rows": "rows" is no value of gran; did you mean "row"?)";
    QTest::newRow("a value out of range names key and range")
        << "rtn:bits=99"
        << R"(parse scheme: "rtn:bits=99": "bits=99" is out of range; bits takes 2..8)";
    QTest::newRow("text for a number names the key")
        << "rtn:bits=four"
        << R"(parse scheme: "rtn:bits=four": "bits=four": "four" is no whole number; bits takes 2..8)";
    QTest::newRow("group and another granularity contradict")
        << "rtn:gran=row,group=64"
        << R"(parse scheme: "rtn:gran=row,group=64": gran=row and group=64 contradict; leave one of them out)";
    QTest::newRow("two values of one key contradict")
        << "rtn:bits=3,bits=4"
        << R"(parse scheme: "rtn:bits=3,bits=4": "bits=4" contradicts an earlier value of bits; give it once)";
    QTest::newRow("sym and asym contradict")
        << "rtn:sym,asym"
        << R"(parse scheme: "rtn:sym,asym": "asym" contradicts an earlier value of symmetry; give it once)";
    QTest::newRow("an unknown parameter gets the nearest one")
        << "none:bits=4"
        << R"(parse scheme: "none:bits=4": "bits" is unknown; did you mean "scale"?)";
    QTest::newRow("group and another scale contradict")
        << "fp16:group=32,scale=row"
        << R"(parse scheme: "fp16:group=32,scale=row": scale=row and group=32 contradict; leave one of them out)";
    QTest::newRow("narrow is of sym")
        << "rtn:asym,narrow"
        << R"(parse scheme: "rtn:asym,narrow": asym uses all codes, narrow and full are of sym; leave out asym, or narrow and full)";
    QTest::newRow("a flag takes no value")
        << "rtn:recip=1"
        << R"(parse scheme: "rtn:recip=1": "recip=1": "recip" takes no value; write "recip" alone)";
    QTest::newRow("a key needs its value") << "rtn:bits"
                                           << R"(parse scheme: "rtn:bits": "bits" needs a value; write bits=2..8)";
  }
  void errors() {
    QFETCH(QString, typed);
    QFETCH(QString, line);
    const auto scheme = Scheme::parse(typed.toStdString());
    QVERIFY(!scheme);
    QCOMPARE(QString::fromStdString(quant::one_line(scheme.error())), line);
    QVERIFY(scheme.error().code == quant::ErrorCode::bad_scheme);
  }

  void oddTextIsRefused_data() {
    QTest::addColumn<QByteArray>("typed");
    for (const char* text :
         {"", ":", "rtn:", "rtn:,", "rtn:=4", "rtn:bits=", "rtn:bits=4,", "RTN", " rtn", "rtn:bits=4 ",
          "rtn:bits=9999999999999999999999", "rtn:group=-1", "rtn:group=1e3", "rtn:bits=4.0"})
      QTest::newRow(qPrintable(QString("'%1'").arg(text))) << QByteArray(text);
    QTest::newRow("control characters are shown escaped") << QByteArray("rtn:\x1b[31m");
  }
  void oddTextIsRefused() {
    QFETCH(QByteArray, typed);
    const auto scheme = Scheme::parse(typed.toStdString());
    QVERIFY(!scheme);
    QVERIFY(quant::one_line(scheme.error()).find('\x1b') == std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TestScheme)
#include "tst_scheme.moc"
