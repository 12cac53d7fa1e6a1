#pragma once
// A source that shows weights in place of the several tensors in which another source stores them.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/sources/source.h"

namespace quant {

/// Receives decoded elements: values always, codes with their steps and zeros where somebody wants them.
class UnpackedRows {
 public:
  UnpackedRows(std::span<float> values, StoredCodes* codes) : values_(values), codes_(codes) {
    if (codes_) codes_->resize(values.size());
  }
  void set(std::size_t i, float value, int code, float scale, float zero) {
    values_[i] = value;
    if (codes_) codes_->set(i, code, scale, zero);
  }

 private:
  std::span<float> values_;
  StoredCodes* codes_;
};

/// A weight whose pieces fit together.
class PackedWeight {
 public:
  virtual ~PackedWeight() = default;
  virtual std::vector<std::uint64_t> shape() const = 0;
  virtual DType dtype() const = 0;       ///< of the codes
  virtual std::string text() const = 0;  ///< "gptq 4-bit group 128, g_idx"
  /// Rows [first, first + count) over all matrices; count > 0. Errors: malformed (an index of the file points nowhere),
  /// io.
  virtual Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const = 0;
};

/// A weight of the new list and the tensors that it stands for.
struct UnpackedWeight {
  std::string name;
  std::string layout;                                  ///< what is shown of one that cannot be unpacked
  std::set<std::size_t> pieces;                        ///< indices of the stored tensors, at least one
  Result<std::shared_ptr<const PackedWeight>> weight;  ///< or why reading it fails
};

/// `source` with each weight in the place of its first piece. Names, shapes and roles are those of the weights; bytes
/// the sum of their pieces. Notes and metadata are added to those of the source.
std::unique_ptr<Source> with_unpacked(std::unique_ptr<Source> source, std::vector<UnpackedWeight> weights,
                                      std::vector<std::string> notes,
                                      std::vector<std::pair<std::string, std::string>> metadata = {});

}  // namespace quant
