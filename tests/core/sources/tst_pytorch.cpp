// PyTorch checkpoints: archives around a pickle, views of storages, shards.
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/sources/pytorch/pytorch.h"
#include "tests/support/pickle.h"
#include "tests/support/samples.h"
#include "tests/support/zip.h"

namespace fs = std::filesystem;
using namespace pickle;
using quant::ErrorCode;

namespace {

/// 0 … 11 in eighths as float32.
std::string values(bool big_endian = false) {
  std::string bytes;
  for (int i = 0; i < 12; ++i) {
    const float value = static_cast<float>(i) / 8;
    std::string raw(reinterpret_cast<const char*>(&value), sizeof value);
    if (big_endian) std::reverse(raw.begin(), raw.end());
    bytes += raw;
  }
  return bytes;
}

std::vector<zip::Part> parts(const std::string& body, const std::string& data = values(),
                             const std::string& root = "archive/") {
  return {{.name = root + "data.pkl", .data = whole(body)}, {.name = root + "data/0", .data = data}};
}

quant::Result<quant::StoredSource::Content> list(const std::vector<zip::Part>& members) {
  const std::string file = zip::archive(members);
  const auto bytes = std::as_bytes(std::span(file));
  return quant::list_pytorch(quant::memory_bytes("m.pt", {bytes.begin(), bytes.end()}), "m");
}

std::vector<float> rows(const quant::StoredSource::Content& content, std::size_t index) {
  auto source = quant::StoredSource::create("pytorch", "m.pt", content);
  const auto view = (*source)->view(index);
  if (!view) return {};
  std::vector<float> read((*view)->tensor().elements());
  return (*view)->read_rows(0, (*view)->matrix().all_rows(), read) ? read : std::vector<float>();
}

std::vector<float> eighths(const std::vector<int>& numbers) {
  std::vector<float> all;
  for (const int number : numbers) all.push_back(static_cast<float>(number) / 8);
  return all;
}

}  // namespace

class TestPytorch : public QObject {
  Q_OBJECT

