// The rule table as a user edits it: what is wrong with it, what it matches, what is in force.
#include <QTest>
#include <algorithm>
#include <fstream>

#include "core/base/text.h"
#include "core/sources/names/role_rules.h"
#include "core/sources/names/roles.h"

using namespace quant;

namespace {

/// JSON with ' for ".
std::string json(std::string text) {
  std::ranges::replace(text, '\'', '"');
  return text;
}

const std::string head =
    json("{'version': 1, 'suffix': '\\\\.weight$', 'layer': 'layer\\\\.(\\\\d+)', 'expert': 'expert\\\\.(\\\\d+)'");

/// A small table: `fields` before its roles.
std::string table(const std::string& roles, const std::string& fields = {}) {
  return head + fields + ", \"roles\": [" + roles + "]}";
}
std::string rule(const std::string& role, const std::string& pattern) {
  return json("{'role': '") + role + json("', 'pattern': '") + pattern + json("'}");
}
std::vector<std::string> known_names() {
  std::vector<std::string> names;
  std::ifstream file(QUANT_TEST_DATA "/formats/role_names.tsv");
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') names.emplace_back(split(line, '\t').front());
  return names;
}

}  // namespace

class TestRoleRules : public QObject {
  Q_OBJECT

 private slots:
  void cleanup() { use_built_in_role_rules(); }

