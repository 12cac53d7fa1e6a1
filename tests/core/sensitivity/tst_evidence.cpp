// Evidence of other tools: real files, the ways of writing a table, names that no model has, files that are broken.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/sensitivity/cost_model.h"
#include "core/sensitivity/evidence.h"
#include "core/sources/names/roles.h"

using namespace quant;

namespace {

constexpr const char* samples = QUANT_TEST_DATA "/formats/evidence/";

std::vector<TensorInfo> model(const std::vector<std::string>& names) {
  std::vector<TensorInfo> list;
  for (const auto& name : names) {
    TensorInfo t;
    t.name = name, t.shape = {64, 256};
    list.push_back(std::move(t));
  }
  assign_roles(list);
  return list;
}

const std::vector<std::string> gguf = {"token_embd.weight", "blk.0.attn_q.weight", "blk.0.attn_q.bias",
                                       "blk.0.ffn_up.weight"};
const std::vector<std::string> hugging_face = {"model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight",
                                               "model.layers.0.self_attn.q_proj.bias",
                                               "model.layers.0.mlp.up_proj.weight"};

/// "tensor|scheme|metric|value", a row a line; the tensor by its position in the model.
QString text_of(const Evidence& found, const std::vector<TensorInfo>& tensors) {
  QStringList lines;
  for (const auto& m : found.rows) {
    const auto at = std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == m.tensor; });
    lines << QString("%1|%2|%3|%4")
                 .arg(at - tensors.begin())
                 .arg(QString::fromStdString(m.scheme), QString::fromStdString(m.metric))
                 .arg(*m.value, 0, 'g', 6);
  }
  return lines.join('\n');
}

}  // namespace

