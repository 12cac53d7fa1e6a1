// Calibrations and importance matrices: what files of other programs say of the inputs of layers.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "core/calibration/calibration_file.h"
#include "core/sources/names/roles.h"
#include "tests/support/samples.h"

using quant::ErrorCode;

namespace {

constexpr const char* evidence = QUANT_TEST_DATA "/formats/evidence/";

template <class T>
std::string raw(std::vector<T> values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}
std::string i32(std::int32_t value) { return raw(std::vector{value}); }

std::string dat_entry(const std::string& name, std::int32_t calls, const std::vector<float>& values) {
  return i32(std::int32_t(name.size())) + name + i32(calls) + i32(std::int32_t(values.size())) + raw(values);
}

struct Part {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
  bool counts = false;  ///< as I64
};

/// A safetensors file (github.com/huggingface/safetensors, "Format").
std::string safetensors(const std::vector<Part>& parts) {
  nlohmann::ordered_json header;
  std::string data;
  for (const auto& p : parts) {
    const std::size_t begin = data.size();
    data += p.counts ? raw(std::vector<std::int64_t>(p.values.begin(), p.values.end())) : raw(p.values);
    header[p.name] = {{"dtype", p.counts ? "I64" : "F32"}, {"shape", p.shape}, {"data_offsets", {begin, data.size()}}};
  }
  const std::string text = header.dump();
  return raw(std::vector<std::uint64_t>{text.size()}) + text + data;
}

std::vector<quant::TensorInfo> model(const std::vector<std::pair<std::string, std::vector<std::uint64_t>>>& tensors) {
  std::vector<quant::TensorInfo> list;
  for (const auto& [name, shape] : tensors) {
    quant::TensorInfo t;
    t.name = name, t.shape = shape;
    list.push_back(std::move(t));
  }
  quant::assign_roles(list);
  return list;
}

std::vector<float> vector_of(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

class TestCalibration : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path write(const std::string& bytes) {
    const auto path = std::filesystem::path(folder_.path().toStdString()) / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  quant::Result<quant::Calibrated> read(const std::string& bytes, const std::vector<quant::TensorInfo>& tensors) {
    QUANT_TRY(file, quant::open_calibration(write(bytes)));
    return quant::calibrate_from(*file, tensors);
  }

 private slots:
  /// Digests: numpy, value / call count and in_sum2 / counts as float32.
  void importanceMatrices_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"imatrix.dat", "imatrix.gguf"}) QTest::newRow(kind) << kind << kind;
  }
  void importanceMatrices() {
    QFETCH(QString, file);
    QFETCH(QString, kind);
    const auto opened = quant::open_calibration(evidence + file.toStdString());
    QVERIFY2(opened, opened ? "" : quant::one_line(opened.error()).c_str());
    QCOMPARE(QString::fromStdString(std::string((*opened)->kind())), kind);
    QCOMPARE((*opened)->entries().size(), std::size_t(2));
    QCOMPARE((*opened)->entries()[0].name, std::string("blk.0.attn_q.weight"));
    QCOMPARE(samples::sha256((*opened)->moments(0)->mean_sq),
             QString("bc52114d50541674c28ae26f8d36fd51e58407edf269316533d9919326179f90"));
    QCOMPARE((*opened)->entries()[1].name, std::string("blk.0.ffn_up.weight"));
    QCOMPARE(samples::sha256((*opened)->moments(1)->mean_sq),
             QString("9dc4b595f6daf648990916b19ef01fa17b91298966ada2a8c636e0dd48783c00"));
  }

  /// A matrix that llama.cpp made serves a Hugging Face checkpoint of the same model.
  void namesOfAnotherToolchain() {
    const auto file = quant::open_calibration(std::string(evidence) + "imatrix.dat");
    QVERIFY(file);
    const auto found = quant::calibrate_from(**file, model({{"model.embed_tokens.weight", {16, 256}},
                                                            {"model.layers.0.self_attn.q_proj.weight", {64, 256}}}));
    QVERIFY(found);
    QCOMPARE(found->calibration.mean_sq("model.layers.0.self_attn.q_proj.weight").size(), std::size_t(256));
    QCOMPARE(found->without, std::vector<std::string>{"model.embed_tokens.weight"});
    QCOMPARE(found->foreign, std::vector<std::string>{"blk.0.ffn_up.weight"});
  }

  void expertsTakeTheirPart() {
    const std::string dat = i32(1) + dat_entry("blk.0.ffn_gate_exps.weight", 2, {2, 4, 6, 8});
    const auto found = read(dat, model({{"model.layers.0.block_sparse_moe.experts.0.w1.weight", {3, 2}},
                                        {"model.layers.0.block_sparse_moe.experts.1.w1.weight", {3, 2}},
                                        {"model.layers.0.block_sparse_moe.experts.2.w1.weight", {3, 2}}}));
    QVERIFY2(!found, "a third expert is not in the file");
    const auto two = read(dat, model({{"model.layers.0.block_sparse_moe.experts.0.w1.weight", {3, 2}},
                                      {"model.layers.0.block_sparse_moe.experts.1.w1.weight", {3, 2}}}));
    QVERIFY(two);
    QCOMPARE(vector_of(two->calibration.mean_sq("model.layers.0.block_sparse_moe.experts.1.w1.weight")),
             (std::vector<float>{3, 4}));
    const auto stacked = read(dat, model({{"blk.0.ffn_gate_exps.weight", {2, 3, 2}}}));
    QVERIFY(stacked);
    QCOMPARE(vector_of(stacked->calibration.mean_sq("blk.0.ffn_gate_exps.weight")), (std::vector<float>{1, 2, 3, 4}));
  }

  void secondMomentsFromWhatIsThere_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::vector<Part>& parts) {
      const std::string bytes = safetensors(parts);
      QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size()));
    };
    row("mean squares", {{"a.weight.mean_sq", {2}, {4, 9}}});
    row("XtX by its count", {{"a.weight.XtX", {2, 2}, {8, 1, 1, 18}}, {"a.weight.count", {1}, {2}, true}});
    row("inputs", {{"a.weight.X", {2, 2}, {2, 3, -2, -3}}});
    row("mean squares before all else",
        {{"a.weight.X", {2, 2}, {1, 1, 1, 1}}, {"a.weight.mean_sq", {2}, {4, 9}}, {"a.weight.max_abs", {2}, {7, 7}}});
  }
  void secondMomentsFromWhatIsThere() {
    QFETCH(QByteArray, bytes);
    const auto found = read(bytes.toStdString(), model({{"a.weight", {5, 2}}}));
    QVERIFY2(found, found ? "" : quant::one_line(found.error()).c_str());
    QCOMPARE(vector_of(found->calibration.mean_sq("a.weight")), (std::vector<float>{4, 9}));
    QVERIFY(found->without.empty() && found->foreign.empty() && found->notes.empty());
  }

  void momentsOfNoUseAreLeftOut_data() {
    QTest::addColumn<float>("value");
    QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("infinity") << std::numeric_limits<float>::infinity();
    QTest::newRow("negative") << -1.0f;
  }
  void momentsOfNoUseAreLeftOut() {
    QFETCH(float, value);
    const auto found = read(i32(2) + dat_entry("a.weight", 1, {1, value}) + dat_entry("b.weight", 1, {0, 0}),
                            model({{"a.weight", {5, 2}}, {"b.weight", {5, 2}}}));
    QVERIFY(found);
    QCOMPARE(found->without, (std::vector<std::string>{"a.weight", "b.weight"}));
    QCOMPARE(found->notes.size(), std::size_t(2));
    QVERIFY(found->notes[0].starts_with("a.weight: the mean square of column 1 is "));
    QVERIFY(found->notes[1].starts_with("b.weight: all mean squares are 0"));
  }

  void anotherModelsFileIsRefused() {
    const std::string dat = i32(1) + dat_entry("blk.0.attn_q.weight", 1, {1, 2});
    const auto foreign = read(dat, model({{"lm_head.weight", {5, 2}}}));
    QVERIFY(!foreign && foreign.error().code == ErrorCode::unsupported);
    const auto longer = read(dat, model({{"blk.0.attn_q.weight", {5, 3}}}));
    QVERIFY(!longer && longer.error().code == ErrorCode::unsupported);
    QCOMPARE(longer.error().why, std::string("it has 2 mean squares, the tensor 3 columns"));
    const auto embedding =
        read(i32(1) + dat_entry("token_embd.weight", 1, {1, 2}), model({{"token_embd.weight", {5, 3}}}));
    QVERIFY2(embedding && embedding->notes.size() == 1, "an embedding is only left out, as by llama.cpp");
  }

  void damagedFilesSayWhere_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& bytes, const char* says) {
      QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size())) << says;
    };
    constexpr std::int32_t most = 2147483647;
    const std::string whole = i32(1) + dat_entry("a", 1, {1, 2});
    row("more entries than bytes", i32(most) + whole.substr(4), "entry count is 2147483647");
    row("a negative number of entries", i32(-1), "entry count is -1");
    row("a name of 1 GiB", i32(1) + i32(1 << 30) + std::string(8, 'a'), "name length is 1073741824");
    row("a negative name length", i32(1) + i32(-7) + std::string(9, '\0'), "name length is -7");
    row("a name that is no text", i32(1) + dat_entry("\xff", 1, {}), "name");
    row("a name twice", i32(2) + dat_entry("a", 1, {}) + dat_entry("a", 1, {}), "stands twice");
    row("no calls", i32(1) + dat_entry("a", 0, {1}), "call count");
    row("negative calls", i32(1) + dat_entry("a", -5, {1}), "call count");
    row("more values than bytes", i32(1) + i32(1) + "a" + i32(1) + i32(most) + "1234", "value count is 2147483647");
    row("negative values", i32(1) + i32(1) + "a" + i32(1) + i32(-1), "value count");
    row("cut in the values", whole.substr(0, whole.size() - 1), "values");
    row("cut in a length", i32(2) + dat_entry("a", 1, {1, 2, 3}) + "ab", "name length needs 4 bytes");
    row("a square that is none", safetensors({{"a.XtX", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"a.count", {1}, {1}, true}}),
        "no square matrix");
    row("a square without count", safetensors({{"a.XtX", {1, 1}, {1}}}), "no count beside it");
  }
  void damagedFilesSayWhere() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto file = quant::open_calibration(write(bytes.toStdString()));
    QVERIFY(!file && file.error().code == ErrorCode::malformed);
    QVERIFY2(QString::fromStdString(file.error().why).contains(says), file.error().why.c_str());
    QVERIFY(!file.error().where.empty() && !file.error().hint.empty());
  }

  void whatIsNoCalibrationIsRefused_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("a model") << QUANT_TEST_DATA "/formats/gguf/bf16.gguf";
    QTest::newRow("a table") << QUANT_TEST_DATA "/formats/evidence/plain.csv";
  }
  void whatIsNoCalibrationIsRefused() {
    QFETCH(QString, file);
    const auto opened = quant::open_calibration(file.toStdString());
    QVERIFY(!opened && opened.error().code == ErrorCode::unsupported);
  }

  void theVariantIsAFlagOfTheMethod() {
    const auto variant = [](const char* text) { return quant::importance_variant(*quant::Scheme::parse(text)).text(); };
    QCOMPARE(variant("q4_k"), std::string("q4_k:imatrix"));
    QCOMPARE(variant("q4_k:imatrix"), std::string("q4_k:imatrix"));
    QCOMPARE(variant("q8_0"), std::string("q8_0"));
    QCOMPARE(variant("rtn:bits=3"), std::string("rtn:bits=3"));
  }
};

QTEST_APPLESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
