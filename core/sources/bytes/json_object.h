#pragma once
// Small JSON files beside weights: advice, never a reason not to open them.

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace quant {

/// Why a text is no JSON document of strict syntax, valid UTF-8 and at most 64 levels; empty where it is one.
std::string json_fault(std::string_view text);

/// The object of a JSON file: strict syntax, at most 64 levels and 16 MiB. Null where the file is missing; null and a
/// note where it cannot be used.
std::shared_ptr<const nlohmann::json> json_object(const std::filesystem::path& path, std::vector<std::string>& notes);

}  // namespace quant
