#pragma once
// A tensor as listed (plain data, nothing read) and as read (rows of float32).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/tensor/dtype.h"

namespace quant {

/// How a tensor of any rank is seen: `matrices` of rows × cols.
/// 0-D = 1×1, 1-D of n = one row of n, 4-D convolution = out × (in·kh·kw), 3-D stacked experts = E matrices.
struct MatrixShape {
  std::uint64_t matrices = 1;
  std::uint64_t rows = 0;  ///< of one matrix (output channels)
  std::uint64_t cols = 0;  ///< input dimension

  std::uint64_t all_rows() const { return matrices * rows; }
  std::uint64_t elements() const { return matrices * rows * cols; }
};

MatrixShape matrix_shape(std::span<const std::uint64_t> shape);

/// A tensor of a source as its header lists it. Known without reading any tensor data.
struct TensorInfo {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::uint64_t> shape;
  std::uint64_t bytes = 0;     ///< stored bytes
  std::uint64_t offset = 0;    ///< absolute, in its file
  std::uint32_t file = 0;      ///< index into Source::files()
  std::string role = "other";  ///< embed, attn_q, mlp_down, norm, …: resources/roles.json
  std::optional<int> layer;
  std::optional<int> expert;
  std::string quantized;  ///< empty, or the storage's scheme or block type ("Q4_K", "gptq")
  std::string side;       ///< encoder, decoder, vision, audio; empty where the name says none
  std::string also;       ///< a second role: "head" of an embedding that is the head too
  bool cross = false;     ///< of cross attention
  bool shared = false;    ///< of an expert that every token goes through
  bool counts = true;     ///< false: a mask, a table of positions, indices, or a head stored as the embedding

  MatrixShape matrix() const { return matrix_shape(shape); }
  std::uint64_t elements() const;  ///< product of the shape; 1 for 0-D
};

/// Whether a plan may choose a scheme for it: a real-valued linear weight or embedding of rank ≥ 2 whose role is not
/// one that stays in 16 or 32 bits (norm, router, rel_bias, type_embed, pos_embed) and that counts.
bool is_candidate(const TensorInfo& tensor);

/// Consecutive rows of a weight matrix as row-major float32. A row is one output channel.
struct RowTile {
  std::span<const float> w;  ///< rows * cols values
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  std::uint64_t first_row = 0;  ///< in the whole tensor, over all matrices
};

/// Codes of some rows as a quantized storage holds them, one entry an element, with what makes values of them:
/// (code − zero) · scale where steps are uniform, table[code] · scale where the storage has a table.
struct StoredCodes {
  std::vector<std::int16_t> codes;
  std::vector<float> scales, zeros;

  void resize(std::size_t elements);
  void set(std::size_t i, int code, float scale, float zero) {
    codes[i] = static_cast<std::int16_t>(code);
    scales[i] = scale;
    zeros[i] = zero;
  }
};

/// Rows of one tensor as float32, from any storage. Reading is const and may happen on several threads.
class TensorView {
 public:
  virtual ~TensorView() = default;

  virtual const TensorInfo& tensor() const = 0;
  MatrixShape matrix() const { return tensor().matrix(); }

  /// Rows [first, first + count) over all matrices. `out` holds count * cols floats.
  /// Errors: io (the file shrank or cannot be read), unsupported (no decoder for the dtype).
  virtual Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const = 0;

  /// The codes of the same rows. Errors: as read_rows; unsupported where the storage has none.
  virtual Result<void> read_codes(std::uint64_t first, std::uint64_t count, StoredCodes& out) const;

  /// The same rows without a copy, where the storage is float32 in memory and aligned; else empty.
  virtual std::span<const float> rows_in_place(std::uint64_t first, std::uint64_t count) const;
};

/// A tile by the shorter way: in place where possible, else read into `scratch` (grown as needed).
Result<RowTile> read_tile(const TensorView& view, std::uint64_t first, std::uint64_t count,
                          std::vector<float>& scratch);

/// A tensor that lies in memory as float32: benches, tests, 8×8 windows of lessons. Owns its values.
std::unique_ptr<TensorView> memory_tensor(std::string name, std::vector<std::uint64_t> shape,
                                          std::vector<float> values);

}  // namespace quant
