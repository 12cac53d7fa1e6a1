// Checkpoint names against GGUF's own.

#include <QTest>
#include <algorithm>
#include <fstream>

#include "core/exporters/exporter.h"

using namespace quant;

class TestGgufNames : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // gguf-py 0.19, tensor_mapping.py.
  void namesFollowTheMapping_data() {
    QTest::addColumn<QString>("checkpoint");
    QTest::addColumn<QString>("gguf");
    const char* rows[][3] = {
        {"embedding", "model.embed_tokens.weight", "token_embd.weight"},
        {"head", "lm_head.weight", "output.weight"},
        {"last norm", "model.norm.weight", "output_norm.weight"},
        {"two digits of a layer", "model.layers.12.self_attn.q_proj.weight", "blk.12.attn_q.weight"},
        {"a bias", "model.layers.0.self_attn.k_proj.bias", "blk.0.attn_k.bias"},
        {"attention output", "model.layers.0.self_attn.o_proj.weight", "blk.0.attn_output.weight"},
        {"norm before the feed-forward", "model.layers.3.post_attention_layernorm.weight", "blk.3.ffn_norm.weight"},
        {"router", "model.layers.3.mlp.gate.weight", "blk.3.ffn_gate_inp.weight"},
        {"experts are one tensor", "model.layers.3.mlp.experts.7.down_proj.weight", "blk.3.ffn_down_exps.weight"},
        {"Mixtral's experts", "model.layers.3.block_sparse_moe.experts.0.w3.weight", "blk.3.ffn_up_exps.weight"},
        {"a shared expert", "model.layers.3.mlp.shared_expert.gate_proj.weight", "blk.3.ffn_gate_shexp.weight"},
        {"text model of a multimodal one", "language_model.model.layers.1.mlp.up_proj.weight", "blk.1.ffn_up.weight"},
        {"BERT's words", "embeddings.word_embeddings.weight", "token_embd.weight"},
        {"BERT's positions", "bert.embeddings.position_embeddings.weight", "position_embd.weight"},
        {"BERT's query", "encoder.layer.5.attention.self.query.weight", "blk.5.attn_q.weight"},
        {"BERT's attention output", "encoder.layer.5.attention.output.dense.weight", "blk.5.attn_output.weight"},
        {"BERT's up", "bert.encoder.layer.0.intermediate.dense.weight", "blk.0.ffn_up.weight"},
        {"BERT's down", "encoder.layer.0.output.dense.weight", "blk.0.ffn_down.weight"},
        {"BERT's norm", "encoder.layer.0.output.LayerNorm.bias", "blk.0.layer_output_norm.bias"},
        {"a GGUF name stays", "blk.3.ffn_down.weight", "blk.3.ffn_down.weight"},
        {"unknown", "vision_tower.patch.weight", ""},
        {"unknown inside a block", "model.layers.1.mamba.in_proj.weight", ""},
        {"no suffix", "model.layers.1.mlp.up_proj", ""},
        {"no layer number", "model.layers.x.mlp.up_proj.weight", ""},
        {"no expert number", "model.layers.1.mlp.experts..up_proj.weight", ""},
        {"empty", "", ""}};
    for (const auto& r : rows) QTest::newRow(r[0]) << r[1] << r[2];
  }
  void namesFollowTheMapping() {
    QFETCH(QString, checkpoint);
    QFETCH(QString, gguf);
    QCOMPARE(QString::fromStdString(gguf_name(checkpoint.toStdString()).value_or("")), gguf);
  }

  // tests/data/goldens/gguf_names: one model as llama.cpp and as Hugging Face name it.
  void aWholeModelMapsOntoItsGgufFile() {
    std::ifstream file(QUANT_TEST_DATA "/goldens/gguf_names/llama-small.txt");
    std::vector<std::string> gguf, mapped;
    bool second = false;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("#"))
        second = line == "# safetensors";
      else if (second)
        mapped.push_back(gguf_name(line).value_or("no name for " + line));
      else
        gguf.push_back(line);
    }
    std::sort(mapped.begin(), mapped.end());
    QCOMPARE(mapped.size(), std::size_t(57));
    QVERIFY(mapped == gguf);
  }
};

QTEST_APPLESS_MAIN(TestGgufNames)
#include "tst_gguf_names.moc"
