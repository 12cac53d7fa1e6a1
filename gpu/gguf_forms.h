#pragma once
// GGUF's block types as the kernels take them: numbers of core/methods/gguf as arguments.

#include <array>
#include <string_view>

#include "gpu/opencl.h"

namespace quant::gguf_device {

// Arguments of the kernels, beside the defines of kernels/gguf_batch.cl and gguf_elements.cl.
enum Weights : cl_uint { squares, spread, sizes, given, weighed };
enum Encode : cl_uint { keep, again, nearest };
enum Kind : cl_uint { is_signed, counts, iq4, e2m1 };

/// Bytes of a block that hold bits of its codes, see `plane` in kernels/gguf_elements.cl.
struct Plane {
  cl_uint at = 0, length = 0, width = 4, shift = 0, stride = 16;
};

/// What the search of a scale and a minimum tries: N + lowest, + step … `trials` times, over the range.
struct Steps {
  int trials = 20;
  float lowest = -1, step = 0.1f;
};
inline constexpr Steps weighted_steps{36, -0.9f, 0.05f};

/// One type, as the devices see it.
struct Form {
  std::string_view id;
  cl_uint block = 32, sub = 32, bytes = 18;
  Kind kind = counts;
  Encode encode = keep;
  int lowest = 0, highest = 15;  ///< codes
  std::array<Plane, 2> planes{};
  float variance = 1;       ///< σ² with importance is this times Σx²/n …
  bool row = false;         ///< … over the row, else over the block
  Weights plain = squares;  ///< weights without importance
  Steps steps{};
  int top = 63;  ///< largest code of a sub-block's scale and minimum

  bool minima() const { return kind == counts; }
};

/// The form of a method's type; null where it is none of these.
const Form* form_of(std::string_view method);

}  // namespace quant::gguf_device
