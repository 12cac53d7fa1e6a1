#pragma once
// The files of gpu/kernels as text. Embedded by the build (embed_kernels in CMakeLists.txt).

#include <string_view>

namespace quant::kernels {

extern const std::string_view common;  ///< helpers; stands before each of the others
extern const std::string_view block_code;
extern const std::string_view blocks;
extern const std::string_view cast;
extern const std::string_view codebook;
extern const std::string_view error_stats;
extern const std::string_view gguf;
extern const std::string_view gguf_affine;
extern const std::string_view gguf_batch;  ///< stands before gguf_affine, gguf_levels and gguf_symmetric
extern const std::string_view gguf_elements;
extern const std::string_view gguf_levels;
extern const std::string_view gguf_plain;
extern const std::string_view gguf_scalar;  ///< stands before gguf_elements, gguf_plain and gguf_stored…
extern const std::string_view gguf_stored;
extern const std::string_view gguf_stored_affine;
extern const std::string_view gguf_symmetric;
extern const std::string_view grid;  ///< stands before range_mse and uniform
extern const std::string_view hqq;
extern const std::string_view mean;
extern const std::string_view range_mse;
extern const std::string_view uniform;
extern const std::string_view value_stats;

}  // namespace quant::kernels
