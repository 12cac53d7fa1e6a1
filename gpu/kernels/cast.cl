// Casts to floating formats: twin of core/methods/casts/cast.cpp, bit for bit. Without a scale it is right on any
// device; scaled forms need correctly rounded division and denormals.

#define OF_REGION 1u  // scale from the region's own largest magnitude
#define OF_MATRIX 2u  // scale from `fit`, one a matrix
#define KEEP 4u       // the format holds every float32
#define NO_CODES 8u   // values alone: the format has more than 8 bits

KERNEL void cast(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                 global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                 uint group, uint regions, uint team, uint matrix_rows, uint first_row, uint flags, format_t format,
                 local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  region_t read = r;
  if (!(flags & OF_REGION)) read.count = 0;
  const float2 range = region_range(w, read, team, scratch);
  const bool scaled = (flags & (OF_REGION | OF_MATRIX)) != 0;
  float scale = 1.0f;
  if ((flags & OF_MATRIX) && r.count > 0) scale = scales[(first_row + r.row) / matrix_rows];
  if (flags & OF_REGION) {
    scale = fmax(fabs(range.x), fabs(range.y)) / format.largest;
    if (scale == 0.0f) scale = 1.0f;
    if (lane == 0 && r.count > 0) scales[r.index] = scale;
  }
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float weight = w[r.start + i];
    const float quotient = scaled ? weight / scale : weight;
    float x = quotient, step = 0.0f;
    // A denormal scale is coarse: the quotient of a finite weight may leave float32, and saturates like any other.
    if (!is_finite(x) && is_finite(weight)) x = limited(x, -FLT_MAX, FLT_MAX);
    encoded_t to;
    if (flags & KEEP) to.value = weight, to.code = 0, to.beyond = false;
    else to = encode_as(x, format), step = gap(quotient, format);
    if (scaled) to.value *= scale, step *= scale;
    codes[r.start + i] = (flags & NO_CODES) ? 0 : (uchar)to.code;
    values[r.start + i] = to.value;
    clipped[r.start + i] = to.beyond;
    steps[r.start + i] = step;
  }
}
