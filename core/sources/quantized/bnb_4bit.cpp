// bitsandbytes 4-bit: one stream of codes over the whole weight, high half first, a table of 16 values, the largest
// magnitude of each block; with double quantization those are 8-bit codes themselves.

#include <fmt/format.h>

#include <array>
#include <bit>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/sources/bytes/json_events.h"
#include "core/sources/listing.h"
#include "core/sources/quantized/layout.h"

namespace quant {

namespace {

constexpr std::uint64_t most_state = 64 << 10;  // bytes of the JSON text; real ones have some 170

std::string_view state_of(const Module& m) {
  constexpr std::string_view nf4 = "weight.quant_state.bitsandbytes__nf4", fp4 = "weight.quant_state.bitsandbytes__fp4";
  return m.has(nf4) ? nf4 : fp4;
}

class Bnb4Weight final : public PackedWeight {
 public:
  std::vector<std::uint64_t> dims;
  std::uint64_t block = 0;
  bool nf4 = true;
  Grid codes, absmax, nested_absmax;
  std::vector<float> table, nested_table;  // nested_table: empty without double quantization
  std::uint64_t nested_block = 0;
  float nested_offset = 0;

  std::vector<std::uint64_t> shape() const override { return dims; }
  DType dtype() const override { return nf4 ? DType::nf4 : DType::fp4; }
  std::string text() const override {
    return fmt::format("bitsandbytes {} block {}{}", nf4 ? "nf4" : "fp4", block,
                       nested_table.empty() ? "" : ", double quantized");
  }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    const std::uint64_t cols = matrix_shape(dims).cols;
    const std::uint64_t begin = first * cols, end = begin + count * cols;
    if (begin == end) return {};
    const std::uint64_t first_byte = begin / 2, first_block = begin / block;
    QUANT_TRY(bytes, codes.octets({0, 1, first_byte, (end + 1) / 2 - first_byte}));
    QUANT_TRY(scales, block_scales(first_block, (end - 1) / block - first_block + 1));
    for (std::uint64_t e = begin; e < end; ++e) {
      const std::uint8_t pair = bytes[e / 2 - first_byte];
      const int code = e % 2 == 0 ? pair >> 4 : pair & 15;
      const float scale = scales[e / block - first_block];
      rows.set(e - begin, table[static_cast<std::size_t>(code)] * scale, code, scale, 0);
    }
    return {};
  }

 private:
  Result<std::vector<float>> block_scales(std::uint64_t first, std::uint64_t count) const {
    if (nested_table.empty()) return absmax.floats({0, 1, first, count});
    QUANT_TRY(stored, absmax.octets({0, 1, first, count}));
    const std::uint64_t outer = first / nested_block;
    QUANT_TRY(largest, nested_absmax.floats({0, 1, outer, (first + count - 1) / nested_block - outer + 1}));
    std::vector<float> scales(count);
    for (std::uint64_t b = 0; b < count; ++b) {
      scales[b] = nested_table[stored[b]] * largest[(first + b) / nested_block - outer] + nested_offset;
    }
    return scales;
  }
};

/// The items of the state that are needed. Errors in words, for quant_state.
struct State {
  std::vector<std::uint64_t> shape;
  std::uint64_t block = 0, nested_block = 0;
  double nested_offset = 0;
};

/// JSON of known depth: objects and lists, two levels.
class Shallow final : public JsonEvents {
 public:
  void begin_object() override { deeper(); }
  void end_object() override { --level_; }
  void begin_array() override { deeper(); }
  void end_array() override { --level_; }
  void key(std::string&&) override {}
  void text(std::string&&) override {}
  void natural(std::uint64_t) override {}
  void other(std::string_view) override {}

