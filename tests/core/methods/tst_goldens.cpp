// Every method against what published implementations give: tests/data/goldens (its README names them).

#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/methods/codebook/dynamic_map.h"
#include "core/methods/decode.h"
#include "core/tensor/calibration.h"
#include "core/tensor/float_format.h"
#include "tests/support/methods.h"
#include "tests/support/npy.h"

using namespace quant::test;
using nlohmann::json;
using Mask = std::vector<bool>;

namespace {

const QString folder = QStringLiteral(QUANT_TEST_DATA "/goldens/");

const json& manifest() {
  static const json all = json::parse(std::ifstream((folder + "manifest.json").toStdString()));
  return all;
}

Array load(const json& entry) { return read_npy(folder + QString::fromStdString(entry.at("file"))); }

/// One case: its input, its outputs and the rule that each output is held to.
struct Case {
  const json& c;

  std::string group() const { return c.at("group"); }
  std::string scheme() const { return c.at("scheme"); }
  Array input() const { return load(manifest().at("inputs").at(c.at("inputs").at(0).get<std::string>())); }
  quant::DType dtype() const { return *quant::dtype_named(c.at("params").at("type").get<std::string>()); }
  bool has(const std::string& key) const { return c.at("outputs").contains(key); }
  Array out(const std::string& key) const { return load(c.at("outputs").at(key)); }
  std::string rule(const std::string& key) const {
    const json& rules = c.at("tolerance").at("rules");
    return rules.value(key, rules.value("*", "exact"));
  }
};

/// Empty where `got` meets the rule, else what is wrong. `compared` leaves out elements that it marks false.
QString disagreement(const std::string& rule, const std::vector<double>& got, const std::vector<double>& want,
                     const Mask& compared = {}) {
  if (rule == "info") return {};
  if (got.size() != want.size()) return QString("%1 values, expected %2").arg(got.size()).arg(want.size());
  const std::size_t colon = rule.find(':');
  const std::string kind = rule.substr(0, colon);
  const double t = colon == std::string::npos ? 0 : std::stod(rule.substr(colon + 1));
  std::size_t wrong = 0, first = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!compared.empty() && !compared[i]) continue;
    const double off = std::fabs(got[i] - want[i]);
    const bool equal = got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]));
    const bool fine = kind == "rel" ? off <= t * std::fabs(want[i]) : kind == "abs" ? off <= t : equal;
    if (!fine && wrong++ == 0) first = i;
  }
  const double allowed = kind == "share" ? std::max(1.0, (1 - t) * double(want.size())) : 0;
  if (double(wrong) <= allowed) return {};
  return QString("%1 of %2 differ (%3), first [%4]: %5, expected %6")
      .arg(wrong)
      .arg(want.size())
      .arg(QString::fromStdString(rule))
      .arg(first)
      .arg(got[first], 0, 'g', 17)
      .arg(want[first], 0, 'g', 17);
}

std::vector<double> as_double(const auto& values) { return {values.begin(), values.end()}; }

/// Two codes a byte, the first in the high nibble.
std::vector<double> nibbles(const Array& bytes, std::size_t n) {
  std::vector<double> out;
  for (const double b : bytes.values) out.insert(out.end(), {double(int(b) >> 4), double(int(b) & 15)});
  out.resize(n);
  return out;
}

void add_rows(std::initializer_list<const char*> groups) {
  QTest::addColumn<int>("index");
  const json& cases = manifest().at("cases");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case c{cases[i]};
    if (c.c.at("inputs").empty() || std::find(groups.begin(), groups.end(), c.group()) == groups.end()) continue;
    QTest::newRow(c.c.at("id").get<std::string>().c_str()) << int(i);
  }
}

Case case_at(int index) { return {manifest().at("cases").at(std::size_t(index))}; }

}  // namespace

#define AGREES(...)                                   \
  do {                                                \
    const QString wrong_ = disagreement(__VA_ARGS__); \
    QVERIFY2(wrong_.isEmpty(), qPrintable(wrong_));   \
  } while (false)

class TestGoldens : public QObject {
  Q_OBJECT

