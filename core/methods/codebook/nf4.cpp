// nf4: bitsandbytes' 4-bit normal float (QLoRA, arXiv:2305.14314).

#include "core/methods/codebook/block_code.h"

namespace quant {
namespace {

/// Quantiles of a normal distribution, scaled to [−1, 1]; the published table.
constexpr std::array<float, 16> values = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

/// Midpoints of neighbours as float32 (equal to the constants of bitsandbytes' CUDA kernels).
constexpr std::array<float, 15> thresholds = {
    -0.8480963706970215f,  -0.6106328964233398f,   -0.4599952697753906f, -0.33967941999435425f, -0.23460739850997925f,
    -0.13791173696517944f, -0.045525018125772476f, 0.03979014977812767f, 0.120255246758461f,    0.2035212516784668f,
    0.2920137643814087f,   0.3893125355243683f,    0.5016634464263916f,  0.6427869200706482f,   0.8614784479141235f,
};

constexpr BlockCode code{values, thresholds, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, 7};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return make_block_code(scheme, code); }

}  // namespace

extern const Method nf4;
constinit const Method nf4{
    .id = "nf4",
    .title = "NF4 (bitsandbytes)",
    .family = "codebook",
    .technique = "finetune",
    .summary =
        "Sixteen values at the quantiles of a normal distribution, scaled by the largest magnitude of 64 weights.",
    .when = "Weights that look normal and will be fine-tuned with QLoRA; no data needed.",
    .cost = "One pass over the weights, blocks independent; dq reads the tensor once more; all devices.",
    .fails =
        "An outlier stretches its block of 64; values of a heavy tail fall between the wide outer codes. Blocks run "
        "through "
        "the flattened tensor and cross rows where 64 does not divide them, so 1-D and odd tensors work too; the last "
        "block "
        "may be short. NaN and infinities are left out and get the code of 0; a block of zeros has scale 0.",
    .reference = "Dettmers et al. 2023, arXiv:2305.14314; bitsandbytes 0.50",
    .params = block_code_params,
    .normalise = normalise_block_code,
    .make = make};

}  // namespace quant
