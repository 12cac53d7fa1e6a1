#pragma once
// What runs of a model have shown about the inputs of its layers.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quant {

/// Second moments of layer inputs by weight name: E[a_j²] of every input column j. Plain data.
class Calibration {
 public:
  /// One a column, for stacked experts one a column of each expert; empty where the tensor has none.
  std::span<const float> mean_sq(std::string_view tensor) const {
    const auto found = mean_sq_.find(tensor);
    return found == mean_sq_.end() ? std::span<const float>{} : std::span<const float>(found->second);
  }
  /// A digest of them, which tells measurements under other moments apart; "none" where the tensor has none.
  std::string fingerprint(std::string_view tensor) const;
  void set_mean_sq(std::string name, std::vector<float> values) {
    mean_sq_.insert_or_assign(std::move(name), std::move(values));
  }
  /// Takes over what `other` knows; where both know a tensor, `other` is believed.
  void merge(Calibration&& other) {
    other.mean_sq_.merge(mean_sq_);
    mean_sq_ = std::move(other.mean_sq_);
  }

 private:
  std::map<std::string, std::vector<float>, std::less<>> mean_sq_;
};

}  // namespace quant
