#include "gpu/opencl_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>

#include "core/backend/element_errors.h"
#include "gpu/scheme_kernel.h"
#include "gpu/statistics.h"

namespace quant {
namespace {

/// Every kernel family. A new one: its file, a line in scheme_kernel.h, a line here.
std::vector<std::unique_ptr<SchemeKernel>> all_kernels() {
  std::vector<std::unique_ptr<SchemeKernel>> all;
  all.push_back(make_article_kernel());
  all.push_back(make_binary_kernel());
  all.push_back(make_bitnet_kernel());
  all.push_back(make_block_code_kernel());
  all.push_back(make_cast_kernel());
  all.push_back(make_codebook_kernel());
  all.push_back(make_gguf_kernel());
  all.push_back(make_gguf_packed_kernel());
  all.push_back(make_hqq_kernel());
  all.push_back(make_mx_kernel());
  all.push_back(make_nvfp4_kernel());
  all.push_back(make_rtn_kernel());
  return all;
}

/// Buffers of tiles, kept between them.
class TilePool {
 public:
  Result<TileBuffers> reserve(Device& device, const RowTile& tile) {
    const auto get = [&](GrowingBuffer& buffer, std::size_t bytes) {
      return buffer.at_least(device.context(), bytes, device.id());
    };
    const std::size_t n = tile.w.size();
    QUANT_TRY(weights, get(weights_, n * sizeof(float)));
    QUANT_TRY(codes, get(codes_, n));
    QUANT_TRY(values, get(values_, n * sizeof(float)));
    QUANT_TRY(clipped, get(clipped_, n));
    QUANT_TRY(steps, get(steps_, n * sizeof(float)));
    return TileBuffers{.elements = static_cast<cl_uint>(n),
                       .weights = weights,
                       .codes = codes,
                       .values = values,
                       .clipped = clipped,
                       .steps = steps,
                       .scales = {},
                       .zeros = {},
                       .minima = {},
                       .codebooks = {},
                       .packed = {},
                       .scratch = {}};
  }
  /// Adds room for the scales and zeros of one scheme.
  Result<void> reserve_regions(Device& device, std::size_t regions, TileBuffers& buffers) {
    QUANT_TRY(scales, scales_.at_least(device.context(), regions * sizeof(float), device.id()));
    QUANT_TRY(zeros, zeros_.at_least(device.context(), regions, device.id()));
    buffers.scales = scales;
    buffers.zeros = zeros;
    return {};
  }
  /// Adds room for what only some schemes have; empty buffers have the least size, so that all can be arguments.
  Result<void> reserve_extras(Device& device, const ExtraResults& extras, TileBuffers& buffers) {
    QUANT_TRY(minima, minima_.at_least(device.context(), extras.minima * sizeof(float), device.id()));
    QUANT_TRY(codebooks, codebooks_.at_least(device.context(), extras.codebooks * sizeof(float), device.id()));
    QUANT_TRY(packed, packed_.at_least(device.context(), extras.packed, device.id()));
    buffers.minima = minima;
    buffers.codebooks = codebooks;
    buffers.packed = packed;
    for (std::size_t k = 0; k < scratch_buffers; ++k) {
      QUANT_TRY(scratch, scratch_[k].at_least(device.context(), extras.scratch[k], device.id()));
      buffers.scratch[k] = scratch;
    }
    return {};
  }

 private:
  GrowingBuffer weights_, codes_, values_, clipped_, steps_, scales_, zeros_, minima_, codebooks_, packed_;
  std::array<GrowingBuffer, scratch_buffers> scratch_;
};

class OpenClBackend final : public Backend {
 public:
  OpenClBackend(std::unique_ptr<Device> device, std::string name, std::string kind)
      : device_(std::move(device)), name_(std::move(name)), kind_(std::move(kind)), kernels_(all_kernels()) {}

  const std::string& id() const override { return device_->id(); }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return kind_; }
  bool runs(const RowQuantizer& quantizer) const override { return kernel_of(quantizer) != nullptr; }
  bool offers(const Method& method) const override {
    return std::ranges::any_of(kernels_, [&](const auto& k) { return k->offers(method, device_->form()); });
  }
  std::uint64_t tile_weights() const override;
  int concurrency(int) const override { return 1; }

  Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const override;
  Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const override;
  Result<void> values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const override;

 private:
  const SchemeKernel* kernel_of(const RowQuantizer& quantizer) const;
  Result<TileBuffers> upload(const RowTile& tile) const;
  Result<void> encode(const RowQuantizer& quantizer, const RowTile& tile, TileBuffers& on) const;
  Result<QuantizedTile> download(const RowQuantizer& quantizer, const RowTile& tile, const TileBuffers& on) const;
  Result<void> analyze_on_host(const TileTask& task, const RowTile& tile, const TileBuffers& on) const;

