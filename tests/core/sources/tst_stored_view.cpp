// Views with strides against indices counted out.

#include <QTest>

#include "core/sources/bytes/stored_view.h"

using namespace quant;

namespace {

/// Storage 0, 1, 2, … of n float32.
std::shared_ptr<const ByteStore> counted(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
  const auto raw = std::as_bytes(std::span(values));
  return memory_bytes("counted", {raw.begin(), raw.end()});
}

/// All rows of a view with these strides, its first element `offset` elements into the storage.
std::vector<float> rows(std::vector<std::uint64_t> shape, std::vector<std::uint64_t> strides, std::size_t offset,
                        std::size_t storage) {
  StoredTensor tensor;
  tensor.info.name = "t";
  tensor.info.shape = std::move(shape);
  tensor.info.bytes = 4 * tensor.info.elements();
  tensor.info.offset = 4 * offset;
  tensor.bytes = counted(storage);
  tensor.order.strides = std::move(strides);
  const auto view = stored_view(tensor);
  std::vector<float> out((*view)->matrix().elements());
  return (*view)->read_rows(0, (*view)->matrix().all_rows(), out) ? out : std::vector<float>{};
}

using Floats = std::vector<float>;

}  // namespace

class TestStoredView : public QObject {
  Q_OBJECT
 private slots:
  void aTransposedViewIsRead() { QCOMPARE(rows({2, 3}, {1, 2}, 0, 6), (Floats{0, 2, 4, 1, 3, 5})); }
  void aSliceOfColumnsIsRead() { QCOMPARE(rows({2, 2}, {5, 1}, 3, 10), (Floats{3, 4, 8, 9})); }
  void everySecondColumnIsRead() { QCOMPARE(rows({2, 3}, {6, 2}, 1, 12), (Floats{1, 3, 5, 7, 9, 11})); }
  void farColumnsOfFarRowsAreRead() { QCOMPARE(rows({2, 2}, {1000, 100}, 7, 1200), (Floats{7, 107, 1007, 1107})); }
  void aBroadcastRepeats() {
    QCOMPARE(rows({3, 2}, {0, 1}, 4, 6), (Floats{4, 5, 4, 5, 4, 5}));
    QCOMPARE(rows({2, 3}, {1, 0}, 0, 2), (Floats{0, 0, 0, 1, 1, 1}));
    QCOMPARE(rows({3}, {0}, 1, 2), (Floats{1, 1, 1}));
  }
  void aVectorWithAStepIsOneRow() { QCOMPARE(rows({3}, {2}, 1, 6), (Floats{1, 3, 5})); }
  void aScalarIsOneElement() { QCOMPARE(rows({}, {}, 2, 6), Floats{2}); }
  void aStackOfTransposedMatricesIsRead() {
    QCOMPARE(rows({2, 2, 3}, {6, 1, 2}, 0, 12), (Floats{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}));
  }
  void aConvolutionInChannelsLastOrderIsRead() {
    QCOMPARE(rows({1, 2, 2, 2}, {8, 1, 4, 2}, 0, 8), (Floats{0, 2, 4, 6, 1, 3, 5, 7}));
  }
  void nothingIsReadOfAnEmptyView() { QCOMPARE(rows({2, 0}, {1, 2}, 0, 1), Floats{}); }
};

QTEST_APPLESS_MAIN(TestStoredView)
#include "tst_stored_view.moc"
