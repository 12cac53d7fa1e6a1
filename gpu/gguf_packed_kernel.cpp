// GGUF types whose bytes follow from a search or a rule of their own, with and without importance, on a device.
//
// Stages, each a kernel: importance's variances, the search of every sub-block, what a block stores of it, its
// elements, and where a dump wants them the bytes of the codes.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

// Beside the defines of kernels/gguf_batch.cl and gguf_blocks.cl.
enum Weights : cl_uint { squares, spread, sizes, given, weighed };
enum Encode : cl_uint { keep, again, nearest };
enum Kind : cl_uint { is_signed, counts, iq4, e2m1 };

// Buffers between the stages, of a tile's scratch.
enum Scratch { importance_at, variances_at, sums_at, found_at, d_at, d_codes_at };

/// Bytes of a block that hold bits of its codes, see `plane` in kernels/gguf_blocks.cl.
struct Plane {
  cl_uint at = 0, length = 0, width = 4, shift = 0, stride = 16;
};

struct Steps {
  int trials = 20;
  float lowest = -1, step = 0.1f;
};
constexpr Steps weighted_steps{36, -0.9f, 0.05f};

/// One type, as the devices see it.
struct Form {
  std::string_view id;
  cl_uint block = 32, sub = 32, bytes = 18;
  Kind kind = counts;
  Encode encode = keep;
  int lowest = 0, highest = 15;  ///< codes
  std::array<Plane, 2> planes{};
  bool weighted = true;     ///< has a variant with importance
  float variance = 1;       ///< σ² with importance is this times Σx²/n …
  bool row = false;         ///< … over the row, else over the block
  Weights plain = squares;  ///< weights without importance
  Steps steps{};
  int top = 63;  ///< largest code of a sub-block's scale and minimum

  bool minima() const { return kind == counts; }
};

constexpr Plane nibbles(cl_uint at, cl_uint length) { return {at, length, 4, 0, 16}; }
constexpr Plane fifth_bits(cl_uint at) { return {at, 4, 1, 4, 1}; }

// Byte layouts: the GGUF specification, as core/methods/gguf says them beside each type.
constexpr std::array forms = {
    Form{.id = "q4_0", .kind = is_signed, .lowest = -8, .highest = 7, .planes = {nibbles(2, 16)}, .row = true},
    Form{.id = "q4_1", .bytes = 20, .planes = {nibbles(4, 16)}, .row = true},
    Form{.id = "q5_0",
         .bytes = 22,
         .kind = is_signed,
         .lowest = -16,
         .highest = 15,
         .planes = {fifth_bits(2), nibbles(6, 16)},
         .row = true},
    Form{.id = "q5_1", .bytes = 24, .highest = 31, .planes = {fifth_bits(4), nibbles(8, 16)}, .row = true},
    Form{.id = "q2_k",
         .block = 256,
         .sub = 16,
         .bytes = 84,
         .encode = again,
         .highest = 3,
         .planes = {Plane{16, 64, 2, 0, 32}},
         .plain = sizes,
         .steps = {15, -0.5f, 0.1f},
         .top = 15},
    Form{.id = "q3_k",
         .block = 256,
         .sub = 16,
         .bytes = 110,
         .kind = is_signed,
         .encode = again,
         .lowest = -4,
         .highest = 3,
         .planes = {Plane{0, 32, 1, 2, 32}, Plane{32, 64, 2, 0, 32}},
         .variance = 2},
    Form{.id = "q4_k",
         .block = 256,
         .bytes = 144,
         .encode = again,
         .planes = {Plane{16, 128, 4, 0, 32}},
         .variance = 2,
         .plain = spread},
    Form{.id = "q5_k",
         .block = 256,
         .bytes = 176,
         .encode = again,
         .highest = 31,
         .planes = {Plane{16, 32, 1, 4, 32}, Plane{48, 128, 4, 0, 32}},
         .variance = 2,
         .plain = spread,
         .steps = {15, -0.5f, 0.1f}},
    Form{.id = "q6_k",
         .block = 256,
         .sub = 16,
         .bytes = 210,
         .kind = is_signed,
         .encode = again,
         .lowest = -32,
         .highest = 31,
         .planes = {Plane{0, 128, 4, 0, 64}, Plane{128, 64, 2, 4, 32}}},
    Form{.id = "iq4_nl", .kind = iq4, .encode = nearest, .planes = {nibbles(2, 16)}, .variance = 2},
    Form{.id = "iq4_xs",
         .block = 256,
         .bytes = 136,
         .kind = iq4,
         .encode = nearest,
         .planes = {nibbles(8, 128)},
         .variance = 2},
    Form{.id = "gguf-mxfp4", .bytes = 17, .kind = e2m1, .planes = {nibbles(1, 16)}, .weighted = false},
};

