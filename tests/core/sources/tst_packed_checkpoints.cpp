// Quantized checkpoints that their own libraries wrote: values bit for bit, codes and scales of the elements that were
// worked out by hand, and pieces that do not fit.

#include <QTemporaryDir>
#include <fstream>

#include "tests/support/samples.h"

using namespace quant;
using nlohmann::json;

namespace {

constexpr const char* layouts[] = {"gptq/", "awq/", "compressed-tensors/", "bitsandbytes/", "fp8/", "mlx/"};

/// A safetensors file of tensors given as {name: (dtype, shape, bytes)}; data is `fill`.
class Checkpoint {
 public:
  Checkpoint& add(const std::string& name, const std::string& dtype, const json& shape, std::string bytes) {
    header_[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {data_.size(), data_.size() + bytes.size()}}};
    data_ += bytes;
    return *this;
  }
  std::string write(const std::string& folder, const json& config) const {
    std::filesystem::create_directories(folder);
    const std::string head = header_.dump();
    const std::uint64_t size = head.size();
    std::ofstream(folder + "/model.safetensors", std::ios::binary)
        .write(reinterpret_cast<const char*>(&size), 8)
        .write(head.data(), static_cast<std::streamsize>(head.size()))
        .write(data_.data(), static_cast<std::streamsize>(data_.size()));
    std::ofstream(folder + "/config.json") << json{{"quantization_config", config}}.dump();
    return folder;
  }

 private:
  json header_ = json::object();
  std::string data_;
};

std::string zeros(std::size_t n) { return std::string(n, '\0'); }

/// 16 outputs, 64 inputs, 4 bits, groups of 32.
Checkpoint gptq() {
  Checkpoint c;
  c.add("l.qweight", "I32", {8, 16}, zeros(512)).add("l.qzeros", "I32", {2, 2}, zeros(16));
  c.add("l.scales", "F16", {2, 16}, zeros(64));
  return c;
}
const json gptq_config = {{"quant_method", "gptq"}, {"bits", 4}, {"group_size", 32}};

}  // namespace

class TestPackedCheckpoints : public QObject {
  Q_OBJECT