 private:
  void deeper() {
    if (++level_ > 2) refuse("quant_state", "is nested deeper than two levels");
  }
  int level_ = 0;
};

tl::expected<State, std::string> parse_state(const std::string& text) {
  if (!valid_utf8(text)) return tl::unexpected(std::string("is no UTF-8 text"));
  Shallow syntax;
  if (!parse_json(text, "quant_state", syntax)) return tl::unexpected(syntax.why());
  const auto tree = nlohmann::json::parse(text, nullptr, false);
  if (!tree.is_object()) return tl::unexpected(std::string("is no object"));
  const auto natural = [&](const char* key, std::uint64_t most) -> std::uint64_t {
    const auto found = tree.find(key);
    const bool is = found != tree.end() && found->is_number_unsigned() && found->get<std::uint64_t>() <= most;
    return is ? found->get<std::uint64_t>() : 0;
  };
  State state;
  state.block = natural("blocksize", 1 << 20);
  if (state.block == 0) return tl::unexpected(std::string("has a blocksize that is no number from 1 to 2^20"));
  const auto shape = tree.find("shape");
  if (shape == tree.end() || !shape->is_array() || shape->empty() || shape->size() > most_dims) {
    return tl::unexpected(std::string("has no shape"));
  }
  for (const auto& dim : *shape) {
    if (!dim.is_number_unsigned()) return tl::unexpected(std::string("has a shape that is no list of whole numbers"));
    state.shape.push_back(dim.get<std::uint64_t>());
  }
  if (!checked_elements(state.shape)) return tl::unexpected(std::string("has a shape of more than 2^48 elements"));
  state.nested_block = natural("nested_blocksize", 1 << 20);
  const auto offset = tree.find("nested_offset");
  if (offset != tree.end() && offset->is_number()) state.nested_offset = offset->get<double>();
  return state;
}

Result<State> read_state(const Module& m) {
  const std::string_view name = state_of(m);
  if (!m.has(name)) return m.fail("quant_state", "is missing");
  const std::uint64_t bytes = m.find(name)->elements();
  if (bytes > most_state)
    return m.fail("quant_state", fmt::format("has {} bytes, at most {} are read", bytes, most_state));
  QUANT_TRY(grid, m.grid(name, 1, bytes, 8));
  QUANT_TRY(raw, grid.octets(grid.all()));
  auto state = parse_state(std::string(raw.begin(), raw.end()));
  if (!state) return m.fail("quant_state", state.error());
  return *state;
}

Result<void> open_nested(const Module& m, const State& state, std::uint64_t blocks, Bnb4Weight& weight) {
  if (state.nested_block == 0) return m.fail("quant_state", "has no nested_blocksize");
  QUANT_TRY(absmax, m.grid("weight.absmax", 1, blocks, 8));
  QUANT_TRY(table, m.grid("weight.nested_quant_map", 1, 256, 32));
  QUANT_TRY(values, table.floats(table.all()));
  QUANT_TRY(nested, m.grid("weight.nested_absmax", 1, (blocks + state.nested_block - 1) / state.nested_block, 32));
  weight.absmax = std::move(absmax);
  weight.nested_table = std::move(values);
  weight.nested_absmax = std::move(nested);
  weight.nested_block = state.nested_block;
  weight.nested_offset = static_cast<float>(state.nested_offset);
  return {};
}

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig&) {
  QUANT_TRY(state, read_state(m));
  auto weight = std::make_unique<Bnb4Weight>();
  const std::uint64_t elements = *checked_elements(state.shape), blocks = (elements + state.block - 1) / state.block;
  if (!m.has("weight")) return m.fail("weight", "is missing");
  // Codes may lie in tensors of wider elements (bnb_4bit_quant_storage): their bytes are what counts.
  if (m.find("weight")->bytes != (elements + 1) / 2) {
    return m.fail("quant_state", fmt::format("has a shape of {} elements, the weight has {} bytes of two", elements,
                                             m.find("weight")->bytes));
  }
  QUANT_TRY(stored, m.stored("weight"));
  weight->codes = Grid(std::move(stored), DType::u8, 1, (elements + 1) / 2);
  QUANT_TRY(table, m.grid("weight.quant_map", 1, 16, 32));
  QUANT_TRY(values, table.floats(table.all()));
  weight->table = std::move(values);
  weight->dims = state.shape;
  weight->block = state.block;
  weight->nf4 = state_of(m).ends_with("nf4");
  if (m.has("weight.nested_absmax")) {
    QUANT_CHECK(open_nested(m, state, blocks, *weight));
  } else {
    QUANT_TRY(absmax, m.grid("weight.absmax", 1, blocks, 32));
    weight->absmax = std::move(absmax);
  }
  return weight;
}

constexpr std::array<std::string_view, 7> parts = {"weight",
                                                   "weight.absmax",
                                                   "weight.quant_map",
                                                   "weight.nested_absmax",
                                                   "weight.nested_quant_map",
                                                   "weight.quant_state.bitsandbytes__nf4",
                                                   "weight.quant_state.bitsandbytes__fp4"};

}  // namespace

extern const QuantizedLayout bnb_4bit_layout;
constinit const QuantizedLayout bnb_4bit_layout{"bnb-4bit", "bitsandbytes 4-bit", "weight.absmax", nullptr, parts,
                                                open};

}  // namespace quant