  mutable std::mutex mutex_;  // one queue, one set of buffers
  std::unique_ptr<Device> device_;
  std::string name_, kind_;
  std::vector<std::unique_ptr<SchemeKernel>> kernels_;
  mutable TilePool pool_;
  mutable ErrorStatistics error_statistics_;
  mutable ValueStatistics value_statistics_;
};

std::uint64_t OpenClBackend::tile_weights() const {
  // 16 MiB fill a GPU and hide the launches; a CPU's caches are smaller.
  const std::uint64_t wanted = device_->form().lanes == 1 ? 1u << 19 : 1u << 22;
  return std::clamp<std::uint64_t>(device_->largest_buffer() / sizeof(float), 1, wanted);
}

const SchemeKernel* OpenClBackend::kernel_of(const RowQuantizer& quantizer) const {
  const auto found = std::ranges::find_if(kernels_, [&](const auto& k) { return k->runs(quantizer, device_->form()); });
  return found == kernels_.end() ? nullptr : found->get();
}

Result<TileBuffers> OpenClBackend::upload(const RowTile& tile) const {
  constexpr std::size_t most = std::numeric_limits<cl_int>::max();  // kernels index a tile in 32 bits
  if (tile.w.size() > most)
    return failure(ErrorCode::device, "upload a tile", id(),
                   fmt::format("a row has {} weights, kernels index {}", tile.w.size(), most), "use --device cpu");
  QUANT_TRY(on, pool_.reserve(*device_, tile));
  QUANT_CHECK(device_->upload(on.weights, tile.w));
  return on;
}

Result<void> OpenClBackend::encode(const RowQuantizer& quantizer, const RowTile& tile, TileBuffers& on) const {
  const SchemeKernel* kernel = kernel_of(quantizer);
  if (!kernel)
    return failure(ErrorCode::device, "quantize", id(), "no kernel for " + quantizer.scheme().text(),
                   "use --device reference");
  const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device_->form());
  const auto regions = std::max<std::size_t>(walk.regions, shared_entries(quantizer, tile).scales.size());
  QUANT_CHECK(pool_.reserve_regions(*device_, regions, on));
  QUANT_CHECK(pool_.reserve_extras(*device_, kernel->extras(quantizer, tile), on));
  return kernel->encode(*device_, quantizer, tile, on);
}

Result<void> OpenClBackend::analyze(const RowTile& tile, std::span<const TileTask> tasks) const {
  if (tile.w.empty()) {
    for (const TileTask& task : tasks)
      if (task.sums) *task.sums = {};
    return {};
  }
  const std::lock_guard lock(mutex_);
  QUANT_TRY(on, upload(tile));
  const bool on_device = device_->form().fp64 && device_->form().exact_division;
  for (const TileTask& task : tasks) {
    QUANT_CHECK(encode(*task.quantizer, tile, on));
    const bool has_codes = task.quantizer->codes().bits > 0;
    QUANT_CHECK(on_device ? error_statistics_.add(*device_, on, has_codes, task) : analyze_on_host(task, tile, on));
  }
  return {};
}

// Without double and exact quotients on the device, its values come back and the reference's statistics take them.
Result<void> OpenClBackend::analyze_on_host(const TileTask& task, const RowTile& tile, const TileBuffers& on) const {
  QUANT_TRY(q, download(*task.quantizer, tile, on));
  std::vector<float> steps(tile.w.size());
  QUANT_CHECK(device_->download(on.steps, std::span(steps)));
  if (task.sums) *task.sums = {};
  add_errors({tile.w, q.values, q.codes, q.clipped, steps}, task);
  return {};
}

Result<QuantizedTile> OpenClBackend::download(const RowQuantizer& quantizer, const RowTile& tile,
                                              const TileBuffers& on) const {
  QuantizedTile q;
  q.rows = tile.rows, q.cols = tile.cols, q.first_row = tile.first_row;
  const std::size_t n = tile.w.size();
  const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device_->form());
  const bool local =
      quantizer.region() == Region::row || quantizer.region() == Region::group || quantizer.region() == Region::block;
  q.values.resize(n);
  q.clipped.resize(n);
  if (quantizer.codes().bits > 0) q.codes.resize(n);
  if (local) q.scales.resize(walk.regions);
  QUANT_CHECK(device_->download(on.values, std::span(q.values)));
  QUANT_CHECK(device_->download(on.codes, std::span(q.codes)));
  QUANT_CHECK(device_->download(on.clipped, std::span(q.clipped)));
  QUANT_CHECK(device_->download(on.scales, std::span(q.scales)));
  const SchemeKernel* kernel = kernel_of(quantizer);
  if (local && kernel->has_zeros(quantizer)) {
    q.zeros.resize(walk.regions);
    QUANT_CHECK(device_->download(on.zeros, std::span(q.zeros)));
  }
  const auto extras = kernel->extras(quantizer, tile);
  q.minima.resize(extras.minima);
  q.codebooks.resize(extras.codebooks);
  if (on.dumped) q.packed.resize(extras.packed);
  QUANT_CHECK(device_->download(on.minima, std::span(q.minima)));
  QUANT_CHECK(device_->download(on.codebooks, std::span(q.codebooks)));
  QUANT_CHECK(device_->download(on.packed, std::span(q.packed)));
  if (std::ranges::none_of(q.clipped, [](std::uint8_t c) { return c != 0; })) q.clipped.clear();
  return q;
}

Result<QuantizedTile> OpenClBackend::quantize(const RowQuantizer& quantizer, const RowTile& tile) const {
  if (tile.w.empty()) return quantizer.quantize(tile);
  const std::lock_guard lock(mutex_);
  QUANT_TRY(on, upload(tile));
  on.dumped = true;
  QUANT_CHECK(encode(quantizer, tile, on));
  return download(quantizer, tile, on);
}

Result<void> OpenClBackend::values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const {
  if (tile.w.empty()) return {};
  if (!device_->form().fp64) {
    sums.merge(value_sums(tile.w));
    for (const float x : tile.w) histogram.add(x);
    return {};
  }
  const std::lock_guard lock(mutex_);
  QUANT_TRY(on, upload(tile));
  return value_statistics_.add(*device_, on, sums, histogram);
}

}  // namespace

std::unique_ptr<Backend> make_opencl_backend(std::unique_ptr<Device> device, std::string name, std::string kind) {
  return std::make_unique<OpenClBackend>(std::move(device), std::move(name), std::move(kind));
}

}  // namespace quant
