#include "core/sources/onnx/qdq.h"

#include <fmt/format.h>

#include <cmath>
#include <mutex>
#include <numeric>

#include "core/sources/listing.h"

namespace quant {

namespace {

/// All values of a stored tensor, read when they are first asked for: scales and zero points.
class WholeTensor {
 public:
  explicit WholeTensor(std::shared_ptr<const TensorView> view) : view_(std::move(view)) {}
  std::uint64_t elements() const { return view_->tensor().elements(); }

  Result<std::span<const float>> values() const {
    std::call_once(once_, [this] {
      std::vector<float> all(static_cast<std::size_t>(elements()));
      const auto read = view_->read_rows(0, view_->matrix().all_rows(), all);
      values_ = read ? Result<std::vector<float>>(std::move(all)) : tl::unexpected(read.error());
    });
    if (!values_) return tl::unexpected(values_.error());
    return std::span<const float>(*values_);
  }

 private:
  std::shared_ptr<const TensorView> view_;
  mutable std::once_flag once_;
  mutable Result<std::vector<float>> values_;
};

/// y = (x − zero) · scale, scales per tensor, along an axis, or in blocks along it.
class DequantizedWeight final : public PackedWeight {
 public:
  std::shared_ptr<const TensorView> x;
  std::unique_ptr<WholeTensor> scale, zero;  // zero may be null
  std::uint64_t inner = 1, axis_size = 1;    // elements after the axis, and along it
  std::uint64_t block = 0;                   // along the axis; 0: a scale an index, or one for all

  std::vector<std::uint64_t> shape() const override { return x->tensor().shape; }
  DType dtype() const override {
    return x->tensor().dtype == DType::i8 || x->tensor().dtype == DType::u8 ? DType::int8 : DType::int4;
  }
  std::string text() const override {
    const std::string where = scale->elements() == 1 ? "per tensor"
                              : block == 0           ? "per channel"
                                                     : fmt::format("blocks of {}", block);
    return fmt::format("qdq {} {}", info(x->tensor().dtype).name, where);
  }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    const std::uint64_t cols = x->matrix().cols;
    std::vector<float> codes(static_cast<std::size_t>(count * cols));
    QUANT_CHECK(x->read_rows(first, count, codes));
    QUANT_TRY(scales, scale->values());
    std::span<const float> zeros;
    if (zero) {
      QUANT_TRY(all, zero->values());
      zeros = all;
    }
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const std::size_t s = scale_index(first * cols + i);
      const float z = zeros.empty() ? 0.0f : zeros[zeros.size() == 1 ? 0 : s];
      rows.set(i, (codes[i] - z) * scales[s], static_cast<int>(std::clamp(codes[i], -32768.0f, 32767.0f)), scales[s],
               z);
    }
    return {};
  }

 private:
  std::size_t scale_index(std::uint64_t element) const {
    if (scale->elements() == 1) return 0;
    const std::uint64_t along = element / inner % axis_size;
    if (block == 0) return static_cast<std::size_t>(along);
    const std::uint64_t outer = element / inner / axis_size, blocks = (axis_size + block - 1) / block;
    return static_cast<std::size_t>((outer * blocks + along / block) * inner + element % inner);
  }
};

/// MatMulNBits of com.microsoft: B holds for each output N its blocks of codes along K, low bits first.
class NBitsWeight final : public PackedWeight {
 public:
  std::uint64_t n = 0, k = 0, block = 0;
  unsigned bits = 4;
  std::shared_ptr<const ByteStore> codes, zero_codes;  // zero_codes may be null
  std::unique_ptr<WholeTensor> scale;

  std::uint64_t blocks() const { return (k + block - 1) / block; }
  std::uint64_t row_bytes() const { return blocks() * block * bits / 8; }
  std::uint64_t zero_row_bytes() const { return (blocks() * bits + 7) / 8; }