  void faultsAreNamed_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("rule");
    QTest::addColumn<int>("row");
    QTest::addColumn<int>("at");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* what, const std::string& json, const char* rule, int index, int at,
                        const char* why) {
      QTest::newRow(what) << QString::fromStdString(json) << rule << index << at << why;
    };
    const std::string good = rule("a", "a$");
    row("no JSON", "{", "", -1, -1, "is no JSON");
    row("no object", "[]", "", -1, -1, "no object");
    row("a text of 1 MiB and a byte", std::string((1 << 20) + 1, ' '), "", -1, -1, "1048577 bytes, at most 1048576");
    row("deeper than 64 levels", std::string(65, '[') + std::string(65, ']'), "", -1, -1, "is no JSON");
    row("100 000 levels", std::string(100'000, '['), "", -1, -1, "is no JSON");
    row("another version", json("{'version': 2, 'suffix': '', 'layer': '(1)', 'expert': '(1)', 'roles': []}"),
        "version", -1, -1, "is not 1");
    row("no layer", json("{'version': 1, 'suffix': '', 'expert': '(1)', 'roles': []}"), "layer", -1, -1,
        "no \"layer\"");
    row("roles that are no list", json("{'version': 1, 'suffix': '', 'layer': '(1)', 'expert': '(1)', 'roles': 7}"),
        "roles", -1, -1, "no list");
    row("a field that nobody knows", table(good, json(", 'peices': {}")), "", -1, -1, "unknown field \"peices\"");
    row("a field of a rule that nobody knows", table(json("{'role': 'a', 'pattern': 'a', 'familys': ''}")), "a", -1, -1,
        "unknown field \"familys\"");
    row("a rule without a pattern", table(json("{'role': 'a'}")), "a", 0, -1, "has no \"pattern\"");
    row("a pattern that is a number", table(json("{'role': 'a', 'pattern': 7}")), "a", 0, -1, "no text");
    row("an empty pattern", table(rule("a", "")), "a", 0, -1, "empty pattern");
    row("a role twice", table(good + "," + rule("b", "b") + "," + good), "a", 2, -1, "stands twice, as rules 1 and 3");
    row("a role with a blank", table(rule("a b", "a")), "a b", 0, -1, "is no name of a role");
    row("a bracket that stays open", table(good + "," + rule("b", "x(?:b|c")), "b", 1, 0, "missing )");
    row("a range the wrong way round", table(rule("a", "abc[z-a]")), "a", 0, 4, "invalid character class range: z-a");
    row("look-ahead", table(rule("a", "x(?!b)")), "a", 0, 1, "invalid perl operator: (?!");
    row("a back-reference", table(rule("a", "(a)\\\\1")), "a", 0, 3, "invalid escape sequence: \\1");
    row("counts that multiply", table(rule("a", "((a{100}){100}){100}")), "a", 0, -1, "catastrophic");
    std::string many;
    for (int i = 0; i < 200; ++i) many += std::to_string(i) + "[一-龥]{1000}|";  // all different: none are joined
    row("a long program", table(rule("a", many + "x")), "a", 0, -1, "catastrophic");
    row("a piece that is not there", table(rule("a", "x{B}")), "a", 0, 1, "there is no piece {B}");
    row("a layer without a group",
        json("{'version': 1, 'suffix': '', 'layer': 'x\\\\d+', 'expert': '(1)', 'roles': []}"), "layer", -1, -1,
        "no group");
    row("a side that does not compile", table(good, json(", 'sides': [{'side': 'vision', 'pattern': '('}]")), "vision",
        -1, 0, "missing )");
  }
  void faultsAreNamed() {
    QFETCH(QString, json);
    const auto read = read_role_table(json.toStdString());
    QVERIFY(!read.problems.empty());
    const RuleProblem& p = read.problems.front();
    QTEST(QString::fromStdString(p.rule), "rule");
    QTEST(p.row, "row");
    QFETCH(QString, why);
    QVERIFY2(QString::fromStdString(p.why).contains(why), p.why.c_str());
    QTEST(p.at, "at");
    QVERIFY(!p.hint.empty());
    const auto used = use_role_rules(json.toStdString(), "roles.json");
    QVERIFY(!used && used.error().code == ErrorCode::malformed && used.error().where == "roles.json");
    QVERIFY(role_rules_in_force()->origin.empty());  // the former table stays
  }

  void thePiecesGrowNoFurtherThanALimit() {
    RoleTable t = read_role_table(built_in_role_rules()).table;
    t.pieces.emplace_back("B", std::string(60'000, 'x'));
    t.roles.push_back({"long", "{B}{B}{B}{B}", ""});
    const auto problems = problems_of(t);
    QCOMPARE(problems.size(), std::size_t{1});
    QVERIFY(problems[0].why.find("65536") != std::string::npos);
  }

  void theBuiltInTableIsSound() {
    const auto read = read_role_table(built_in_role_rules());
    for (const auto& p : read.problems) qWarning("%s", problem_text(p).c_str());
    QVERIFY(read.problems.empty());
    const auto again = read_role_table(role_table_text(read.table));
    QVERIFY(again.problems.empty() && again.table == read.table);
  }

  void patternsAreDisjointOnAllKnownNames() {
    const auto names = known_names();
    QVERIFY(names.size() >= 175);
    const auto table = read_role_table(built_in_role_rules()).table;
    const auto m = match_counts(table, names);
    for (const auto& s : m.several) qWarning("%s", names[s.name].c_str());
    QVERIFY(m.several.empty());
    std::size_t matched = 0;
    for (const auto n : m.counts) matched += n;
    QCOMPARE(matched + m.none.size(), names.size());
  }

  void matchesAreCounted() {
    const auto t = read_role_table(table(rule("a", "a") + "," + rule("b", "b") + "," + rule("c", "(")));
    const std::vector<std::string> names = {"xa.weight", "ab", "b", "weight", "aa"};
    const auto m = match_counts(t.table, names);  // the rule that does not compile matches nothing
    QCOMPARE(m.counts, (std::vector<std::size_t>{3, 2, 0}));
    QCOMPARE(m.none, std::vector<std::size_t>{3});
    QCOMPARE(m.several.size(), std::size_t{1});
    QVERIFY(m.several[0].name == 1 && m.several[0].rules == (std::vector<int>{0, 1}));
  }

  void aTableOfOnesOwnReplacesTheBuiltIn() {
    const auto used = use_role_rules(table(rule("mine", "q_proj$")), "mine.json");
    QVERIFY2(used.has_value(), used ? "" : one_line(used.error()).c_str());
    QCOMPARE(role_rules_in_force()->origin, std::string("mine.json"));
    std::vector<TensorInfo> list(2);
    list[0].name = "layer.3.q_proj.weight", list[1].name = "lm_head.weight";
    assign_roles(list);
    QVERIFY(list[0].role == "mine" && list[0].layer == 3 && list[1].role == "other");
    use_built_in_role_rules();
    assign_roles(list);
    QCOMPARE(list[1].role, std::string("head"));
  }
};

QTEST_APPLESS_MAIN(TestRoleRules)
#include "tst_role_rules.moc"