 private slots:
  void samplesOfTorchReadBitForBit_data() { samples::rows("pytorch/"); }
  void samplesOfTorchReadBitForBit() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }
  void whatHoldsCodeOrIsTooOldIsRefusedWithAdvice() {
    const auto script = quant::open_source(QUANT_TEST_DATA "/formats/pytorch/torchscript.pt");
    QVERIFY(script.error().code == ErrorCode::unsupported);
    QVERIFY(script.error().hint.find("state_dict") != std::string::npos);
    const auto legacy = quant::open_source(QUANT_TEST_DATA "/formats/pytorch/legacy.pt");
    QVERIFY(legacy.error().code == ErrorCode::unsupported);
    QVERIFY(legacy.error().hint.find("torch 1.6") != std::string::npos);
  }
  void anyShardOpensTheWholeModel() {
    const std::string folder = QUANT_TEST_DATA "/formats/pytorch/sharded";
    for (const char* name : {"", "/pytorch_model.bin.index.json", "/pytorch_model-00002-of-00002.bin"}) {
      const auto source = quant::open_source(folder + name);
      QVERIFY2(source, name);
      QCOMPARE((*source)->tensors().size(), std::size_t{5});
      QCOMPARE((*source)->files().size(), std::size_t{2});
      QCOMPARE((*source)->format(), std::string_view("pytorch"));
    }
  }
  void aMissingShardIsNamed() {
    const QTemporaryDir folder;
    const fs::path to = folder.path().toStdString(), from = QUANT_TEST_DATA "/formats/pytorch/sharded";
    fs::copy(from / "pytorch_model-00001-of-00002.bin", to);
    const auto source = quant::open_source(to / "pytorch_model-00001-of-00002.bin");
    QVERIFY(!source);
    QVERIFY(source.error().why.find("pytorch_model-00002-of-00002.bin") != std::string::npos);
  }

  void viewsReadTheirElements_data() {
    QTest::addColumn<QList<int>>("size");
    QTest::addColumn<QList<int>>("stride");
    QTest::addColumn<int>("offset");
    QTest::addColumn<QList<int>>("expected");
    using Q = QList<int>;
    QTest::newRow("all") << Q{3, 4} << Q{4, 1} << 0 << Q{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    QTest::newRow("transposed") << Q{4, 3} << Q{1, 4} << 0 << Q{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11};
    QTest::newRow("a row") << Q{4} << Q{1} << 4 << Q{4, 5, 6, 7};
    QTest::newRow("every second column") << Q{3, 2} << Q{4, 2} << 0 << Q{0, 2, 4, 6, 8, 10};
    QTest::newRow("broadcast") << Q{2, 3} << Q{0, 1} << 1 << Q{1, 2, 3, 1, 2, 3};
    QTest::newRow("a scalar") << Q{} << Q{} << 11 << Q{11};
    QTest::newRow("nothing") << Q{0, 4} << Q{4, 1} << 12 << Q{};
    QTest::newRow("strides of dimensions of one")
        << Q{1, 12, 1} << Q{99, 1, 77} << 0 << Q{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  }
  void viewsReadTheirElements() {
    QFETCH(QList<int>, size);
    QFETCH(QList<int>, stride);
    QFETCH(int, offset);
    QFETCH(QList<int>, expected);
    const View view{{size.begin(), size.end()}, {stride.begin(), stride.end()}, offset};
    for (const bool big_endian : {false, true}) {
      auto members = parts(dict({{"w", tensor(view)}}), values(big_endian));
      members.push_back({.name = "archive/byteorder", .data = big_endian ? "big" : "little"});
      const auto content = list(members);
      QVERIFY2(content, content ? "" : content.error().why.c_str());
      QCOMPARE(rows(*content, 0), eighths({expected.begin(), expected.end()}));
    }
  }
  void sharedStoragesAreNotedOnce() {
    const auto content = list(parts(dict({{"a", tensor()}, {"b", tensor({{4}, {1}, 4})}})));
    QVERIFY(content);
    QCOMPARE(content->notes, std::vector<std::string>{"\"b\" shares storage with \"a\""});
    QVERIFY(content->tensors[0].bytes == content->tensors[1].bytes);
  }
  void offsetsAreThoseOfTheFile() {
    const std::string file = zip::archive(parts(dict({{"w", tensor({{4}, {1}, 4})}})));
    const auto content = list(parts(dict({{"w", tensor({{4}, {1}, 4})}})));
    QCOMPARE(content->tensors[0].info.offset, std::uint64_t{file.find(values())} + 16);
  }
  void otherWritersAreUnderstood() {
    QVERIFY(list(parts(dict({{"w", tensor()}}), values(), "")));  // no folder at all
    QVERIFY(list(parts(dict({{"w", tensor()}}), values(), "modèle v2/")));
    auto members = parts(dict({{"w", tensor()}}));
    for (zip::Part& part : members) part.deflate = true;
    QCOMPARE(rows(*list(members), 0)[11], 11.0f / 8);
    for (zip::Part& part : members) part.crc = 0;  // torch can be told to leave checksums out
    QVERIFY(list(members));
  }

  void tensorsOutsideTheirStorageAreRefused_data() {
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char* name, const View& view, const Storage& of = {}) {
      QTest::newRow(name) << QByteArray::fromStdString(dict({{"w", tensor(view, storage(of))}}));
    };
    row("negative sizes", {{-3, -4}, {4, 1}});
    row("negative strides", {{3, 4}, {-4, -1}});
    row("a negative offset", {{3, 4}, {4, 1}, -4});
    row("an offset at the end", {{1}, {1}, 12});
    row("an offset beyond the end, and nothing there", {{0}, {1}, 13});
    row("one element beyond the end", {{3, 4}, {4, 1}, 1});
    row("a stride too long", {{3, 4}, {5, 1}});
    row("a product that wraps", {{std::int64_t{1} << 32, std::int64_t{1} << 32}, {0, 0}});
    row("a stride that wraps", {{3, 4}, {std::int64_t{1} << 54, 1}});
    row("2^54 elements", {{std::int64_t{1} << 54}, {1}});
    row("an element repeated 2^40 times", {{std::int64_t{1} << 40}, {0}});
    row("zeros beside absurd sizes", {{0, std::int64_t{1} << 54}, {1, 1}});
    row("more strides than sizes", {{12}, {4, 1}});
    row("more elements than the member", {}, {.elements = 13});
    row("more bytes than any file", {}, {.elements = std::int64_t{1} << 54});
    row("a member that is not there", {}, {.key = "7"});
    row("a key that climbs", {}, {.key = "../data/0"});
    row("an absolute key", {}, {.key = "/etc/passwd"});
  }
  void tensorsOutsideTheirStorageAreRefused() {
    QFETCH(QByteArray, body);
    const auto content = list(parts(body.toStdString()));
    QVERIFY(!content);
    QVERIFY2(content.error().why.starts_with("tensor \"w\": "), content.error().why.c_str());
  }
  void archivesThatAreNoCheckpointsAreRefused() {
    const std::string body = dict({{"w", tensor()}});
    QVERIFY(list({{.name = "archive/version", .data = "3\n"}}).error().why.starts_with("data.pkl is missing"));
    auto two = parts(body);
    two.push_back({.name = "other/data.pkl", .data = whole(body)});
    QVERIFY(list(two).error().why.starts_with("data.pkl stands in 2 folders"));
    auto order = parts(body);
    order.push_back({.name = "archive/byteorder", .data = "middle"});
    QVERIFY(list(order).error().why.starts_with("byteorder"));
    auto code = parts(body);
    code.push_back({.name = "archive/code/__torch__.py", .data = "class M: pass"});
    QVERIFY(list(code).error().code == ErrorCode::unsupported);
    auto damaged = parts(body);
    damaged[0].crc = 1;
    QVERIFY(list(damaged).error().why.starts_with("crc"));
  }
  void aDamagedStorageShowsWhenItIsRead() {
    auto members = parts(dict({{"w", tensor()}}));
    members[1].crc = 1;
    const auto content = list(members);
    QVERIFY(content);
    QVERIFY(rows(*content, 0).empty());
  }
};

QTEST_APPLESS_MAIN(TestPytorch)
#include "tst_pytorch.moc"
