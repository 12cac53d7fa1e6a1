#pragma once
// JSON of other tools: strict, at most 64 levels deep, without exceptions.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/result.h"
#include "core/sensitivity/evidence.h"

namespace quant::evidence {

/// The document. Errors: malformed (no JSON, or nested too deep), naming `root`.
Result<nlohmann::ordered_json> parse_evidence(const EvidenceFile& file, std::string_view root);

/// A refusal of `field` of one entry.
tl::unexpected<Error> bad_entry(const EvidenceFile& file, const std::string& entry, std::string why);

/// The first character that is no blank; 0 where there is none.
char first_character(const std::string& text);

}  // namespace quant::evidence
