// range=mse: twin of core/methods/uniform/ranges/mse.cpp, bit for bit. Needs double.
#ifdef FP64

#define CUTS 100u

// Cuts that a lane measures at once: on a CPU a vector of them, elsewhere the lanes are the vector.
#if LANES == 1
#define AT_ONCE 20u
#else
#define AT_ONCE 1u
#endif

inline grid_t cut_grid(float2 range, uint percent, form_t form) {
  const float low = (float)((double)range.x * (double)percent / 100.0);
  const float high = (float)((double)range.y * (double)percent / 100.0);
  return grid_of(low, high, form);
}

// Writes Δ and zero of the cut with the least squared error, the wider of equals. Every lane of a team reads the whole
// region for cuts of its own: loads are one address a team, and errors are summed in the reference's order.
KERNEL void range_mse(global const float* restrict w, global float* restrict scales, global uchar* restrict zeros,
                      uint cols, uint group, uint regions, uint team, form_t form, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0), member = lane % team;
  local double errors[LANES];
  local uint cuts[LANES];
  float2 range = region_range(w, r, team, scratch);
  if (!(form.flags & SPAN)) range.y = larger(fabs(range.x), fabs(range.y)), range.x = -range.y;
  double least = INFINITY;
  uint best = CUTS;
  for (uint done = member * AT_ONCE; done < CUTS; done += team * AT_ONCE) {
    float scale[AT_ONCE], inverse[AT_ONCE], zero[AT_ONCE];
    double error[AT_ONCE];
    for (uint k = 0; k < AT_ONCE; ++k) {
      const grid_t g = cut_grid(range, CUTS - done - k, form);
      scale[k] = g.scale, inverse[k] = 1.0f / g.scale, zero[k] = g.zero, error[k] = 0;
    }
    for (uint i = 0; i < r.count; ++i) {
      const float x = w[r.start + i];
      if (!is_finite(x)) continue;
      for (uint k = 0; k < AT_ONCE; ++k) {
        const bool multiply = (form.flags & RECIPROCAL) && is_finite(inverse[k]);
        const float v = limited(multiply ? x * inverse[k] : x / scale[k], -2097152.0f, 2097152.0f);
        const float q = limited((v + 12582912.0f) - 12582912.0f + zero[k], form.lowest, form.highest);
        const double e = (double)((q - zero[k]) * scale[k]) - (double)x;
        error[k] += e * e;
      }
    }
    for (uint k = 0; k < AT_ONCE; ++k)
      if (error[k] < least) least = error[k], best = CUTS - done - k;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  errors[lane] = least, cuts[lane] = best;
  for (uint step = team / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (member < step) {
      const double other = errors[lane + step];
      const uint cut = cuts[lane + step];
      if (other < errors[lane] || (other == errors[lane] && cut > cuts[lane])) errors[lane] = other, cuts[lane] = cut;
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (member == 0 && r.count > 0) {
    const grid_t g = cut_grid(range, cuts[lane], form);
    scales[r.index] = g.scale;
    if (form.flags & ZERO_POINT) zeros[r.index] = (uchar)g.zero;
  }
}
#endif
