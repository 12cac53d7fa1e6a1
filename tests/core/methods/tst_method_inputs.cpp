// Odd tensors under every method: NaN and infinities, zeros, one element, short rows, no rows, one and four dimensions,
// denormals, values at the edge of a format and of float32. A method refuses with a reason or goes on; what comes out
// of finite weights is finite or counted; and the method's page says what it does.

#include <QRegularExpression>
#include <QTest>
#include <cfloat>
#include <cmath>
#include <functional>
#include <random>

#include "core/backend/analysis.h"
#include "tests/support/methods.h"

using namespace quant::test;
using quant::ErrorFigures;
using Shape = std::vector<std::uint64_t>;

namespace {

/// Values of a tensor of n elements.
using Fill = std::function<float(std::size_t i, float normal)>;

struct Input {
  const char* name;
  Fill fill;
  bool finite = true;
};

const float edges[] = {6,        6.5f,      7,       7.5f,     28,      30,          448,      464,     465,
                       57344,    61440,     65504,   65519.9f, 65520,   65536,       1e-5f,    6e-8f,   3e-8f,
                       0x1p-14f, 0x1p-126f, 0x1p-9f, 2.5e-1f,  FLT_MAX, FLT_MAX / 2, 3.39e38f, FLT_MIN, FLT_TRUE_MIN};

const Input inputs[] = {
    {"one NaN", [](std::size_t i, float x) { return i == 5 ? not_a_number : x; }, false},
    {"one infinity", [](std::size_t i, float x) { return i == 5 ? infinity : x; }, false},
    {"both infinities and NaN",
     [](std::size_t i, float x) {
       return i % 7 == 1 ? infinity : i % 7 == 2 ? -infinity : i % 7 == 3 ? not_a_number : x;
     },
     false},
    {"nothing but NaN", [](std::size_t, float) { return not_a_number; }, false},
    {"nothing but infinities", [](std::size_t i, float) { return i % 2 ? infinity : -infinity; }, false},
    {"zeros", [](std::size_t, float) { return 0.0f; }},
    {"zeros of both signs", [](std::size_t i, float) { return i % 2 ? 0.0f : -0.0f; }},
    {"normal values", [](std::size_t, float x) { return x; }},
    {"one value", [](std::size_t, float) { return 0.3f; }},
    {"zeros but for one", [](std::size_t i, float) { return i == 9 ? -0.7f : 0.0f; }},
    {"denormals", [](std::size_t, float x) { return x * 1e-38f; }},
    {"the least denormal", [](std::size_t i, float) { return i % 3 ? FLT_TRUE_MIN : -FLT_TRUE_MIN; }},
    {"normal values and one denormal", [](std::size_t i, float x) { return i == 3 ? 1e-42f : x; }},
    {"the least normal number", [](std::size_t i, float) { return i % 2 ? FLT_MIN : -FLT_MIN; }},
    {"the largest float32", [](std::size_t, float) { return FLT_MAX; }},
    {"the largest float32 of both signs", [](std::size_t i, float) { return i % 2 ? FLT_MAX : -FLT_MAX; }},
    {"normal values and the largest float32", [](std::size_t i, float x) { return i == 3 ? -FLT_MAX : x; }},
    {"the largest and the least", [](std::size_t i, float) { return i % 2 ? FLT_MAX : FLT_TRUE_MIN; }},
    {"large values of both signs",
     [](std::size_t, float x) { return float(std::clamp(double(x) * 2e39, -double(FLT_MAX), double(FLT_MAX))); }},
    {"values at the edges of formats",
     [](std::size_t i, float x) { return std::copysign(edges[i % std::size(edges)], x); }},
    {"half precision's edge", [](std::size_t i, float) { return i % 3 ? 65504.0f : -65520.0f; }},
    {"every magnitude", [](std::size_t i, float x) { return std::copysign(std::exp2(float(i % 270) - 145), x); }},
};

std::vector<std::string> schemes() {
  std::vector<std::string> all;
  for (const quant::Method* m : quant::methods())
    if (m->needs == quant::Needs::weights) all.emplace_back(m->id);
  for (const char* more : {"rtn:group=32",
                           "rtn:asym,bits=3,group=48",
                           "rtn:asym,gran=tensor",
                           "rtn:bits=8,gran=column",
                           "rtn:full,recip",
                           "rtn:asym,nowiden,gran=column",
                           "rtn:bits=2,scales=f16",
                           "rtn:range=mse",
                           "rtn:asym,group=32,range=mse",
                           "rtn:asym,range=octav",
                           "rtn:range=octav",
                           "rtn:p=95,range=percentile",
                           "rtn:asym,range=percentile",
                           "rtn:asym,range=aciq",
                           "rtn:dist=laplace,range=aciq",
                           "rtn:gran=tensor,range=kl",
                           "article:gran=row",
                           "article:decimals=2,group=16",
                           "nf4:block=32,dq",
                           "fp4-bnb:dq,lookup=table",
                           "fp8-e4m3:scale=row",
                           "fp8-e4m3:overflow=ieee",
                           "fp8-e5m2:overflow=ieee",
                           "fp6-e3m2:scale=tensor",
                           "fp4-e2m1:group=16",
                           "fp16:scale=row",
                           "bf16:group=32",
                           "tf32:scale=tensor",
                           "mxfp4:scale=rceil",
                           "mxfp4:scale=ceil",
                           "mxfp8-e5m2:scale=even",
                           "mxint8:scale=rceil",
                           "nvfp4:levels=1",
                           "kmeans:gran=row",
                           "kmeans:bits=2,group=48",
                           "deepcomp:prune=0",
                           "deepcomp:bits=8,prune=0.5",
                           "deepcomp:huffman=off",
                           "bitnet:gran=row",
                           "bitnet:group=32,pack=5",
                           "binary:center",
                           "binary:gran=tensor",
                           "hqq:bits=2,group=32",
                           "hqq:legacy=off",
                           "hqq:axis=0",
                           "hqq:bits=1,opt=off"})
    all.emplace_back(more);
  return all;
}

std::string_view page(const std::string& scheme) { return quant::Scheme::parse(scheme)->method().fails; }

bool says(std::string_view text, const char* pattern) {
  return QRegularExpression(pattern).match(QString::fromUtf8(text.data(), qsizetype(text.size()))).hasMatch();
}

std::uint64_t count(const Shape& shape) {
  std::uint64_t n = 1;
  for (const auto d : shape) n *= d;
  return n;
}

Weights filled(const Input& input, std::size_t n) {
  std::mt19937 engine(3);
  std::normal_distribution<float> normal(0.0f, 0.05f);
  Weights w(n);
  for (std::size_t i = 0; i < n; ++i) w[i] = input.fill(i, normal(engine));
  return w;
}

/// Every figure that is there is a number, and what no figure can say is counted.
void checkFigures(const ErrorFigures& f, const Weights& w, const Weights& values) {
  std::uint64_t nan = 0, inf = 0, lost = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    nan += std::isnan(w[i]), inf += std::isinf(w[i]);
    lost += std::isfinite(w[i]) && !std::isfinite(values[i] - w[i]);
  }
  QCOMPARE(f.nan, nan);
  QCOMPARE(f.inf, inf);
  QCOMPARE(f.count, w.size() - nan - inf);
  QCOMPARE(f.overflow, lost);
  for (const auto& figure : {f.mse, f.rmse, f.rel_fro, f.sqnr_db, f.cosine, f.max_abs, f.mean_error, f.clip_share,
                             f.rounding_mse, f.clipping_mse, f.code_entropy, f.p50_abs, f.p95_abs, f.p99_abs})
    QVERIFY(!figure || std::isfinite(*figure));
  if (f.count > 0 && f.overflow == 0) QVERIFY(f.mse && f.rmse && f.max_abs && f.mean_error && f.p50_abs);
}

