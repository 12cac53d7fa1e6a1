// Names of twenty families of models → role, layer, expert.
#include <QTest>
#include <fstream>

#include "core/base/text.h"
#include "core/sources/names/roles.h"

class TestRoles : public QObject {
  Q_OBJECT

  static quant::TensorInfo assigned(const std::string& name) {
    std::vector<quant::TensorInfo> tensors(1);
    tensors[0].name = name;
    quant::assign_roles(tensors);
    return tensors[0];
  }
  static std::vector<quant::TensorInfo> assigned(const QStringList& names) {
    std::vector<quant::TensorInfo> tensors(static_cast<std::size_t>(names.size()));
    for (qsizetype i = 0; i < names.size(); ++i) tensors[static_cast<std::size_t>(i)].name = names[i].toStdString();
    quant::assign_roles(tensors);
    return tensors;
  }
  static QStringList roles(const std::vector<quant::TensorInfo>& tensors) {
    QStringList list;
    for (const auto& t : tensors) list << QString::fromStdString(t.role);
    return list;
  }
  static QString text(std::optional<int> number) { return number ? QString::number(*number) : QString("-"); }

 private slots:
  void everyKnownNameHasItsRole_data() {
    QTest::addColumn<QString>("role");
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("expert");
    std::ifstream table(QUANT_TEST_DATA "/formats/role_names.tsv");
    for (std::string line; std::getline(table, line);) {
      if (line.empty() || line.front() == '#') continue;
      const auto cells = quant::split(line, '\t');
      const auto cell = [&cells](std::size_t i) {
        return QString::fromUtf8(cells[i].data(), static_cast<qsizetype>(cells[i].size()));
      };
      QTest::newRow(qPrintable(cell(0))) << cell(1) << cell(2) << cell(3);
    }
  }
  void everyKnownNameHasItsRole() {
    QFETCH(QString, role);
    QFETCH(QString, layer);
    QFETCH(QString, expert);
    const quant::TensorInfo tensor = assigned(QTest::currentDataTag());
    QCOMPARE(QString::fromStdString(tensor.role), role);
    QCOMPARE(text(tensor.layer), layer);
    QCOMPARE(text(tensor.expert), expert);
  }

  // What formats.md section 9 says of names in its notes.
  void namesTellMoreThanRoles_data() {
    QTest::addColumn<QString>("side");
    QTest::addColumn<QString>("flags");
    const auto row = [](const char* name, const char* side, const char* flags) {
      QTest::newRow(name) << side << flags;
    };
    row("model.layers.0.self_attn.q_proj.weight", "", "");
    row("encoder.block.3.layer.0.SelfAttention.q.weight", "encoder", "");
    row("decoder.block.3.layer.1.EncDecAttention.o.weight", "decoder", "cross");
    row("model.decoder.layers.7.encoder_attn.k_proj.weight", "decoder", "cross");
    row("enc.blk.2.attn_o.weight", "encoder", "");
    row("dec.blk.2.cross_attn_q.weight", "decoder", "cross");
    row("bert.encoder.layer.0.crossattention.self.query.weight", "encoder", "cross");
    row("cls.predictions.decoder.weight", "", "");
    row("vision_tower.vision_model.encoder.layers.3.mlp.fc1.weight", "vision", "");
    row("visual.blocks.3.attn.qkv.weight", "vision", "");
    row("model.visual.blocks.3.mlp.fc1.weight", "vision", "");
    row("v.blk.3.attn_q.weight", "vision", "");
    row("audio_tower.layers.3.fc1.weight", "audio", "");
    row("a.blk.3.attn_q.weight", "audio", "");
    row("model.revision.weight", "", "");
    row("model.layers.1.mlp.shared_experts.up_proj.weight", "", "shared");
    row("model.layers.1.mlp.shared_expert.up_proj.weight", "", "shared");
    row("blk.31.ffn_up_shexp.weight", "", "shared");
    row("model.layers.1.mlp.experts.7.up_proj.weight", "", "");
    row("h.0.attn.bias", "", "uncounted");
    row("transformer.h.0.attn.masked_bias", "", "uncounted");
    row("transformer.h.0.attn.attention.bias", "", "uncounted");
    row("transformer.h.0.attn.c_attn.bias", "", "");
    row("gpt_neox.layers.1.attention.rotary_emb.inv_freq", "", "uncounted");
    row("rope_freqs.weight", "", "uncounted");
    row("embeddings.position_ids", "", "uncounted");
    row("embeddings.position_embeddings.weight", "", "");
  }
  void namesTellMoreThanRoles() {
    QFETCH(QString, side);
    QFETCH(QString, flags);
    const quant::TensorInfo t = assigned(QTest::currentDataTag());
    QCOMPARE(QString::fromStdString(t.side), side);
    QStringList found;
    if (t.cross) found << "cross";
    if (t.shared) found << "shared";
    if (!t.counts) found << "uncounted";
    QCOMPARE(found.join(' '), flags);
  }

