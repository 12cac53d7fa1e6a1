// Every scheme that a device runs gives the reference's codes, scales, zeros, values and clip marks, bit for bit.

#include "tests/gpu/twins.h"

using namespace quant;

namespace {

const char* const schemes[] = {
    "rtn:bits=4,group=128",
    "rtn:bits=2,group=32,asym",
    "rtn:bits=3,gran=row,asym",
    "rtn:bits=8,gran=row",
    "rtn:bits=4,group=64,full",
    "rtn:bits=4,group=64,full,recip",
    "rtn:bits=5,group=48,narrow",
    "rtn:bits=4,group=64,asym,nowiden",
    "rtn:bits=6,group=64,asym,recip",
    "rtn:bits=4,group=64,scales=f16",
    "rtn:bits=4,gran=tensor",
    "rtn:bits=7,gran=tensor,asym",
    "rtn:bits=4,gran=column",
    "rtn:bits=4,gran=column,asym,scales=f16",
    "article",
    "article:bits=3,gran=tensor",
    "article:bits=4,group=64",
    "nf4",
    "nf4:block=96",
    "nf4:block=2,dq",
    "none",
    "fp32",
    "tf32",
    "bf16",
    "fp16",
    "fp16:scale=row",
    "fp8-e4m3",
    "fp8-e4m3:overflow=ieee",
    "fp8-e5m2",
    "fp8-e5m2:overflow=ieee",
    "fp8-e5m2:group=64",
    "fp6-e3m2",
    "fp6-e2m3:scale=tensor",
    "fp4-e2m1",
    "fp4-e2m1:group=32",
};

// GGUF types: each with and, where its bytes then differ, without importance.
const char* const gguf_schemes[] = {
    "q4_0",         "q4_0:imatrix", "q4_1",           "q4_1:imatrix", "q5_0",           "q5_0:imatrix",
    "q5_1",         "q5_1:imatrix", "q8_0",           "q2_k",         "q2_k:imatrix",   "q3_k",
    "q3_k:imatrix", "q4_k",         "q4_k:imatrix",   "q5_k",         "q5_k:imatrix",   "q6_k",
    "q6_k:imatrix", "iq4_nl",       "iq4_nl:imatrix", "iq4_xs",       "iq4_xs:imatrix", "gguf-mxfp4",
};

// Beside the work-group sizes (64, 32, 16), the groups and the unit of four weights a lane.
constexpr std::uint64_t widths[] = {1, 31, 64, 130, 256, 1000};

}  // namespace

class TestSchemeKernels : public QObject {
  Q_OBJECT
 private slots:
  void codesEqualTheReference_data() {
    QTest::addColumn<std::size_t>("form");
    QTest::addColumn<QString>("scheme");
    for (std::size_t f = 0; f < std::size(twins::forms); ++f)
      for (const char* scheme : schemes)
        QTest::newRow(qPrintable(QString("%1 on %2").arg(scheme, twins::forms[f].name))) << f << QString(scheme);
  }
  void codesEqualTheReference() {
    QFETCH(std::size_t, form);
    QFETCH(QString, scheme);
    const Backend* device = backend(form);
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    for (const std::uint64_t cols : widths) {
      constexpr std::uint64_t rows = 17;
      const auto weights = twins::odd_weights(rows, cols);
      const auto view = memory_tensor("w", {rows, cols}, weights);
      const auto quantizer = twins::fit(scheme.toStdString(), *view);
      QVERIFY(quantizer);
      QVERIFY(device->runs(*quantizer));
      const std::uint64_t aligned = quantizer->row_alignment(cols), first = aligned < rows ? aligned : 0;
      const RowTile tile{std::span(weights).subspan(first * cols), rows - first, cols, first};
      const auto got = device->quantize(*quantizer, tile);
      QVERIFY2(got, got ? "" : one_line(got.error()).c_str());
      const QString different = twins::difference(*got, quantizer->quantize(tile));
      QVERIFY2(different.isEmpty(), qPrintable(QString("%1 columns: %2").arg(cols).arg(different)));
    }
  }

