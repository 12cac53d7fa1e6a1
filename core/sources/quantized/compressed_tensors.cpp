// compressed-tensors, pack-quantized: rows of codes + 2^(bits−1) in words, zeros packed down the output channels.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/sources/listing.h"
#include "core/sources/quantized/layout.h"
#include "core/sources/quantized/packing.h"

namespace quant {

namespace {

/// How codes lie in the words of a row.
struct Packing {
  unsigned bits = 0;
  bool dense = true;  ///< one stream across words; else ⌊32 / bits⌋ codes a word

  std::uint64_t words(std::uint64_t codes) const {
    return dense ? (codes * bits + 31) / 32 : (codes + 32 / bits - 1) / (32 / bits);
  }
  std::uint64_t bit(std::uint64_t code) const {
    return dense ? code * bits : code / (32 / bits) * 32 + code % (32 / bits) * bits;
  }
};

class CompressedWeight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0, groups = 0, group = 0;
  Packing packing;
  Grid packed, scales;
  std::optional<Grid> zeros, g_idx;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return *code_dtype(packing.bits); }
  std::string text() const override {
    return fmt::format("compressed-tensors int{} {}{}", packing.bits,
                       groups == 1 ? std::string("per channel") : fmt::format("group {}", group),
                       zeros ? ", asym" : "");
  }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(group_of, group_of_columns());
    QUANT_TRY(codes, packed.words({first, count, 0, packed.cols()}));
    const bool one = scales.rows() == 1;  // a scale for the whole tensor
    QUANT_TRY(steps, scales.floats({one ? 0 : first, one ? 1 : count, 0, scales.cols()}));
    std::vector<std::uint32_t> zero_words;
    const std::uint64_t first_word = packing.bit(first) / 32;
    if (zeros) {
      const std::uint64_t last = (packing.bit(first + count - 1) + packing.bits - 1) / 32;
      QUANT_TRY(read, zeros->words({first_word, last - first_word + 1, 0, groups}));
      zero_words = std::move(read);
    }
    const int middle = 1 << (packing.bits - 1);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::span<const std::uint32_t> row = std::span(codes).subspan(i * packed.cols());
      for (std::uint64_t j = 0; j < in; ++j) {
        const std::uint64_t g = group_of[j];
        const int code = static_cast<int>(stream_bits(row, 1, packing.bit(j), packing.bits)) - middle;
        int zero = 0;
        if (zeros) {
          const std::uint64_t bit = packing.bit(first + i) - 32 * first_word;
          zero = static_cast<int>(stream_bits(std::span(zero_words).subspan(g), groups, bit, packing.bits)) - middle;
        }
        const float step = steps[one ? 0 : i * groups + g];
        rows.set(i * in + j, static_cast<float>(code - zero) * step, code, step, static_cast<float>(zero));
      }
    }
    return {};
  }

 private:
  Result<std::vector<std::uint32_t>> group_of_columns() const {
    std::vector<std::uint32_t> of(in);
    for (std::uint64_t j = 0; j < in; ++j) of[j] = static_cast<std::uint32_t>(j / group);
    if (!g_idx) return of;
    QUANT_TRY(stored, g_idx->integers(g_idx->all()));
    if (std::ranges::all_of(stored, [](std::int64_t g) { return g == -1; })) return of;  // there, but not used
    for (std::uint64_t j = 0; j < in; ++j) {
      if (stored[j] < 0 || static_cast<std::uint64_t>(stored[j]) >= groups) {
        return failure(
            ErrorCode::malformed, "cannot unpack tensor", "weight_g_idx",
            fmt::format("weight_g_idx says group {} for column {}, there are {} groups", stored[j], j, groups),
            "the file is damaged or hostile, get it again from its source");
      }
      of[j] = static_cast<std::uint32_t>(stored[j]);
    }
    return of;
  }
};

