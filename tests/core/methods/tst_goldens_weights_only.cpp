// Block formats, codebooks, HQQ and range estimators against published implementations: tests/data/goldens.

#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/methods/codebook/huffman.h"
#include "core/methods/codebook/optimal_codebook.h"
#include "core/methods/uniform/ranges/ranges.h"
#include "core/methods/uniform/rtn.h"
#include "tests/support/methods.h"
#include "tests/support/npy.h"

using namespace quant::test;
using nlohmann::json;

namespace {

const QString folder = QStringLiteral(QUANT_TEST_DATA "/goldens/");

const json& manifest() {
  static const json all = json::parse(std::ifstream((folder + "weights_only.json").toStdString()));
  return all;
}

Array load(const json& entry) { return read_npy(folder + QString::fromStdString(entry.at("file"))); }
Array input(const json& c, std::size_t i = 0) {
  return load(manifest().at("inputs").at(c.at("inputs").at(i).get<std::string>()));
}
Array out(const json& c, const char* key) { return load(c.at("outputs").at(key)); }
double scalar(const json& c, const std::string& key) { return c.at("scalars").at(key).get<double>(); }
bool has(const json& c, const char* key) { return c.at("outputs").contains(key); }

void add_rows(const char* group) {
  QTest::addColumn<int>("index");
  const json& cases = manifest().at("cases");
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (cases[i].at("group") == group) QTest::newRow(cases[i].at("id").get<std::string>().c_str()) << int(i);
}

const json& case_at(int index) { return manifest().at("cases").at(std::size_t(index)); }

Fitted fitted(const json& c) {
  const Array w = input(c);
  return fit(c.at("scheme").get<std::string>(), w.shape, w.floats());
}

/// Elements that differ by more than `tolerance` of the expected value.
std::size_t differing(const auto& got, const auto& want, double tolerance = 0) {
  if (std::size(got) != std::size(want)) return std::max(std::size(got), std::size(want));
  std::size_t n = 0;
  for (std::size_t i = 0; i < std::size(want); ++i)
    n += !(std::fabs(double(got[i]) - double(want[i])) <= tolerance * std::fabs(double(want[i])));
  return n;
}

/// Two codes a byte.
std::vector<double> nibbles(const Array& bytes, std::size_t n, bool high_first) {
  std::vector<double> codes;
  for (const double b : bytes.values) {
    const double high = double(int(b) >> 4), low = double(int(b) & 15);
    codes.insert(codes.end(), {high_first ? high : low, high_first ? low : high});
  }
  codes.resize(n);
  return codes;
}

double ratio(double got, double want) { return want == 0 ? std::fabs(got) : std::fabs(got / want - 1); }

}  // namespace

class TestGoldensWeightsOnly : public QObject {
  Q_OBJECT

