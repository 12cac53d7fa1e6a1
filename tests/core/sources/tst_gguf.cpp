// GGUF: counts, lengths, types and offsets of hostile files; samples that llama.cpp's own library wrote.
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "core/sources/gguf/gguf.h"
#include "tests/support/samples.h"

namespace {

template <class T>
std::string le(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
std::string text(const std::string& s) { return le(std::uint64_t{s.size()}) + s; }
std::string pair(const std::string& key, std::uint32_t type, const std::string& value) {
  return text(key) + le(type) + value;
}
std::string u32(const std::string& key, std::uint32_t value) { return pair(key, 4, le(value)); }

std::string tensor(const std::string& name, const std::vector<std::uint64_t>& ne, std::uint32_t type = 0,
                   std::uint64_t offset = 0, std::optional<std::uint32_t> dims = {}) {
  std::string info = text(name) + le(dims.value_or(static_cast<std::uint32_t>(ne.size())));
  for (const std::uint64_t n : ne) info += le(n);
  return info + le(type) + le(offset);
}

struct Parts {
  std::vector<std::string> pairs{pair("general.architecture", 8, text("llama"))};
  std::vector<std::string> tensors{tensor("w", {4, 3})};
  std::size_t data = 64;
  std::uint32_t version = 3;
  std::optional<std::uint64_t> tensor_count = {}, pair_count = {};
  std::size_t alignment = 32;
};

std::string image(const Parts& p) {
  std::string bytes = "GGUF" + le(p.version) + le(p.tensor_count.value_or(p.tensors.size())) +
                      le(p.pair_count.value_or(p.pairs.size()));
  for (const std::string& s : p.pairs) bytes += s;
  for (const std::string& s : p.tensors) bytes += s;
  bytes.resize((bytes.size() + p.alignment - 1) / p.alignment * p.alignment);
  return bytes + std::string(p.data, '\1');
}

quant::Result<quant::Listing> list(const std::string& bytes) {
  quant::ByteReader in(std::as_bytes(std::span(bytes)), "model.gguf");
  return quant::list_gguf(in);
}

}  // namespace

class TestGguf : public QObject {
  Q_OBJECT

 private slots:
  void samplesOfGgufPyReadBitForBit_data() { samples::rows("gguf/"); }
  void samplesOfGgufPyReadBitForBit() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }

  void damagedFilesAreRefusedByTheirField_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("field");
    const auto row = [](const char* name, const std::string& bytes, const char* field) {
      QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << field;
    };
    const auto with_pairs = [](std::vector<std::string> pairs) { return image({.pairs = std::move(pairs)}); };
    const auto with_tensors = [](std::vector<std::string> tensors) { return image({.tensors = std::move(tensors)}); };
    const auto array = [](std::uint32_t type, std::uint64_t count, const std::string& items = "") {
      return image({.pairs = {pair("a.b", 9, le(type) + le(count) + items)}});
    };
    row("version 0", image({.version = 0}), "version");
    row("version 1", image({.version = 1}), "version");
    row("version 4", image({.version = 4}), "version");
    row("2^62 pairs of metadata", image({.pair_count = 1ull << 62}), "metadata count");
    row("2^64 - 1 tensors", image({.tensor_count = ~0ull}), "tensor count");
    row("a key of 2^63 bytes", with_pairs({le(1ull << 63) + "x"}), "key length");
    row("an empty key", with_pairs({pair("", 8, text("x"))}), "key");
    row("a key of 70,000 bytes", with_pairs({pair(std::string(70'000, 'k'), 8, text("x"))}), "key length");
    row("the same key twice", with_pairs({u32("a", 1), u32("a", 1)}), "key");
    row("a text of 2^63 bytes", with_pairs({pair("a.b", 8, le(1ull << 63) + "x")}), "string value");
    row("a text whose length wraps", with_pairs({pair("a.b", 8, le(~15ull) + "x")}), "string value");
    row("value type 13", with_pairs({pair("a.b", 13, "12345678")}), "value type");
    row("an array of type 77", array(77, 1, "12345678"), "array type");
    row("an array of 2^61 + 1 numbers", array(12, (1ull << 61) + 1), "array length");
    row("an array of 2^61 + 1 texts", array(8, (1ull << 61) + 1), "array length");
    row("2^40 empty arrays", array(9, 1ull << 40, le(0u) + le(0ull)), "array length");
    std::string deep;
    for (int i = 0; i < 8000; ++i) deep += le(9u) + le(1ull);
    row("arrays nested 8,000 deep", array(9, 1, deep + le(0u) + le(0ull)), "array");
    row("alignment 0", with_pairs({u32("general.alignment", 0)}), "general.alignment");
    row("alignment 3", with_pairs({u32("general.alignment", 3)}), "general.alignment");
    row("alignment 2^31", with_pairs({u32("general.alignment", 1u << 31)}), "general.alignment");
    row("alignment as a text", with_pairs({pair("general.alignment", 8, text("32"))}), "general.alignment");
    row("five dimensions", with_tensors({tensor("w", {4, 3, 1, 1, 1})}), "dimensions");
    row("2^32 - 1 dimensions", with_tensors({tensor("w", {4, 3}, 0, 0, ~0u)}), "dimensions");
    row("a dimension of 2^63", with_tensors({tensor("w", {1ull << 63})}), "dimensions");
    row("a product that wraps to 0", with_tensors({tensor("w", {1ull << 32, 1ull << 32})}), "dimensions");
    row("zero times absurd sizes", with_tensors({tensor("w", {0, 1ull << 63, 1ull << 63})}), "dimensions");
    row("a retired type", with_tensors({tensor("w", {32}, 31)}), "tensor type");
    row("an unknown type", with_tensors({tensor("w", {32}, 1000)}), "tensor type");
    row("a row of 33 in blocks of 32", with_tensors({tensor("w", {33, 2}, 2)}), "dimensions");
    row("a row of 128 in blocks of 256", with_tensors({tensor("w", {128, 4}, 12)}), "dimensions");
    row("an offset beside the alignment", with_tensors({tensor("w", {4}, 0, 4)}), "tensor offset");
    row("an offset beyond the file", with_tensors({tensor("w", {4, 3}, 0, 1ull << 40)}), "tensor offset");
    row("an offset that wraps", with_tensors({tensor("w", {4, 3}, 0, ~31ull)}), "tensor offset");
    row("more data than the file has", with_tensors({tensor("w", {4, 30})}), "tensor data");
    row("an empty tensor beyond the end", image({.tensors = {tensor("w", {0})}, .data = 0, .alignment = 1}),
        "tensor data");
    row("two tensors that overlap", with_tensors({tensor("a", {4, 3}), tensor("b", {4}, 0, 32)}), "tensor offset");
    row("two names of the same bytes", with_tensors({tensor("a", {4}), tensor("b", {4})}), "tensor offset");
    row("the same name twice", with_tensors({tensor("w", {4}), tensor("w", {4}, 0, 32)}), "tensor name");
    row("a name that is not UTF-8", with_tensors({tensor("w\xff", {4})}), "tensor name");
    row("a name of 2^63 bytes", with_tensors({le(1ull << 63) + "0123456789abcdef"}), "tensor name");
  }
  void damagedFilesAreRefusedByTheirField() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, field);
    const auto listing = list(bytes.toStdString());
    QVERIFY(!listing);
    const QString why = QString::fromStdString(listing.error().why);
    QVERIFY2(why.startsWith(field + " "), qPrintable(why));
  }
  void everyCutOfTheHeaderIsRefused() {
    const std::string whole = image({.data = 48});
    for (std::size_t n = 0; n < whole.size(); ++n) QVERIFY(!list(whole.substr(0, n)));
    QVERIFY(list(whole));
  }

  void oddFilesOpen() {
    QVERIFY(list(image({.version = 2})));
    QVERIFY(list(image({.tensors = {}, .data = 0}))->tensors.empty());
    QVERIFY(list(image({.pairs = {u32("general.alignment", 4096)}, .alignment = 4096})));
    const auto nested = pair("a.b", 9, le(9u) + le(2ull) + le(0u) + le(1ull) + "\1" + le(8u) + le(1ull) + text("x"));
    const auto listing = list(image({.pairs = {nested, pair("b", 7, "\2")}}));
    QVERIFY(listing);
    QCOMPARE(listing->metadata[0].second, std::string("2 × array"));
    QCOMPARE(listing->metadata[1].second, std::string("true"));
    QCOMPARE(listing->notes.size(), std::size_t{1});  // a bool that is 2
    const auto gap = list(image({.tensors = {tensor("a", {4}), tensor("b", {4}, 0, 64)}, .data = 80}));
    QVERIFY(gap);
    QCOMPARE(gap->notes.size(), std::size_t{1});
  }
  void shapesAreRowMajor() {
    const auto listing = list(image({}));
    QCOMPARE(listing->tensors[0].shape, (std::vector<std::uint64_t>{3, 4}));
    QCOMPARE(listing->tensors[0].bytes, std::uint64_t{48});
  }
  void everyTypeHasItsSize_data() {
    // GGUF's block types: id, elements of a block, bytes of a block, as ggml-common.h has them
    QTest::addColumn<int>("id");
    QTest::addColumn<int>("elements");
    QTest::addColumn<int>("bytes");
    const int sizes[][3] = {
        {0, 1, 4},      {1, 1, 2},     {2, 32, 18},    {3, 32, 20},    {6, 32, 22},    {7, 32, 24},    {8, 32, 34},
        {9, 32, 36},    {10, 256, 84}, {11, 256, 110}, {12, 256, 144}, {13, 256, 176}, {14, 256, 210}, {15, 256, 292},
        {16, 256, 66},  {17, 256, 74}, {18, 256, 98},  {19, 256, 50},  {20, 32, 18},   {21, 256, 110}, {22, 256, 82},
        {23, 256, 136}, {24, 1, 1},    {25, 1, 2},     {26, 1, 4},     {27, 1, 8},     {28, 1, 8},     {29, 256, 56},
        {30, 1, 2},     {34, 256, 54}, {35, 256, 66},  {39, 32, 17},   {40, 64, 36},   {41, 128, 18},  {42, 64, 18}};
    for (const auto& size : sizes) QTest::addRow("type %d", size[0]) << size[0] << size[1] << size[2];
  }
  void everyTypeHasItsSize() {
    QFETCH(int, id);
    QFETCH(int, elements);
    QFETCH(int, bytes);
    const auto n = static_cast<std::uint64_t>(elements);
    const auto listing = list(image({.tensors = {tensor("w", {n, 2}, static_cast<std::uint32_t>(id))}, .data = 1024}));
    QVERIFY(listing);
    QCOMPARE(listing->tensors[0].bytes, static_cast<std::uint64_t>(2 * bytes));
  }

  void vocabulariesAreWalkedNotKept() {
    std::string tokens = le(8u) + le(std::uint64_t{100'000});
    for (int i = 0; i < 100'000; ++i) tokens += text("token" + std::to_string(i));
    const auto listing = list(image({.pairs = {pair("tokenizer.ggml.tokens", 9, tokens)}}));
    QVERIFY(listing);
    QCOMPARE(listing->metadata[0].second, std::string("100000 × string"));
  }

  void partsThatDoNotBelongTogetherAreRefused_data() {
    QTest::addColumn<int>("firstNumber");
    QTest::addColumn<int>("secondNumber");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("tensors");
    QTest::addColumn<QString>("secondName");
    QTest::addColumn<bool>("opens");
    QTest::newRow("two parts") << 0 << 1 << 2 << 2 << "b" << true;
    QTest::newRow("both call themselves the first") << 0 << 0 << 2 << 2 << "b" << false;
    QTest::newRow("another count than the names say") << 0 << 1 << 65535 << 2 << "b" << false;
    QTest::newRow("another number of tensors than announced") << 0 << 1 << 2 << 3 << "b" << false;
    QTest::newRow("the same tensor in both") << 0 << 1 << 2 << 2 << "a" << false;
    QTest::newRow("no second part") << 0 << 1 << 2 << 2 << "" << false;
  }
  void partsThatDoNotBelongTogetherAreRefused() {
    QFETCH(int, firstNumber);
    QFETCH(int, secondNumber);
    QFETCH(int, count);
    QFETCH(int, tensors);
    QFETCH(QString, secondName);
    QFETCH(bool, opens);
    QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString();
    const auto put = [&](const char* file, int number, const std::string& name) {
      const Parts parts{.pairs = {pair("split.no", 2, le(static_cast<std::uint16_t>(number))),
                                  pair("split.count", 2, le(static_cast<std::uint16_t>(count))),
                                  pair("split.tensors.count", 5, le(tensors))},
                        .tensors = {tensor(name, {4, 3})}};
      std::ofstream(folder / file, std::ios::binary) << image(parts);
    };
    put("m-00001-of-00002.gguf", firstNumber, "a");
    if (!secondName.isEmpty()) put("m-00002-of-00002.gguf", secondNumber, secondName.toStdString());
    const auto source = quant::open_source(folder / "m-00001-of-00002.gguf");
    QCOMPARE(source.has_value(), opens);
    if (!opens) QVERIFY(source.error().code == quant::ErrorCode::malformed);
    if (opens) QCOMPARE((*quant::open_source(folder))->tensors().size(), std::size_t{2});
  }
};

QTEST_APPLESS_MAIN(TestGguf)
#include "tst_gguf.moc"
