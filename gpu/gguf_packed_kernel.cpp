// GGUF types whose bytes follow from a search or a rule of their own, with and without importance, on a device.
//
// Stages, each a kernel: importance's variances, the search of every sub-block, what a block stores of it, its
// elements, and where a dump wants them the bytes of the codes.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "gpu/gguf_forms.h"
#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

using namespace gguf_device;

// Buffers between the stages, of a tile's scratch.
enum Scratch { importance_at, variances_at, sums_at, found_at, d_at, d_codes_at };

/// Programs: a type waits for the few that it needs, not for all.
struct Programs {
  static std::string joined(std::string_view first, std::string_view then) {
    return std::string(first) + std::string(then);
  }
  const std::string affine = joined(kernels::gguf_batch, kernels::gguf_affine);
  const std::string symmetric = joined(kernels::gguf_batch, kernels::gguf_symmetric);
  const std::string levels = joined(kernels::gguf_batch, kernels::gguf_levels);
  const std::string plain = joined(kernels::gguf_scalar, kernels::gguf_plain);
  const std::string stored = joined(kernels::gguf_scalar, kernels::gguf_stored);
  const std::string stored_affine = joined(kernels::gguf_scalar, kernels::gguf_stored_affine);
  const std::string elements = joined(kernels::gguf_scalar, kernels::gguf_elements);
};
const Programs& programs() {
  static const Programs all;  // devices know a program by its text's address
  return all;
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
  Result<void> levels();
  Result<void> k_scales();
  Result<void> elements();
  Result<void> pack(const Plane& plane);

  /// Runs a search of sub-blocks: `count` of them, a CPU's work-item takes eight.
  template <class... Args>
  Result<void> run_search(std::string_view source, const char* name, cl_uint count, const Args&... args) {
    QUANT_TRY(kernel, device_.kernel(source, name));
    constexpr std::size_t wide = 8, staged = 9;  // beside WIDE and CHUNK + 1 of kernels/gguf_batch.cl
    const std::size_t lanes = device_.form().lanes, each = lanes == 1 ? wide : lanes;
    return device_.launch(kernel, (count + each - 1) / each, args..., cl::Local(lanes * staged * sizeof(float)));
  }
  /// Runs a kernel once a block.
  template <class... Args>
  Result<void> once_a_block(std::string_view source, const char* name, const Args&... args) {
    QUANT_TRY(kernel, device_.kernel(source, name));
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
  QUANT_TRY(kernel, device_.kernel(programs().elements, "variances"));
  return device_.launch(kernel, on_.elements / unit, on_.weights, scratch(variances_at), unit, form_.variance,
                        static_cast<float>(unit), cl::Local(device_.form().lanes * sizeof(float)));
}

Result<void> Encoding::search() {
  if (form_.kind == iq4) return levels();
  if (form_.block == 32 && !weighted_) return plain_blocks();
  QUANT_CHECK(form_.kind == is_signed ? symmetric() : affine());
  if (form_.block == 32)
    return once_a_block(programs().stored, "store_block", on_.scales, on_.minima, on_.packed, blocks_, form_.bytes,
                        static_cast<cl_uint>(form_.minima()));
  return k_scales();
}

// A rule instead of a search: q4_1, q5_0, q5_1 without importance, gguf-mxfp4.
Result<void> Encoding::plain_blocks() {
  const auto w = walk(form_.block);
  const cl::LocalSpaceArg local = cl::Local(sizeof(cl_float2) * device_.form().lanes);
  if (form_.kind == e2m1) {
    QUANT_CHECK(device_.upload(scratch(importance_at), reached_powers()));
    QUANT_TRY(kernel, device_.kernel(programs().plain, "mxfp4_blocks"));
    return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.codes, on_.packed, w.group, w.regions, w.team,
                          form_.bytes, scratch(importance_at), local);
  }
  if (form_.kind == is_signed) {
    QUANT_TRY(kernel, device_.kernel(programs().plain, "symmetric_blocks"));
    return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.codes, on_.packed, w.group, w.regions, w.team,
                          -form_.lowest, form_.bytes, local);
  }
  QUANT_TRY(kernel, device_.kernel(programs().plain, "affine_blocks"));
  return device_.launch(kernel, w.groups, on_.weights, on_.scales, on_.minima, on_.codes, on_.packed, w.group,
                        w.regions, w.team, form_.highest, form_.bytes, local);
}

