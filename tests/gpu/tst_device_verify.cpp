// verify passes as kernels are built for a CPU and for a GPU; tst_scheme_kernels tries the other forms.

#include "core/backend/verify.h"
#include "tests/gpu/twins.h"

using namespace quant;

class TestDeviceVerify : public QObject {
  Q_OBJECT
 private slots:
  void everythingOfferedHolds_data() {
    QTest::addColumn<std::size_t>("form");
    for (const std::size_t f : {0, 1}) QTest::newRow(twins::forms[f].name) << f;
  }
  void everythingOfferedHolds() {
    QFETCH(std::size_t, form);
    const auto device = twins::open(twins::forms[form].form);
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    JobContext job;
    const auto checks = verify(*device, *make_reference_backend(), job);
    for (const auto& check : checks) QVERIFY2(check.ok, (check.name + ": " + check.detail).c_str());
  }

  void theMethodsThatNeedAKernelHaveOne() {
    const auto device = twins::open(twins::forms[0].form);
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    for (const char* id :
         {"q4_1",     "q5_0",     "q5_1",       "q2_k",   "q3_k",       "q4_k",       "q5_k",       "q6_k",
          "iq4_nl",   "iq4_xs",   "gguf-mxfp4", "rtn",    "article",    "nf4",        "q4_0",       "q8_0",
          "none",     "fp64",     "fp32",       "tf32",   "bf16",       "fp16",       "fp8-e4m3",   "fp8-e5m2",
          "fp6-e3m2", "fp6-e2m3", "fp4-e2m1",   "mxfp4",  "mxfp6-e2m3", "mxfp6-e3m2", "mxfp8-e4m3", "mxfp8-e5m2",
          "mxint8",   "nvfp4",    "fp4-bnb",    "bitnet", "binary",     "kmeans",     "deepcomp",   "hqq"})
      QVERIFY2(device->offers(*find_method(id)), id);
  }

  void aDeviceWithoutExactDivisionOffersNothingThatDivides() {
    const auto device = twins::open({.lanes = 1, .fp64 = true, .exact_division = false, .local_counters = true});
    QVERIFY2(device, "no OpenCL device: install pocl-opencl-icd");
    for (const char* id :
         {"rtn", "article", "nf4", "fp4-bnb", "mxfp4", "nvfp4", "bitnet", "q4_0", "q8_0", "q4_k", "gguf-mxfp4"})
      QVERIFY2(!device->offers(*find_method(id)), id);
  }
};

QTEST_APPLESS_MAIN(TestDeviceVerify)
#include "tst_device_verify.moc"
