// Promises that every method keeps, whatever it does: walks the list, so that a new method is held to them at once.

#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/methods.h"

using namespace quant::test;
using quant::QuantizedTile;
using Shape = std::vector<std::uint64_t>;

namespace {

/// Every method as it is by default, and the parameters that change what is stored.
std::vector<std::string> schemes() {
  std::vector<std::string> all;
  for (const quant::Method* m : quant::methods()) all.emplace_back(m->id);
  for (const char* more : {"rtn:group=32",
                           "rtn:asym,bits=3,group=48",
                           "rtn:gran=tensor,asym",
                           "rtn:gran=column,bits=8",
                           "rtn:full,recip",
                           "rtn:asym,nowiden,gran=column",
                           "rtn:scales=f16,bits=2",
                           "article:gran=row,bits=3",
                           "article:group=16",
                           "article:gran=tensor,decimals=2",
                           "nf4:block=32,dq",
                           "fp8-e4m3:scale=row",
                           "fp8-e5m2:overflow=ieee",
                           "fp6-e3m2:scale=tensor",
                           "fp4-e2m1:group=16",
                           "fp16:scale=row",
                           "bf16:group=32",
                           "rtn:range=mse",
                           "rtn:asym,gran=tensor,range=octav",
                           "rtn:group=32,range=percentile,p=95",
                           "rtn:gran=column,range=aciq",
                           "fp4-bnb:dq,lookup=table",
                           "mxfp4:scale=rceil",
                           "mxint8:scale=even",
                           "nvfp4:levels=1",
                           "kmeans:gran=row",
                           "kmeans:bits=2,group=48",
                           "deepcomp:prune=0",
                           "deepcomp:bits=8,prune=0.5",
                           "deepcomp:huffman=off",
                           "bitnet:gran=row,pack=5",
                           "bitnet:group=32",
                           "binary:center",
                           "binary:gran=tensor",
                           "hqq:bits=2,group=32",
                           "hqq:bits=1,opt=off"})
    all.emplace_back(more);
  return all;
}

Weights normal_weights(std::size_t n, unsigned seed = 1) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.0f, 0.05f);
  Weights w(n);
  for (float& x : w) x = normal(engine);
  return w;
}

std::size_t count(const Shape& shape) {
  std::size_t n = 1;
  for (const auto d : shape) n *= d;
  return n;
}

template <class T>
std::vector<T> from(const std::vector<T>& all, std::size_t first) {
  return all.empty() ? all : std::vector<T>(all.begin() + std::ptrdiff_t(first), all.end());
}

bool is_gguf(const std::string& scheme) { return quant::Scheme::parse(scheme)->method().family == "gguf"; }

/// Elements of a GGUF block, whose rows are a multiple of it.
std::uint64_t block_of(const std::string& scheme) {
  if (!is_gguf(scheme)) return 1;
  return scheme.find("_k") != std::string::npos || scheme == "iq4_xs" ? 256 : 32;
}

/// A row of about n weights that suits the scheme.
std::uint64_t suited(const std::string& scheme, std::uint64_t n) {
  return std::max(n, block_of(scheme)) / block_of(scheme) * block_of(scheme);
}

/// Levels that need not hold 0, and errors that no step bounds: the range is not what the levels cover.
bool levels_by_mean(const std::string& scheme) {
  return scheme.starts_with("kmeans") || scheme.starts_with("deepcomp") || scheme.starts_with("binary");
}

/// A cast to one of these gives infinity for values beyond its range, and keeps NaN: the methods' definitions.
bool keeps_specials(const std::string& scheme) {
  return scheme == "none" || scheme.starts_with("fp64") || scheme.starts_with("fp32") || scheme.starts_with("tf32") ||
         scheme.starts_with("bf16") || scheme.starts_with("fp16") || scheme.starts_with("fp8") ||
         scheme.starts_with("mxfp8");
}

void scheme_rows() {
  QTest::addColumn<QString>("scheme");
  for (const auto& s : schemes()) QTest::newRow(s.c_str()) << QString::fromStdString(s);
}

}  // namespace

class TestMethods : public QObject {
  Q_OBJECT

 private slots:
  void describesItself_data() {
    QTest::addColumn<const quant::Method*>("method");
    for (const quant::Method* m : quant::methods()) QTest::newRow(std::string(m->id).c_str()) << m;
  }
  void describesItself() {
    QFETCH(const quant::Method*, method);
    for (const auto text : {method->id, method->title, method->family, method->summary, method->when, method->cost,
                            method->fails, method->reference})
      QVERIFY(!text.empty());
    for (const quant::Param& p : method->params) {
      QVERIFY(!p.name.empty() && !p.help.empty());
      QVERIFY(p.type == quant::ParamType::flag || !p.range.empty());
    }
    QVERIFY(quant::find_method(method->id) == method);
    QCOMPARE(quant::Scheme::parse(method->id)->text(), std::string(method->id));
  }