  std::vector<std::uint64_t> shape() const override { return {n, k}; }
  DType dtype() const override { return bits == 8 ? DType::int8 : bits == 2 ? DType::int2 : DType::int4; }
  std::string text() const override { return fmt::format("MatMulNBits {}-bit blocks of {}", bits, block); }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    std::vector<std::byte> raw(static_cast<std::size_t>(count * row_bytes()));
    QUANT_CHECK(codes->read(first * row_bytes(), raw));
    std::vector<std::byte> zeros(zero_codes ? static_cast<std::size_t>(count * zero_row_bytes()) : 0);
    if (zero_codes) QUANT_CHECK(zero_codes->read(first * zero_row_bytes(), zeros));
    QUANT_TRY(scales, scale->values());
    const auto code = [this](std::span<const std::byte> row, std::uint64_t i) {
      const unsigned byte = std::to_integer<unsigned>(row[static_cast<std::size_t>(i * bits / 8)]);
      return static_cast<int>(byte >> (i * bits % 8) & ((1u << bits) - 1));
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto row = std::span(raw).subspan(static_cast<std::size_t>(i * row_bytes()));
      for (std::uint64_t j = 0; j < k; ++j) {
        const std::uint64_t b = j / block;
        const int zero = zero_codes ? code(std::span(zeros).subspan(static_cast<std::size_t>(i * zero_row_bytes())), b)
                                    : 1 << (bits - 1);
        const float step = scales[static_cast<std::size_t>((first + i) * blocks() + b)];
        const int q = code(row, j);
        rows.set(static_cast<std::size_t>(i * k + j), static_cast<float>(q - zero) * step, q, step,
                 static_cast<float>(zero));
      }
    }
    return {};
  }
};

/// Tensors of the list by name, and what a node makes of them; `why` says what does not fit.
class Maker {
 public:
  explicit Maker(const Source& source) : source_(source) {
    for (std::size_t i = 0; i < source.tensors().size(); ++i) index_.emplace(source.tensors()[i].name, i);
  }
  std::string why;

  std::optional<UnpackedWeight> make(const QuantNode& node) {
    why.clear();
    std::vector<std::optional<std::size_t>> inputs;
    for (const std::string& name : node.inputs) {
      const auto found = index_.find(name);
      inputs.push_back(found == index_.end() ? std::nullopt : std::optional(found->second));
    }
    return node.kind == QuantNode::Kind::dequantize_linear ? dequantize_linear(node, inputs)
                                                           : mat_mul_n_bits(node, inputs);
  }

 private:
  using Inputs = std::vector<std::optional<std::size_t>>;

  const TensorInfo& info_of(std::size_t i) const { return source_.tensors()[i]; }
  std::nullopt_t no(std::string reason) {
    why = std::move(reason);
    return std::nullopt;
  }
  std::shared_ptr<const TensorView> view(std::size_t i) {
    auto view = source_.view(i);
    return view ? std::shared_ptr<const TensorView>(std::move(*view)) : nullptr;
  }
  static bool is_given(const QuantNode& node, std::size_t i) {
    return i < node.inputs.size() && !node.inputs[i].empty();
  }

  /// Inputs x, scale[, zero]; all have to be initializers.
  std::optional<UnpackedWeight> dequantize_linear(const QuantNode& node, const Inputs& in) {
    if (in.size() < 2 || !in[0] || !in[1]) return std::nullopt;  // of an activation
    if (is_given(node, 2) && !in[2]) return std::nullopt;
    auto weight = std::make_shared<DequantizedWeight>();
    weight->x = view(*in[0]);
    const auto scale = view(*in[1]), zero = is_given(node, 2) ? view(*in[2]) : nullptr;
    if (!weight->x || !scale || (is_given(node, 2) && !zero)) return no("a part of it cannot be read");
    weight->scale = std::make_unique<WholeTensor>(scale);
    if (zero) weight->zero = std::make_unique<WholeTensor>(zero);
    if (!set_axis(node, info_of(*in[0]).shape, info_of(*in[1]).shape, *weight)) return std::nullopt;
    if (weight->zero && weight->zero->elements() != weight->scale->elements()) {
      return no(
          fmt::format("it has {} zero points and {} scales", weight->zero->elements(), weight->scale->elements()));
    }
    UnpackedWeight out{node.output, "qdq", {*in[0], *in[1]}, std::shared_ptr<const PackedWeight>(std::move(weight))};
    if (zero) out.pieces.insert(*in[2]);
    return out;
  }