const Form* form_of(std::string_view id) {
  const auto* const found = std::ranges::find(forms, id, &Form::id);
  return found == forms.end() ? nullptr : found;
}

/// Sources of the searches: each a program of its own, so that a type waits for its own search alone.
std::string_view affine_source() {
  static const std::string text = std::string(kernels::gguf_batch) + std::string(kernels::gguf_affine);
  return text;
}
std::string_view symmetric_source() {
  static const std::string text = std::string(kernels::gguf_batch) + std::string(kernels::gguf_symmetric);
  return text;
}
std::string_view levels_source() {
  static const std::string text = std::string(kernels::gguf_batch) + std::string(kernels::gguf_levels);
  return text;
}

constexpr int least_power = -149, most_power = 128;

/// The least float32 whose logarithm, as the processor's library rounds it, reaches each power of two from −149 on.
/// Just below a power the logarithm rounds to it.
std::span<const float> reached_powers() {
  static const auto all = [] {
    std::array<float, most_power - least_power + 1> powers;
    for (int p = least_power; p <= most_power; ++p) {
      std::uint32_t low = 1, high = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::max());
      while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (std::log2(std::bit_cast<float>(middle)) >= float(p))
          high = middle;
        else
          low = middle + 1;
      }
      powers[std::size_t(p - least_power)] = std::bit_cast<float>(low);
    }
    return powers;
  }();
  return all;
}

/// Where a device finds the importance of an element, see columns_t in kernels/gguf_batch.cl.
struct Columns {
  cl_uint cols = 0, matrix_rows = 1, first_row = 0;
};

/// One tile under one type: the stages in their order.
class Encoding {
 public:
  Encoding(Device& device, const Form& form, const RowQuantizer& quantizer, const RowTile& tile, const TileBuffers& on)
      : device_(device), form_(form), quantizer_(quantizer), tile_(tile), on_(on) {
    subs_ = on.elements / form.sub;
    blocks_ = on.elements / form.block;
    weighted_ = !quantizer.shared().importance.empty();
  }

  Result<void> operator()() {
    if (weighted_) QUANT_CHECK(upload_importance());
    QUANT_CHECK(search());
    QUANT_CHECK(elements());
    if (on_.dumped)
      for (const Plane& plane : form_.planes) QUANT_CHECK(pack(plane));
    return {};
  }

 private:
  Result<void> upload_importance();
  Result<void> search();
  Result<void> plain_blocks();
  Result<void> affine();
  Result<void> symmetric();
  Result<void> symmetric(cl_uint how, int N);
  Result<void> levels();
  Result<void> k_scales();
  Result<void> elements();
  Result<void> pack(const Plane& plane);

  /// Runs a search of sub-blocks: `count` of them, a CPU's work-item takes eight.
  template <class... Args>
  Result<void> run_search(std::string_view source, const char* name, cl_uint count, const Args&... args) {
    QUANT_TRY(kernel, device_.kernel(source, name));
    const std::size_t lanes = device_.form().lanes, each = lanes == 1 ? 8 : lanes;
    return device_.launch(kernel, (count + each - 1) / each, args..., cl::Local(lanes * 9 * sizeof(float)));
  }
  /// Runs a kernel once a block.
  template <class... Args>
  Result<void> once_a_block(const char* name, const Args&... args) {
    QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, name));
    const std::size_t lanes = device_.form().lanes;
    return device_.launch(kernel, (blocks_ + lanes - 1) / lanes, args...);
  }
  RegionWalk walk(cl_uint group) const { return region_walk(Region::group, group, tile_, device_.form()); }
  const cl::Buffer& scratch(Scratch which) const { return on_.scratch[which]; }

  Device& device_;
  const Form& form_;
  const RowQuantizer& quantizer_;
  const RowTile& tile_;
  const TileBuffers& on_;
  cl_uint subs_ = 0, blocks_ = 0;
  bool weighted_ = false;
  Columns columns_;
};