/// What analyze says on this backend.
quant::Analysis analysed(const Fitted& fitted, const quant::Backend& backend, const quant::Backend& reference) {
  const quant::Devices devices{&backend, &reference, 2, 0};
  quant::JobContext job;
  const auto results = quant::analyze(*fitted.view, {&fitted.rows->scheme(), 1}, devices, job);
  if (!results) qFatal("%s", one_line(results.error()).c_str());
  return results->front();
}

/// Both backends count and sum what the values are.
void checkAnalyses(const Fitted& fitted, const Weights& values) {
  const auto reference = quant::make_reference_backend(), native = quant::make_native_backend();
  const auto view = fitted.view->rows_in_place(0, fitted.view->matrix().all_rows());
  const Weights w(view.begin(), view.end());
  for (const auto* backend : {reference.get(), native.get()}) {
    const auto analysis = analysed(fitted, *backend, *reference);
    QVERIFY2(analysis.refused.empty(), analysis.refused.c_str());
    checkFigures(analysis.figures, w, values);
    if (QTest::currentTestFailed()) qWarning("on %s", analysis.device.c_str());
  }
}

/// What a page must say of a method that makes this value of a NaN or an infinity.
const char* becomes(float w, float value) {
  if (std::isnan(w))
    return std::isnan(value) ? "NaN( and infinities)? stays?|NaN and infinities included"
                             : "NaN (and infinities )?(becomes?|takes? no part|are left out)";
  if (std::isinf(value)) return "infinities (stay|included)";
  return std::isnan(value) ? "NaN in e4m3" : "infinities (become|take no part|are left out|the largest)";
}

