// Exports, expanded over the model's names as the consumers do it, against the plan.

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "core/exporters/exporter.h"
#include "tests/support/memory_source.h"

using namespace quant;
namespace fs = std::filesystem;

namespace {

/// One scheme a tensor in file order, the last repeated; norms and biases keep `none`.
Plan plan_of(const Source& source, const std::vector<std::string>& schemes) {
  Plan plan;
  std::size_t next = 0;
  for (const auto& t : source.tensors()) {
    const bool kept = t.shape.size() < 2;
    const auto& scheme = kept ? "none" : schemes[std::min(next++, schemes.size() - 1)];
    plan.assignments.push_back(
        {.tensor = t.name, .scheme = scheme, .bytes = t.bytes, .elements = t.elements(), .up = {}, .down = {}});
    plan.bytes += t.bytes;
  }
  plan.bpw = 4.5, plan.budget_bytes = plan.bytes;
  return plan;
}

Export made(const char* target, const Plan& plan, const Source* weights) {
  return *(*exporter_named(target))->make(plan, weights);
}

/// What llama-quantize does with the rules: the first pattern that is found in the name wins. Its dialect, ECMAScript,
/// and the one used here read anchors, escapes and (?:…|…) alike.
std::string type_of(const std::string& target, const std::string& text, const std::string& name) {
  std::vector<std::string> items;
  if (target == "llama-cpp") {
    std::istringstream in(text);
    for (std::string item; in >> item;) items.push_back(item);
  } else {
    std::istringstream in(text.substr(0, text.find('\n')));
    for (std::string item; std::getline(in, item, ',');) items.push_back(item);
  }
  for (const auto& item : items) {
    const auto equals = target == "llama-cpp" ? item.find('=') : item.rfind('=');
    auto pattern = item.substr(0, equals);
    if (target == "llama-cpp")
      std::transform(pattern.begin(), pattern.end(), pattern.begin(), [](unsigned char c) { return std::tolower(c); });
    if (QRegularExpression(QString::fromStdString(pattern)).match(QString::fromStdString(name)).hasMatch())
      return item.substr(equals + 1);
  }
  return "";
}

}  // namespace