 private slots:
  void integers_data() { add_rows({"affine", "ort", "article"}); }
  void integers() {
    QFETCH(int, index);
    const Case c = case_at(index);
    const Array w = c.input();
    const Fitted f = fit(c.scheme(), w.shape, w.floats());
    const auto q = f.whole();
    const Weights scales = q.scales.empty() ? f.rows->shared().scales : q.scales;
    const auto zeros = q.zeros.empty() ? as_double(f.rows->shared().zeros) : as_double(q.zeros);

    Mask live(scales.size(), true), live_elements(q.codes.size(), true);
    if (c.has(
            "scale")) {  // zero regions: we store 1; torchao floors the scale at the float32 epsilon, the article at 0
      const double floor = c.c.at("params").contains("eps") ? 1.2e-7 : 0;
      const Array want = c.out("scale");
      for (std::size_t i = 0; i < live.size(); ++i) live[i] = want.values[i] > floor;
      AGREES(c.rule("scale"), as_double(scales), want.values, live);
      if (floor > 0)
        for (std::size_t i = 0; i < live_elements.size(); ++i)
          live_elements[i] = live[i / (live_elements.size() / live.size())];
    }
    if (c.has("zero_point") && !zeros.empty()) AGREES(c.rule("zero_point"), zeros, c.out("zero_point").values, live);
    AGREES(c.rule("codes"), as_double(codes(f, q)), c.out("codes").values, live_elements);
    if (std::find(live.begin(), live.end(), false) == live.end() && c.c.at("scalars").contains("mse"))
      AGREES(c.rule("mse"), {mse(f, q)}, {c.c.at("scalars").at("mse").get<double>()});
  }

  void scaledCasts_data() { add_rows({"casts_scaled"}); }
  void scaledCasts() {
    QFETCH(int, index);
    const Case c = case_at(index);
    const Array w = c.input();
    const Fitted f = fit(c.scheme(), w.shape, w.floats());
    const auto q = f.whole();
    AGREES(c.rule("scale"), as_double(q.scales), c.out("scale").values);
    AGREES(c.rule("mse"), {mse(f, q)}, {c.c.at("scalars").at("mse").get<double>()});
    if (!q.codes.empty()) AGREES(c.rule("codes"), as_double(codes(f, q)), c.out("codes").values);
  }

  void nf4_data() { add_rows({"bnb"}); }
  void nf4() {
    QFETCH(int, index);
    const Case c = case_at(index);
    const Array w = c.input();
    const Fitted f = fit(c.scheme(), w.shape, w.floats());
    const auto q = f.whole();
    const bool rows = c.has("row_absmax");
    AGREES(c.rule("codes"), as_double(codes(f, q)),
           rows ? c.out("codes").values : nibbles(c.out("codes"), q.codes.size()));
    if (rows) return;
    AGREES(c.rule("mse"), {mse(f, q)}, {c.c.at("scalars").at("mse").get<double>()});
    if (!c.c.at("params").at("double_quant")) AGREES(c.rule("absmax"), as_double(q.scales), c.out("absmax").values);
  }

  void ggufBlocks_data() { add_rows({"gguf"}); }
  void ggufBlocks() {
    QFETCH(int, index);
    const Case c = case_at(index);
    const Array w = c.input();
    compareDecoding(c, w.shape);
    if (c.scheme().empty()) return;  // a type that is only read
    quant::Calibration importance;
    if (c.c.at("inputs").size() > 1)
      importance.set_mean_sq("w", load(manifest().at("inputs").at(c.c.at("inputs").at(1).get<std::string>())).floats());
    const Fitted f = fit(c.scheme(), w.shape, w.floats(), &importance);
    const auto q = f.whole();
    const auto packed = f.rows->pack(q);
    AGREES("exact", as_double(packed), c.out("bytes").values);
    QCOMPARE(std::uint64_t(packed.size()), f.rows->stored_bytes(f.view->matrix()));
    if (c.has("dequant")) AGREES("exact", as_double(q.values), c.out("dequant").values);
    AGREES(c.rule("mse"), {mse(f, q)}, {c.c.at("scalars").at("mse").get<double>()});
    Weights decoded(q.values.size());
    QVERIFY(quant::decode_rows(c.dtype(), std::as_bytes(std::span(packed)), decoded.size(), decoded));
    QCOMPARE(decoded, q.values);
  }