  bool set_axis(const QuantNode& node, const std::vector<std::uint64_t>& x, const std::vector<std::uint64_t>& scale,
                DequantizedWeight& weight) {
    if (weight.scale->elements() == 1) return true;
    const auto attribute = [&](const char* name, std::int64_t otherwise) {
      const auto found = node.attributes.find(name);
      return found == node.attributes.end() ? otherwise : found->second;
    };
    const auto rank = static_cast<std::int64_t>(x.size());
    std::int64_t axis = attribute("axis", 1);
    if (axis < 0) axis += rank;
    const std::int64_t block = attribute("block_size", 0);
    if (axis < 0 || axis >= rank || block < 0) return no(fmt::format("axis {}, block_size {}", axis, block)), false;
    const auto a = static_cast<std::size_t>(axis);
    weight.axis_size = x[a];
    weight.inner = std::accumulate(x.begin() + axis + 1, x.end(), std::uint64_t{1}, std::multiplies<>());
    weight.block = static_cast<std::uint64_t>(block);
    std::vector<std::uint64_t> expected = {x[a]};
    if (block > 0) {
      expected = x;
      expected[a] = (x[a] + weight.block - 1) / weight.block;
    }
    if (scale == expected) return true;
    return no(fmt::format("its scales are {}, expected are {}", shape_text(scale), shape_text(expected))), false;
  }

  /// Inputs A, B, scales[, zero_points]; attributes K, N, bits, block_size.
  std::optional<UnpackedWeight> mat_mul_n_bits(const QuantNode& node, const Inputs& in) {
    if (in.size() < 3 || !in[1] || !in[2]) return std::nullopt;
    const auto natural = [&](const char* name) {
      const auto found = node.attributes.find(name);
      return found == node.attributes.end() || found->second < 0 ? 0 : static_cast<std::uint64_t>(found->second);
    };
    auto weight = std::make_shared<NBitsWeight>();
    weight->n = natural("N"), weight->k = natural("K"), weight->block = natural("block_size");
    weight->bits = node.attributes.contains("bits") ? static_cast<unsigned>(natural("bits")) : 4;
    const bool width = weight->bits == 2 || weight->bits == 4 || weight->bits == 8;
    if (!width || weight->block < 8 || weight->block > 1 << 16 || weight->n > most_elements ||
        weight->k > most_elements) {
      return no(fmt::format("{} bits in blocks of {}", weight->bits, weight->block));
    }
    const TensorInfo &b = info_of(*in[1]), &scales = info_of(*in[2]);
    if (b.dtype != DType::u8 || b.elements() / std::max<std::uint64_t>(weight->row_bytes(), 1) != weight->n ||
        b.elements() != weight->n * weight->row_bytes() || scales.elements() != weight->n * weight->blocks()) {
      return no(fmt::format("B is {}, scales are {}", shape_text(b.shape), shape_text(scales.shape)));
    }
    UnpackedWeight out{b.name, "MatMulNBits", {*in[1], *in[2]}, {}};
    auto codes = source_.bytes(*in[1]);
    const auto scale = view(*in[2]);
    if (!codes || !scale) return no("a part of it cannot be read");
    weight->codes = std::move(*codes);
    weight->scale = std::make_unique<WholeTensor>(scale);
    if (is_given(node, 3)) {
      if (!in[3] || info_of(*in[3]).dtype != DType::u8 ||
          info_of(*in[3]).elements() != weight->n * weight->zero_row_bytes()) {
        return no("its zero points do not fit");
      }
      auto zeros = source_.bytes(*in[3]);
      if (!zeros) return no("a part of it cannot be read");
      weight->zero_codes = std::move(*zeros);
      out.pieces.insert(*in[3]);
    }
    out.weight = std::shared_ptr<const PackedWeight>(std::move(weight));
    return out;
  }

  const Source& source_;
  std::map<std::string_view, std::size_t> index_;
};

}  // namespace

std::vector<UnpackedWeight> dequantized_weights(const Source& source, const std::vector<QuantNode>& nodes,
                                                std::vector<std::string>& notes) {
  Maker maker(source);
  std::vector<UnpackedWeight> weights;
  std::set<std::size_t> taken;
  std::set<std::string> names;
  for (const QuantNode& node : nodes) {
    auto weight = maker.make(node);
    if (!maker.why.empty()) notes.push_back(fmt::format("{} stays as stored: {}", shown_name(node.output), maker.why));
    if (!weight || weight->name.empty() || !names.insert(weight->name).second) continue;
    if (taken.contains(*weight->pieces.begin())) continue;  // the same codes, dequantized twice
    taken.insert(weight->pieces.begin(), weight->pieces.end());
    weights.push_back(std::move(*weight));
  }
  return weights;
}

}  // namespace quant