Result<void> Encoding::upload_importance() {
  const Shared& shared = quantizer_.shared();
  std::span<const float> importance = shared.importance;
  columns_ = {static_cast<cl_uint>(tile_.cols), std::numeric_limits<cl_uint>::max(), 0};
  if (importance.size() > tile_.cols) {  // of each matrix: those that the tile meets
    const std::uint64_t first = tile_.first_row / shared.rows, last = (tile_.first_row + tile_.rows - 1) / shared.rows;
    importance = importance.subspan(first * tile_.cols, (last - first + 1) * tile_.cols);
    columns_.matrix_rows = static_cast<cl_uint>(shared.rows);
    columns_.first_row = static_cast<cl_uint>(tile_.first_row % shared.rows);
  }
  QUANT_CHECK(device_.upload(scratch(importance_at), importance));
  const cl_uint unit = form_.row ? columns_.cols : form_.block;
  QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "variances"));
  return device_.launch(kernel, on_.elements / unit, on_.weights, scratch(variances_at), unit, form_.variance,
                        static_cast<float>(unit), cl::Local(device_.form().lanes * sizeof(float)));
}

Result<void> Encoding::search() {
  if (form_.kind == iq4) return levels();
  if (form_.block == 32 && !weighted_) return plain_blocks();
  QUANT_CHECK(form_.kind == is_signed ? symmetric() : affine());
  if (form_.block == 32)
    return once_a_block("store_block", on_.scales, on_.minima, on_.packed, blocks_, form_.bytes,
                        static_cast<cl_uint>(form_.minima()));
  return k_scales();
}

// A rule instead of a search: q4_1, q5_0, q5_1 without importance, gguf-mxfp4.
Result<void> Encoding::plain_blocks() {
  const auto w = walk(form_.block);
  const cl::LocalSpaceArg local = cl::Local(sizeof(cl_float2) * device_.form().lanes);
  if (form_.kind == e2m1) {
    QUANT_CHECK(device_.upload(scratch(importance_at), reached_powers()));
    QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "mxfp4_blocks"));
    return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.codes, on_.packed, w.group, w.regions, w.team,
                          form_.bytes, scratch(importance_at), local);
  }
  if (form_.kind == is_signed) {
    QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "symmetric_blocks"));
    return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.codes, on_.packed, w.group, w.regions, w.team,
                          -form_.lowest, form_.bytes, local);
  }
  QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "affine_blocks"));
  return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.minima, on_.codes, on_.packed, w.group,
                        w.regions, w.team, form_.highest, form_.bytes, local);
}

Result<void> Encoding::affine() {
  const Steps steps = weighted_ ? weighted_steps : form_.steps;
  const cl_uint unit = form_.row ? columns_.cols : form_.block, each = unit / form_.sub;
  const cl_int absolute = form_.plain == sizes && !weighted_ ? 1 : 0;
  return run_search(affine_source(), form_.sub == 16 ? "affine_16" : "affine_32", subs_, on_.weights, on_.scales,
                    on_.minima, scratch(sums_at), on_.codes, subs_, scratch(importance_at), columns_.cols,
                    columns_.matrix_rows, columns_.first_row, scratch(variances_at), each,
                    static_cast<cl_uint>(weighted_ ? weighed : form_.plain), form_.highest, steps.lowest, steps.step,
                    steps.trials, absolute);
}

Result<void> Encoding::symmetric() {
  const bool q3 = form_.id == "q3_k", q6 = form_.id == "q6_k";
  if (q3 && !weighted_)
    return run_search(symmetric_source(), "descent", subs_, on_.weights, on_.scales, on_.codes, subs_);
  const Weights how = !weighted_ ? squares : q6 ? given : weighed;
  const cl_uint unit = form_.row ? columns_.cols : form_.block;
  QUANT_CHECK(run_search(symmetric_source(), form_.sub == 16 ? "symmetric_16" : "symmetric_32", subs_, on_.weights,
                         on_.scales, scratch(sums_at), on_.codes, subs_, scratch(importance_at), columns_.cols,
                         columns_.matrix_rows, columns_.first_row, scratch(variances_at), unit / form_.sub,
                         static_cast<cl_uint>(how), -form_.lowest));
  if (!q3) return {};
  // The scales of a block have a search of their own, under the sums of their weights.
  constexpr cl_int scale_codes = 32;
  return run_search(symmetric_source(), "symmetric_16", blocks_, on_.scales, scratch(d_at), scratch(found_at),
                    scratch(d_codes_at), blocks_, scratch(sums_at), cl_uint{0}, cl_uint{1}, cl_uint{0},
                    scratch(variances_at), cl_uint{1}, static_cast<cl_uint>(given), scale_codes);
}

