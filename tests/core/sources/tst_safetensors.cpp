// The safetensors header: what is refused, by which name, and the odd files that are valid.
#include <QTest>
#include <algorithm>
#include <chrono>

#include "core/sources/safetensors/safetensors.h"

namespace {

/// JSON written with single quotes.
std::string quoted(std::string text) {
  std::ranges::replace(text, '\'', '"');
  return text;
}

/// A file: header length (that of the header, unless given), header, and as many bytes of data.
std::string image(std::string header, std::size_t data, std::optional<std::uint64_t> length = {}) {
  const std::uint64_t n = length.value_or(header.size());
  return std::string(reinterpret_cast<const char*>(&n), sizeof n) + header + std::string(data, '\1');
}

quant::Result<quant::Listing> list(const std::string& bytes) {
  quant::ByteReader in(std::as_bytes(std::span(bytes)), "model.safetensors");
  return quant::list_safetensors(in);
}

std::string entry(const char* dtype, const char* shape, const char* offsets, const char* name = "w") {
  return quoted(std::string("'") + name + "':{'dtype':" + dtype + ",'shape':" + shape + ",'data_offsets':" + offsets +
                "}");
}

}  // namespace

class TestSafetensors : public QObject {
  Q_OBJECT

 private slots:
  void damagedHeadersAreRefusedByTheirField_data() {
    QTest::addColumn<QString>("header");
    QTest::addColumn<int>("data");
    QTest::addColumn<QString>("field");
    const auto row = [](const char* name, const std::string& header, int data, const char* field) {
      QTest::newRow(name) << QString::fromStdString(header) << data << field;
    };
    const auto tensor = [](const char* dtype, const char* shape, const char* offsets) {
      return "{" + entry(dtype, shape, offsets) + "}";
    };
    const std::string good = entry("'F32'", "[3,4]", "[0,48]");
    row("an array in place of the object", "[1,2,3]", 0, "header");
    row("a blank before the object", " {" + good + "}", 48, "header");
    row("text after the object", "{" + good + "}x", 48, "header");
    row("text after the object that ends in a brace", "{" + good + "}}", 48, "header");
    row("a line break as padding", "{" + good + "}\n", 48, "header");
    row("half of a surrogate pair", quoted("{'\\ud800':{}}"), 0, "header");
    row("arrays nested 30,000 deep", quoted("{'w':") + std::string(30'000, '[') + std::string(30'000, ']') + "}", 0,
        "header");
    row(
        "objects never closed",
        [] {
          std::string open;
          for (int i = 0; i < 12'000; ++i) open += quoted("{'a':");
          return open + "}";
        }(),
        0, "header");
    row("the same name twice", "{" + good + "," + good + "}", 48, "name");
    row("the same key twice", quoted("{'w':{'dtype':'F32','dtype':'I32','shape':[3,4],'data_offsets':[0,48]}}"), 48,
        "dtype");
    row("an unknown key", quoted("{'w':{'dtype':'F32','shape':[3,4],'data_offsets':[0,48],'x':1}}"), 48, "header");
    row("a comment", "{/*x*/" + good + "}", 48, "header");
    row("a trailing comma", "{" + good + ",}", 48, "header");
    row("a negative size", tensor("'F32'", "[-3,-4]", "[0,48]"), 48, "shape");
    row("a fraction as size", tensor("'F32'", "[3.0,4]", "[0,48]"), 48, "shape");
    row("a text as size", tensor("'F32'", "['3',4]", "[0,48]"), 48, "shape");
    row("a nested size", tensor("'F32'", "[[3],4]", "[0,48]"), 48, "shape");
    row("a size beyond 64 bits", tensor("'F32'", "[18446744073709551616]", "[0,48]"), 48, "shape");
    row("a product that wraps to 0", tensor("'F32'", "[4294967296,4294967296,3,4]", "[0,48]"), 48, "shape");
    row("a product of zero and absurd sizes", tensor("'F32'", "[0,9223372036854775807,3]", "[0,0]"), 0, "shape");
    row("bytes that wrap to 48", tensor("'F32'", "[4611686018427387916]", "[0,48]"), 48, "shape");
    row("65 dimensions",
        tensor("'F32'",
               ("[1" +
                [] {
                  std::string ones;
                  for (int i = 0; i < 64; ++i) ones += ",1";
                  return ones;
                }() +
                "]")
                   .c_str(),
               "[0,4]"),
        4, "shape");
    row("no shape", quoted("{'w':{'dtype':'F32','data_offsets':[0,48]}}"), 48, "shape");
    row("no dtype", quoted("{'w':{'shape':[3,4],'data_offsets':[0,48]}}"), 48, "dtype");
    row("an unknown dtype", tensor("'F31'", "[3,4]", "[0,48]"), 48, "dtype");
    row("a block type of another container", tensor("'Q8_0'", "[32]", "[0,34]"), 34, "dtype");
    row("a number as dtype", tensor("32", "[3,4]", "[0,48]"), 48, "dtype");
    row("a list as dtype", tensor("['F32']", "[3,4]", "[0,48]"), 48, "dtype");
    row("a shape that needs more than the offsets span", tensor("'F32'", "[3,5]", "[0,48]"), 48, "data_offsets");
    row("offsets in reverse", tensor("'F32'", "[3,4]", "[48,0]"), 48, "data_offsets");
    row("offsets beyond the file", tensor("'F32'", "[3,4]", "[9223372036854775760,9223372036854775808]"), 48,
        "data_offsets");
    row("three offsets", tensor("'F32'", "[3,4]", "[0,24,48]"), 48, "data_offsets");
    row("one offset", tensor("'F32'", "[3,4]", "[0]"), 48, "data_offsets");
    row("three 4-bit elements", tensor("'F4'", "[3]", "[0,2]"), 2, "shape");
    row("two tensors that overlap", "{" + good + "," + entry("'F32'", "[3,4]", "[24,72]", "v") + "}", 72,
        "data_offsets");
    row("two names of the same bytes", "{" + good + "," + entry("'F32'", "[3,4]", "[0,48]", "v") + "}", 48,
        "data_offsets");
    row("a hole of four bytes", "{" + good + "," + entry("'F32'", "[3,4]", "[52,100]", "v") + "}", 100, "data_offsets");
    row("data that does not begin at 0", tensor("'F32'", "[3,4]", "[4,52]"), 52, "data_offsets");
    row("a byte after the last tensor", "{" + good + "}", 49, "data");
    row("a number as metadata", quoted("{'__metadata__':{'a':1},") + good + "}", 48, "__metadata__");
    row("an object as metadata", quoted("{'__metadata__':{'a':{}},") + good + "}", 48, "__metadata__");
    row("a list in place of metadata", quoted("{'__metadata__':[],") + good + "}", 48, "__metadata__");
    row("metadata twice", quoted("{'__metadata__':{},'__metadata__':{},") + good + "}", 48, "__metadata__");
    row("a metadata key twice", quoted("{'__metadata__':{'a':'b','a':'c'},") + good + "}", 48, "__metadata__");
    row("a tensor that is a text", quoted("{'w':'x'}"), 0, "header");
  }
  void damagedHeadersAreRefusedByTheirField() {
    QFETCH(QString, header);
    QFETCH(int, data);
    QFETCH(QString, field);
    const auto listing = list(image(header.toStdString(), static_cast<std::size_t>(data)));
    QVERIFY(!listing);
    QVERIFY(listing.error().code == quant::ErrorCode::malformed);
    const QString why = QString::fromStdString(listing.error().why);
    QVERIFY2(why.startsWith(field + " "), qPrintable(why));
  }

  void invalidUtf8IsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("a lone byte") << QByteArray("\xff");
    QTest::newRow("an overlong form") << QByteArray("\xc0\xaf");
    QTest::newRow("a surrogate") << QByteArray("\xed\xa0\x80");
  }
  void invalidUtf8IsRefused() {
    QFETCH(QByteArray, bytes);
    const std::string name = "w" + bytes.toStdString();
    QVERIFY(!list(image("{" + entry("'F32'", "[3,4]", "[0,48]", name.c_str()) + "}", 48)));
  }

  void headerLengthsAreChecked_data() {
    QTest::addColumn<quint64>("length");
    for (const quint64 n : {quint64{0}, quint64{1}, quint64{1} << 63, ~quint64{0}, ~quint64{7}, quint64{100'000'001}}) {
      QTest::addRow("%llu", static_cast<unsigned long long>(n)) << n;
    }
  }
  void headerLengthsAreChecked() {
    QFETCH(quint64, length);
    const auto listing = list(image("{" + entry("'F32'", "[3,4]", "[0,48]") + "}", 48, length));
    QVERIFY(!listing);
    QVERIFY(listing.error().why.starts_with("header length"));
  }
  void everyCutIsRefused() {
    const std::string whole = image("{" + entry("'F32'", "[3,4]", "[0,48]") + "}", 48);
    for (std::size_t n = 0; n < whole.size(); ++n) QVERIFY(!list(whole.substr(0, n)));
    QVERIFY(list(whole));
  }

  void validOddFilesOpen_data() {
    QTest::addColumn<QString>("header");
    QTest::addColumn<int>("data");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char* name, const std::string& header, int data, const QStringList& names) {
      QTest::newRow(name) << QString::fromStdString(header) << data << names;
    };
    row("no tensor at all", "{}", 0, {});
    row("padding of spaces", "{" + entry("'F32'", "[3,4]", "[0,48]") + "}      ", 48, {"w"});
    row("a scalar", "{" + entry("'F64'", "[]", "[0,8]") + "}", 8, {"w"});
    row("the empty name", "{" + entry("'F32'", "[3,4]", "[0,48]", "") + "}", 48, {""});
    row("an escaped name", "{" + entry("'F32'", "[3,4]", "[0,48]", "\\u0077") + "}", 48, {"w"});
    row("tensors in another order than their data",
        "{" + entry("'F32'", "[3,4]", "[48,96]", "b") + "," + entry("'F32'", "[4,3]", "[0,48]", "a") + "}", 96,
        {"a", "b"});
    row("zero-size tensors between others",
        "{" + entry("'F32'", "[0,4]", "[48,48]", "z") + "," + entry("'F32'", "[3,4]", "[0,48]", "a") + "," +
            entry("'I8'", "[3]", "[48,51]", "b") + "}",
        51, {"a", "z", "b"});
    row("two 4-bit elements", "{" + entry("'F4'", "[2]", "[0,1]") + "}", 1, {"w"});
    row("four 6-bit elements", "{" + entry("'F6_E2M3'", "[4]", "[0,3]") + "}", 3, {"w"});
  }
  void validOddFilesOpen() {
    QFETCH(QString, header);
    QFETCH(int, data);
    QFETCH(QStringList, names);
    const auto listing = list(image(header.toStdString(), static_cast<std::size_t>(data)));
    QVERIFY2(listing, listing ? "" : quant::one_line(listing.error()).c_str());
    QStringList got;
    for (const quant::TensorInfo& tensor : listing->tensors) {
      got << QString::fromStdString(tensor.name);
      QVERIFY(tensor.offset + tensor.bytes <= 8 + header.toUtf8().size() + static_cast<std::size_t>(data));
    }
    QCOMPARE(got, names);
  }
  void metadataIsKeptAndCutAtFourKiB() {
    const std::string longText(10'000, 'x');
    const auto listing = list(image(quoted("{'__metadata__':{'format':'pt','long':'" + longText + "'}}"), 0));
    QVERIFY(listing);
    QCOMPARE(listing->metadata.size(), std::size_t{2});
    QCOMPARE(listing->metadata[0].second, std::string("pt"));
    QCOMPARE(listing->metadata[1].second, std::string(4096, 'x') + "… (10000 bytes)");
  }
  void fiftyThousandTensorsTakeNoTime() {
    std::string header = "{";
    for (int i = 0; i < 50'000; ++i) {
      header += (i > 0 ? "," : "") + entry("'I8'", "[1]",
                                           ("[" + std::to_string(i) + "," + std::to_string(i + 1) + "]").c_str(),
                                           ("layers." + std::to_string(i)).c_str());
    }
    const std::string bytes = image(header + "}", 50'000);
    const auto start = std::chrono::steady_clock::now();
    const auto listing = list(bytes);
    const auto took = std::chrono::steady_clock::now() - start;
    QCOMPARE(listing->tensors.size(), std::size_t{50'000});
    QVERIFY(took < std::chrono::seconds(5));  // 0.1 s on one slow core; five leave room for sanitizers
  }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