 private slots:
  void samplesReadAsTheirLibrariesDo_data() {
    QTest::addColumn<QString>("file");
    const json all = samples::expected();
    for (const auto& sample : all.at("files")) {
      const std::string file = sample.at("file");
      for (const char* layout : layouts) {
        if (file.starts_with(layout)) QTest::newRow(file.c_str()) << QString::fromStdString(file);
      }
    }
  }
  void samplesReadAsTheirLibrariesDo() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }

  void codesAndScalesAreThoseWorkedOutByHand_data() { samplesReadAsTheirLibrariesDo_data(); }
  void codesAndScalesAreThoseWorkedOutByHand() {
    QFETCH(QString, file);
    const auto source = open_source(QUANT_TEST_DATA "/formats/" + file.toStdString());
    QVERIFY(source);
    const json all = samples::expected();
    for (const auto& sample : all.at("files")) {
      if (sample.at("file") != file.toStdString()) continue;
      for (const auto& want : sample.at("tensors")) {
        if (!want.contains("at") || want.at("at").size() != 6) continue;
        const json& at = want.at("at");
        const auto view = (*source)->view(*find_tensor(**source, want.at("name").get<std::string>()));
        StoredCodes codes;
        QVERIFY((*view)->read_codes(at[0], 1, codes));
        const std::size_t col = at[1];
        QCOMPARE(int{codes.codes[col]}, at[2].get<int>());
        // LLM.int8 states the largest magnitude of a row, of which a step is a 127th.
        QCOMPARE(codes.scales[col], at[3].get<float>() / (file.endsWith("int8") ? 127 : 1));
        if (!file.startsWith("mlx")) QCOMPARE(codes.zeros[col], at[4].get<float>());
      }
    }
  }

  void rowsFromTheMiddleAreThoseOfTheWhole_data() { samplesReadAsTheirLibrariesDo_data(); }
  void rowsFromTheMiddleAreThoseOfTheWhole() {
    QFETCH(QString, file);
    const auto source = open_source(QUANT_TEST_DATA "/formats/" + file.toStdString());
    QVERIFY(source);
    for (std::size_t i = 0; i < (*source)->tensors().size(); ++i) {
      const auto view = (*source)->view(i);
      const MatrixShape shape = (*view)->matrix();
      std::vector<float> whole(shape.elements()), row(shape.cols);
      QVERIFY((*view)->read_rows(0, shape.all_rows(), whole));
      for (std::uint64_t r = 0; r < shape.all_rows(); r += 7) {
        QVERIFY((*view)->read_rows(r, 1, row));
        QVERIFY(std::equal(row.begin(), row.end(), whole.begin() + static_cast<std::ptrdiff_t>(r * shape.cols)));
      }
    }
  }

  void aGroupOrderOutOfRangeIsRefusedOnReading() {
    Checkpoint c = gptq();
    std::string order(256, '\0');
    order[40] = 2;
    c.add("l.g_idx", "I32", {64}, order);
    refused(c.write(folder("gidx"), gptq_config), "g_idx");
  }
  void piecesThatDoNotFitAreRefusedOnReading() {
    Checkpoint short_zeros;
    short_zeros.add("l.qweight", "I32", {8, 16}, zeros(512)).add("l.qzeros", "I32", {2, 1}, zeros(8));
    short_zeros.add("l.scales", "F16", {2, 16}, zeros(64));
    refused(short_zeros.write(folder("zeros"), gptq_config), "qzeros");
    refused(gptq().write(folder("bits"), {{"quant_method", "gptq"}, {"bits", 0}}), "bits");
    refused(gptq().write(folder("group"), {{"bits", 4}, {"group_size", -7}}), "group_size");
  }
  void aSoundCheckpointOpensWithoutItsConfiguration() {
    const std::string path = gptq().write(folder("bare"), gptq_config);
    std::filesystem::remove(path + "/config.json");
    const auto source = open_source(path);
    QVERIFY(source);
    QCOMPARE((*source)->tensors().size(), std::size_t{1});
    QCOMPARE((*source)->tensors()[0].shape, (std::vector<std::uint64_t>{16, 64}));
    QCOMPARE((*source)->tensors()[0].bytes, std::uint64_t{512 + 16 + 64});
  }
  void aReorderedFormatIsListedAsStoredAndSaysSo() {
    const auto source = open_source(
        gptq().write(folder("marlin"), {{"quant_method", "gptq"}, {"bits", 4}, {"checkpoint_format", "marlin"}}));
    QVERIFY(source);
    QCOMPARE((*source)->tensors().size(), std::size_t{3});
    QVERIFY(!(*source)->notes().empty());
    QVERIFY((*source)->notes()[0].find("marlin") != std::string::npos);
  }
  void aConfigurationThatIsNoJsonIsNotedOnly() {
    const std::string path = gptq().write(folder("json"), gptq_config);
    std::ofstream(path + "/config.json") << std::string(50'000, '{');
    const auto source = open_source(path);
    QVERIFY(source);
    QVERIFY(!(*source)->notes().empty());
  }
  void nvfp4IsUnpacked() {
    Checkpoint c;
    c.add("l.weight_packed", "U8", {1, 8}, std::string("\x21\x43\x65\x87\xa9\xcb\xed\x0f", 8));
    c.add("l.weight_scale", "F8_E4M3", {1, 1}, std::string(1, '\x40'));              // 2
    c.add("l.weight_global_scale", "F32", {1}, std::string("\x00\x00\x80\x40", 4));  // 4
    const auto source = open_source(c.write(folder("nvfp4"), json::object()));
    QVERIFY(source);
    std::vector<float> w(16);
    QVERIFY((*(*source)->view(0))->read_rows(0, 1, w));
    // Low half first: codes 1 2 3 4 5 6 7 8 9 a b c d e f 0, each times 2/4.
    const std::vector<float> expected = {0.25f,  0.5f,  0.75f,  1,  1.5f,  2,  3,  -0.0f,
                                         -0.25f, -0.5f, -0.75f, -1, -1.5f, -2, -3, 0};
    QCOMPARE(w, expected);
  }

 private:
  std::string folder(const std::string& name) { return (temp_.path() + "/").toStdString() + name; }
  static void refused(const std::string& path, const std::string& field) {
    const auto source = open_source(path);
    QVERIFY(source);  // other tensors of such a file stay usable
    const auto view = (*source)->view(0);
    if (!view) {
      QVERIFY(view.error().code == ErrorCode::malformed);
      QVERIFY2(view.error().why.find(field) != std::string::npos, view.error().why.c_str());
      return;
    }
    std::vector<float> rows((*view)->matrix().elements());
    const auto read = (*view)->read_rows(0, (*view)->matrix().all_rows(), rows);
    QVERIFY(!read);
    QVERIFY(read.error().why.find(field) != std::string::npos);
  }
  QTemporaryDir temp_;
};

QTEST_APPLESS_MAIN(TestPackedCheckpoints)
#include "tst_packed_checkpoints.moc"