  void castsOfAnyBitsEqualTheReference_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme : {"tf32", "bf16", "fp16", "fp8-e4m3", "fp8-e5m2:overflow=ieee", "fp6-e3m2", "fp6-e2m3",
                               "fp4-e2m1", "fp4-e2m1:group=32", "fp16:group=32"})
      QTest::newRow(scheme) << QString(scheme);
  }
  void castsOfAnyBitsEqualTheReference() {
    QFETCH(QString, scheme);
    constexpr std::uint64_t n = 1 << 16;
    std::mt19937 random(3);
    std::vector<float> weights(n);
    // Half of them near the formats' ranges, and low bits cleared at random, so that ties are common.
    for (auto& x : weights) {
      const auto bits = std::uint32_t(random() & (0xffffffffu << (random() % 25)));
      const auto exponent = std::uint32_t(127 - 30 + random() % 50);
      x = std::bit_cast<float>(random() % 2 ? bits : (bits & 0x807fffffu) | exponent << 23);
    }
    const auto view = memory_tensor("w", {n}, weights);
    const auto quantizer = twins::fit(scheme.toStdString(), *view);
    QVERIFY(quantizer);
    const RowTile tile{weights, 1, n, 0};
    for (const std::size_t form : {0, 1}) {
      QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
      const auto got = backend(form)->quantize(*quantizer, tile);
      QVERIFY2(got, got ? "" : one_line(got.error()).c_str());
      QCOMPARE(twins::difference(*got, quantizer->quantize(tile)), QString());
    }
  }

  void ggufBlocksEqualTheReference_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QString>("kind");
    for (const char* scheme : gguf_schemes)
      for (const char* kind : twins::weight_kinds)
        QTest::newRow(qPrintable(QString("%1 of %2").arg(scheme, kind))) << QString(scheme) << QString(kind);
  }
  void ggufBlocksEqualTheReference() {
    QFETCH(QString, scheme);
    QFETCH(QString, kind);
    for (const auto& [rows, cols] : {std::pair<std::uint64_t, std::uint64_t>{1, 256}, {3, 768}, {9, 1024}}) {
      const auto weights = twins::weights_of_kind(kind.toStdString(), rows * cols);
      compareGguf(scheme, *memory_tensor("w", {rows, cols}, weights), {weights, rows, cols, 0});
    }
  }

  void ggufRowsOfShortBlocksEqualTheReference_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme : {"q4_0", "q4_0:imatrix", "q4_1", "q4_1:imatrix", "q5_0", "q5_0:imatrix", "q5_1",
                               "q5_1:imatrix", "q8_0", "iq4_nl", "iq4_nl:imatrix", "gguf-mxfp4"})
      QTest::newRow(scheme) << QString(scheme);
  }
  void ggufRowsOfShortBlocksEqualTheReference() {
    QFETCH(QString, scheme);
    for (const std::uint64_t cols : {32, 96, 1056}) {
      const auto weights = twins::half_range_weights(16, cols);
      compareGguf(scheme, *memory_tensor("w", {16, cols}, weights), {weights, 16, cols, 0});
    }
  }

  void mxfp4TakesAnyFiniteWeight() {
    std::mt19937 random(5);
    std::vector<float> weights(1 << 16);
    for (auto& x : weights) {
      x = std::bit_cast<float>(std::uint32_t(random()));
      if (!std::isfinite(x)) x = std::copysign(std::numeric_limits<float>::max(), x);
    }
    // Blocks of one size each: the last floats below every power of two, and the first of them.
    for (std::size_t b = 0; b < 1024; ++b) {
      const int power = int(b % 300) - 160, ulps = int(b / 300) * 21;
      const auto bits = std::bit_cast<std::uint32_t>(std::exp2(float(power)));
      if (!std::isfinite(std::exp2(float(power))) || bits < 64) continue;
      for (std::size_t i = 0; i < 32; ++i) weights[32 * b + i] = std::bit_cast<float>(bits - std::uint32_t(ulps));
    }
    compareGguf("gguf-mxfp4", *memory_tensor("w", {64, 1024}, weights), {weights, 64, 1024, 0});
  }

  void importanceOfAnySizeEqualsTheReference_data() { weightedSchemes(); }
  void importanceOfAnySizeEqualsTheReference() {
    QFETCH(QString, scheme);
    constexpr std::uint64_t rows = 3, cols = 1024;
    const auto weights = twins::weights_of_kind("a wide range", rows * cols);
    auto importance = twins::importance_of(cols);
    constexpr float sizes[] = {1e-42f, 1e-20f, 1e12f, 1e25f};  // a super-block each; the last ones overflow in sums
    for (std::size_t c = 0; c < cols; ++c) importance[c] *= sizes[c / 256];
    compareGguf(scheme, *memory_tensor("w", {rows, cols}, weights), {weights, rows, cols, 0}, importance);
  }

  void eachExpertHasItsOwnImportance_data() { weightedSchemes(); }
  void eachExpertHasItsOwnImportance() {
    QFETCH(QString, scheme);
    constexpr std::uint64_t experts = 4, rows = 3, cols = 512;
    const auto weights = twins::weights_of_kind("normal weights", experts * rows * cols);
    const auto view = memory_tensor("w", {experts, rows, cols}, weights);
    // Starts inside the second expert.
    compareGguf(scheme, *view, {std::span(weights).subspan(4 * cols, 7 * cols), 7, cols, 4},
                twins::importance_of(experts * cols));
  }

  void eachExpertHasItsOwnScale_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme :
         {"rtn:bits=4,gran=tensor", "rtn:bits=4,gran=column,asym", "fp8-e4m3:scale=tensor", "nvfp4", "bitnet",
          "binary:gran=tensor", "kmeans", "deepcomp:prune=0.5", "hqq:group=40", "hqq:group=40,axis=0"})
      QTest::newRow(scheme) << QString(scheme);
  }
  void eachExpertHasItsOwnScale() {
    QFETCH(QString, scheme);
    constexpr std::uint64_t experts = 4, rows = 3, cols = 40;
    auto weights = twins::odd_weights(experts * rows, cols);
    const auto view = memory_tensor("w", {experts, rows, cols}, weights);
    const auto quantizer = twins::fit(scheme.toStdString(), *view);
    QVERIFY(quantizer);
    const RowTile tile{std::span(weights).subspan(4 * cols, 7 * cols), 7, cols, 4};  // starts inside the second expert
    const auto got = backend(1)->quantize(*quantizer, tile);
    QVERIFY(got);
    QCOMPARE(twins::difference(*got, quantizer->quantize(tile)), QString());
  }

 private:
  static void weightedSchemes() {
    QTest::addColumn<QString>("scheme");
    for (const QString scheme : gguf_schemes)
      if (scheme.endsWith("imatrix")) QTest::newRow(qPrintable(scheme)) << scheme;
  }

  // On every form of device.
  void compareGguf(const QString& scheme, const TensorView& view, const RowTile& tile,
                   std::vector<float> importance = {}) {
    Calibration calibration;
    calibration.set_mean_sq("w", importance.empty() ? twins::importance_of(tile.cols) : std::move(importance));
    const auto quantizer = twins::fit(scheme.toStdString(), view, &calibration);
    QVERIFY(quantizer);
    const auto want = quantizer->quantize(tile);
    for (std::size_t form = 0; form < std::size(twins::forms); ++form) {
      QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
      QVERIFY(backend(form)->runs(*quantizer));
      const auto got = backend(form)->quantize(*quantizer, tile);
      QVERIFY2(got, got ? "" : one_line(got.error()).c_str());
      const QString different = twins::difference(*got, want);
      QVERIFY2(different.isEmpty(),
               qPrintable(
                   QString("%1 × %2 on %3: %4").arg(tile.rows).arg(tile.cols).arg(twins::forms[form].name, different)));
    }
  }

  const Backend* backend(std::size_t form) {
    if (!backends_[form]) backends_[form] = twins::open(twins::forms[form].form);
    return backends_[form].get();
  }
  std::unique_ptr<Backend> backends_[std::size(twins::forms)];
};

QTEST_APPLESS_MAIN(TestSchemeKernels)
#include "tst_scheme_kernels.moc"