Result<void> Encoding::levels() {
  QUANT_CHECK(run_search(levels_source(), "levels", subs_, on_.weights, on_.scales, subs_, scratch(importance_at),
                         columns_.cols, columns_.matrix_rows, columns_.first_row, scratch(variances_at),
                         form_.block / form_.sub, static_cast<cl_uint>(weighted_ ? weighed : squares)));
  return once_a_block(form_.block == 32 ? "store_iq4_nl" : "store_iq4_xs", on_.scales, scratch(found_at), on_.packed,
                      blocks_, form_.bytes);
}

// What a K-quant stores of its sub-blocks' scales.
Result<void> Encoding::k_scales() {
  const auto importance = static_cast<cl_uint>(weighted_);
  if (form_.minima())
    return once_a_block("store_affine_k", on_.scales, on_.minima, scratch(found_at), on_.packed, blocks_, form_.bytes,
                        form_.block / form_.sub, form_.top, importance, scratch(sums_at));
  if (form_.id == "q3_k")
    return once_a_block("store_q3_k", on_.scales, scratch(found_at), on_.packed, blocks_, form_.bytes, importance,
                        scratch(d_at), scratch(d_codes_at));
  return once_a_block("store_q6_k", on_.scales, scratch(found_at), on_.packed, blocks_, form_.bytes, on_.codes);
}

Result<void> Encoding::elements() {
  QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "elements"));
  const auto w = walk(form_.sub);
  // Half a step outside of the outermost codes' values.
  float low = float(form_.lowest) - 0.5f, high = float(form_.highest) + 0.5f;
  if (form_.kind == iq4) low = -127.0f - 11.5f, high = 113.0f + 12.0f;
  if (form_.kind == e2m1) low = -14.0f, high = 14.0f;
  return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.minima, scratch(found_at), on_.codes, on_.values,
                        on_.clipped, on_.steps, w.group, w.regions, w.team, static_cast<cl_uint>(form_.encode),
                        static_cast<cl_uint>(form_.kind), form_.lowest, form_.highest, low, high,
                        static_cast<cl_uint>(form_.minima()));
}

Result<void> Encoding::pack(const Plane& plane) {
  if (plane.length == 0) return {};
  QUANT_TRY(kernel, device_.kernel(kernels::gguf_blocks, "plane"));
  const auto w = walk(form_.block);
  const auto offset = static_cast<cl_uint>(form_.kind == is_signed ? -form_.lowest : 0);
  return device_.launch(kernel, w.groups, on_.codes, on_.packed, w.group, w.regions, form_.bytes, w.team, plane.at,
                        plane.length, plane.width, plane.shift, plane.stride, offset);
}

class GgufPackedKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return device.exact_division && form_of(method.id) != nullptr;
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    const Scheme& scheme = quantizer.scheme();
    if (!offers(scheme.method(), device)) return false;
    return scheme.method().id != "q4_0" || scheme.flag("imatrix");  // the plain q4_0 has its own kernel
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }

  ExtraResults extras(const RowQuantizer& quantizer, const RowTile& tile) const override {
    const Form& form = *form_of(quantizer.scheme().method().id);
    const std::size_t n = tile.w.size(), subs = n / form.sub, blocks = n / form.block;
    const std::size_t columns = std::min(quantizer.shared().importance.size(), std::max(n, std::size_t{1}) + tile.cols);
    ExtraResults extras{.minima = form.minima() ? subs : 0, .packed = blocks * form.bytes};
    extras.scratch[importance_at] = std::max(columns, reached_powers().size()) * sizeof(float);
    extras.scratch[variances_at] = blocks * sizeof(float);
    extras.scratch[sums_at] = subs * sizeof(float);
    extras.scratch[found_at] = subs * sizeof(cl_float2);
    extras.scratch[d_at] = blocks * sizeof(float);
    extras.scratch[d_codes_at] = subs;
    return extras;
  }

  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    return Encoding(device, *form_of(quantizer.scheme().method().id), quantizer, tile, on)();
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_gguf_packed_kernel() { return std::make_unique<GgufPackedKernel>(); }

}  // namespace quant
