// SIMD versions of quantizing alone against the reference, for every Highway target of this machine.

#include <QTest>
#include <cstring>

#include "core/backend/native_coder.h"
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
    {"q2_k", {256, 768}}, {"q2_k:imatrix", {256, 768}}, {"q3_k", {256, 768}}, {"q3_k:imatrix", {256, 768}},
    {"q4_k", {256, 768}}, {"q4_k:imatrix", {256, 768}}, {"q5_k", {256, 768}}, {"q5_k:imatrix", {256, 768}},
    {"q6_k", {256, 768}}, {"q6_k:imatrix", {256, 768}},
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
    constexpr std::uint64_t rows = 3;
    const auto calibration = importance(cols);
    const auto fitted =
        try_fit(scheme.toStdString(), {rows, cols}, odd_values(odd_weights[kind], rows * cols), &calibration);
    if (!fitted) {
      QCOMPARE(fitted.error().code, ErrorCode::refused);
      return;
    }
    for (const std::uint64_t count : {rows, std::uint64_t{1}}) {
      const RowTile tile{fitted->view->rows_in_place(rows - count, count), count, cols, rows - count};
      const QuantizedTile want = fitted->rows->quantize(tile);
      each_target([&](const char* target) {
        const QString wrong = difference(native_quantize(*fitted->rows, tile), want);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong + "differ on " + target));
      });
    }
  }
};

QTEST_APPLESS_MAIN(TestNativeCoders)
#include "tst_native_coders.moc"
