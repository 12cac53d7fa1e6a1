// nf4: twin of core/methods/codebook/nf4.cpp, bit for bit. Needs correctly rounded division and denormals.

// The published table and the midpoints of neighbours.
constant float book[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
                           -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
                           0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
                           0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};
constant float thresholds[15] = {-0.8480963706970215f, -0.6106328964233398f, -0.4599952697753906f,
                                 -0.33967941999435425f, -0.23460739850997925f, -0.13791173696517944f,
                                 -0.045525018125772476f, 0.03979014977812767f, 0.120255246758461f,
                                 0.2035212516784668f, 0.2920137643814087f, 0.3893125355243683f,
                                 0.5016634464263916f, 0.6427869200706482f, 0.8614784479141235f};

// `restored`: scales hold what double quantization left of each block's absmax, else they are written.
KERNEL void nf4(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                uint group, uint regions, uint team, uint block, uint restored, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = fmax(fabs(range.x), fabs(range.y)), inverse = 1.0f / fmax(peak, 1e-38f);
  const bool whole = r.count == block;  // bitsandbytes divides in the short last block of a tensor
  float scale = peak;
  if (r.count > 0) {
    if (restored) scale = scales[r.index];
    else if (lane == 0) scales[r.index] = peak;
  }
  for (uint i = lane; i < r.count; i += team) {
    const float weight = w[r.start + i];
    float x = 0.0f;
    if (is_finite(weight) && (whole || peak > 0.0f)) x = limited(whole ? weight * inverse : weight / peak, -1.0f, 1.0f);
    uint code = 0, upper = 1;
    for (uint k = 0; k < 15; ++k) code += thresholds[k] < x;  // a tie takes the lower code
    for (uint k = 1; k < 15; ++k) upper += book[k] <= x;
    if (!is_finite(weight)) code = 7;
    codes[r.start + i] = (uchar)code;
    values[r.start + i] = book[code] * scale;
    clipped[r.start + i] = 0;
    steps[r.start + i] = (book[upper] - book[upper - 1]) * scale;
  }
}