  void aMaskIsNeverQuantized() {
    quant::TensorInfo mask = assigned("transformer.h.0.attn.bias");
    mask.shape = {1, 1, 1024, 1024};
    QVERIFY(!quant::is_candidate(mask));
    mask.counts = true;
    QVERIFY(quant::is_candidate(mask));  // nothing but that flag kept it out
  }

  void t5LayersAreBlocks() { QCOMPARE(assigned("decoder.block.5.layer.1.EncDecAttention.q.weight").layer, 5); }

  void allExpertsInOneTensorHaveNoNumber() {
    for (const char* name : {"model.layers.1.mlp.experts.gate_up_proj", "blk.1.ffn_up_exps.weight"}) {
      const auto t = assigned(name);
      QVERIFY(t.layer == 1 && !t.expert && t.role.starts_with("mlp_"));
    }
  }

  // Qwen 1 (modeling_qwen.py): c_proj(w1(x) · silu(w2(x))).
  void qwen1SwapsTheLetters() {
    const QString at = "transformer.h.0.mlp.";
    QCOMPARE(roles(assigned(QStringList{at + "w1.weight", at + "w2.weight", at + "c_proj.weight"})),
             (QStringList{"mlp_up", "mlp_gate", "mlp_down"}));
    const QString meta = "layers.0.feed_forward.";  // Llama of Meta: w2(silu(w1(x)) · w3(x))
    QCOMPARE(roles(assigned(QStringList{meta + "w1.weight", meta + "w2.weight", meta + "w3.weight", at + "c_proj"})),
             (QStringList{"mlp_gate", "mlp_down", "mlp_up", "mlp_down"}));
  }

  // ChatGLM 2 (modeling_chatglm.py): dense_h_to_4h has 2·ffn_hidden_size rows; GPT-NeoX's has ffn.
  void chatGlmHasGateAndUpInOne() {
    auto list = assigned(QStringList{"transformer.encoder.layers.0.mlp.dense_h_to_4h.weight",
                                     "transformer.encoder.layers.0.mlp.dense_4h_to_h.weight",
                                     "gpt_neox.layers.0.mlp.dense_h_to_4h.weight",
                                     "gpt_neox.layers.0.mlp.dense_4h_to_h.weight"});
    list[0].shape = {27392, 4096}, list[1].shape = {4096, 13696};
    list[2].shape = {16384, 4096}, list[3].shape = {4096, 16384};
    quant::assign_roles(list);
    QCOMPARE(roles(list), (QStringList{"mlp_gate_up", "mlp_down", "mlp_up", "mlp_down"}));
  }

  void aTiedHeadIsShownAndCountsOnce() {
    auto list = assigned(QStringList{"model.embed_tokens.weight", "model.norm.weight"});
    QCOMPARE(list[0].also, std::string("head"));  // no head is listed
    list = assigned(QStringList{"model.embed_tokens.weight", "lm_head.weight"});
    QVERIFY(list[0].also.empty() && list[1].counts);
    list[0].bytes = list[1].bytes = 64, list[0].offset = list[1].offset = 128;  // the same storage
    quant::assign_roles(list);
    QCOMPARE(list[0].also, std::string("head"));
    QCOMPARE(list[1].also, std::string("embed"));
    QVERIFY(list[0].counts && !list[1].counts);
    list[1].offset = 192;
    quant::assign_roles(list);
    QVERIFY(list[0].also.empty() && list[1].also.empty() && list[1].counts);
    list = assigned(QStringList{"embeddings.word_embeddings.weight", "embeddings.token_type_embeddings.weight"});
    QVERIFY(list[0].also.empty());  // BERT has no head
  }

  void oddNamesAreOther_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("no name") << "";
    QTest::newRow("only a suffix") << ".weight";
    QTest::newRow("a number beyond all layers") << "model.layers.99999999999999999999.q";
    QTest::newRow("a long name") << QString(100'000, 'a');
  }
  void oddNamesAreOther() {
    QFETCH(QString, name);
    const quant::TensorInfo tensor = assigned(name.toStdString());
    QCOMPARE(tensor.role, std::string("other"));
    QVERIFY(!tensor.layer && !tensor.expert);
  }
};

QTEST_APPLESS_MAIN(TestRoles)
#include "tst_roles.moc"
