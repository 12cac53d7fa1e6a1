// Text in and out: sizes, numbers, suggestions, names from files.

#include <QTest>
#include <string_view>

#include "core/base/text.h"

using namespace quant;

class TestText : public QObject {
  Q_OBJECT

 private slots:
  void sizes_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("bytes");  // −1: refused
    QTest::newRow("no unit is bytes") << "4096" << qint64(4096);
    QTest::newRow("B") << "10B" << qint64(10);
    QTest::newRow("powers of 1000") << "500MB" << qint64(500000000);
    QTest::newRow("powers of 1024") << "7GiB" << qint64(7) * 1073741824;
    QTest::newRow("fractions") << "1.5KiB" << qint64(1536);
    QTest::newRow("a space before the unit") << "2 KB" << qint64(2000);
    QTest::newRow("case is free") << "1gib" << qint64(1073741824);
    QTest::newRow("zero") << "0" << qint64(0);
    for (const char* bad : {"", "GiB", "-1", "1e30", "7GiBs", "7XB", "nan", "inf", "1,5GB", "0x10", "5e"})
      QTest::newRow(qPrintable(QString("refused: '%1'").arg(bad))) << bad << qint64(-1);
  }
  void sizes() {
    QFETCH(QString, text);
    QFETCH(qint64, bytes);
    const auto got = parse_bytes(text.toStdString());
    QCOMPARE(bool(got), bytes >= 0);
    if (got)
      QCOMPARE(qint64(*got), bytes);
    else
      QVERIFY(got.error().code == ErrorCode::usage);
  }

  void sizesForPeople() {
    QCOMPARE(si_bytes(6291456), std::string("6.29 MB"));
    QCOMPARE(iec_bytes(6291456), std::string("6.00 MiB"));
    QCOMPARE(si_bytes(999), std::string("999 B"));
    QCOMPARE(iec_bytes(0), std::string("0 B"));
    QCOMPARE(grouped(1204118), std::string("1 204 118"));
    QCOMPARE(grouped(12), std::string("12"));
    QCOMPARE(grouped(123), std::string("123"));
  }

  void numbersAreWholeTexts() {
    QCOMPARE(parse_double("1e-3").value(), 1e-3);
    QCOMPARE(parse_double("+2").value(), 2.0);
    QCOMPARE(parse_int("-12").value(), std::int64_t(-12));
    for (const char* bad : {"", "1x", " 1", "1 ", "+-1", "++1", "1,5"}) {
      QVERIFY(!parse_double(bad));
      QVERIFY(!parse_int(bad));
    }
    QVERIFY(!parse_int("9223372036854775808"));
    QVERIFY(!parse_int("1.0"));
  }

  void nearestWord() {
    constexpr std::string_view words[] = {"bits", "group", "gran"};
    QCOMPARE(nearest("bit", words), std::string("bits"));
    QCOMPARE(nearest("grp", words), std::string("group"));
    QCOMPARE(nearest("", words), std::string("bits"));
    QCOMPARE(nearest("x", {}), std::string());
  }

  void namesFromFilesCannotMislead_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("plain text stays") << QByteArray("model.layers.0.權重") << QByteArray("model.layers.0.權重");
    QTest::newRow("terminal escapes") << QByteArray("a\x1b[31mb") << QByteArray("a\\u001b[31mb");
    QTest::newRow("line breaks") << QByteArray("a\nb\r") << QByteArray("a\\u000ab\\u000d");
    QTest::newRow("right-to-left override") << QByteArray(
                                                   "a\xE2\x80\xAE"
                                                   "b")
                                            << QByteArray("a\\u202eb");
    QTest::newRow("zero width") << QByteArray("a\xE2\x80\x8B") << QByteArray("a\\u200b");
    QTest::newRow("a stray byte") << QByteArray("a\xFF") << QByteArray("a\\u00ff");
    QTest::newRow("an overlong form") << QByteArray("\xC0\xAF") << QByteArray("\\u00c0\\u00af");
    QTest::newRow("a NUL") << QByteArray("a\0b", 3) << QByteArray("a\\u0000b");
    QTest::newRow("a surrogate") << QByteArray("\xED\xA0\x80") << QByteArray("\\u00ed\\u00a0\\u0080");
  }
  void namesFromFilesCannotMislead() {
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, shown);
    QCOMPARE(printable(name.toStdString()), shown.toStdString());
    QVERIFY(valid_utf8(printable(name.toStdString())));
  }

  void utf8() {
    QVERIFY(valid_utf8("權重 😀"));
    QVERIFY(valid_utf8(""));
    for (const char* bad : {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
      QVERIFY(!valid_utf8(bad));
  }

  void splitKeepsEmptyParts() {
    QCOMPARE(split("a,,b", ',').size(), std::size_t(3));
    QCOMPARE(split("", ',').size(), std::size_t(1));
    QCOMPARE(split("a,", ',').back(), std::string_view());
  }
};

QTEST_APPLESS_MAIN(TestText)
#include "tst_text.moc"