  /// Codes of every float16 (and bfloat16) pattern and of random float32 ones, with the overflow rule of their maker.
  void casts_data() {
    QTest::addColumn<int>("index");
    const json& cases = manifest().at("cases");
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (cases[i].at("group") == "casts") QTest::newRow(cases[i].at("id").get<std::string>().c_str()) << int(i);
  }
  void casts() {
    QFETCH(int, index);
    const Case c = case_at(index);
    const bool saturates = c.c.at("id").get<std::string>().find("torch") != std::string::npos;
    const bool fp8 = c.scheme().starts_with("fp8");
    const std::string scheme = c.scheme() + (fp8 && !saturates ? ":overflow=ieee" : "");
    if (c.has("codes_of_random")) {
      const Array patterns = read_npy(folder + "inputs/casts_random_f32_bits.npy");
      Weights w;
      for (const double p : patterns.values) w.push_back(std::bit_cast<float>(std::uint32_t(p)));
      compareCodes(scheme, w, c.out("codes_of_random").values);
    }
    for (const auto& [key, dtype] : {std::pair{"codes_of_all_float16", quant::DType::f16},
                                     std::pair{"codes_of_all_bfloat16", quant::DType::bf16}}) {
      if (!c.has(key)) continue;
      std::vector<std::uint16_t> patterns(65536);
      for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = std::uint16_t(i);
      Weights w(patterns.size());
      QVERIFY(quant::decode_rows(dtype, std::as_bytes(std::span(patterns)), w.size(), w));
      compareCodes(scheme, w, c.out(key).values);
    }
    if (c.has("decode_table")) compareTable(scheme, c.out("decode_table").values);
  }

  void codebookAndDynamicMapAreBitsandbytes() {
    const Fitted f = fit("nf4", {1}, {1});
    for (const json& c : manifest().at("cases")) {
      if (c.at("id") == "bnb/code_nf4")
        AGREES("exact", as_double(f.rows->codebook()), load(c.at("outputs").at("code")).values);
      if (c.at("id") == "bnb/code_dynamic8")
        AGREES("exact", as_double(quant::dynamic_map()), load(c.at("outputs").at("code")).values);
    }
  }

 private:
  static void compareDecoding(const Case& c, const std::vector<std::uint64_t>& shape) {
    if (!c.has("dequant")) return;
    std::vector<std::uint8_t> stored;
    for (const double b : c.out("bytes").values) stored.push_back(std::uint8_t(b));
    Weights decoded(shape[0] * shape[1]);
    QVERIFY(quant::decode_rows(c.dtype(), std::as_bytes(std::span(stored)), decoded.size(), decoded));
    AGREES("exact", as_double(decoded), c.out("dequant").values);
  }

  /// Equal patterns, but for NaN: ml_dtypes and torch differ in its payload and in formats that have none.
  static void compareCodes(const std::string& scheme, const Weights& w, const std::vector<double>& want) {
    const Fitted f = fit(scheme, {w.size()}, w);
    const auto q = f.whole();
    const auto packed = f.rows->pack(q);
    std::vector<double> got;
    if (!q.codes.empty()) {
      got = as_double(q.codes);
    } else {
      for (std::size_t i = 0; i < w.size(); ++i) got.push_back(double(packed[2 * i] | packed[2 * i + 1] << 8));
    }
    Mask numbers;
    for (const float x : w) numbers.push_back(!std::isnan(x));
    AGREES("exact", got, want, numbers);
  }

  static void compareTable(const std::string& scheme, const std::vector<double>& want) {
    const auto id = scheme.substr(0, scheme.find(':'));
    const auto* format = std::find_if(std::begin(quant::float_format::formats), std::end(quant::float_format::formats),
                                      [&](const auto& f) { return f.id == id; });
    std::vector<double> got;
    for (std::size_t code = 0; code < want.size(); ++code)
      got.push_back(quant::float_format::decode<double>(code, *format));
    AGREES("exact", got, want);
  }
};

QTEST_APPLESS_MAIN(TestGoldens)
#include "tst_goldens.moc"
