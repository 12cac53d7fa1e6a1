#include "core/exporters/gguf_types.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/methods/scheme.h"

namespace quant::gguf {
namespace {

// Blocks as ggml lays them out; a super-block of the K types has 256 weights.
constexpr std::array types = {Type{"f32", "fp32", "", 1, 4},
                              Type{"f16", "fp16", "", 1, 2},
                              Type{"bf16", "bf16", "", 1, 2},
                              Type{"q8_0", "q8_0", "Q8_0", 32, 34},
                              Type{"q6_K", "q6_k", "Q6_K", 256, 210},
                              Type{"q5_1", "q5_1", "Q5_1", 32, 24},
                              Type{"q5_K", "q5_k", "Q5_K_M", 256, 176},
                              Type{"q5_0", "q5_0", "Q5_0", 32, 22},
                              Type{"q4_1", "q4_1", "Q4_1", 32, 20},
                              Type{"q4_K", "q4_k", "Q4_K_M", 256, 144},
                              Type{"q4_0", "q4_0", "Q4_0", 32, 18},
                              Type{"iq4_nl", "iq4_nl", "IQ4_NL", 32, 18},
                              Type{"iq4_xs", "iq4_xs", "IQ4_XS", 256, 136},
                              Type{"mxfp4", "gguf-mxfp4", "MXFP4_MOE", 32, 17},
                              Type{"q3_K", "q3_k", "Q3_K_M", 256, 110},
                              Type{"q2_K", "q2_k", "Q2_K", 256, 84}};

/// Nearest type by method, where it does not depend on parameters.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> nearest_of_method = {{
    {"fp64", "fp32"},
    {"tf32", "fp32"},
    {"fp8-e4m3", "q8_0"},
    {"fp8-e5m2", "q8_0"},
    {"fp6-e3m2", "q6_k"},
    {"fp6-e2m3", "q6_k"},
    {"fp4-e2m1", "gguf-mxfp4"},
    {"mxfp4", "gguf-mxfp4"},
    {"mxfp6-e3m2", "q6_k"},
    {"mxfp6-e2m3", "q6_k"},
    {"mxfp8-e4m3", "q8_0"},
    {"mxfp8-e5m2", "q8_0"},
    {"mxint8", "q8_0"},
    {"nvfp4", "iq4_nl"},
    {"nf4", "iq4_nl"},
    {"fp4-bnb", "iq4_nl"},
}};

constexpr std::array<std::string_view, 5> no_type = {"article", "kmeans", "deepcomp", "bitnet", "binary"};

/// What llama-quantize falls back to where a row is no multiple of 256.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> fallback = {
    {{"q6_k", "q8_0"}, {"q5_k", "q5_1"}, {"q4_k", "q5_0"}, {"q3_k", "q4_0"}, {"q2_k", "q4_0"}, {"iq4_xs", "iq4_nl"}}};

template <class Table>
std::string_view find(const Table& table, std::string_view key) {
  for (const auto& [from, to] : table)
    if (from == key) return to;
  return {};
}

bool has_param(const Scheme& scheme, std::string_view name) {
  const auto& params = scheme.method().params;
  return std::any_of(params.begin(), params.end(), [name](const Param& p) { return p.name == name; });
}

bool asymmetric(const std::string& text) { return text.find("asym") != std::string::npos; }

/// Integers of a grid: never fewer bits than planned.
std::string_view nearest_integer(int bits, bool asym) {
  switch (bits) {
    case 2: return "q2_k";
    case 3: return "q3_k";
    case 4: return asym ? "q4_1" : "q4_0";
    case 5: return "q5_1";
    case 6: return "q6_k";
    default: return "q8_0";
  }
}

Chosen refused(std::string why) { return {type_named("fp16"), "", std::move(why) + "; kept at 16 bits", true}; }

Chosen lossy(std::string_view scheme, std::string why) {
  return {type_named(scheme), std::string(scheme), std::move(why), false};
}

/// `none`: as the source stores it.
Chosen as_stored(const Storage& storage) {
  if (!storage.dtype) {
    if (storage.stored_bpw == 32) return {type_named("fp32"), {}, {}, false};
    if (storage.stored_bpw == 16) return {type_named("fp16"), {}, {}, false};
    return refused(
        fmt::format("is stored with {:.3g} bits a weight, of an unknown type without --weights", storage.stored_bpw));
  }
  switch (*storage.dtype) {
    case DType::f32: return {type_named("fp32"), {}, {}, false};
    case DType::f16: return {type_named("fp16"), {}, {}, false};
    case DType::bf16: return {type_named("bf16"), {}, {}, false};
    case DType::f64: return lossy("fp32", "llama-quantize writes no 64-bit floats");
    default: break;
  }
  const auto name = info(*storage.dtype).name;
  for (const auto& t : types)
    if (std::equal(name.begin(), name.end(), t.name.begin(), t.name.end(),
                   [](char a, char b) { return std::tolower(a) == std::tolower(b); }))
      return {&t, {}, {}, false};
  return refused(fmt::format("is stored as {}, which llama-quantize does not write", name));
}

Chosen of_scheme(const std::string& text) {
  if (const auto* exact = type_named(text)) return {exact, {}, {}, false};
  const auto scheme = Scheme::parse(text);
  if (!scheme) return refused("its scheme is unknown here");
  const auto id = scheme->method().id;
  if (std::find(no_type.begin(), no_type.end(), id) != no_type.end())
    return refused(id == "article" ? "the article's grid has no zero point and clips one side: no type does so"
                                   : "no type of GGUF stores it");
  if (has_param(*scheme, "gran") && scheme->word("gran") == "column")
    return refused("its scales run along the output, which no type of GGUF stores");
  if (type_named(id)) return lossy(id, fmt::format("GGUF's {} has no parameters", id));
  if (const auto near = find(nearest_of_method, id); !near.empty())
    return lossy(near, fmt::format("GGUF has no {}; {} has the next number of bits", id, near));
  if (!has_param(*scheme, "bits")) return refused("no type of GGUF stores it");
  const auto near = nearest_integer(scheme->integer("bits"), asymmetric(text));
  return lossy(near, fmt::format("GGUF has no {}; llama-quantize runs {}'s own rounding and blocks", text, near));
}

/// Blocks must divide the row: K types fall back as llama-quantize would, the others stay at 16 bits.
Chosen fitted(Chosen chosen, std::optional<std::uint64_t> cols) {
  if (!cols || *cols % chosen.type->block == 0) return chosen;
  const auto why =
      fmt::format("rows of {} are no multiple of {}'s blocks of {}", *cols, chosen.type->name, chosen.type->block);
  const auto next = find(fallback, chosen.type->scheme);
  if (!next.empty() && *cols % type_named(next)->block == 0) return lossy(next, why);
  return lossy("fp16", why);
}

}  // namespace

const Type* type_named(std::string_view scheme) {
  const auto at = std::find_if(types.begin(), types.end(), [scheme](const Type& t) { return t.scheme == scheme; });
  return at == types.end() ? nullptr : &*at;
}

Chosen choose(const std::string& scheme, const Storage& storage) {
  if (scheme == "none") return as_stored(storage);
  return fitted(of_scheme(scheme), storage.cols);
}

}  // namespace quant::gguf
