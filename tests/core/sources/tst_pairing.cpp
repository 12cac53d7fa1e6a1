// A checkpoint beside its original. The order of rotary rows is that of convert_hf_to_gguf.py (llama.cpp):
// weights.reshape(heads, 2, d // 2, cols).swapaxes(1, 2).reshape(rows, cols).
#include <QTest>

#include "core/sources/pairing.h"
#include "tests/support/memory_source.h"

using quant::HeadRows;
using quant::test::MemorySource;
using Rows = QList<int>;

namespace {

/// A matrix of two columns whose row r holds r and −r.
std::unique_ptr<quant::TensorView> numbered(int rows) {
  std::vector<float> values;
  for (int r = 0; r < rows; ++r) values.insert(values.end(), {float(r), -float(r)});
  return quant::memory_tensor("q", {std::uint64_t(rows), 2}, std::move(values));
}

Rows rowsOf(const quant::TensorView& view, std::uint64_t first, std::uint64_t count) {
  std::vector<float> values(count * 2);
  if (!view.read_rows(first, count, values)) return {};
  Rows rows;
  for (std::uint64_t r = 0; r < count; ++r)
    rows.push_back(values[2 * r + 1] == -values[2 * r] ? int(values[2 * r]) : -1);
  return rows;
}

MemorySource huggingFace() {
  MemorySource s("/models/original.safetensors");
  s.add("model.embed_tokens.weight", {32, 16}, "embed");
  s.add("model.layers.0.self_attn.q_proj.weight", {16, 16}, "attn_q", 0);
  s.add("model.layers.0.self_attn.k_proj.weight", {8, 16}, "attn_k", 0);
  s.add("model.layers.0.mlp.up_proj.weight", {24, 16}, "mlp_up", 0);
  s.add("model.layers.0.mlp.down_proj.weight", {16, 24}, "mlp_down", 0);
  return s;
}

MemorySource gguf(const std::string& architecture, const std::string& heads, const std::string& kv_heads) {
  MemorySource s("/models/quantized.gguf");
  s.add("blk.0.attn_q.weight", {16, 16}, "attn_q", 0);
  s.add("blk.0.attn_k.weight", {8, 16}, "attn_k", 0);
  s.add("blk.0.ffn_up.weight", {24, 16}, "mlp_up", 0);
  s.describe("general.architecture", architecture);
  if (!heads.empty()) s.describe("llama.attention.head_count", heads);
  if (!kv_heads.empty()) s.describe("llama.attention.head_count_kv", kv_heads);
  return s;
}

quant::Pairing pairsOf(const quant::Source& source, const quant::Source& original) {
  std::vector<std::size_t> all(source.tensors().size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return quant::pair_with_original(source, all, original);
}

}  // namespace

class TestPairing : public QObject {
  Q_OBJECT