 private slots:
  void blocks_data() { add_rows("mx"); }
  void blocks() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Fitted f = fitted(c);
    const auto q = f.whole();
    const bool shared_share = has(c, "scales_e4m3");  // the order of two divisions may move a tie
    auto want = out(c, "elements").values;
    if (want.size() != q.codes.size()) want = nibbles(out(c, "elements"), q.codes.size(), false);
    const auto got = codes(f, q);
    const std::size_t wrong = differing(got, want);
    QVERIFY2(wrong <= (shared_share ? std::max<std::size_t>(1, got.size() / 500) : 0),
             qPrintable(QString::number(wrong)));
    if (!has(c, "scales_e8m0")) return;
    const auto bytes = out(c, "scales_e8m0").values;
    QCOMPARE(q.scales.size(), bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const bool zeros = std::all_of(q.values.begin() + std::ptrdiff_t(i * 32),
                                     q.values.begin() + std::ptrdiff_t(i * 32 + 32), [](float v) { return v == 0; });
      if (!zeros) QCOMPARE(double(q.scales[i]), std::ldexp(1.0, int(bytes[i]) - 127));
    }
  }

  void fp4_data() { add_rows("bnb"); }
  void fp4() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Fitted f = fitted(c);
    const auto q = f.whole();
    QCOMPARE(differing(codes(f, q), nibbles(out(c, "codes"), q.codes.size(), true)), std::size_t{0});
    QVERIFY(ratio(mse(f, q), scalar(c, "mse")) < 1e-4);
    if (!c.at("params").at("double_quant")) QCOMPARE(differing(q.scales, out(c, "absmax").values), std::size_t{0});
  }

  void hqq_data() { add_rows("hqq"); }
  void hqq() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Fitted f = fitted(c);
    const auto q = f.whole();
    const auto want = out(c, "codes").values;
    QVERIFY(differing(codes(f, q), want) * 100 <= std::max<std::size_t>(100, want.size() * 3));
    QVERIFY(differing(f.rows->shared().scales, out(c, "scale").values, 1e-5) == 0);
    QVERIFY(mse(f, q) <= scalar(c, "mse") * 1.02);
  }

  void ternary_data() { add_rows("ternary"); }
  void ternary() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Fitted f = fitted(c);
    const auto q = f.whole();
    QVERIFY(ratio(mse(f, q), scalar(c, "mse")) < 1e-4);
    if (c.at("scheme") == "bitnet")
      QVERIFY(differing(codes(f, q), out(c, "codes").values) <= std::max<std::size_t>(1, q.codes.size() / 1000));
    else if (has(c, "scale"))
      QCOMPARE(differing(q.scales.empty() ? f.rows->shared().scales : q.scales, out(c, "scale").values, 1e-6),
               std::size_t{0});
  }

  void ranges_data() { add_rows("ranges"); }
  void ranges() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Array w = input(c);
    const std::string bits = c.at("scheme");
    const std::pair<const char*, const char*> estimators[] = {{"mse", "mse"},
                                                              {"octav", "octav"},
                                                              {"percentile_99.0", "percentile,p=99"},
                                                              {"percentile_99.9", "percentile"},
                                                              {"aciq_laplace", "aciq,dist=laplace"},
                                                              {"aciq_gauss", "aciq,dist=gauss"}};
    for (const auto& [key, range] : estimators) {
      const Fitted f = fit(bits + ",range=" + range, w.shape, w.floats());
      const bool capped = scalar(c, std::string(key) + "_clip") > scalar(c, "minmax");  // ours never passes max |w|
      const double want = scalar(c, capped ? "minmax_mse" : std::string(key) + "_mse");
      const double got = mse(f, f.whole());
      QVERIFY2(got <= want * (1 + 1e-4),
               qPrintable(QString("%1: %2, expected %3").arg(key).arg(got, 0, 'g', 9).arg(want, 0, 'g', 9)));
      if (std::string_view(key) == "mse") continue;  // neighbouring cuts may be equally good
      const double clip = double(f.rows->shared().scales[0]) * ((1 << (f.rows->codes().bits - 1)) - 1);
      QVERIFY(ratio(clip, scalar(c, capped ? "minmax" : std::string(key) + "_clip")) < 1e-4);
    }
  }

  void codebooks_data() { add_rows("codebook"); }
  void codebooks() {
    QFETCH(int, index);
    const json& c = case_at(index);
    if (c.at("inputs").empty()) return lloydMax(c);
    const bool weighted = c.at("inputs").size() == 2;
    const Array w = input(c);
    std::vector<quant::WeightedValue> points;
    const std::size_t n = std::min<std::size_t>(1200, weighted ? w.shape.back() : w.values.size());
    const auto weights = weighted ? input(c, 1).values : std::vector<double>(n, 1.0);
    for (std::size_t i = 0; i < n; ++i) points.push_back({w.values[i], weights[i]});
    std::sort(points.begin(), points.end(), [](auto a, auto b) { return a.value < b.value; });
    std::vector<quant::WeightedValue> distinct;
    for (const auto& p : points) {
      if (!distinct.empty() && distinct.back().value == p.value)
        distinct.back().weight += p.weight;
      else
        distinct.push_back(p);
    }
    for (const std::size_t levels : {2, 3, 4, 8, 16}) {
      const std::string key = (weighted ? "wsse_k" : "sse_k") + std::to_string(levels);
      if (!c.at("scalars").contains(key)) continue;
      const auto book = quant::optimal_codebook(distinct, levels);
      double sum = 0;
      for (const auto& p : distinct) {
        double least = std::numeric_limits<double>::infinity();
        for (const float level : book) least = std::min(least, std::pow(p.value - double(level), 2));
        sum += p.weight * least;
      }
      QVERIFY2(sum <= scalar(c, key) * (1 + 1e-6) + 1e-30,
               qPrintable(QString("%1: %2").arg(QString::fromStdString(key)).arg(sum, 0, 'g', 12)));
    }
  }

  void huffman_data() { add_rows("huffman"); }
  void huffman() {
    QFETCH(int, index);
    const json& c = case_at(index);
    const Fitted f = fitted(c);
    const auto q = f.whole();
    std::vector<std::uint64_t> counts(std::size_t{1} << f.rows->codes().bits);
    for (const int code : codes(f, q)) ++counts[std::size_t(code + int(counts.size() / 2))];
    QCOMPARE(differing(counts, out(c, "counts").values), std::size_t{0});
    QCOMPARE(double(quant::coded_bits(counts, quant::huffman_lengths(counts))), scalar(c, "total_bits"));
  }

 private:
  /// Levels of a density, by its quantiles: the fixed point is the least squared error of a codebook.
  static void lloydMax(const json& c) {
    if (c.at("params").at("density") != "laplace") return;
    constexpr std::size_t n = std::size_t{1} << 20;
    std::vector<quant::WeightedValue> points(n);
    for (std::size_t i = 0; i < n / 2; ++i) {
      const double x = std::log(2 * (double(i) + 0.5) / double(n)) / std::sqrt(2.0);
      points[i].value = x, points[n - 1 - i].value = -x;
    }
    for (const json& row : c.at("scalars").at("rows")) {
      const auto book = quant::optimal_codebook(points, row.at("levels").get<std::size_t>());
      const quant::NearestLevel nearest(book);
      double sum = 0;
      for (const auto& p : points) sum += std::pow(p.value - double(book[nearest(float(p.value))]), 2);
      QVERIFY(ratio(sum / double(n), row.at("D_lloyd_max").get<double>()) < 0.01);
    }
  }
};

QTEST_APPLESS_MAIN(TestGoldensWeightsOnly)
#include "tst_goldens_weights_only.moc"
