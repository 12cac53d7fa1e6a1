#include "core/sources/stored_view.h"

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

/// What both orders of storage share: the tensor, its file, and decoding one stretch of bytes.
class StoredView : public TensorView {
 public:
  StoredView(TensorInfo tensor, std::shared_ptr<const InputFile> file, bool big_endian)
      : tensor_(std::move(tensor)), file_(std::move(file)), big_endian_(big_endian) {}

  const TensorInfo& tensor() const override { return tensor_; }

 protected:
  /// Elements [first, first + out.size()) in the order of the file; those of block types from the start of a block.
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
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(raw.size(), tensor_.bytes - offset));
    std::ranges::fill(raw.subspan(there), std::byte{0});
    QUANT_CHECK(file_->read(tensor_.offset + offset, raw.first(there)));
    if (big_endian_) swap_bytes(raw, swapped_bytes(tensor_.dtype));
    return {};
  }

  const TensorInfo tensor_;
  const std::shared_ptr<const InputFile> file_;
  const bool big_endian_;
};

/// Row-major storage: rows are one stretch. float32 is read straight into the caller's memory.
class RowMajorView final : public StoredView {
 public:
  using StoredView::StoredView;

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const std::uint64_t cols = matrix().cols;
    if (tensor_.dtype == DType::f32 && !big_endian_) {
      return file_->read(tensor_.offset + first * cols * sizeof(float), std::as_writable_bytes(out));
    }
    return read_stored(first * cols, out.first(static_cast<std::size_t>(count * cols)));
  }
};

/// Storage whose first index runs fastest: the elements of a column lie together.
class FortranView final : public StoredView {
 public:
  using StoredView::StoredView;

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    std::vector<float> column;
    for (std::uint64_t done = 0; done < count;) {
      const std::uint64_t rows = rows_together(first + done, count - done);
      QUANT_CHECK(read_block(first + done, rows, out.subspan(static_cast<std::size_t>(done * matrix().cols)), column));
      done += rows;
    }
    return {};
  }

 private:
  static constexpr std::uint64_t most_span = 1 << 16;  // elements of a column that are read at once

  /// Place in the file, in elements, of the multi-index that a row-major `flat` over dims [begin, end) means.
  std::uint64_t place(std::uint64_t flat, std::size_t begin, std::size_t end) const {
    std::uint64_t stride = 1, at = 0;
    std::uint64_t below = 1;  // elements of dims [begin, end) after the current one
    for (std::size_t i = begin; i < end; ++i) below *= tensor_.shape[i];
    for (std::size_t i = 0; i < begin; ++i) stride *= tensor_.shape[i];
    for (std::size_t i = begin; i < end; ++i) {
      below /= tensor_.shape[i];
      at += flat / below * stride;
      flat %= below;
      stride *= tensor_.shape[i];
    }
    return at;
  }
  /// Leading dimensions that number the rows: a stack of matrices has two (matrix_shape).
  std::size_t row_dims() const { return tensor_.shape.size() == 3 ? 2 : 1; }
  std::uint64_t row_place(std::uint64_t row) const { return place(row, 0, row_dims()); }
  std::uint64_t column_place(std::uint64_t col) const { return place(col, row_dims(), tensor_.shape.size()); }

  /// Distance in a column between two rows of one matrix.
  std::uint64_t row_step() const { return row_dims() == 2 ? tensor_.shape[0] : 1; }

  /// How many rows from `first` on are of one matrix and lie in one short stretch of each column.
  std::uint64_t rows_together(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t rows = matrix().rows;
    return std::min({count, rows - first % rows, std::max<std::uint64_t>(1, most_span / row_step())});
  }
  Result<void> read_block(std::uint64_t first, std::uint64_t rows, std::span<float> out,
                          std::vector<float>& column) const {
    const std::uint64_t cols = matrix().cols, start = row_place(first), step = row_step();
    column.resize(static_cast<std::size_t>((rows - 1) * step + 1));
    for (std::uint64_t col = 0; col < cols; ++col) {
      QUANT_CHECK(read_stored(start + column_place(col), column));
      for (std::uint64_t row = 0; row < rows; ++row) {
        out[static_cast<std::size_t>(row * cols + col)] = column[static_cast<std::size_t>(row * step)];
      }
    }
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<TensorView>> stored_view(const TensorInfo& tensor, std::shared_ptr<const InputFile> file,
                                                StorageOrder order) {
  const auto unsupported = [&](std::string why, std::string hint) {
    return failure(ErrorCode::unsupported, "cannot read tensor",
                   fmt::format("{}, \"{}\"", file->path().string(), printable(tensor.name)), std::move(why),
                   std::move(hint));
  };
  const DTypeInfo& type = info(tensor.dtype);
  if (!can_decode(tensor.dtype)) {
    return unsupported(fmt::format("values of {} cannot be decoded yet", type.name),
                       "the tensor is listed with its right size; convert the file to F16, or pick another tensor");
  }
  if (order.big_endian && type.block > 1) {
    return unsupported(fmt::format("it holds {} blocks in a big-endian file", type.name),
                       "convert the file on the machine that wrote it, or take the little-endian one");
  }
  if (order.fortran) return std::make_unique<FortranView>(tensor, std::move(file), order.big_endian);
  return std::make_unique<RowMajorView>(tensor, std::move(file), order.big_endian);
}

}  // namespace quant