 private slots:
  void rowsOfHeads_data() {
    QTest::addColumn<int>("heads");
    QTest::addColumn<bool>("to_pairs");
    QTest::addColumn<Rows>("rows");
    // numpy: arange(12).reshape(heads, 2, 12 // heads // 2).swapaxes(1, 2).ravel(), and its inverse by argsort.
    QTest::newRow("one head into pairs") << 1 << true << Rows{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11};
    QTest::newRow("two heads into pairs") << 2 << true << Rows{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11};
    QTest::newRow("heads of two rows stay") << 6 << true << Rows{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    QTest::newRow("one head into halves") << 1 << false << Rows{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11};
    QTest::newRow("two heads into halves") << 2 << false << Rows{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11};
  }
  void rowsOfHeads() {
    QFETCH(int, heads);
    QFETCH(bool, to_pairs);
    QFETCH(Rows, rows);
    const auto view =
        quant::with_head_rows(numbered(12), std::uint64_t(heads), to_pairs ? HeadRows::pairs : HeadRows::halves);
    QCOMPARE(rowsOf(*view, 0, 12), rows);
    for (std::uint64_t first = 0; first < 12; ++first)  // tiles may be cut anywhere
      for (std::uint64_t count = 1; first + count <= 12; ++count)
        QCOMPARE(rowsOf(*view, first, count), rows.mid(int(first), int(count)));
  }

  void namesOfAnotherToolchainMeet() {
    const auto source = gguf("llama", "2", "1"), original = huggingFace();
    const auto found = pairsOf(source, original);
    QVERIFY(found.unmatched.empty());
    QCOMPARE(found.pairs.size(), std::size_t(3));
    QCOMPARE(found.pairs[0].original, std::size_t(1));
    QCOMPARE(found.pairs[1].original, std::size_t(2));
    QCOMPARE(found.pairs[2].original, std::size_t(3));
    QCOMPARE(found.find(1)->original, std::size_t(2));
    QVERIFY(!found.find(3));
  }

  void metadataDecideTheOrderOfRows_data() {
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<QString>("heads");
    QTest::addColumn<QString>("kv_heads");
    QTest::addColumn<int>("q_heads");  // 0 = as they are, −1 = left out
    QTest::addColumn<int>("k_heads");
    QTest::newRow("llama") << "llama"
                           << "4"
                           << "2" << 4 << 2;
    QTest::newRow("llama without grouped heads") << "llama"
                                                 << "4"
                                                 << "" << 4 << 4;
    QTest::newRow("another architecture keeps its rows") << "qwen2"
                                                         << "4"
                                                         << "2" << 0 << 0;
    QTest::newRow("heads that are not told") << "llama"
                                             << ""
                                             << "" << -1 << -1;
    QTest::newRow("heads by layer") << "llama"
                                    << "4"
                                    << "22 × u32" << 4 << -1;
    QTest::newRow("heads that do not divide") << "llama"
                                              << "3"
                                              << "2" << -1 << 2;
    QTest::newRow("no heads at all") << "llama"
                                     << "0"
                                     << "0" << -1 << -1;
    QTest::newRow("a number that is too large") << "llama"
                                                << "99999999999999999999999"
                                                << "1" << -1 << 1;
  }
  void metadataDecideTheOrderOfRows() {
    QFETCH(QString, architecture);
    QFETCH(QString, heads);
    QFETCH(QString, kv_heads);
    QFETCH(int, q_heads);
    QFETCH(int, k_heads);
    const auto source = gguf(architecture.toStdString(), heads.toStdString(), kv_heads.toStdString());
    const auto original = huggingFace();
    const auto found = pairsOf(source, original);
    for (const auto& [tensor, expected] : {std::pair(std::size_t(0), q_heads), std::pair(std::size_t(1), k_heads)}) {
      const auto* pair = found.find(tensor);
      QCOMPARE(pair != nullptr, expected >= 0);
      if (!pair) continue;
      QCOMPARE(pair->rows.has_value(), expected > 0);
      QCOMPARE(int(pair->heads), expected);
    }
    QVERIFY2(!found.find(2)->rows, "only attn_q and attn_k turn");
  }

  void reorderedTheErrorIsNone() {
    // The GGUF file's attn_q is the original's with its rows in pairs: written here by the formula, row by row.
    const auto original = huggingFace();
    const auto view = original.view(1);
    std::vector<float> rows(16 * 16), turned;
    QVERIFY((*view)->read_rows(0, 16, rows));
    for (int head = 0; head < 2; ++head)
      for (int i = 0; i < 4; ++i)
        for (int half = 0; half < 2; ++half)
          turned.insert(turned.end(), rows.begin() + (head * 8 + half * 4 + i) * 16,
                        rows.begin() + (head * 8 + half * 4 + i + 1) * 16);
    const auto found = pairsOf(gguf("llama", "2", "1"), original);
    const auto seen = quant::original_view(original, *found.find(0));
    QVERIFY(seen);
    std::vector<float> read(16 * 16);
    QVERIFY((*seen)->read_rows(0, 16, read));
    QCOMPARE(read, turned);
    QVERIFY(read != rows);
  }

  void anOriginalInGgufTurnsBack() {
    const auto found = pairsOf(huggingFace(), gguf("llama", "2", "1"));
    QCOMPARE(found.find(1)->rows, std::optional(HeadRows::halves));
    QCOMPARE(found.find(1)->heads, std::uint64_t(2));
    QVERIFY(!pairsOf(gguf("llama", "2", "1"), gguf("llama", "2", "1")).find(0)->rows);
  }

  void whatHasNoPartnerSaysWhy_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<Rows>("shape");
    QTest::addColumn<QString>("why");
    QTest::newRow("a layer that is not there") << "blk.7.ffn_up.weight" << Rows{24, 16} << "its role in its layer";
    QTest::newRow("another shape") << "blk.0.ffn_up.weight" << Rows{24, 8} << "[24, 8]";
    QTest::newRow("a transposed matrix") << "blk.0.ffn_up.weight" << Rows{16, 24} << "transposed";
    QTest::newRow("a rotary bias") << "model.layers.0.self_attn.q_proj.weight" << Rows{16} << "shape";
  }
  void whatHasNoPartnerSaysWhy() {
    QFETCH(QString, name);
    QFETCH(Rows, shape);
    QFETCH(QString, why);
    MemorySource source("/models/quantized.gguf");
    source.add(name.toStdString(), {shape.begin(), shape.end()}, "mlp_up", 0);
    const auto found = pairsOf(source, huggingFace());
    QVERIFY(found.pairs.empty());
    QCOMPARE(found.unmatched.size(), std::size_t(1));
    const QString said = QString::fromStdString(found.unmatched[0].why);
    QVERIFY2(said.contains(why), qPrintable(said));
    QCOMPARE(found.unmatched[0].missing, name.contains("blk.7"));
  }

