// SIMD versions of quantizing alone against the reference, for every Highway target of this machine.

#include <QTest>
#include <cstring>

#include "core/backend/simd/native_coder.h"
#include "core/tensor/calibration.h"
#include "tests/support/methods.h"
#include "tests/support/odd_weights.h"

using namespace quant;
using namespace quant::test;

namespace {

struct Family {
  const char* scheme;
  std::vector<std::uint64_t> widths;  ///< of rows: what their vectors and batches do not divide
};

const Family families[] = {
    {"q2_k", {256, 768}},
    {"q2_k:imatrix", {256, 768}},
    {"q3_k", {256, 768}},
    {"q3_k:imatrix", {256, 768}},
    {"q4_k", {256, 768}},
    {"q4_k:imatrix", {256, 768}},
    {"q5_k", {256, 768}},
    {"q5_k:imatrix", {256, 768}},
    {"q6_k", {256, 768}},
    {"q6_k:imatrix", {256, 768}},
    {"iq4_nl", {32, 96, 800}},
    {"iq4_nl:imatrix", {32, 96, 800}},
    {"iq4_xs", {256, 768}},
    {"iq4_xs:imatrix", {256, 768}},
    {"mxfp4", {1, 16, 32, 100, 257}},
    {"mxfp4:scale=rceil", {1, 16, 32, 100, 257}},
    {"mxfp6-e2m3", {1, 16, 32, 100, 257}},
    {"mxfp6-e3m2:scale=even", {1, 16, 32, 100, 257}},
    {"mxfp8-e4m3", {1, 16, 32, 100, 257}},
    {"mxfp8-e5m2:scale=ceil", {1, 16, 32, 100, 257}},
    {"mxint8", {1, 16, 32, 100, 257}},
    {"mxint8:scale=ceil", {1, 16, 32, 100, 257}},
    {"nvfp4", {1, 16, 32, 100, 257}},
    {"nvfp4:levels=1", {1, 16, 32, 100, 257}},
    {"hqq", {1, 64, 257, 800}},
    {"hqq:bits=2,group=24", {1, 64, 257, 800}},
    {"hqq:bits=8,group=7", {1, 64, 257, 800}},
    {"hqq:bits=3,opt=off", {1, 64, 257, 800}},
    {"gguf-mxfp4", {32, 96, 800}},
};

/// Second moments of very different size, some of them 0.
Calibration importance(std::size_t cols) {
  std::vector<float> moments(cols);
  for (std::size_t i = 0; i < cols; ++i)
    moments[i] = i % 11 == 3 ? 0.0f : std::ldexp(1.0f + float(i % 7), int(i % 13) - 6);
  Calibration out;
  out.set_mean_sq("w", moments);
  return out;
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// What differs, or nothing.
QString difference(const QuantizedTile& got, const QuantizedTile& want) {
  const auto name = [](bool same, const char* what) { return same ? QString() : QString(what) + " "; };
  return name(same_bytes(got.packed, want.packed), "packed") + name(same_bytes(got.codes, want.codes), "codes") +
         name(same_bytes(got.scales, want.scales), "scales") + name(same_bytes(got.minima, want.minima), "minima") +
         name(same_bytes(got.zeros, want.zeros), "zeros") + name(same_bytes(got.values, want.values), "values") +
         name(same_bytes(got.codebooks, want.codebooks), "codebooks") +
         name(same_bytes(got.clipped, want.clipped), "clipped") +
         name(got.rows == want.rows && got.cols == want.cols && got.first_row == want.first_row, "shape");
}

}  // namespace

class TestNativeCoders : public QObject {
  Q_OBJECT

 private slots:
  void matchTheReference_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("kind");
    QTest::addColumn<qulonglong>("cols");
    for (const Family& family : families)
      for (int kind = 0; kind < int(std::size(odd_weights)); ++kind)
        for (const std::uint64_t cols : family.widths)
          QTest::addRow("%s, rows of %d, %s", family.scheme, int(cols), odd_weights[kind].name)
              << family.scheme << kind << qulonglong(cols);
  }
  void matchTheReference() {
    QFETCH(QString, scheme);
    QFETCH(int, kind);
    QFETCH(qulonglong, cols);
    const auto calibration = importance(cols);
    const auto fitted = try_fit(scheme.toStdString(), {3, cols}, odd_values(odd_weights[kind], 3 * cols), &calibration);
    if (!fitted) {
      QCOMPARE(fitted.error().code, ErrorCode::refused);
      return;
    }
    compare(*fitted);
  }

  void nanAndInfinitiesMatchTheReference_data() {
    QTest::addColumn<QString>("scheme");
    for (const Family& family : families) QTest::newRow(family.scheme) << family.scheme;
  }
  void nanAndInfinitiesMatchTheReference() {
    QFETCH(QString, scheme);
    auto w = odd_values(odd_weights[0], 3 * 768);
    w[5] = not_a_number, w[700] = infinity, w[1600] = -infinity;
    const auto calibration = importance(768);
    const auto fitted = try_fit(scheme.toStdString(), {3, 768}, w, &calibration);
    if (fitted) compare(*fitted);
  }

 private:
  static void compare(const Fitted& fitted) {
    const std::uint64_t cols = fitted.view->matrix().cols, rows = fitted.view->matrix().rows;
    for (const std::uint64_t count : {rows, std::uint64_t{1}}) {
      const RowTile tile{fitted.view->rows_in_place(rows - count, count), count, cols, rows - count};
      const QuantizedTile want = fitted.rows->quantize(tile);
      each_target([&](const char* target) {
        const QString wrong = difference(native_quantize(*fitted.rows, tile), want);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong + "differ on " + target));
      });
    }
  }
};

QTEST_APPLESS_MAIN(TestNativeCoders)
#include "tst_native_coders.moc"