  void canonicalTextParsesToItself_data() { scheme_rows(); }
  void canonicalTextParsesToItself() {
    QFETCH(QString, scheme);
    const auto parsed = quant::Scheme::parse(scheme.toStdString());
    QVERIFY(parsed);
    const auto again = quant::Scheme::parse(parsed->text());
    QVERIFY(again && *again == *parsed);
    QCOMPARE(again->text(), parsed->text());
  }

  void rowsAreIndependent_data() { scheme_rows(); }
  void rowsAreIndependent() {
    QFETCH(QString, scheme);
    constexpr std::uint64_t rows = 8;
    const std::uint64_t cols = suited(scheme.toStdString(), 160);
    const Fitted f = fit(scheme.toStdString(), {rows, cols}, normal_weights(rows * cols));
    const std::uint64_t cut = f.rows->row_alignment(cols);
    QVERIFY(cut >= 1 && cut < rows);
    const QuantizedTile both = f.whole(), tail = f.quantize(cut, rows - cut);
    QCOMPARE(tail.codes, from(both.codes, both.codes.empty() ? 0 : cut * cols));
    QCOMPARE(tail.values, from(both.values, cut * cols));
    const std::size_t scales_above = both.scales.size() - tail.scales.size();
    QCOMPARE(tail.scales, from(both.scales, scales_above));
    QCOMPARE(tail.zeros, from(both.zeros, both.zeros.empty() ? 0 : scales_above));
  }

  void valuesFollowFromWhatIsStored_data() { scheme_rows(); }
  void valuesFollowFromWhatIsStored() {
    QFETCH(QString, scheme);
    const std::uint64_t cols = suited(scheme.toStdString(), 96);
    const Fitted f = fit(scheme.toStdString(), {4, cols}, normal_weights(4 * cols));
    const QuantizedTile q = f.whole();
    QuantizedTile again = q;
    if (!q.codes.empty()) again.values.assign(q.values.size(), 99.0f);
    f.rows->dequantize(again);
    QCOMPARE(again.values, q.values);
    QVERIFY(q.codes.empty() == (f.rows->codes().bits == 0));
    for (const int code : codes(f, q)) {
      const int width = f.rows->codes().bits;
      QVERIFY(f.rows->codes().is_signed ? code >= -(1 << (width - 1)) && code < (1 << (width - 1))
                                        : code < (1 << width));
    }
  }

  /// |e| ≤ Δ/2 wherever the code was not clipped; codes and values are rounded, and an fp16 scale moves all of a block.
  void errorsAreHalfAStep_data() { scheme_rows(); }
  void errorsAreHalfAStep() {
    QFETCH(QString, scheme);
    const std::uint64_t cols = suited(scheme.toStdString(), 96);
    const Weights w = normal_weights(4 * cols);
    const Fitted f = fit(scheme.toStdString(), {4, cols}, w);
    const QuantizedTile q = f.whole();
    Weights steps(w.size());
    f.rows->steps({w, 4, cols, 0}, q, steps);
    const bool half_scale = is_gguf(scheme.toStdString());
    if (levels_by_mean(scheme.toStdString())) return;  // the outermost levels are means, with weights on either side
    const double slack = scheme.contains("dq") ? 0.6 : half_scale ? 0.06 : 1e-4;
    for (std::size_t i = 0; i < w.size(); ++i) {
      QVERIFY(std::isfinite(steps[i]) && steps[i] >= 0);
      const double e = std::fabs(double(q.values[i]) - double(w[i]));
      const bool clipped = !q.clipped.empty() && q.clipped[i];
      if (!clipped && !scheme.contains("nowiden"))
        QVERIFY2(e <= double(steps[i]) * (0.5 + slack), qPrintable(QString::number(i)));
    }
  }

