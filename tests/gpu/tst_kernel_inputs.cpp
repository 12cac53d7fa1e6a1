// Kernels on tensors of every shape and kind of value: the reference's bits, whatever comes.

#include "tests/gpu/twins.h"

using namespace quant;

namespace {

const char* const schemes[] = {
    "rtn:bits=4,group=128",
    "rtn:bits=3,group=48,asym",
    "rtn:bits=4,gran=column,asym",
    "rtn:bits=5,gran=tensor,narrow",
    "rtn:bits=4,group=32,range=mse",
    "rtn:bits=2,group=128,range=mse,asym",
    "rtn:bits=8,gran=row,range=mse,full",
    "rtn:bits=3,group=48,range=mse,asym,recip",
    "rtn:bits=5,group=64,range=mse,nowiden,asym,scales=f16",
    "rtn:bits=4,group=64,range=mse,narrow,recip,scales=f16",
    "rtn:bits=4,gran=column,range=mse",
    "rtn:bits=3,gran=tensor,range=octav",
    "rtn:bits=4,gran=column,range=aciq,asym",
    "rtn:bits=8,gran=tensor,range=percentile,p=99",
    "article:bits=4,decimals=2",
    "article:bits=8,decimals=9,gran=row",
    "bitnet",
    "bitnet:gran=row",
    "bitnet:group=48",
    "binary",
    "binary:gran=tensor",
    "binary:group=32",
    "binary:center",
    "binary:group=128,center",
    "hqq",
    "hqq:bits=3,group=32",
    "hqq:bits=8,group=50,opt=off",
    "kmeans",
    "kmeans:bits=1",
    "kmeans:bits=8",
    "deepcomp:prune=0.5",
    "deepcomp:prune=0",
    "deepcomp:prune=0.3,bits=8",
    "nf4",
    "nf4:block=128,dq",
    "fp4-bnb",
    "fp4-bnb:block=6",
    "fp4-bnb:block=64,dq",
    "fp4-bnb:block=64,dq,lookup=table",
    "mxfp4",
    "mxfp4:scale=ceil",
    "mxfp4:scale=even",
    "mxfp4:scale=rceil",
    "mxfp6-e2m3",
    "mxfp6-e2m3:scale=even",
    "mxfp6-e3m2",
    "mxfp6-e3m2:scale=rceil",
    "mxfp8-e4m3",
    "mxfp8-e4m3:scale=rceil",
    "mxfp8-e5m2",
    "mxfp8-e5m2:scale=ceil",
    "mxint8",
    "mxint8:scale=ceil",
    "mxint8:scale=even",
    "mxint8:scale=rceil",
    "nvfp4",
    "nvfp4:levels=1",
    "tf32:scale=row",
    "bf16",
    "bf16:scale=tensor",
    "fp16",
    "fp16:group=32",
    "fp8-e4m3:scale=row",
    "fp8-e4m3:overflow=ieee",
    "fp8-e5m2:scale=tensor",
    "fp8-e5m2:overflow=ieee",
    "fp6-e3m2:group=32",
    "fp6-e2m3:scale=row",
    "fp4-e2m1:scale=tensor",
    "fp4-e2m1:group=16",
};

/// A kind of weights: element i of a tensor from a random number of a normal distribution.
struct Kind {
  const char* name;
  float (*weight)(std::size_t i, float normal);
};
constexpr float largest = std::numeric_limits<float>::max();
constexpr Kind kinds[] = {
    {"normal", [](std::size_t, float z) { return 0.05f * z; }},
    {"heavy tail", [](std::size_t, float z) { return 0.01f * z * std::exp2(8 * std::fabs(z)); }},
    {"zeros of both signs", [](std::size_t i, float) { return i % 3 ? 0.0f : -0.0f; }},
    {"constant", [](std::size_t, float) { return -0.3f; }},
    {"one sign", [](std::size_t, float z) { return 2 + std::fabs(z); }},
    {"few levels, many ties", [](std::size_t, float z) { return std::nearbyint(4 * z) / 16; }},
    {"denormal", [](std::size_t, float z) { return 1e-40f * z; }},
    {"around the smallest normal number", [](std::size_t, float z) { return 3e-38f * z; }},
    {"the largest of both signs", [](std::size_t i, float z) { return std::copysign(largest / float(1 + i % 5), z); }},
    {"NaN and infinities",
     [](std::size_t i, float z) { return i % 5 == 0 ? std::copysign(i % 2 ? NAN : INFINITY, z) : 0.1f * z; }},
    {"nothing finite", [](std::size_t i, float z) { return std::copysign(i % 2 ? NAN : INFINITY, z); }},
};

std::vector<float> weights_of(const Kind& kind, const std::vector<std::uint64_t>& shape) {
  std::uint64_t n = 1;
  for (const auto d : shape) n *= d;
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  std::vector<float> w(n);
  for (std::size_t i = 0; i < n; ++i) w[i] = kind.weight(i, normal(random));
  return w;
}

/// Lengths beside every block and team; a matrix an expert; a convolution.
const std::vector<std::vector<std::uint64_t>> shapes = {{1}, {37}, {5, 33}, {2, 1000}, {3, 4, 70}, {4, 3, 3, 3}};

}  // namespace

class TestKernelInputs : public QObject {
  Q_OBJECT
 private slots:
  void theReferencesBitsWhateverComes_data() {
    QTest::addColumn<std::size_t>("form");
    QTest::addColumn<QString>("scheme");
    for (std::size_t f = 0; f < std::size(twins::forms); ++f)
      for (const char* scheme : schemes)
        QTest::newRow(qPrintable(QString("%1 on %2").arg(scheme, twins::forms[f].name))) << f << QString(scheme);
  }
  void theReferencesBitsWhateverComes() {
    QFETCH(std::size_t, form);
    QFETCH(QString, scheme);
    QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
    for (const auto& kind : kinds)
      for (const auto& shape : shapes) {
        const auto weights = weights_of(kind, shape);
        const auto view = memory_tensor("w", shape, weights);
        const auto quantizer = twins::fit(scheme.toStdString(), *view);
        QVERIFY(quantizer);
        const bool runs = backend(form)->runs(*quantizer);
        QVERIFY2(runs || !twins::forms[form].form.fp64, "no kernel");  // some need double, and say so
        if (!runs) continue;
        const RowTile tile{weights, view->matrix().all_rows(), view->matrix().cols, 0};
        const auto got = backend(form)->quantize(*quantizer, tile);
        QVERIFY2(got, got ? "" : one_line(got.error()).c_str());
        const QString different = twins::difference(*got, quantizer->quantize(tile));
        QVERIFY2(different.isEmpty(), qPrintable(QString("%1, %2 dimensions of %3 weights: %4")
                                                     .arg(kind.name)
                                                     .arg(shape.size())
                                                     .arg(weights.size())
                                                     .arg(different)));
      }
  }

 private:
  const Backend* backend(std::size_t form) {
    if (!backends_[form]) backends_[form] = twins::open(twins::forms[form].form);
    return backends_[form].get();
  }
  std::unique_ptr<Backend> backends_[std::size(twins::forms)];
};

QTEST_APPLESS_MAIN(TestKernelInputs)
#include "tst_kernel_inputs.moc"
