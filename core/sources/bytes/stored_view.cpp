#include "core/sources/bytes/stored_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/base/text.h"
#include "core/methods/decode.h"

namespace quant {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;  // stays in the first-level cache between read and decode

/// Bytes of an element that a big-endian file has the other way round; a complex number is two.
std::size_t swapped_bytes(DType dtype) { return dtype == DType::c64 ? 4 : info(dtype).block_bits / 8; }

void swap_bytes(std::span<std::byte> bytes, std::size_t width) {
  for (std::size_t i = 0; i + width <= bytes.size(); i += width) std::ranges::reverse(bytes.subspan(i, width));
}

/// What all orders of storage share: the tensor, its bytes, and decoding one stretch of them.
class StoredView : public TensorView {
 public:
  explicit StoredView(StoredTensor stored)
      : tensor_(std::move(stored.info)), bytes_(std::move(stored.bytes)), order_(std::move(stored.order)) {}

  const TensorInfo& tensor() const override { return tensor_; }

 protected:
  /// Elements [first, first + out.size()) in the order of the store; those of block types from the start of a block.
  Result<void> read_stored(std::uint64_t first, std::span<float> out) const {
    const DTypeInfo& type = info(tensor_.dtype);
    // The fewest elements that end on a byte: a block; two of 4 bits, four of 6.
    const std::size_t unit = type.block > 1 ? type.block : 8 / std::gcd(8u, type.block_bits);
    const std::size_t unit_bytes = unit / type.block * type.block_bits / 8;
    if (const auto lead = static_cast<std::size_t>(first % unit); lead != 0) {
      std::vector<float> wider(lead + out.size());
      QUANT_CHECK(read_stored(first - lead, wider));
      std::copy(wider.begin() + static_cast<std::ptrdiff_t>(lead), wider.end(), out.begin());
      return {};
    }
    alignas(64) std::array<std::byte, chunk_bytes> chunk;
    const std::size_t step = chunk_bytes / unit_bytes * unit;
    for (std::size_t done = 0; done < out.size(); done += std::min(step, out.size() - done)) {
      const std::span<float> part = out.subspan(done, std::min(step, out.size() - done));
      const std::span<std::byte> raw = std::span(chunk).first((part.size() + unit - 1) / unit * unit_bytes);
      QUANT_CHECK(read_bytes((first + done) / unit * unit_bytes, raw));
      QUANT_CHECK(decode_rows(tensor_.dtype, raw, part.size(), part));
    }
    return {};
  }

  /// Bytes of the tensor as little-endian ones; beyond its last byte (half a unit of 4 or 6 bits) they are zero.
  Result<void> read_bytes(std::uint64_t offset, std::span<std::byte> raw) const {
    // Views may share storage: then it is the store that ends, not the tensor.
    const std::uint64_t end = order_.strides.empty() ? tensor_.bytes : bytes_->size() - tensor_.offset;
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(raw.size(), end - offset));
    std::ranges::fill(raw.subspan(there), std::byte{0});
    QUANT_CHECK(bytes_->read(tensor_.offset + offset, raw.first(there)));
    if (order_.big_endian) swap_bytes(raw, swapped_bytes(tensor_.dtype));
    return {};
  }

  const TensorInfo tensor_;
  const std::shared_ptr<const ByteStore> bytes_;
  const StorageOrder order_;
};

/// Row-major storage: rows are one stretch. float32 is read straight into the caller's memory.
class RowMajorView final : public StoredView {
 public:
  using StoredView::StoredView;

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const std::uint64_t cols = matrix().cols;
    if (tensor_.dtype == DType::f32 && !order_.big_endian) {
      return bytes_->read(tensor_.offset + first * cols * sizeof(float), std::as_writable_bytes(out));
    }
    return read_stored(first * cols, out.first(static_cast<std::size_t>(count * cols)));
  }

  Result<void> read_codes(std::uint64_t first, std::uint64_t count, StoredCodes& out) const override {
    const DTypeInfo& type = info(tensor_.dtype);
    const std::uint64_t cols = matrix().cols;
    if (type.block == 1 || cols % type.block != 0) return TensorView::read_codes(first, count, out);
    const std::uint64_t row_bytes = cols / type.block * type.block_bits / 8;
    std::vector<std::byte> raw(static_cast<std::size_t>(count * row_bytes));
    QUANT_CHECK(read_bytes(first * row_bytes, raw));
    return decode_codes(tensor_.dtype, raw, count * cols, out);
  }
};