class TestEvidence : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path write(const QByteArray& bytes, const char* name = "file") {
    const auto path = std::filesystem::path(folder_.path().toStdString()) / name;
    std::ofstream(path, std::ios::binary).write(bytes.data(), bytes.size());
    return path;
  }

 private Q_SLOTS:
  /// Positions: 0 embedding, 1 attention's query, 3 the MLP's up projection.
  void samplesOfOtherTools_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("rows");
    QTest::newRow("GGUF-Tool-Suite") << "kld_results.csv"
                                     << "kld-results"
                                     << "1|iq3_xxs|kld|0.012\n3|iq3_xxs|kld|0.031\n0|iq3_xxs|kld|0.044\n"
                                        "1|q4_k|kld|0.003\n3|q4_k|kld|0.009\n0|q4_k|kld|0.011";
    QTest::newRow("exllamav2") << "measurement.json"
                               << "exllamav2"
                               << "1|option 0, 4.00 bits|1-accuracy|0.02\n1|option 1, 5.00 bits|1-accuracy|0.03\n"
                                  "1|option 2, 6.00 bits|1-accuracy|0.04\n3|option 0, 3.10 bits|1-accuracy|0.03\n"
                                  "3|option 1, 3.10 bits|1-accuracy|0.04\n3|option 2, 3.10 bits|1-accuracy|0.05";
    QTest::newRow("mlx-lm") << "sensitivities.json"
                            << "mlx"
                            << "1||sensitivity|0.0123\n3||sensitivity|-0.0007\n0||sensitivity|1.5";
    QTest::newRow("CSV") << "plain.csv"
                         << "csv"
                         << "1|rtn|kl|0.0031\n3|rtn|kl|0.0094";
    const char* const means = "1||mean_sq|0.627478\n3||mean_sq|0.613462";  // 160.634/256, 157.046/256
    QTest::newRow("imatrix.dat") << "imatrix.dat"
                                 << "imatrix" << means;
    QTest::newRow("imatrix.gguf") << "imatrix.gguf"
                                  << "imatrix" << means;
  }
  void samplesOfOtherTools() {
    QFETCH(QString, file);
    QFETCH(QString, kind);
    QFETCH(QString, rows);
    for (const auto& names : {gguf, hugging_face}) {
      const auto tensors = model(names);
      const auto found = read_evidence(samples + file.toStdString(), tensors);
      QVERIFY2(found, found ? "" : one_line(found.error()).c_str());
      QCOMPARE(QString::fromStdString(found->kind), kind);
      QCOMPARE(text_of(*found, tensors), rows);
      QVERIFY(found->unmatched.empty());
      for (const auto& m : found->rows) QVERIFY(QString::fromStdString(m.source).endsWith("/evidence/" + file));
    }
  }

  void waysToWriteATable_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("rows");
    const auto row = [](const char* name, const char* bytes, const char* rows) {
      QTest::newRow(name) << QByteArray(bytes) << rows;
    };
    const char* const one = "1|q4_k|kl|0.5";
    row("any order of columns", "value,metric,tensor,scheme\n0.5,kl,blk.0.attn_q.weight,Q4_K\n", one);
    row("semicolons", "tensor;scheme;metric;value\nblk.0.attn_q.weight;q4_k;kl;0.5\n", one);
    row("tabs", "tensor\tscheme\tmetric\tvalue\nblk.0.attn_q.weight\tq4_k\tkl\t0.5", one);
    row("a byte order mark and CRLF", "\xEF\xBB\xBFTensor,scheme,metric,value\r\nblk.0.attn_q.weight,q4_k,kl,0.5\r\n",
        one);
    row("quotes, with a quote and a line end inside",
        "tensor,scheme,metric,value,note\n\"blk.0.attn_q.weight\",q4_k,\"kl\",\"0.5\",\"a \"\"b\"\",\nc\"\n", one);
    row("empty lines and values that were not measured",
        "\ntensor,scheme,metric,value\n\nblk.0.ffn_up.weight,q4_k,kl,\nblk.0.attn_q.weight,q4_k,kl,0.5\n\n", one);
    row("neither scheme nor metric", "tensor,value\nblk.0.attn_q.weight,0.5\n", "1||value|0.5");
    row("an empty cell and a number that is none in GGUF-Tool-Suite's table",
        "QTYPE,blk.0.attn_q.weight,blk.0.ffn_up.weight\nq4_K,0.5,\nq5_K,404%,0.25\n",
        "1|q4_k|kld|0.5\n3|q5_k|kld|0.25");
    row("mlx-lm as an object", "{\"model.layers.0.self_attn.q_proj\": 0.5}", "1||sensitivity|0.5");
  }
  void waysToWriteATable() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, rows);
    const auto tensors = model(gguf);
    const auto found = read_evidence(write(bytes), tensors);
    QVERIFY2(found, found ? "" : one_line(found.error()).c_str());
    QCOMPARE(text_of(*found, tensors), rows);
  }

  void namesThatNoModelHasAreListedOnce() {
    const auto found =
        read_evidence(write("tensor,scheme,value\nblk.0.attn_q.weight,q4_0,1\nblk.7.no_such.weight,q4_0,2\n"
                            "blk.7.no_such.weight,q8_0,3\nmodel.vision.patch,q8_0,4\n"),
                      model(gguf));
    QVERIFY(found);
    QCOMPARE(found->rows.size(), std::size_t(1));
    QCOMPARE(found->unmatched, (std::vector<std::string>{"blk.7.no_such.weight", "model.vision.patch"}));
  }

  void brokenFilesSayWhere_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    QTest::addColumn<QString>("where");
    const auto row = [](const char* name, const QByteArray& bytes, const char* says, const char* where) {
      QTest::newRow(name) << bytes << says << where;
    };
    row("a short row", "QTYPE,a\nq4_K\n", "row has 1 cells, the header 2", "line 2");
    row("a long row", "QTYPE,a\nq4_K,1\nq3_K,0.1,0.2\n", "row has 3 cells, the header 2", "line 3");
    row("a header without rows", "QTYPE," + QByteArray(60000, 'a'), "no row", "line 1");
    row("a zero byte", QByteArray("QTYPE,a\nq4_K,\0\n", 15), "value holds a zero byte", "line 2");
    row("a quote that does not close", "tensor,value\n\"a,1\n", "quote does not close", "line 2");
    row("text behind a quote", "tensor,value\n\"a\"b,1\n", "closed quote", "line 2");
    row("a value that is no number", "tensor,value\na,high\n", "value \"high\" is no number", "line 2");
    row("a value that is not finite", "tensor,value\na,inf\n", "is no number", "line 2");
    row("a name that is empty", "tensor,value\n,1\n", "tensor is empty", "line 2");
    row("text instead of a sensitivity", "[[\"a\", \"high\"]]", "sensitivity is string", "a");
    row("a sensitivity without a name", "[[1, 2]]", "sensitivity is no [", "entry 0");
    row("NaN, which JSON does not have", "{\"measurement\": {\"a\": [{\"accuracy\": NaN}]}}", "no JSON", "file");
    row("an accuracy that is text", "{\"measurement\": {\"a\": [{\"accuracy\": \"x\"}]}}", "accuracy", "a, option 0");
    row("bits that are text", "{\"measurement\": {\"a\": [{\"accuracy\": 1, \"total_bits\": \"x\"}]}}", "total_bits",
        "a, option 0");
    row("a block that is no list", "{\"measurement\": {\"a\": 1}}", "no list of options", "a");
    row("measurements that are no object", "{\"measurement\": []}", "measurement is no object", "top level");
    row("nested 20,000 deep", "{\"measurement\": " + QByteArray(20000, '['), "nested deeper than 64", "file");
  }
  void brokenFilesSayWhere() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    QFETCH(QString, where);
    const auto found = read_evidence(write(bytes), model(gguf));
    QVERIFY(!found && found.error().code == ErrorCode::malformed);
    QVERIFY2(QString::fromStdString(found.error().why).contains(says), one_line(found.error()).c_str());
    QVERIFY2(QString::fromStdString(found.error().where).contains(where), one_line(found.error()).c_str());
    QVERIFY(!found.error().hint.empty());
  }

  void whatIsNoEvidenceIsRefused() {
    const auto found = read_evidence(write("Dear all,\nplease find attached\n"), model(gguf));
    QVERIFY(!found && found.error().code == ErrorCode::unsupported);
    const auto weights = read_evidence(QUANT_TEST_DATA "/formats/gguf/bf16.gguf", model(gguf));
    QVERIFY(!weights && weights.error().code == ErrorCode::unsupported);
  }
};

QTEST_APPLESS_MAIN(TestEvidence)
#include "tst_evidence.moc"
