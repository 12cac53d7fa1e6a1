// none: a tensor as it is stored. Error 0, its own bytes.

#include <algorithm>

#include "core/methods/casts/cast.h"
#include "core/methods/quantizer.h"

namespace quant {
namespace {

class StoredRows final : public RowQuantizer {
 public:
  StoredRows(Scheme scheme, const TensorInfo& tensor)
      : scheme_(std::move(scheme)), dtype_(tensor.dtype), elements_(tensor.elements()), bytes_(tensor.bytes) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {}; }
  Region region() const override { return Region::none; }
  QuantizedTile quantize(const RowTile& tile) const override {
    QuantizedTile q = tile_like(tile);
    q.values.assign(tile.w.begin(), tile.w.end());
    return q;
  }
  void dequantize(QuantizedTile&) const override {}
  void steps(const RowTile&, const QuantizedTile&, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.0f);
  }
  /// The tensor's own stored bytes, which may hold more than elements (scales of a quantized checkpoint).
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return shape.elements() == elements_ ? bytes_ : bytes_of(dtype_, shape.elements()).value_or(0);
  }

 private:
  Scheme scheme_;
  DType dtype_;
  std::uint64_t elements_, bytes_;
};

class StoredQuantizer final : public Quantizer {
 public:
  explicit StoredQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext&) const override {
    return std::make_unique<StoredRows>(scheme_, facts.view().tensor());
  }

 private:
  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<StoredQuantizer>(scheme); }

}  // namespace

extern const Method cast_none;
constinit const Method cast_none{
    .id = "none",
    .title = "As stored",
    .family = "casts",
    .technique = "mixed",
    .summary = "Leaves the tensor as the file has it: no error, its own bytes.",
    .when = "Norms, biases and pinned tensors of a plan.",
    .cost = "Nothing.",
    .fails = "Never; every tensor of every rank stays what it is, NaN and infinities included.",
    .reference = "the checkpoint itself",
    .params = {&casts::unscaled_param, 1},
    .make = make};

}  // namespace quant