Result<void> Encoding::affine() {
  const Steps steps = weighted_ ? weighted_steps : form_.steps;
  const cl_uint unit = form_.row ? columns_.cols : form_.block, each = unit / form_.sub;
  const cl_int absolute = form_.plain == sizes && !weighted_ ? 1 : 0;
  return run_search(programs().affine, form_.sub == 16 ? "affine_16" : "affine_32", subs_, on_.weights, on_.scales,
                    on_.minima, scratch(sums_at), on_.codes, subs_, scratch(importance_at), columns_.cols,
                    columns_.matrix_rows, columns_.first_row, scratch(variances_at), each,
                    static_cast<cl_uint>(weighted_ ? weighed : form_.plain), form_.highest, steps.lowest, steps.step,
                    steps.trials, absolute);
}

Result<void> Encoding::symmetric() {
  const bool q3 = form_.id == "q3_k", q6 = form_.id == "q6_k";
  if (q3 && !weighted_)
    return run_search(programs().symmetric, "descent", subs_, on_.weights, on_.scales, on_.codes, subs_);
  const Weights how = !weighted_ ? squares : q6 ? given : weighed;
  const cl_uint unit = form_.row ? columns_.cols : form_.block;
  QUANT_CHECK(run_search(programs().symmetric, form_.sub == 16 ? "symmetric_16" : "symmetric_32", subs_, on_.weights,
                         on_.scales, scratch(sums_at), on_.codes, subs_, scratch(importance_at), columns_.cols,
                         columns_.matrix_rows, columns_.first_row, scratch(variances_at), unit / form_.sub,
                         static_cast<cl_uint>(how), -form_.lowest));
  if (!q3) return {};
  // The scales of a block have a search of their own, under the sums of their weights.
  constexpr cl_int scale_codes = 32;
  return run_search(programs().symmetric, "symmetric_16", blocks_, on_.scales, scratch(d_at), scratch(found_at),
                    scratch(d_codes_at), blocks_, scratch(sums_at), cl_uint{0}, cl_uint{1}, cl_uint{0},
                    scratch(variances_at), cl_uint{1}, static_cast<cl_uint>(given), scale_codes);
}

Result<void> Encoding::levels() {
  QUANT_CHECK(run_search(programs().levels, "levels", subs_, on_.weights, on_.scales, subs_, scratch(importance_at),
                         columns_.cols, columns_.matrix_rows, columns_.first_row, scratch(variances_at),
                         form_.block / form_.sub, static_cast<cl_uint>(weighted_ ? weighed : squares)));
  return once_a_block(programs().stored, form_.block == 32 ? "store_iq4_nl" : "store_iq4_xs", on_.scales,
                      scratch(found_at), on_.packed, blocks_, form_.bytes);
}

// What a K-quant stores of its sub-blocks' scales.
Result<void> Encoding::k_scales() {
  const auto importance = static_cast<cl_uint>(weighted_);
  if (form_.minima())
    return once_a_block(programs().stored_affine, "store_affine_k", on_.scales, on_.minima, scratch(found_at),
                        on_.packed, blocks_, form_.bytes, form_.block / form_.sub, form_.top, importance,
                        scratch(sums_at));
  if (form_.id == "q3_k")
    return once_a_block(programs().stored, "store_q3_k", on_.scales, scratch(found_at), on_.packed, blocks_,
                        form_.bytes, importance, scratch(d_at), scratch(d_codes_at));
  return once_a_block(programs().stored, "store_q6_k", on_.scales, scratch(found_at), on_.packed, blocks_, form_.bytes,
                      on_.codes);
}

Result<void> Encoding::elements() {
  QUANT_TRY(kernel, device_.kernel(programs().elements, "elements"));
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
  QUANT_TRY(kernel, device_.kernel(programs().elements, "plane"));
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
    // The plain q4_0 has its own kernel, and so has a tensor of which nothing is known: the reference.
    return scheme.method().id != "q4_0" || !quantizer.shared().importance.empty();
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
