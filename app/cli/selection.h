#pragma once
// Which tensors and schemes a command was asked for.

#include <vector>

#include "app/cli/arguments.h"
#include "core/methods/scheme.h"
#include "core/sources/source.h"

namespace quant::cli {

/// The tensor that --tensor names exactly; without it the only one of the file. Errors: not_found, usage.
Result<std::size_t> one_tensor(const Source& source, const Arguments& args);

/// Whether its elements are real numbers that can be analysed.
bool is_real(const TensorInfo& tensor);

/// The real-valued tensors whose names --tensor (a regex that searches) matches; without it those that a plan may
/// choose a scheme for, or all real-valued ones where there are none. In file order, never empty. Errors: usage (bad
/// regex), not_found (nothing matches), unsupported (nothing of it is real-valued).
Result<std::vector<std::size_t>> chosen_tensors(const Source& source, const Arguments& args);

/// All tensors, or those whose names --tensor matches. Never empty. Errors: usage, not_found, unsupported (the file has
/// none).
Result<std::vector<std::size_t>> all_tensors(const Source& source, const Arguments& args);

/// A scheme as typed; with --imatrix its variant that uses it. Errors: bad_scheme.
Result<Scheme> parse_scheme(std::string_view text, const Arguments& args);

/// The schemes of every --scheme, parsed; with --imatrix their variants that use it. Errors: bad_scheme.
Result<std::vector<Scheme>> chosen_schemes(const Arguments& args, std::string_view option = "scheme");

std::uint64_t elements_of(const Source& source, const std::vector<std::size_t>& tensors);

}  // namespace quant::cli