class TestExporters : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTensorGetsItsType_data() {
    QTest::addColumn<QString>("target");
    QTest::newRow("llama.cpp") << "llama-cpp";
    QTest::newRow("ik_llama.cpp") << "ik-llama";
  }
  void everyTensorGetsItsType() {
    QFETCH(QString, target);
    const auto source = test::small_llama();
    const auto plan = plan_of(source, {"q8_0", "q4_0", "fp16", "bf16", "none", "q8_0"});
    const auto e = made(target.toUtf8(), plan, &source);
    QVERIFY(e.lossy.empty() && e.refused.empty());
    const std::map<std::string, std::string> types{
        {"q8_0", "q8_0"}, {"q4_0", "q4_0"}, {"fp16", "f16"}, {"bf16", "bf16"}, {"none", "f32"}};
    for (std::size_t i = 0; i < plan.assignments.size(); ++i) {
      const auto name = *gguf_name(plan.assignments[i].tensor);
      const auto want = source.tensors()[i].shape.size() < 2 ? std::string() : types.at(plan.assignments[i].scheme);
      QCOMPARE(type_of(target.toStdString(), e.files[0].text, name), want);
    }
  }

  // Written by hand from what the two tools read.
  void theFilesAreAsTheirReadersWantThem() {
    test::MemorySource source;
    source.add("model.embed_tokens.weight", {4, 256}), source.add("model.layers.0.self_attn.v_proj.weight", {4, 256});
    source.add("model.norm.weight", {4}), source.add("lm_head.weight", {4, 256});
    auto plan = plan_of(source, {"q8_0", "rtn:bits=6", "q8_0"});
    const auto llama = made("llama-cpp", plan, &source);
    QCOMPARE(llama.files[0].name, "tensor-types.txt");
    QCOMPARE(llama.files[0].text,
             "^token_embd\\.weight$=q8_0\n^blk\\.0\\.attn_v\\.weight$=q6_K\n^output\\.weight$=q8_0\n");
    QCOMPARE(llama.command,
             "llama-quantize --tensor-type-file tensor-types.txt --token-embedding-type q8_0 "
             "--output-tensor-type q8_0 model.gguf model-4.50bpw.gguf Q8_0");
    const auto ik = made("ik-llama", plan, &source);
    QCOMPARE(ik.files[0].name, "custom-q.txt");
    QCOMPARE(ik.files[0].text, "^token_embd\\.weight$=q8_0,^blk\\.0\\.attn_v\\.weight$=q6_K,^output\\.weight$=q8_0\n");
    QCOMPARE(ik.command, "llama-quantize --custom-q \"$(cat custom-q.txt)\" model.gguf model-4.50bpw.gguf Q8_0");
    QCOMPARE(ik.lossy.size(), std::size_t(1));
  }

  // Nearest = never fewer bits, then the group, then symmetry; blocks that do not divide the row fall back as
  // llama-quantize does.
  void schemesTakeTheNearestType_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<quint64>("cols");
    QTest::addColumn<QString>("as");
    QTest::addColumn<QString>("type");
    QTest::newRow("4 bits symmetric") << "rtn:bits=4,group=32,sym" << quint64(256) << "q4_0"
                                      << "q4_0";
    QTest::newRow("4 bits asymmetric") << "rtn:asym,group=32" << quint64(256) << "q4_1"
                                       << "q4_1";
    QTest::newRow("8 bits a row") << "rtn:bits=8,sym" << quint64(256) << "q8_0"
                                  << "q8_0";
    QTest::newRow("7 bits: never fewer") << "rtn:bits=7,sym" << quint64(256) << "q8_0"
                                         << "q8_0";
    QTest::newRow("3 bits") << "rtn:bits=3,sym" << quint64(512) << "q3_k"
                            << "q3_K";
    QTest::newRow("2 bits") << "rtn:bits=2,sym" << quint64(256) << "q2_k"
                            << "q2_K";
    QTest::newRow("5 bits") << "rtn:bits=5,sym" << quint64(256) << "q5_1"
                            << "q5_1";
    QTest::newRow("6 bits") << "rtn:bits=6,sym" << quint64(256) << "q6_k"
                            << "q6_K";
    QTest::newRow("6 bits, rows of 384") << "rtn:bits=6,sym" << quint64(384) << "q8_0"
                                         << "q8_0";
    QTest::newRow("3 bits, rows of 384") << "rtn:bits=3,sym" << quint64(384) << "q4_0"
                                         << "q4_0";
    QTest::newRow("4 bits, rows of 33") << "rtn:bits=4,sym" << quint64(33) << "fp16"
                                        << "f16";
    QTest::newRow("6 bits, rows of 33") << "rtn:bits=6,sym" << quint64(33) << "fp16"
                                        << "f16";
    QTest::newRow("nf4") << "nf4" << quint64(256) << "iq4_nl"
                         << "iq4_nl";
    QTest::newRow("fp8") << "fp8-e4m3" << quint64(256) << "q8_0"
                         << "q8_0";
    QTest::newRow("fp6") << "fp6-e3m2" << quint64(256) << "q6_k"
                         << "q6_K";
    QTest::newRow("tf32 keeps more") << "tf32" << quint64(256) << "fp32"
                                     << "f32";
  }
  void schemesTakeTheNearestType() {
    QFETCH(QString, scheme);
    QFETCH(quint64, cols);
    QFETCH(QString, as);
    QFETCH(QString, type);
    test::MemorySource source;
    source.add("model.layers.0.mlp.up_proj.weight", {2, cols});
    const auto e = made("llama-cpp", plan_of(source, {scheme.toStdString()}), &source);
    QCOMPARE(e.lossy.size(), std::size_t(1));
    QCOMPARE(QString::fromStdString(e.lossy[0].as), as);
    QVERIFY(!e.lossy[0].why.empty());
    QCOMPARE(QString::fromStdString(type_of("llama-cpp", e.files[0].text, "blk.0.ffn_up.weight")), type);
  }

  void whatNoTypeHoldsIsRefusedAndStaysAtSixteenBits_data() {
    QTest::addColumn<QString>("scheme");
    QTest::newRow("the article's grid") << "article";
    QTest::newRow("scales along the output") << "rtn:gran=column";
    QTest::newRow("a scheme of another version") << "unheard:of=1";
  }
  void whatNoTypeHoldsIsRefusedAndStaysAtSixteenBits() {
    QFETCH(QString, scheme);
    test::MemorySource source;
    source.add("model.layers.0.mlp.up_proj.weight", {2, 256});
    const auto e = made("ik-llama", plan_of(source, {scheme.toStdString()}), &source);
    QVERIFY(e.lossy.empty());
    QCOMPARE(e.refused.size(), std::size_t(1));
    QVERIFY(!e.refused[0].why.empty());
    QCOMPARE(type_of("ik-llama", e.files[0].text, "blk.0.ffn_up.weight"), "f16");
  }

  void expertsAreRaisedToTheWidest() {
    test::MemorySource source;
    for (int i = 0; i < 3; ++i) source.add(fmt::format("model.layers.0.mlp.experts.{}.up_proj.weight", i), {4, 64});
    const auto e = made("llama-cpp", plan_of(source, {"q4_0", "q8_0", "q4_0"}), &source);
    QCOMPARE(e.files[0].text, "^blk\\.0\\.ffn_up_exps\\.weight$=q8_0\n");
    QCOMPARE(e.lossy.size(), std::size_t(2));
    QCOMPARE(e.lossy[0].as, "q8_0");
    QVERIFY(e.warnings[0].find("bytes") != std::string::npos);
  }

  void tiedEmbeddingsHaveNoOutputOption() {
    test::MemorySource source;
    source.add("model.embed_tokens.weight", {4, 64}), source.add("model.layers.0.mlp.up_proj.weight", {4, 64});
    const auto e = made("llama-cpp", plan_of(source, {"q8_0", "q4_0"}), &source);
    QVERIFY(e.command.find("--output-tensor-type") == std::string::npos);
    QVERIFY(e.command.find("--token-embedding-type q8_0") != std::string::npos);
  }

  void theBaseIsQuantizedWhateverThePlan() {
    const auto source = test::small_llama();
    QVERIFY(made("llama-cpp", plan_of(source, {"fp16"}), &source).command.ends_with(" Q8_0"));
    QVERIFY(made("llama-cpp", plan_of(source, {"q4_0"}), &source).command.ends_with(" Q4_0"));
  }

  void namesThatTheDialectCannotHoldAreRefused() {
    test::MemorySource source;
    source.add("blk.0.Odd.weight", {4, 64}), source.add("blk.0.a,b.weight", {4, 64}),
        source.add("blk.0.a=b.weight", {4, 64});
    const auto plan = plan_of(source, {"q8_0"});
    QCOMPARE(made("llama-cpp", plan, &source).refused.size(), std::size_t(2));
    QCOMPARE(made("ik-llama", plan, &source).refused.size(), std::size_t(2));
  }

  void unknownNamesAreRefused() {
    test::MemorySource source;
    source.add("vision.patch.weight", {4, 64});
    const auto e = made("llama-cpp", plan_of(source, {"q8_0"}), &source);
    QVERIFY(e.files[0].text.empty() && e.refused.size() == 1);
  }

  void shapesAreOptional() {
    const auto source = test::small_llama();
    const auto with = made("llama-cpp", plan_of(source, {"q8_0", "q4_0", "none"}), &source);
    const auto without = made("llama-cpp", plan_of(source, {"q8_0", "q4_0", "none"}), nullptr);
    QCOMPARE(without.files[0].text, with.files[0].text);
    QVERIFY(without.warnings.size() > with.warnings.size());
  }

  // 300 layers of long names pass the 128 KiB that Linux takes in one argument: layers of one kind share a rule then.
  void longRulesAreMergedAndExpandAlike() {
    test::MemorySource source;
    for (int i = 0; i < 700; ++i)
      for (const auto* kind :
           {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj"})
        source.add(fmt::format("model.layers.{}.{}.weight", i, kind), {1, 32});
    auto plan = plan_of(source, {"q8_0"});
    for (std::size_t i = 0; i < plan.assignments.size(); i += 3) plan.assignments[i].scheme = "q4_0";
    const auto e = made("ik-llama", plan, &source);
    QVERIFY(e.files[0].text.size() < 120 * 1024);
    for (std::size_t i = 0; i < plan.assignments.size(); i += 97)
      QCOMPARE(type_of("ik-llama", e.files[0].text, *gguf_name(plan.assignments[i].tensor)),
               plan.assignments[i].scheme);
  }

  void anUnknownTargetIsAnsweredByTheNearest() {
    const auto e = exporter_named("lama-cpp");
    QVERIFY(!e && e.error().code == ErrorCode::not_found && e.error().hint.find("llama-cpp") != std::string::npos);
  }

  void aFolderHoldsAllFiles() {
    QTemporaryDir dir;
    const auto source = test::small_llama();
    const auto e = made("llama-cpp", plan_of(source, {"q8_0"}), &source);
    const auto folder = fs::path(dir.path().toStdString()) / "new" / "folder";
    const auto paths = write_export(e, folder);
    QVERIFY(paths && paths->size() == 2 && fs::is_regular_file(folder / "tensor-types.txt") &&
            fs::is_regular_file(folder / "command.txt"));
    QVERIFY(write_export(e, folder));
  }

  void aPathWithAnEndingIsTheMainFile() {
    QTemporaryDir dir;
    const auto source = test::small_llama();
    const auto e = made("llama-cpp", plan_of(source, {"q8_0"}), &source);
    const auto file = fs::path(dir.path().toStdString()) / "mine.txt";
    const auto paths = write_export(e, file);
    QVERIFY(paths && (*paths)[0] == file && fs::is_regular_file(file));
    std::ifstream command((*paths)[1]);
    const std::string text{std::istreambuf_iterator<char>(command), {}};
    QVERIFY(text.find("--tensor-type-file mine.txt") != std::string::npos);
  }
};

QTEST_APPLESS_MAIN(TestExporters)
#include "tst_exporters.moc"