void checkRefusal(const quant::Error& error, const std::string& scheme) {
  QCOMPARE(error.code, quant::ErrorCode::refused);
  QVERIFY(!error.what.empty() && !error.why.empty() && !error.hint.empty());
  QCOMPARE(error.where, std::string("w"));
  QVERIFY2(says(page(scheme), "[Rr]efuses"), "the page does not say that the method refuses tensors");
}

}  // namespace

class TestMethodInputs : public QObject {
  Q_OBJECT

 private slots:
  void oddValues_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("input");
    for (const auto& s : schemes())
      for (int i = 0; i < int(std::size(inputs)); ++i)
        QTest::newRow((s + ": " + inputs[i].name).c_str()) << QString::fromStdString(s) << i;
  }
  void oddValues() {
    QFETCH(QString, scheme);
    QFETCH(int, input);
    const std::string text = scheme.toStdString();
    const Shape shape = {9, 256};
    const Weights w = filled(inputs[input], count(shape));
    const auto fitted = try_fit(text, shape, w);
    if (!fitted) return checkRefusal(fitted.error(), text);
    const auto q = fitted->whole();
    QCOMPARE(q.values.size(), w.size());
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (std::isfinite(w[i])) {
        QVERIFY2(!std::isnan(q.values[i]) || says(page(text), "NaN in e4m3"), qPrintable(QString::number(i)));
        lost += std::isinf(q.values[i]);
      } else {
        QVERIFY2(says(page(text), becomes(w[i], q.values[i])), becomes(w[i], q.values[i]));
      }
    }
    if (lost > 0)
      QVERIFY2(says(page(text), "become infinite|Inf, or NaN"), "the page does not say that values overflow");
    for (const float scale : q.scales) QVERIFY(std::isfinite(scale));
    checkAnalyses(*fitted, q.values);
  }

  void oddShapes_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<Shape>("shape");
    const std::pair<const char*, Shape> shapes[] = {{"0-D", {}},           {"one element", {1}},
                                                    {"1-D", {37}},         {"a short last group", {5, 33}},
                                                    {"4-D", {3, 2, 3, 3}}, {"experts", {2, 3, 32}},
                                                    {"no rows", {0, 32}},  {"no columns", {3, 0}},
                                                    {"nothing", {0}},      {"experts of none", {0, 4, 32}},
                                                    {"a column", {9, 1}}};
    for (const auto& s : schemes())
      for (const auto& [name, shape] : shapes)
        QTest::newRow((s + ": " + name).c_str()) << QString::fromStdString(s) << shape;
  }
  void oddShapes() {
    QFETCH(QString, scheme);
    QFETCH(Shape, shape);
    const std::string text = scheme.toStdString();
    const Weights w = filled(inputs[7], count(shape));
    const auto fitted = try_fit(text, shape, w);
    if (!fitted) {
      QVERIFY2(says(page(text), "multiple of|does not divide|below 2048"),
               "the page does not say which shapes it refuses");
      return checkRefusal(fitted.error(), text);
    }
    const auto q = fitted->whole();
    QCOMPARE(q.values.size(), w.size());
    for (const float v : q.values) QVERIFY(std::isfinite(v));
    QCOMPARE(fitted->rows->stored_bytes(fitted->view->matrix()) == 0, w.empty());
    QVERIFY2(says(page(text), "1-D|4-D|(any|every) rank|odd tensors|cross rows"),
             "the page does not say what becomes of shapes");
    checkAnalyses(*fitted, q.values);
  }
};

QTEST_APPLESS_MAIN(TestMethodInputs)
#include "tst_method_inputs.moc"
