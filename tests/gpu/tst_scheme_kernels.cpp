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
    QTest::addColumn<std::size_t>("form");
    QTest::addColumn<QString>("scheme");
    for (std::size_t f = 0; f < std::size(twins::forms); ++f)
      for (const char* scheme : {"q4_0", "q8_0"})
        QTest::newRow(qPrintable(QString("%1 on %2").arg(scheme, twins::forms[f].name))) << f << QString(scheme);
  }
  void ggufBlocksEqualTheReference() {
    QFETCH(std::size_t, form);
    QFETCH(QString, scheme);
    for (const std::uint64_t cols : {32, 96, 1024}) {
      const auto weights = twins::half_range_weights(16, cols);
      const auto view = memory_tensor("w", {16, cols}, weights);
      const auto quantizer = twins::fit(scheme.toStdString(), *view);
      QVERIFY(quantizer);
      QVERIFY(backend(form)->runs(*quantizer));
      const RowTile tile{weights, 16, cols, 0};
      const auto got = backend(form)->quantize(*quantizer, tile);
      QVERIFY2(got, got ? "" : one_line(got.error()).c_str());
      QCOMPARE(twins::difference(*got, quantizer->quantize(tile)), QString());
    }
  }

  void eachExpertHasItsOwnScale_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* scheme : {"rtn:bits=4,gran=tensor", "rtn:bits=4,gran=column,asym"})
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
  const Backend* backend(std::size_t form) {
    if (!backends_[form]) backends_[form] = twins::open(twins::forms[form].form);
    return backends_[form].get();
  }
  std::unique_ptr<Backend> backends_[std::size(twins::forms)];
};

QTEST_APPLESS_MAIN(TestSchemeKernels)
#include "tst_scheme_kernels.moc"