/// The packing whose rows of `in` codes are `words` wide. Odd widths have two, of which old releases wrote the second.
Result<Packing> packing_of(const Module& m, std::optional<std::int64_t> configured, std::uint64_t in,
                           std::uint64_t words) {
  std::vector<Packing> fitting;
  for (unsigned bits = 2; bits <= 8; ++bits) {
    if (configured && *configured != bits) continue;
    const Packing dense{bits, true}, padded{bits, false};
    if (dense.words(in) == words) fitting.push_back(dense);
    if (32 % bits != 0 && padded.words(in) == words) fitting.push_back(padded);
  }
  if (fitting.size() == 1 && code_dtype(fitting[0].bits)) return fitting[0];
  if (fitting.empty()) {
    return m.fail("weight_shape", fmt::format("says {} columns, which codes of {} bits do not pack into {} words", in,
                                              configured ? std::to_string(*configured) : "2 to 8", words));
  }
  return m.fail("weight_packed",
                fmt::format("has {} words for {} columns, which {} packings give", words, in, fitting.size()),
                ErrorCode::unsupported, "give the folder with its config.json, or save it with a newer release");
}

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig& config) {
  auto weight = std::make_unique<CompressedWeight>();
  QUANT_TRY(shape_grid, m.grid("weight_shape", 1, 2));
  if (shape_grid.dtype() != DType::i64 && shape_grid.dtype() != DType::i32) {
    return m.fail("weight_shape", "holds no integers");
  }
  QUANT_TRY(dims, shape_grid.integers(shape_grid.all()));
  const std::uint64_t rows = m.dim("weight_packed", 0), words = m.dim("weight_packed", 1);
  if (dims[0] <= 0 || dims[1] <= 0 || static_cast<std::uint64_t>(dims[0]) != rows ||
      static_cast<std::uint64_t>(dims[1]) / 16 > words) {  // no code has fewer than 2 bits
    return m.fail("weight_shape",
                  fmt::format("is {} × {}, weight_packed has {} × {} words", dims[0], dims[1], rows, words));
  }
  weight->out = rows;
  weight->in = static_cast<std::uint64_t>(dims[1]);
  QUANT_TRY(packing, packing_of(m, config.bits_of(m.prefix()), weight->in, words));
  weight->packing = packing;
  QUANT_TRY(packed, m.grid("weight_packed", rows, words, 32));
  if (!m.has("weight_scale")) return m.fail("weight_scale", "is missing");
  const bool one = m.find("weight_scale")->elements() == 1;
  weight->groups = one ? 1 : m.dim("weight_scale", 1);
  QUANT_TRY(scales, m.grid("weight_scale", one ? 1 : rows, weight->groups));
  const auto size = weight->groups == 1 ? std::nullopt : config.group_size_of(m.prefix());
  QUANT_TRY(group, group_columns(m, size, weight->in, weight->groups, "weight_scale"));
  weight->group = group;
  if (m.has("weight_zero_point")) {
    QUANT_TRY(zeros, m.grid("weight_zero_point", packing.words(rows), weight->groups, 32));
    weight->zeros = zeros;
  }
  if (m.has("weight_g_idx")) {
    QUANT_TRY(g_idx, m.grid("weight_g_idx", 1, weight->in));
    if (g_idx.dtype() != DType::i32 && g_idx.dtype() != DType::i64) {
      return m.fail("weight_g_idx", "holds no integers");
    }
    weight->g_idx = g_idx;
  }
  weight->packed = std::move(packed);
  weight->scales = std::move(scales);
  return weight;
}

bool claims(const Module& m, const QuantConfig&) { return m.dtype("weight_packed") == DType::i32; }

constexpr std::array<std::string_view, 5> parts = {"weight_packed", "weight_scale", "weight_shape", "weight_zero_point",
                                                   "weight_g_idx"};

}  // namespace

extern const QuantizedLayout compressed_tensors_layout;
constinit const QuantizedLayout compressed_tensors_layout{
    "compressed-tensors", "compressed-tensors (pack-quantized)", "weight_packed", claims, parts, open};

}  // namespace quant