  void oddTensors_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<Shape>("shape");
    const std::pair<const char*, Shape> shapes[] = {{"0-D", {}},          {"one element", {1}},   {"1-D", {37}},
                                                    {"ragged", {5, 33}},  {"4-D", {3, 2, 3, 3}},  {"3-D", {2, 3, 32}},
                                                    {"no rows", {0, 32}}, {"no columns", {3, 0}}, {"a column", {9, 1}}};
    for (const auto& s : schemes())
      for (const auto& [name, shape] : shapes)
        QTest::newRow((s + ", " + name).c_str()) << QString::fromStdString(s) << shape;
  }
  void oddTensors() {
    QFETCH(QString, scheme);
    QFETCH(Shape, shape);
    const std::string text = scheme.toStdString();
    const auto fitted = try_fit(text, shape, normal_weights(count(shape)));
    const auto matrix = quant::matrix_shape(shape);
    if (!fitted) {
      QVERIFY(matrix.cols % block_of(text) != 0);
      QVERIFY(fitted.error().code == quant::ErrorCode::refused);
      return;
    }
    const QuantizedTile q = fitted->whole();
    QCOMPARE(q.values.size(), count(shape));
    QVERIFY(std::all_of(q.values.begin(), q.values.end(), [](float v) { return std::isfinite(v); }));
    const auto bytes = fitted->rows->stored_bytes(matrix);
    QVERIFY((bytes == 0) == (count(shape) == 0));
    const auto region = fitted->rows->region();
    if (region == quant::Region::row || region == quant::Region::group || region == quant::Region::block)
      QCOMPARE(std::uint64_t(q.scales.size()), quant::regions(region, matrix, fitted->rows->group()));
  }

  /// NaN and ±Inf do not touch their neighbours: the methods' definitions; GGUF refuses the tensor.
  void nonFiniteWeights_data() { scheme_rows(); }
  void nonFiniteWeights() {
    QFETCH(QString, scheme);
    const std::string text = scheme.toStdString();
    const std::uint64_t cols = suited(text, 96);
    Weights w = normal_weights(4 * cols);
    w[5] = not_a_number, w[100] = infinity, w[200] = -infinity;
    const auto fitted = try_fit(text, {4, cols}, w);
    if (is_gguf(text)) {
      QVERIFY(!fitted);
      QVERIFY(fitted.error().why.find("1 NaN and 2 infinities") != std::string::npos);
      return;
    }
    QVERIFY(fitted);
    const QuantizedTile q = fitted->whole();
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (std::isfinite(w[i]) || !keeps_specials(text)) QVERIFY(std::isfinite(q.values[i]));
      if (std::isfinite(w[i])) QVERIFY(std::fabs(q.values[i] - w[i]) < 1);
    }
    const bool holds_zero = !levels_by_mean(text) && !text.starts_with("hqq");
    if (holds_zero && !keeps_specials(text) && !text.starts_with("fp")) QCOMPARE(q.values[5], 0.0f);
  }

  void zerosStayZero_data() { scheme_rows(); }
  void zerosStayZero() {
    QFETCH(QString, scheme);
    const std::uint64_t cols = suited(scheme.toStdString(), 96);
    const Fitted f = fit(scheme.toStdString(), {4, cols}, Weights(4 * cols, 0.0f));
    const QuantizedTile q = f.whole();
    QVERIFY(std::all_of(q.values.begin(), q.values.end(), [](float v) { return v == 0; }));
    QVERIFY(q.clipped.empty());
  }

  /// Bits per weight of a 4096 × 4096 matrix, scales included: the methods' definitions.
  void bitsPerWeight_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<double>("bpw");
    constexpr double n = 4096.0 * 4096.0, blocks = n / 64;
    QTest::newRow("rtn g128") << "rtn:group=128" << 4.125;
    QTest::newRow("rtn g128 asym") << "rtn:asym,group=128" << 4.15625;
    QTest::newRow("article") << "article" << 4 + 16 * 4096 / n;
    QTest::newRow("nf4") << "nf4" << 4.5;
    QTest::newRow("nf4 dq") << "nf4:dq" << 8 * (n / 2 + blocks + 4 * blocks / 256 + 4) / n;
    QTest::newRow("q4_0") << "q4_0" << 4.5;
    const std::pair<const char*, double> gguf[] = {
        {"q4_1", 5.0}, {"q5_0", 5.5}, {"q5_1", 6.0},    {"q8_0", 8.5},   {"q2_k", 2.625},  {"q3_k", 3.4375},
        {"q4_k", 4.5}, {"q5_k", 5.5}, {"q6_k", 6.5625}, {"iq4_nl", 4.5}, {"iq4_xs", 4.25}, {"gguf-mxfp4", 4.25}};
    for (const auto& [id, bits] : gguf) QTest::newRow(id) << QString(id) << bits;
    QTest::newRow("none is what the file has") << "none" << 32.0;
    QTest::newRow("tf32 takes 32 bits") << "tf32" << 32.0;
    QTest::newRow("fp64") << "fp64" << 64.0;
    QTest::newRow("fp16") << "fp16" << 16.0;
    QTest::newRow("fp6") << "fp6-e2m3" << 6.0;
    QTest::newRow("fp4 in groups with a float32 scale") << "fp4-e2m1:group=32" << 5.0;
    QTest::newRow("fp8 per tensor") << "fp8-e4m3:scale=tensor" << 8 + 32 / n;
  }
  void bitsPerWeight() {
    QFETCH(QString, scheme);
    QFETCH(double, bpw);
    const Fitted f = fit(scheme.toStdString(), {256}, Weights(256, 1.0f));
    QCOMPARE(8.0 * double(f.rows->stored_bytes({1, 4096, 4096})) / (4096.0 * 4096.0), bpw);
  }

  void packedStorageHasTheStoredBytes_data() { scheme_rows(); }
  void packedStorageHasTheStoredBytes() {
    QFETCH(QString, scheme);
    const std::uint64_t cols = suited(scheme.toStdString(), 64);
    const Fitted f = fit(scheme.toStdString(), {3, cols}, normal_weights(3 * cols));
    const auto packed = f.rows->pack(f.whole());
    if (packed.empty()) return;  // no standard storage
    const auto bytes = f.rows->stored_bytes({1, 3, cols});
    QVERIFY(packed.size() <= bytes);
    const bool has_codebook = scheme.startsWith("kmeans");
    if ((f.rows->region() == quant::Region::none && !has_codebook) || is_gguf(scheme.toStdString()))
      QCOMPARE(std::uint64_t(packed.size()), bytes);
  }
};

QTEST_APPLESS_MAIN(TestMethods)
#include "tst_methods.moc"
