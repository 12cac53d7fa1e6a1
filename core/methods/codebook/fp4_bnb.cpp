// fp4-bnb: bitsandbytes' 4-bit float, whose eight magnitudes are no cast's.

#include "core/methods/codebook/block_code.h"

namespace quant {
namespace {

constexpr float tiny = 0.0052083334885537624f, sixth = 0.1666666716337204f, third = 0.3333333432674408f,
                two_thirds = 0.6666666865348816f;

/// {0, 1/16, 8, 12, 4, 6, 2, 3} / 12 and their negatives; code 8 is −0.
constexpr std::array<float, 16> values = {0.0f,  tiny,  two_thirds,  1.0f,  third,  0.5f,  sixth,  0.25f,
                                          -0.0f, -tiny, -two_thirds, -1.0f, -third, -0.5f, -sixth, -0.25f};

constexpr std::array<float, 15> thresholds = {
    -0.8333333730697632f,   -0.5833333730697632f, -0.4166666865348816f,    -0.2916666865348816f,
    -0.2083333432674408f,   -0.0859375f,          -0.0026041667442768812f, 0.0f,
    0.0026041667442768812f, 0.0859375f,           0.2083333432674408f,     0.2916666865348816f,
    0.4166666865348816f,    0.5833333730697632f,  0.8333333730697632f,
};

/// Between the two zeros lies a threshold of their own: as on bitsandbytes' CPU path, x in (0, 0.0026] is −0.
constexpr BlockCode code{values, thresholds, {11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3}, 0};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return make_block_code(scheme, code); }

}  // namespace

extern const Method fp4_bnb;
constinit const Method fp4_bnb{
    .id = "fp4-bnb",
    .title = "FP4 (bitsandbytes)",
    .family = "codebook",
    .technique = "finetune",
    .summary = "Eight magnitudes of either sign, spaced like a tiny float, scaled by the largest of 64 weights.",
    .when = "Checkpoints that were stored as FP4 by bitsandbytes; for new ones nf4 is about 1 dB better.",
    .cost = "One pass over the weights, blocks independent; dq reads the tensor once more.",
    .fails =
        "Two of the sixteen codes are zeros, and nothing lies between 0.005 and 0.167 of the block's largest weight, "
        "so "
        "the many small ones round to 0. Blocks run through the flattened tensor and cross rows where 64 does not "
        "divide "
        "them, so 1-D and odd tensors work too; the last block may be short. NaN and infinities are left out and get "
        "the "
        "code of 0; a block of zeros has scale 0.",
    .reference = "Dettmers et al. 2023, arXiv:2305.14314; bitsandbytes 0.50 (CPU rule for codes of ±0)",
    .params = block_code_params,
    .normalise = normalise_block_code,
    .make = make};

}  // namespace quant
