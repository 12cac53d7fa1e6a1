// Every cast against its definition: all 16-bit inputs and a sample of float32 always, all 2^32 float32 for the 16- and
// 8-bit formats in the long run.

#include "tests/support/cast_oracle.h"

using namespace quant::test;

class TestCastsExhaustive : public QObject {
  Q_OBJECT

 private:
  static void cases(std::size_t count = std::size(cast_cases)) {
    QTest::addColumn<int>("index");
    QTest::addColumn<bool>("simd");
    for (int i = 0; i < int(count); ++i)
      for (const bool simd : {false, true})
        QTest::newRow(qPrintable(QString("%1, %2").arg(cast_cases[i].scheme, simd ? "cpu" : "reference"))) << i << simd;
  }
  static std::unique_ptr<quant::Backend> backend(bool simd) {
    return simd ? quant::make_native_backend() : quant::make_reference_backend();
  }

 private slots:
  /// The oracle itself: the table of limits in the methods' definitions.
  void theOracleHasTheFormatsLimits() {
    const double largest[] = {65504, 0x1.FEp127, 448, 448, 57344, 57344, 0x1.FFCp127, 28, 7.5, 6};
    const double least[] = {0x1p-24, 0x1p-133, 0x1p-9, 0x1p-9, 0x1p-16, 0x1p-16, 0x1p-136, 0.0625, 0.125, 0.5};
    for (std::size_t i = 0; i < std::size(cast_cases); ++i) {
      const CastOracle oracle(cast_cases[i]);
      QVERIFY2(oracle.value(oracle.largest()) == largest[i], cast_cases[i].scheme);
      QVERIFY2(oracle.value(1) == least[i], cast_cases[i].scheme);
    }
  }

  /// A second witness: the compiler's own conversion to binary16.
  void theOracleIsTheCompilersBinary16() {
    const CastOracle oracle(cast_cases[0]);
    for (const float x : cast_sample(oracle)) {
      if (std::isnan(x)) continue;
      const double magnitude = std::fabs(double(x));
      const float want = oracle.want(x, std::isinf(x) ? 0 : oracle.nearest(magnitude, oracle.start(magnitude))).value;
      QVERIFY2(std::bit_cast<std::uint32_t>(float(_Float16(x))) == std::bit_cast<std::uint32_t>(want),
               qPrintable(QString::number(double(x), 'g', 9)));
    }
  }

  void all16BitInputs_data() { cases(); }
  void all16BitInputs() {
    QFETCH(int, index);
    QFETCH(bool, simd);
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    QCOMPARE(cast_difference(oracle, *backend(simd), *f.rows, sixteen_bit_inputs()), QString());
  }

  void aSampleOfFloat32_data() { cases(); }
  void aSampleOfFloat32() {
    QFETCH(int, index);
    QFETCH(bool, simd);
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    QCOMPARE(cast_difference(oracle, *backend(simd), *f.rows, cast_sample(oracle)), QString());
  }

  void all2To32Float32_data() { cases(exhaustive_cases); }
  void all2To32Float32() {
    if (!long_run()) return;
    QFETCH(int, index);
    QFETCH(bool, simd);
    const CastOracle oracle(cast_cases[index]);
    const Fitted f = fit(cast_cases[index].scheme, {1}, {1});
    const auto device = backend(simd);
    if (simd && !device->runs(*f.rows)) return;  // what it has no code for is the reference's result
    QCOMPARE(all_casts_difference(oracle, *device, *f.rows, std::thread::hardware_concurrency()), QString());
  }
};

QTEST_APPLESS_MAIN(TestCastsExhaustive)
#include "tst_casts_exhaustive.moc"
