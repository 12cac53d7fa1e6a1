// bitsandbytes' 4-bit codebooks: twin of core/methods/codebook/block_code.cpp, bit for bit. Needs correctly rounded
// division and denormals.

#define ZERO 7u  // the cell of 0 in both

// The published tables: values ascending, midpoints of neighbours, codes of the values.
constant float nf4_values[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
                                 -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
                                 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f,
                                 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f,
                                 0.7229568362236023f, 1.0f};
constant float nf4_thresholds[15] = {-0.8480963706970215f, -0.6106328964233398f, -0.4599952697753906f,
                                     -0.33967941999435425f, -0.23460739850997925f, -0.13791173696517944f,
                                     -0.045525018125772476f, 0.03979014977812767f, 0.120255246758461f,
                                     0.2035212516784668f, 0.2920137643814087f, 0.3893125355243683f,
                                     0.5016634464263916f, 0.6427869200706482f, 0.8614784479141235f};
constant uchar nf4_codes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// {12, 8, 6, 4, 3, 2, 1/16, 0} / 12, negative and positive.
constant float fp4_values[16] = {-1.0f, -0.6666666865348816f, -0.5f, -0.3333333432674408f, -0.25f,
                                 -0.1666666716337204f, -0.0052083334885537624f, 0.0f, -0.0f, 0.0052083334885537624f,
                                 0.1666666716337204f, 0.25f, 0.3333333432674408f, 0.5f, 0.6666666865348816f, 1.0f};
constant float fp4_thresholds[15] = {-0.8333333730697632f, -0.5833333730697632f, -0.4166666865348816f,
                                     -0.2916666865348816f, -0.2083333432674408f, -0.0859375f,
                                     -0.0026041667442768812f, 0.0f, 0.0026041667442768812f, 0.0859375f,
                                     0.2083333432674408f, 0.2916666865348816f, 0.4166666865348816f,
                                     0.5833333730697632f, 0.8333333730697632f};
constant uchar fp4_codes[16] = {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3};

typedef struct {
  float value, gap;  // of the cell, and between the values around x
  uint code;
} cell_t;

// Chains of choices, not look-ups, become vectors; written out, since loops in loops do not. A tie takes the lower cell.
#define CHOOSE(name, k)                                                                     \
  to.value = name##_thresholds[k] < x ? name##_values[k + 1] : to.value;                    \
  to.code = name##_thresholds[k] < x ? name##_codes[k + 1] : to.code;                       \
  to.gap = k > 0 && name##_values[k] <= x ? name##_values[k + 1] - name##_values[k] : to.gap;
#define CELL_OF(name)                                                                       \
  INLINED cell_t cell_of_##name(float x) {                                                  \
    cell_t to;                                                                              \
    to.value = name##_values[0], to.code = name##_codes[0];                                 \
    to.gap = name##_values[1] - name##_values[0];                                           \
    CHOOSE(name, 0) CHOOSE(name, 1) CHOOSE(name, 2) CHOOSE(name, 3) CHOOSE(name, 4)         \
    CHOOSE(name, 5) CHOOSE(name, 6) CHOOSE(name, 7) CHOOSE(name, 8) CHOOSE(name, 9)         \
    CHOOSE(name, 10) CHOOSE(name, 11) CHOOSE(name, 12) CHOOSE(name, 13) CHOOSE(name, 14)    \
    return to;                                                                              \
  }
CELL_OF(nf4)
CELL_OF(fp4)

// `restored`: scales hold what double quantization left of each block's absmax, else they are written.
KERNEL void block_code(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                       global float* restrict values, global uchar* restrict clipped, global float* restrict steps,
                       uint cols, uint group, uint regions, uint team, uint block, uint restored, uint nf4,
                       local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = larger(fabs(range.x), fabs(range.y)), inverse = 1.0f / larger(peak, 1e-38f);
  const bool whole = r.count == block;  // bitsandbytes divides in the short last block of a tensor
  float scale = peak;
  if (r.count > 0) {
    if (restored) scale = scales[r.index];
    else if (lane == 0) scales[r.index] = peak;
  }
  const uint zero = nf4 ? nf4_codes[ZERO] : fp4_codes[ZERO];
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float weight = w[r.start + i];
    const bool finite = is_finite(weight);
    float x = whole ? weight * inverse : weight / peak;
    x = finite && (whole || peak > 0.0f) ? limited(x, -1.0f, 1.0f) : 0.0f;
    const cell_t to = nf4 ? cell_of_nf4(x) : cell_of_fp4(x);
    codes[r.start + i] = (uchar)(finite ? to.code : zero);
    values[r.start + i] = (finite ? to.value : 0.0f) * scale;
    clipped[r.start + i] = 0;
    steps[r.start + i] = to.gap * scale;
  }
}
