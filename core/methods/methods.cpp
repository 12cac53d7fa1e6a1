#include <algorithm>
#include <array>

#include "core/methods/method.h"

namespace quant {

extern const Method article, hqq, rtn;
extern const Method binary, bitnet, deepcomp, fp4_bnb, kmeans, nf4;
extern const Method mxfp4, mxfp6_e2m3, mxfp6_e3m2, mxfp8_e4m3, mxfp8_e5m2, mxint8, nvfp4;
extern const Method q4_0, q4_1, q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k, iq4_nl, iq4_xs, gguf_mxfp4;
extern const Method cast_none, cast_fp64, cast_fp32, cast_tf32, cast_bf16, cast_fp16, cast_fp8_e4m3, cast_fp8_e5m2,
    cast_fp6_e3m2, cast_fp6_e2m3, cast_fp4_e2m1;

std::span<const Method* const> methods() {
  // clang-format off
  static constexpr std::array all = {
      &rtn, &article, &hqq,
      &nf4, &fp4_bnb, &kmeans, &deepcomp, &bitnet, &binary,
      &mxfp4, &mxfp6_e2m3, &mxfp6_e3m2, &mxfp8_e4m3, &mxfp8_e5m2, &mxint8, &nvfp4,
      &q4_0, &q4_1, &q5_0, &q5_1, &q8_0, &q2_k, &q3_k, &q4_k, &q5_k, &q6_k, &iq4_nl, &iq4_xs, &gguf_mxfp4,
      &cast_none, &cast_fp64, &cast_fp32, &cast_tf32, &cast_bf16, &cast_fp16, &cast_fp8_e4m3, &cast_fp8_e5m2,
      &cast_fp6_e3m2, &cast_fp6_e2m3, &cast_fp4_e2m1};
  // clang-format on
  return all;
}

const Method* find_method(std::string_view id) {
  const auto all = methods();
  const auto found = std::find_if(all.begin(), all.end(), [id](const Method* m) { return m->id == id; });
  return found == all.end() ? nullptr : *found;
}

std::string_view word(Needs needs) {
  switch (needs) {
    case Needs::weights: return "weights";
    case Needs::second_moments: return "second-moments";
    case Needs::hessian: return "hessian";
    case Needs::activations: return "activations";
    case Needs::tokens: return "tokens";
  }
  return "weights";
}

}  // namespace quant
