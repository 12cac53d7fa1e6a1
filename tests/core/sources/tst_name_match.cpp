// The same tensor under the names of two toolchains (names: Hugging Face transformers, gguf-py's tensor_mapping).
#include <QTest>

#include "core/sources/names/name_match.h"

using Names = std::vector<std::string>;

namespace {

const Names hugging_face = {
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.q_proj.weight",
    "model.layers.0.self_attn.q_proj.bias",
    "model.layers.0.mlp.up_proj.weight",
    "model.layers.0.mlp.down_proj.weight",
    "model.layers.0.input_layernorm.weight",
    "model.layers.0.post_attention_layernorm.weight",
    "model.layers.1.self_attn.q_proj.weight",
    "model.layers.1.block_sparse_moe.experts.3.w1.weight",
    "lm_head.weight",
};

const Names towers = {"blk.0.attn_q.weight", "v.blk.0.attn_q.weight", "blk.1.ffn_gate_exps.weight",
                      "blk.1.ffn_gate_shexp.weight"};
const Names t5 = {"enc.blk.0.attn_q.weight", "dec.blk.0.attn_q.weight", "dec.blk.0.cross_attn_q.weight"};

}  // namespace

class TestNameMatch : public QObject {
  Q_OBJECT

 private slots:
  void namesMeet_data() {
    QTest::addColumn<Names>("list");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("position");
    const auto row = [](const char* why, const Names& list, const char* name, int position) {
      QTest::newRow(why) << list << name << position;
    };
    row("an equal name", hugging_face, "model.layers.0.mlp.up_proj.weight", 3);
    row("a module's name has no .weight", hugging_face, "model.layers.0.mlp.up_proj", 3);
    row("a GGUF name by role and layer", hugging_face, "blk.0.ffn_up.weight", 3);
    row("of another layer", hugging_face, "blk.1.attn_q.weight", 7);
    row("a bias is no weight", hugging_face, "blk.0.attn_q.bias", 2);
    row("the embedding", hugging_face, "token_embd.weight", 0);
    row("the head", hugging_face, "output.weight", 9);
    row("a layer that is not there", hugging_face, "blk.7.attn_q.weight", -1);
    row("a role that is not there", hugging_face, "blk.0.attn_output.weight", -1);
    row("of two norms neither", hugging_face, "blk.0.attn_norm.weight", -1);
    row("a name without a role", hugging_face, "blk.0.no_such.weight", -1);
    row("a vision tower's layer is no layer of the text", hugging_face, "v.blk.0.attn_q.weight", -1);
    row("each tower by itself", towers, "model.layers.0.self_attn.q_proj", 0);
    row("the vision tower", towers, "vision_tower.encoder.layers.0.self_attn.q_proj", 1);
    row("a shared expert", towers, "model.layers.1.mlp.shared_expert.gate_proj.weight", 3);
    row("an encoder's", t5, "encoder.block.0.layer.0.SelfAttention.q.weight", 0);
    row("a decoder's", t5, "decoder.block.0.layer.0.SelfAttention.q.weight", 1);
    row("cross attention", t5, "decoder.block.0.layer.1.EncDecAttention.q.weight", 2);
    row("neither half, so none of two", t5, "blk.0.attn_q.weight", -1);
  }
  void namesMeet() {
    QFETCH(Names, list);
    QFETCH(QString, name);
    QFETCH(int, position);
    const auto found = quant::NameMatcher(list).find(name.toStdString());
    QCOMPARE(found ? int(*found) : -1, position);
  }

  void oneExpertOfAll() {
    const quant::NameMatcher names(towers);
    const auto found = names.find_stacked("model.layers.1.block_sparse_moe.experts.5.w1.weight");
    QVERIFY(found && found->index == 2 && found->expert == 5);
    QVERIFY(!names.find("model.layers.1.block_sparse_moe.experts.5.w1.weight"));
    QVERIFY(!names.find_stacked("model.layers.1.mlp.gate_proj.weight"));
  }

  void wholeBlocks_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("positions");
    QTest::newRow("attention") << "model.layers.0.self_attn"
                               << "1";
    QTest::newRow("MLP") << "model.layers.0.mlp"
                         << "3 4";
    QTest::newRow("both at once") << "model.layers.0.parallel_decoder"
                                  << "1 3 4";
    QTest::newRow("experts") << "model.layers.1.block_sparse_moe"
                             << "8";
    QTest::newRow("no layer") << "model.norm"
                              << "";
  }
  void wholeBlocks() {
    QFETCH(QString, name);
    QFETCH(QString, positions);
    QStringList found;
    for (const auto i : quant::NameMatcher(hugging_face).find_block(name.toStdString())) found << QString::number(i);
    QCOMPARE(found.join(' '), positions);
  }
};

QTEST_APPLESS_MAIN(TestNameMatch)
#include "tst_name_match.moc"
