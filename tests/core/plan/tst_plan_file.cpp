// Budgets as typed, problems from a session, and plan.json with its schema.

#include <QTest>
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/plan/plan.h"
#include "tests/support/memory_source.h"

using namespace quant;
using nlohmann::json;

namespace {

/// A session of small_llama in which every weight is measured under the schemes: 8 bits cost least, then 4, then 2.
std::unique_ptr<Session> measured_session(const Source& source) {
  auto session = *Session::in_memory();
  if (!session->bind(source)) qFatal("bind");
  for (const auto& t : source.tensors())
    for (const auto& [scheme, bits] : {std::pair("q8_0", 8.5), std::pair("q4_0", 4.5), std::pair("rtn:bits=2", 2.5)}) {
      Analysis a;
      a.tensor = t.name, a.scheme = scheme;
      a.figures.count = t.elements(), a.figures.bytes = std::uint64_t(bits * double(t.elements()) / 8);
      a.figures.mse = std::pow(4.0, -bits);
      if (t.name.find("k_proj") != std::string::npos && a.scheme == "q4_0") a.refused = "blocks of 32";
      if (!session->store(std::span(&a, 1))) qFatal("store");
    }
  return session;
}

Result<Problem> problem(const Session& session, std::vector<std::string> candidates, std::vector<Pin> pins = {},
                        std::vector<std::string> groups = {}) {
  return make_problem(session, *find_metric("mse"), candidates, pins, groups);
}

const Item& item(const Problem& p, const std::string& part) {
  for (const auto& i : p.items)
    if (i.tensor.find(part) != std::string::npos) return i;
  qFatal("no such tensor");
}

std::vector<std::string> schemes_of(const Item& i) {
  std::vector<std::string> list;
  for (const auto& c : i.choices) list.push_back(c.scheme);
  return list;
}

/// What is wrong with a value by a schema of the few keywords that ours uses; empty = nothing.
std::string wrong(const json& value, const json& schema, const json& root, const std::string& at = "plan") {
  if (schema.contains("$ref")) {
    const auto name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    return wrong(value, root["$defs"][name], root, at);
  }
  if (schema.contains("const")) return value == schema["const"] ? "" : at + " is not " + schema["const"].dump();
  const auto is = [&](const std::string& type) {
    if (type == "number") return value.is_number();
    if (type == "integer") return value.is_number_integer();
    if (type == "array") return value.is_array();
    return type == value.type_name();
  };
  const auto types = schema["type"].is_array() ? schema["type"].get<std::vector<std::string>>()
                                               : std::vector{schema["type"].get<std::string>()};
  if (std::none_of(types.begin(), types.end(), is)) return at + " is a " + value.type_name();
  if (value.is_array()) {
    for (const auto& one : value)
      if (auto text = wrong(one, schema["items"], root, at + "[]"); !text.empty()) return text;
  }
  if (!value.is_object()) return "";
  for (const auto& key : schema["required"])
    if (!value.contains(key)) return at + " lacks " + key.get<std::string>();
  for (const auto& [key, inner] : value.items()) {
    if (!schema["properties"].contains(key)) return at + "." + key + " is not in the schema";
    if (auto text = wrong(inner, schema["properties"][key], root, at + "." + key); !text.empty()) return text;
  }
  return "";
}

}  // namespace

