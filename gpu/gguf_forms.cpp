#include "gpu/gguf_forms.h"

#include <algorithm>

namespace quant::gguf_device {
namespace {

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
    Form{.id = "gguf-mxfp4", .bytes = 17, .kind = e2m1, .planes = {nibbles(1, 16)}},
};

}  // namespace

const Form* form_of(std::string_view method) {
  const auto* const found = std::ranges::find(forms, method, &Form::id);
  return found == forms.end() ? nullptr : found;
}

}  // namespace quant::gguf_device