/// Storage with a stride a dimension: transposed, sliced and broadcast views, arrays whose first index runs fastest.
class StridedView final : public StoredView {
 public:
  using StoredView::StoredView;

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const std::uint64_t cols = matrix().cols;
    if (cols == 0) return {};
    const std::uint64_t row_span = reach(row_dims(), tensor_.shape.size()) + 1;
    const bool rows_are_dense = row_span <= most_waste * cols;
    std::vector<float> stretch;
    for (std::uint64_t done = 0; done < count;) {
      const std::uint64_t rows = rows_are_dense ? 1 : rows_together(first + done, count - done);
      const std::span<float> block = out.subspan(static_cast<std::size_t>(done * cols));
      if (rows_are_dense) {
        QUANT_CHECK(read_row(first + done, row_span, block, stretch));
      } else {
        QUANT_CHECK(read_columns(first + done, rows, block, stretch));
      }
      done += rows;
    }
    return {};
  }

 private:
  static constexpr std::uint64_t most_span = 1 << 16;  // elements of a column that are read at once
  static constexpr std::uint64_t most_waste = 4;       // elements read for one that is wanted, before columns are read

  /// Distance between the first and the last element over dimensions [begin, end).
  std::uint64_t reach(std::size_t begin, std::size_t end) const {
    std::uint64_t span = 0;
    for (std::size_t i = begin; i < end; ++i) span += (tensor_.shape[i] - 1) * order_.strides[i];
    return span;
  }
  /// Place in the store, in elements, of the multi-index that a row-major `flat` over dimensions [begin, end) means.
  std::uint64_t place(std::uint64_t flat, std::size_t begin, std::size_t end) const {
    std::uint64_t at = 0;
    for (std::size_t i = end; i-- > begin;) {
      at += flat % tensor_.shape[i] * order_.strides[i];
      flat /= tensor_.shape[i];
    }
    return at;
  }
  /// Leading dimensions that number the rows (matrix_shape): a stack of matrices has two, a vector is one row.
  std::size_t row_dims() const {
    const std::size_t rank = tensor_.shape.size();
    return rank == 3 ? 2 : rank < 2 ? 0 : 1;
  }
  std::uint64_t row_place(std::uint64_t row) const { return place(row, 0, row_dims()); }
  std::uint64_t column_place(std::uint64_t col) const { return place(col, row_dims(), tensor_.shape.size()); }

  /// Distance in a column between two rows of one matrix.
  std::uint64_t row_step() const { return row_dims() == 0 ? 0 : order_.strides[row_dims() - 1]; }

  /// How many rows from `first` on are of one matrix and lie in one short stretch of each column.
  std::uint64_t rows_together(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t rows = matrix().rows, step = std::max<std::uint64_t>(1, row_step());
    return std::min({count, rows - first % rows, std::max<std::uint64_t>(1, most_span / step)});
  }

  Result<void> read_row(std::uint64_t row, std::uint64_t span, std::span<float> out,
                        std::vector<float>& stretch) const {
    stretch.resize(static_cast<std::size_t>(span));
    QUANT_CHECK(read_stored(row_place(row), stretch));
    for (std::uint64_t col = 0; col < matrix().cols; ++col) {
      out[static_cast<std::size_t>(col)] = stretch[static_cast<std::size_t>(column_place(col))];
    }
    return {};
  }
  Result<void> read_columns(std::uint64_t first, std::uint64_t rows, std::span<float> out,
                            std::vector<float>& stretch) const {
    const std::uint64_t cols = matrix().cols, start = row_place(first), step = row_step();
    stretch.resize(static_cast<std::size_t>((rows - 1) * step + 1));
    for (std::uint64_t col = 0; col < cols; ++col) {
      QUANT_CHECK(read_stored(start + column_place(col), stretch));
      for (std::uint64_t row = 0; row < rows; ++row) {
        out[static_cast<std::size_t>(row * cols + col)] = stretch[static_cast<std::size_t>(row * step)];
      }
    }
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<TensorView>> stored_view(const StoredTensor& tensor) {
  const auto unsupported = [&](std::string why, std::string hint) {
    return failure(ErrorCode::unsupported, "cannot read tensor",
                   fmt::format("{}, \"{}\"", tensor.bytes->where(), printable(tensor.info.name)), std::move(why),
                   std::move(hint));
  };
  const DTypeInfo& type = info(tensor.info.dtype);
  if (!can_decode(tensor.info.dtype)) {
    return unsupported(fmt::format("values of {} cannot be decoded yet", type.name),
                       "the tensor is listed with its right size; convert the file to F16, or pick another tensor");
  }
  if (tensor.order.big_endian && type.block > 1) {
    return unsupported(fmt::format("it holds {} blocks in a big-endian file", type.name),
                       "convert the file on the machine that wrote it, or take the little-endian one");
  }
  if (!tensor.order.strides.empty()) return std::make_unique<StridedView>(tensor);
  return std::make_unique<RowMajorView>(tensor);
}

}  // namespace quant