class TestPlanFile : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // GPT-2's causal mask: 64 ones and zeros that are no weights, beside 4 × 8 that are.
  void masksCountForNothing() {
    test::MemorySource source;
    source.add("transformer.h.0.attn.bias", {1, 1, 8, 8}, "other", 0);
    source.add("transformer.h.0.attn.c_attn.weight", {4, 8}, "attn_qkv", 0);
    auto session = *Session::in_memory();
    QVERIFY(session->bind(source));
    Analysis a;
    a.tensor = "transformer.h.0.attn.c_attn.weight", a.scheme = "q8_0", a.figures.bytes = 34;
    QVERIFY(session->store(std::span(&a, 1)));
    const auto p = problem(*session, {"q8_0"});
    QVERIFY(p);
    QCOMPARE(p->items.size(), std::size_t(1));
    QCOMPARE(p->elements(), std::uint64_t(32));
  }

  void budgetsAreRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<qulonglong>("bytes");
    QTest::newRow("bits per weight, rounded down") << "4.5bpw" << 5ull;  // of 10 weights: 5.625
    QTest::newRow("bytes") << "1000B" << 1000ull;
    QTest::newRow("powers of 1000") << "338MB" << 338000000ull;
    QTest::newRow("powers of 1024") << "7GiB" << 7516192768ull;
    QTest::newRow("fractions") << "1.5KiB" << 1536ull;
    QTest::newRow("nothing") << "0bpw" << 0ull;
  }
  void budgetsAreRead() {
    QFETCH(QString, text);
    QFETCH(qulonglong, bytes);
    const auto b = parse_budget(text.toStdString(), 10);
    QVERIFY2(b, b ? "" : one_line(b.error()).c_str());
    QCOMPARE(b->bytes, bytes);
    QCOMPARE(b->text, text.toStdString());
  }

  void otherBudgetsAreRefused_data() {
    QTest::addColumn<QString>("text");
    for (const auto* text : {"", "4.5", "bpw", "-1bpw", "nanbpw", "infbpw", "1e300bpw", "4,5bpw", "4 bpw x", "-3MB",
                             "1e30GB", "x7GiB", "7QB"})
      QTest::addRow("\"%s\"", text) << text;
    QTest::newRow("very long") << QString(100, '9') + "bpw";
  }
  void otherBudgetsAreRefused() {
    QFETCH(QString, text);
    const auto b = parse_budget(text.toStdString(), 1000);
    QVERIFY(!b);
    QVERIFY(b.error().code == ErrorCode::usage && !b.error().hint.empty());
  }

  void everyTensorIsAnItem() {
    const auto source = test::small_llama();
    const auto session = measured_session(source);
    const auto p = problem(*session, {"q4_0", "q8_0"});
    QVERIFY2(p, p ? "" : one_line(p.error()).c_str());
    QCOMPARE(p->items.size(), source.tensors().size());
    QCOMPARE(p->elements(), source.files()[0].bytes / 4);
    const auto norm = item(*p, "layernorm");  // measured, but no plan may touch it
    QCOMPARE(norm.choices.size(), std::size_t(1));
    QCOMPARE(norm.choices[0].scheme, "none");
    QCOMPARE(norm.choices[0].bytes, std::uint64_t(256));
    QVERIFY((schemes_of(item(*p, "q_proj")) == std::vector<std::string>{"q4_0", "q8_0"}));
    QVERIFY((schemes_of(item(*p, "k_proj")) == std::vector<std::string>{"q8_0"}));  // refused pairs are left out
    QCOMPARE(item(*p, "q_proj").choices[0].cost, 4096 * std::pow(4.0, -4.5));
  }

  void noCandidatesMeansAllThatWereMeasured() {
    const auto session = measured_session(test::small_llama());
    const auto p = problem(*session, {});
    QVERIFY((p->candidates == std::vector<std::string>{"q8_0", "q4_0", "rtn:bits=2"}));
  }

  void pinsMayNameOtherSchemes() {
    const auto session = measured_session(test::small_llama());
    const auto p =
        problem(*session, {"q4_0", "q8_0"}, {{"proj", "q8_0"}, {"down_proj", "rtn:bits=2"}, {"lm_head", "none"}});
    QVERIFY2(p, p ? "" : one_line(p.error()).c_str());
    QVERIFY((schemes_of(item(*p, "down_proj")) == std::vector<std::string>{"rtn:bits=2"}));  // the last pin wins
    QVERIFY((schemes_of(item(*p, "q_proj")) == std::vector<std::string>{"q8_0"}));
    QCOMPARE(item(*p, "q_proj").pin, "proj");
    QCOMPARE(item(*p, "q_proj").free_bytes, std::uint64_t(4096 * 4.5 / 8));
    QVERIFY((schemes_of(item(*p, "lm_head")) == std::vector<std::string>{"none"}));
    QCOMPARE(item(*p, "lm_head").choices[0].bytes, std::uint64_t(4 * 4096));
  }

  void wrongPinsAndGroupsSaySo_data() {
    QTest::addColumn<QString>("regex");
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("code");
    QTest::newRow("a regex that does not parse") << "q_(proj"
                                                 << "q8_0" << int(ErrorCode::usage);
    QTest::newRow("a regex that matches nothing") << "no_such"
                                                  << "q8_0" << int(ErrorCode::not_found);
    QTest::newRow("a pair that was never measured") << "q_proj"
                                                    << "fp16" << int(ErrorCode::not_found);
    QTest::newRow("a pair that is refused") << "k_proj"
                                            << "q4_0" << int(ErrorCode::refused);
  }
  void wrongPinsAndGroupsSaySo() {
    QFETCH(QString, regex);
    QFETCH(QString, scheme);
    QFETCH(int, code);
    const auto session = measured_session(test::small_llama());
    const auto p = problem(*session, {"q8_0"}, {{regex.toStdString(), scheme.toStdString()}});
    QVERIFY(!p);
    QCOMPARE(int(p.error().code), code);
    if (code == int(ErrorCode::refused) || scheme == "fp16") return;
    QCOMPARE(int(problem(*session, {"q8_0"}, {}, {regex.toStdString()}).error().code), code);
  }

  void aCandidateThatWasNeverMeasuredNamesTheCommand() {
    const auto session = measured_session(test::small_llama());
    const auto p = problem(*session, {"q8_0", "nf4"});
    QVERIFY(!p && p.error().code == ErrorCode::not_found);
    QVERIFY(p.error().hint.find("sensitivity /models/memory.safetensors --scheme nf4") != std::string::npos);
  }

  void groupsFollowTheCaptures() {
    const auto session = measured_session(test::small_llama());
    const auto p =
        problem(*session, {"q8_0"}, {}, {R"(layers\.(\d+)\.self_attn\.[qkv]_proj)", "down_proj|o_proj|q_proj"});
    QVERIFY(p);
    QVERIFY(item(*p, "layers.0.self_attn.q_proj").group == item(*p, "layers.0.self_attn.v_proj").group);
    QVERIFY(item(*p, "layers.0.self_attn.q_proj").group != item(*p, "layers.1.self_attn.q_proj").group);
    QVERIFY(item(*p, "layers.0.mlp.down_proj").group == item(*p, "layers.1.self_attn.o_proj").group);
    QVERIFY(item(*p, "layers.0.mlp.down_proj").group != item(*p, "layers.1.self_attn.q_proj").group);
    QCOMPARE(item(*p, "lm_head").group, -1);
  }

  void aPlanSurvivesItsFile() {
    const auto plan = solved();
    const auto file = read_plan(to_json(plan, "/models/ü.safetensors"), "plan.json");
    QVERIFY2(file, file ? "" : one_line(file.error()).c_str());
    QCOMPARE(file->source_path, "/models/ü.safetensors");
    QCOMPARE(to_json(file->plan, file->source_path), to_json(plan, "/models/ü.safetensors"));
    QCOMPARE(file->plan.assignments.size(), plan.assignments.size());
    QVERIFY(file->plan.objective == plan.objective && file->plan.min_bpw == plan.min_bpw);
    QVERIFY(file->plan.pareto.size() == plan.pareto.size() && file->plan.uniform.size() == plan.uniform.size());
  }

  void theFileFollowsItsSchema() {
    std::ifstream in(QUANT_RESOURCES "/schemas/plan.schema.json");
    const auto schema = json::parse(in);
    const auto plan = json::parse(to_json(solved(), "model"));
    QCOMPARE(QString::fromStdString(wrong(plan, schema, schema)), QString());
    auto other = plan;
    other["assignments"][0].erase("why");
    QVERIFY(!wrong(other, schema, schema).empty());
  }

  void otherFilesAreRefused_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::addColumn<int>("code");
    QTest::newRow("another format") << "/format"
                                    << "\"else\"" << int(ErrorCode::malformed);
    QTest::newRow("a newer version") << "/version"
                                     << "2" << int(ErrorCode::unsupported);
    QTest::newRow("version 0") << "/version"
                               << "0" << int(ErrorCode::malformed);
    QTest::newRow("a version that is text") << "/version"
                                            << "\"1\"" << int(ErrorCode::malformed);
    QTest::newRow("assignments that are none") << "/assignments"
                                               << "{}" << int(ErrorCode::malformed);
    QTest::newRow("an assignment that is none") << "/assignments/0"
                                                << "3" << int(ErrorCode::malformed);
    QTest::newRow("negative bytes") << "/assignments/0/bytes"
                                    << "-1" << int(ErrorCode::malformed);
    QTest::newRow("bytes that are no whole number") << "/bytes"
                                                    << "1.5" << int(ErrorCode::malformed);
    QTest::newRow("a scheme that is a number") << "/assignments/1/scheme"
                                               << "4" << int(ErrorCode::malformed);
    QTest::newRow("why that is a list") << "/assignments/1/why"
                                        << "[]" << int(ErrorCode::malformed);
    QTest::newRow("a bound that is null") << "/bound"
                                          << "null" << int(ErrorCode::malformed);
  }
  void otherFilesAreRefused() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(int, code);
    auto plan = json::parse(to_json(solved(), "model"));
    plan[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
    const auto file = read_plan(plan.dump(), "mine.json");
    QVERIFY(!file);
    QCOMPARE(int(file.error().code), code);
    QVERIFY(file.error().where.find("mine.json") != std::string::npos);
  }

  void cutFilesAreRefused() {
    const auto text = to_json(solved(), "model");
    for (std::size_t n = 0; n + 2 < text.size(); n += 1 + text.size() / 200)
      QVERIFY(!read_plan(text.substr(0, n), "cut.json"));
    QVERIFY(!read_plan("[1, 2]", "list.json"));
  }

  void namesThatAreNoUtf8StayReadable() {
    auto plan = solved();
    plan.assignments[0].tensor = "bad\xff name";
    QVERIFY(read_plan(to_json(plan, "model"), "x"));
  }

 private:
  static Plan solved() {
    const auto session = measured_session(test::small_llama());
    const auto p = problem(*session, {"q8_0", "q4_0", "rtn:bits=2"}, {{"lm_head", "q8_0"}}, {"[qk]_proj"});
    JobContext job;
    return *solve(*p, *parse_budget("6bpw", p->elements()), {}, job);
  }
};

QTEST_APPLESS_MAIN(TestPlanFile)
#include "tst_plan_file.moc"
