// ONNX: models that the onnx package wrote, and messages made byte by byte.

#include <QTemporaryDir>
#include <fstream>

#include "core/sources/onnx/graph.h"
#include "tests/support/samples.h"

using namespace quant;

namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
std::string number(unsigned field, std::uint64_t value) { return varint(field * 8) + varint(value); }
std::string bytes(unsigned field, const std::string& content) {
  return varint(field * 8 + 2) + varint(content.size()) + content;
}

/// A float32 tensor of 2 × 2 named w, but for what `more` adds.
std::string tensor(const std::string& more, const std::string& dims = number(1, 2) + number(1, 2),
                   const std::string& type = number(2, 1)) {
  return dims + type + bytes(8, "w") + more;
}
std::string model(const std::string& initializer) { return number(1, 8) + bytes(7, bytes(5, initializer)); }
const std::string raw_data = bytes(9, std::string(16, '\1'));

Result<OnnxModel> read(const std::string& content) {
  const auto raw = std::as_bytes(std::span(content));
  ExternalFiles external("model.onnx");
  return read_onnx_model(memory_bytes("model.onnx", {raw.begin(), raw.end()}), external);
}

}  // namespace

class TestOnnx : public QObject {
  Q_OBJECT
 private slots:
  void samplesReadAsOnnxReadsThem_data() { samples::rows("onnx/"); }
  void samplesReadAsOnnxReadsThem() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }

  void aSoundModelLists() {
    const auto got = read(model(tensor(raw_data)));
    QVERIFY(got);
    QCOMPARE(got->tensors.size(), std::size_t{1});
    QCOMPARE(got->tensors[0].info.shape, (std::vector<std::uint64_t>{2, 2}));
  }
  void everyCutIsRefused() {
    const std::string whole = model(tensor(raw_data));
    for (std::size_t n = 0; n < whole.size(); ++n) QVERIFY(!read(whole.substr(0, n)));
  }

  void whatDoesNotFitIsRefusedByItsName_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("field");
    const auto row = [](const char* name, const std::string& content, const char* field) {
      QTest::newRow(name) << QByteArray::fromStdString(content) << QString(field);
    };
    row("no graph", number(1, 8), "graph");
    row("two kinds of data", model(tensor(raw_data + bytes(4, std::string(16, '\1')))), "raw_data");
    row("no data", model(tensor("")), "raw_data");
    row("too few bytes", model(tensor(bytes(9, std::string(15, '\1')))), "dims");
    row("a negative dimension", model(tensor(raw_data, number(1, std::uint64_t(-2)))), "dims");
    row("dimensions that wrap", model(tensor(raw_data, number(1, 1ull << 33) + number(1, 1ull << 33))), "dims");
    row("an unknown type", model(tensor(raw_data, number(1, 4), number(2, 99))), "data_type");
    row("segments", model(tensor(bytes(3, "") + raw_data)), "segment");
    row("a half beyond 16 bits", model(tensor(number(5, 70000), number(1, 1), number(2, 10))), "int32_data");
    row("floats in the field of integers", model(tensor(bytes(5, "\1\1\1\1"))), "int32_data");
    row("a packed list that ends inside a number", model(tensor(bytes(4, std::string(15, '\1')))), "float_data");
    row("a group", number(1, 8) + varint(7 * 8 + 3), "protobuf");
    row("field number 0", number(1, 8) + varint(0) + varint(1), "protobuf");
    row("a number of eleven bytes", std::string(11, '\xff'), "protobuf");
    row("external data without a location", model(tensor(number(14, 1))), "external_data");
    row("external data that climbs out",
        model(tensor(number(14, 1) + bytes(13, bytes(1, "location") + bytes(2, "../x")))), "external_data");
  }
  void whatDoesNotFitIsRefusedByItsName() {
    QFETCH(QByteArray, content);
    QFETCH(QString, field);
    const auto got = read(content.toStdString());
    QVERIFY(!got);
    QVERIFY2(QString::fromStdString(got.error().why).contains(field), got.error().why.c_str());
  }

  void graphsInsideNodesAreNamedAfterThem() {
    const std::string inner = bytes(5, tensor(raw_data));
    const std::string node = bytes(3, "loop") + bytes(4, "Loop") + bytes(5, bytes(1, "body") + bytes(6, inner));
    const auto got = read(number(1, 8) + bytes(7, bytes(1, node)));
    QVERIFY(got);
    QCOMPARE(got->tensors.at(0).info.name, std::string("loop/w"));
  }
  void graphsWithoutEndAreRefused() {
    std::string graph;
    for (int i = 0; i < 200; ++i) graph = bytes(1, bytes(4, "If") + bytes(5, bytes(6, graph)));
    QVERIFY(!read(number(1, 8) + bytes(7, graph)));
  }
  void textsAreNamedAndLeftOut() {
    const auto got = read(model(tensor(bytes(6, "a") + bytes(6, "b"), number(1, 2), number(2, 8))));
    QVERIFY(got);
    QVERIFY(got->tensors.empty());
    QVERIFY(got->notes.at(0).find("STRING") != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TestOnnx)
#include "tst_onnx.moc"
