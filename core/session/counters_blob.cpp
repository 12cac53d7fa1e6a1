#include "core/session/counters_blob.h"

namespace quant {
namespace {

constexpr std::uint64_t blob_format = 1;

class Writer {
 public:
  void number(std::uint64_t x) {
    for (; x >= 0x80; x >>= 7) bytes_.push_back(std::byte(x | 0x80));
    bytes_.push_back(std::byte(x));
  }
  void list(std::span<const std::uint64_t> counts) {
    std::uint64_t filled = 0;
    for (const auto c : counts) filled += c != 0;
    number(filled);
    std::size_t before = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (!counts[i]) continue;
      number(i - before), number(counts[i]);
      before = i;
    }
  }
  void histogram(const BitHistogram& h) { list(h.counts), number(h.nan), number(h.inf); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Refuses rather than guesses: after the first fault everything reads as 0 and ok() is false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    std::uint64_t x = 0;
    for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
      const auto b = std::to_integer<std::uint64_t>(bytes_[at_++]);
      if (shift == 63 && b > 1) break;
      x |= (b & 0x7f) << shift;
      if (b < 0x80) return x;
    }
    ok_ = false;
    return 0;
  }
  void list(std::span<std::uint64_t> counts) {
    const auto filled = number();
    if (filled > counts.size()) ok_ = false;
    std::uint64_t at = 0;
    for (std::uint64_t k = 0; ok_ && k < filled; ++k) {
      const auto distance = number(), count = number();
      if (distance >= counts.size() - at) ok_ = false;
      if (!ok_) return;
      counts[at += distance] = count;
    }
  }
  void histogram(BitHistogram& h) { list(h.counts), h.nan = number(), h.inf = number(); }
  bool complete() const { return ok_ && at_ == bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

std::vector<std::byte> pack(const ErrorCounters& counters) {
  Writer out;
  out.number(blob_format);
  out.histogram(counters.error), out.histogram(counters.clipped);
  out.list(counters.step), out.list(counters.code);
  return out.take();
}

std::vector<std::byte> pack(const BitHistogram& histogram) {
  Writer out;
  out.number(blob_format), out.histogram(histogram);
  return out.take();
}

std::optional<ErrorCounters> unpack_counters(std::span<const std::byte> bytes) {
  Reader in(bytes);
  ErrorCounters c;
  if (in.number() != blob_format) return std::nullopt;
  in.histogram(c.error), in.histogram(c.clipped);
  in.list(c.step), in.list(c.code);
  return in.complete() ? std::optional(std::move(c)) : std::nullopt;
}

std::optional<BitHistogram> unpack_histogram(std::span<const std::byte> bytes) {
  Reader in(bytes);
  BitHistogram h;
  if (in.number() != blob_format) return std::nullopt;
  in.histogram(h);
  return in.complete() ? std::optional(std::move(h)) : std::nullopt;
}

}  // namespace quant
