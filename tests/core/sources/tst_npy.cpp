// .npy: the header is a literal that is read and never evaluated.
#include <QTest>

#include "core/sources/numpy/npy.h"
#include "tests/support/samples.h"

namespace {

std::string image(const std::string& header, std::size_t data, char major = 1, char minor = 0) {
  std::string bytes = std::string("\x93NUMPY") + major + minor;
  const std::uint64_t n = header.size();
  bytes.append(reinterpret_cast<const char*>(&n), major == 1 ? 2 : 4);
  return bytes + header + std::string(data, '\1');
}

std::string header(const std::string& descr = "'<f4'", const std::string& order = "False",
                   const std::string& shape = "(3, 4)", const std::string& more = "") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", " + more + "}\n";
}

quant::Result<quant::Listing> list(const std::string& bytes) {
  quant::ByteReader in(std::as_bytes(std::span(bytes)), "folder/weights.npy");
  return quant::list_npy(in);
}

}  // namespace

class TestNpy : public QObject {
  Q_OBJECT

 private slots:
  void samplesOfNumpyReadBitForBit_data() { samples::rows("npy/"); }
  void samplesOfNumpyReadBitForBit() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }

  void damagedHeadersAreRefusedByTheirField_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("field");
    const auto row = [](const char* name, const std::string& text, const char* field) {
      QTest::newRow(name) << QString::fromStdString(text) << field;
    };
    const auto descr = [](const char* text) { return header(text); };
    const auto shape = [](const std::string& text) { return header("'<f4'", "False", text); };
    row("code in place of a dtype", descr("__import__('os').system('x')"), "descr");
    row("an object array", descr("'|O'"), "descr");
    row("records", descr("[('a', '<f4')]"), "descr");
    row("texts", descr("'<U5'"), "descr");
    row("raw bytes", descr("'|V4'"), "descr");
    row("dates", descr("'<M8[ns]'"), "descr");
    row("three-byte floats", descr("'<f3'"), "descr");
    row("floats of no size", descr("'<f0'"), "descr");
    row("a size beyond all numbers", descr("'<f99999999999999999999'"), "descr");
    row("a number as dtype", descr("4"), "descr");
    row("no byte order", descr("'f4'"), "descr");
    row("nothing as dtype", descr("''"), "descr");
    row("code in place of a shape", shape("__import__('os').system('x')"), "shape");
    row("negative sizes", shape("(-3, -4)"), "shape");
    row("a fraction", shape("(3.0, 4)"), "shape");
    row("a list", shape("[3, 4]"), "shape");
    row("a text", shape("'3,4'"), "shape");
    row("a number", shape("12"), "shape");
    row("a number in brackets", shape("(12)"), "shape");
    row("a truth value", shape("(True, 12)"), "shape");
    row("nested tuples", shape(std::string(30'000, '(') + "3" + std::string(30'000, ')')), "shape");
    row("20,000 dimensions", shape("(" + QString("1,").repeated(20'000).toStdString() + ")"), "shape");
    row("more data than the file has", shape("(1099511627776,)"), "shape");
    row("a product that wraps", shape("(4611686018427387916,)"), "shape");
    row("a size beyond 64 bits", shape("(18446744073709551616,)"), "shape");
    row("two commas", shape("(3,, 4)"), "shape");
    row("no order", "{'descr': '<f4', 'shape': (3, 4), }", "fortran_order");
    row("a text as order", header("'<f4'", "'False'"), "fortran_order");
    row("the shape twice", header("'<f4'", "False", "(3, 4)", "'shape': (12,), "), "shape");
    row("an unknown key", header("'<f4'", "False", "(3, 4)", "'x': 1, "), "header");
    row("no closing brace", "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)", "header");
    row("something after the dict", header() + "x", "header");
    row("no dict", "hello", "header");
    row("an open text", "{'descr", "header");
  }
  void damagedHeadersAreRefusedByTheirField() {
    QFETCH(QString, text);
    QFETCH(QString, field);
    const auto listing = list(image(text.toStdString(), 48, 2));
    QVERIFY(!listing);
    const QString why = QString::fromStdString(listing.error().why);
    QVERIFY2(why.startsWith(field + " "), qPrintable(why));
  }

  void versionsAndLengthsAreChecked() {
    QVERIFY(list(image(header(), 48, 1)));
    QVERIFY(list(image(header(), 48, 2)));
    QVERIFY(list(image(header(), 48, 3)));
    QVERIFY(list(image(header(), 48, 0)).error().why.starts_with("version"));
    QVERIFY(list(image(header(), 48, 9)).error().why.starts_with("version"));
    QVERIFY(list(image(header(), 48, 1, 1)).error().why.starts_with("version"));
    QVERIFY(list(image("", 48)).error().why.starts_with("header length"));
    QVERIFY(list(image(std::string((1 << 20) + 1, ' '), 48, 2)).error().why.starts_with("header length"));
    QVERIFY(!list(image(header("'<f4\xff'"), 48, 3)));
  }
  void everyCutIsRefused() {
    const std::string whole = image(header(), 48);
    for (std::size_t n = 0; n < whole.size(); ++n) QVERIFY(!list(whole.substr(0, n)));
    QVERIFY(list(whole));
  }
  void spellingsOfPythonAreTaken() {
    const auto spaced = list(image("{\"shape\":(3,4),\"descr\":\"<f4\",\"fortran_order\":False}\n", 48));
    QVERIFY(spaced);
    QCOMPARE(spaced->tensors[0].shape, (std::vector<std::uint64_t>{3, 4}));
    const auto python2 = list(image(header("'<i8'", "True", "(2L, 3L)"), 48));
    QVERIFY(python2);
    QCOMPARE(python2->tensors[0].shape, (std::vector<std::uint64_t>{2, 3}));
    QCOMPARE(python2->order.strides, (std::vector<std::uint64_t>{1, 2}));
    QVERIFY(list(image(header("'<f4'", "False", "()"), 4))->tensors[0].shape.empty());
    QVERIFY(list(image(header("'>f4'", "False", "(1,)"), 4))->order.big_endian);
  }
  void theNameIsTheStemAndTrailingBytesAreNoted() {
    const auto listing = list(image(header(), 50));
    QVERIFY(listing);
    QCOMPARE(listing->tensors[0].name, std::string("weights"));
    QCOMPARE(listing->notes.size(), std::size_t{1});
  }
};

QTEST_APPLESS_MAIN(TestNpy)
#include "tst_npy.moc"