  void expertsInOneTensorAreThoseOfTheOriginal() {
    MemorySource original("/models/original.safetensors"), source("/models/quantized.gguf");
    for (int e = 0; e < 11; ++e)  // 10 comes before 2 by name
      original.add("model.layers.0.mlp.experts." + std::to_string(e) + ".up_proj.weight", {4, 16}, "mlp_up", 0,
                   unsigned(e) + 1);
    source.add("blk.0.ffn_up_exps.weight", {11, 4, 16}, "mlp_up", 0);
    source.add("blk.0.ffn_down_exps.weight", {11, 16, 4}, "mlp_down", 0);
    const auto found = pairsOf(source, original);
    const auto* pair = found.find(0);
    QVERIFY(pair && pair->experts.size() == 11 && !found.find(1));
    const auto view = *quant::original_view(original, *pair);
    QCOMPARE(view->tensor().shape, (std::vector<std::uint64_t>{11, 4, 16}));
    std::vector<float> some(7 * 16), all(44 * 16), third(4 * 16);
    QVERIFY(view->read_rows(6, 7, some) && view->read_rows(0, 44, all));  // parts of three experts
    QVERIFY(std::equal(some.begin(), some.end(), all.begin() + 6 * 16));
    QVERIFY((*original.view(2))->read_rows(0, 4, third));
    QVERIFY(std::equal(third.begin(), third.end(), all.begin() + 8 * 16));
  }
  void expertsThatAreMissingAreTold() {
    MemorySource original("/models/original.safetensors"), source("/models/quantized.gguf");
    for (const int e : {0, 2})
      original.add("model.layers.0.mlp.experts." + std::to_string(e) + ".up_proj.weight", {4, 16}, "mlp_up", 0);
    source.add("blk.0.ffn_up_exps.weight", {3, 4, 16}, "mlp_up", 0);
    const auto found = pairsOf(source, original);
    QCOMPARE(found.unmatched.size(), std::size_t(1));
    QVERIFY(found.unmatched[0].why.find("it holds 3 experts, the original has 2") != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TestPairing)
#include "tst_pairing.moc"
