// Uniform integers: twin of the reference of `rtn`, `article` and `bitnet` (core/methods/uniform), bit for bit.
// Needs -cl-fp32-correctly-rounded-divide-sqrt (plain OpenCL division may be 2.5 ulp off, enough to push a tie to the
// neighbouring code) and denormals. Devices without them leave these schemes to the CPU.

#define OF_MATRIX 32u   // Δ and zero come from `fit`: one a matrix …
#define OF_COLUMN 64u   // … or one a column of a matrix
#define OF_SEARCH 128u  // another kernel has left them for each region

KERNEL void uniform(global const float* restrict w,      // rows * cols
                    global float* restrict scales,       // a region each: written, or read where they are there
                    global uchar* restrict zeros,        // beside scales, with ZERO_POINT
                    global uchar* restrict codes,        // rows * cols, two's complement without ZERO_POINT
                    global float* restrict values,       // rows * cols
                    global uchar* restrict clipped,      // rows * cols
                    global float* restrict steps,        // rows * cols
                    uint cols, uint group, uint regions, uint team, uint matrix_rows, uint first_row, form_t form,
                    local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const bool own = !(form.flags & (OF_MATRIX | OF_COLUMN | OF_SEARCH)), by_column = (form.flags & OF_COLUMN) != 0;
  const bool has_zeros = (form.flags & ZERO_POINT) != 0;
  region_t read = r;
  if (!own) read.count = 0;  // every lane meets the barriers all the same: PoCL wants them outside of conditions
  const float2 range = region_range(w, read, team, scratch);
  const uint matrix = (first_row + r.row) / matrix_rows, entry = (form.flags & OF_SEARCH) ? r.index : matrix;
  grid_t g = grid_of(range.x, range.y, form);
  if (own && lane == 0 && r.count > 0) {
    scales[r.index] = g.scale;
    if (has_zeros) zeros[r.index] = (uchar)g.zero;
  }
  if (!own && !by_column && r.count > 0) {
    g.scale = scales[entry];
    g.zero = has_zeros ? (float)zeros[entry] : 0.0f;
  }
  const float inverse = 1.0f / g.scale;
  const bool multiply = (form.flags & RECIPROCAL) && is_finite(inverse);
  for (uint i = lane; i < r.count; i += STRIDE) {
    float scale = g.scale, zero = g.zero, quotient;
    const float x = w[r.start + i];
    if (by_column) {
      scale = scales[matrix * cols + i];
      zero = has_zeros ? (float)zeros[matrix * cols + i] : 0.0f;
      const float its_inverse = 1.0f / scale;
      quotient = (form.flags & RECIPROCAL) && is_finite(its_inverse) ? x * its_inverse : x / scale;
    } else {
      quotient = multiply ? x * inverse : x / scale;
    }
    // NaN and infinity get the code whose value is 0.
    const float code = is_finite(x) ? nearest(quotient) + zero : zero;
    const int kept = (int)limited(code, form.lowest, form.highest);
    codes[r.start + i] = (uchar)kept;
    values[r.start + i] = clamp(((float)kept - zero) * scale, -FLT_MAX, FLT_MAX);
    clipped[r.start + i] = code != (float)kept;
    steps[r.start + i] = scale;
  }
}
