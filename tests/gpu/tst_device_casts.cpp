// Casts on an OpenCL device against their definition: all 16-bit inputs and a sample of float32 always, all 2^32
// float32 for the 16- and 8-bit formats in the long run.

#include "tests/gpu/twins.h"
#include "tests/support/cast_oracle.h"

using namespace quant::test;

class TestDeviceCasts : public QObject {
  Q_OBJECT

 private:
  void cases(std::size_t forms, std::size_t count = std::size(cast_cases)) {
    QTest::addColumn<std::size_t>("form");
    QTest::addColumn<std::size_t>("index");
    for (std::size_t f = 0; f < forms; ++f)
      for (std::size_t i = 0; i < count; ++i)
        QTest::newRow(qPrintable(QString("%1, %2").arg(cast_cases[i].scheme, twins::forms[f].name))) << f << i;
  }
  const quant::Backend* backend(std::size_t form) {
    if (!backends_[form]) backends_[form] = twins::open(twins::forms[form].form);
    return backends_[form].get();
  }
  std::unique_ptr<quant::Backend> backends_[2];

 private slots:
  void all16BitInputs_data() { cases(2); }
  void all16BitInputs() {
    QFETCH(std::size_t, form);
    QFETCH(std::size_t, index);
    QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    QVERIFY(backend(form)->runs(*f.rows));
    QCOMPARE(cast_difference(oracle, *backend(form), *f.rows, sixteen_bit_inputs()), QString());
  }

  void aSampleOfFloat32_data() { cases(2); }
  void aSampleOfFloat32() {
    QFETCH(std::size_t, form);
    QFETCH(std::size_t, index);
    QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    QCOMPARE(cast_difference(oracle, *backend(form), *f.rows, cast_sample(oracle)), QString());
  }

  void all2To32Float32_data() { cases(1, exhaustive_cases); }
  void all2To32Float32() {
    if (!long_run()) return;
    QFETCH(std::size_t, form);
    QFETCH(std::size_t, index);
    QVERIFY2(backend(form), "no OpenCL device: install pocl-opencl-icd");
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    QCOMPARE(all_casts_difference(oracle, *backend(form), *f.rows, 1), QString());
  }
};

QTEST_APPLESS_MAIN(TestDeviceCasts)
#include "tst_device_casts.moc"
