#pragma once
// Deep Compression's sparse stream: what is not zero, each with the zeros skipped before it.

#include <cstdint>

namespace quant {

/// Turns weights in row-major order into entries (value symbol, gap). A gap that does not fit is bridged by fillers,
/// which stand on a zero; zeros at the end are implied by the shape.
class SparseStream {
 public:
  SparseStream(unsigned gap_bits, std::uint32_t filler)
      : longest_((std::uint64_t{1} << gap_bits) - 1), filler_(filler) {}

  void zero() { ++gap_; }
  /// Calls visit(value symbol, gap) for the fillers before it and for the value itself.
  template <class Visit>
  void value(std::uint32_t symbol, Visit visit) {
    for (; gap_ > longest_; gap_ -= longest_ + 1) visit(filler_, longest_);
    visit(symbol, gap_);
    gap_ = 0;
  }

 private:
  std::uint64_t longest_, gap_ = 0;
  std::uint32_t filler_;
};

}  // namespace quant
