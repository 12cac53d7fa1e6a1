#pragma once
// --calib and --imatrix: what a command knows of the inputs of the layers it works on.

#include <vector>

#include "app/cli/run.h"
#include "core/methods/scheme.h"
#include "core/sources/source.h"

namespace quant::cli {

/// The two options as every command has them.
inline constexpr Option calib_option{Option::Kind::value, "calib", "C",
                                     "a calibration file: for schemes that ask for one, and weighted_mse"};
inline constexpr Option imatrix_option{
    Option::Kind::value, "imatrix", "F",
    "an importance matrix (llama.cpp .dat or GGUF): as --calib, and GGUF schemes become their variant `imatrix`"};

/// Whether one of them was given.
bool asks_calibration(const Arguments& args);

/// Reads the files that --calib and --imatrix name, gives the run what they say of the source's tensors, and warns of
/// `chosen` tensors of which they say nothing. Does nothing where neither was given. Errors: of reading.
Result<void> use_calibration(Run& run, const Source& source, const std::vector<std::size_t>& chosen);

}  // namespace quant::cli
