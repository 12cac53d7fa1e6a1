#include "core/sources/bytes/checked_bytes.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace quant {

namespace {

constexpr std::size_t most_pieces = 4096;  // kept apart; tiles of any order merge long before

/// Which bytes have been seen, and the checksum of each stretch of them.
class Coverage {
 public:
  struct Range {
    std::uint64_t begin = 0, end = 0;
  };

  /// The parts of a range that have not been seen.
  std::vector<Range> missing(Range range) const {
    std::vector<Range> found;
    auto next = pieces_.upper_bound(range.begin);
    if (next != pieces_.begin()) range.begin = std::max(range.begin, std::prev(next)->second.end);
    for (; range.begin < range.end; ++next) {
      const std::uint64_t stop = next == pieces_.end() ? range.end : std::min(range.end, next->first);
      if (range.begin < stop) found.push_back({range.begin, stop});
      if (next == pieces_.end()) break;
      range.begin = std::max(range.begin, next->second.end);
    }
    return found;
  }
  /// Adds a range of which nothing has been seen, and joins it with its neighbours.
  void add(Range range, std::uint32_t crc) {
    auto at = pieces_.emplace(range.begin, Piece{range.end, crc}).first;
    if (at != pieces_.begin() && std::prev(at)->second.end == at->first) at = join(std::prev(at), at);
    if (const auto next = std::next(at); next != pieces_.end() && at->second.end == next->first) join(at, next);
  }
  std::size_t pieces() const { return pieces_.size(); }
  /// The checksum of a range, where all of it has been seen.
  std::optional<std::uint32_t> crc(Range range) const {
    const auto found = pieces_.find(range.begin);
    if (found == pieces_.end() || found->second.end < range.end) return {};
    return found->second.crc;
  }

 private:
  struct Piece {
    std::uint64_t end = 0;
    std::uint32_t crc = 0;
  };
  using Pieces = std::map<std::uint64_t, Piece>;  // by their first byte

  Pieces::iterator join(Pieces::iterator a, Pieces::iterator b) {
    const auto length = static_cast<z_off_t>(b->second.end - b->first);
    a->second.crc = static_cast<std::uint32_t>(::crc32_combine(a->second.crc, b->second.crc, length));
    a->second.end = b->second.end;
    pieces_.erase(b);
    return a;
  }
  Pieces pieces_;
};

class CheckedBytes final : public ByteStore {
 public:
  CheckedBytes(std::shared_ptr<const ByteStore> file, std::uint64_t begin, std::uint64_t size, std::uint32_t crc,
               std::string where)
      : file_(std::move(file)), body_{begin, begin + size}, crc_(crc), where_(std::move(where)) {}

  std::uint64_t size() const override { return body_.end; }
  std::string where() const override { return where_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    QUANT_CHECK(file_->read(offset, out));
    const Coverage::Range range{std::max(offset, body_.begin), offset + out.size()};
    for (const Coverage::Range part : missing(range)) {
      const std::span<const std::byte> bytes =
          out.subspan(static_cast<std::size_t>(part.begin - offset), static_cast<std::size_t>(part.end - part.begin));
      add(part, static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())));
    }
    return verdict();
  }

 private:
  std::vector<Coverage::Range> missing(Coverage::Range range) const {
    const std::lock_guard lock(mutex_);
    return done_ ? std::vector<Coverage::Range>() : seen_.missing(range);
  }
  void add(Coverage::Range range, std::uint32_t crc) const {
    const std::lock_guard lock(mutex_);
    const auto still = seen_.missing(range);  // another thread may have read the same bytes meanwhile
    if (done_ || still.size() != 1 || still[0].begin != range.begin || still[0].end != range.end) return;
    seen_.add(range, crc);
    const auto whole = seen_.crc(body_);
    wrong_ = whole && *whole != crc_ ? whole : std::nullopt;
    done_ = whole.has_value() || seen_.pieces() > most_pieces;
    if (done_) seen_ = {};
  }
  Result<void> verdict() const {
    const std::lock_guard lock(mutex_);
    if (!wrong_) return {};
    return failure(ErrorCode::malformed, "cannot read", where_,
                   fmt::format("crc-32 of its {} bytes is {:08x}, the archive says {:08x}", body_.end - body_.begin,
                               *wrong_, crc_),
                   "the file is damaged, get it again from its source");
  }

  const std::shared_ptr<const ByteStore> file_;
  const Coverage::Range body_;
  const std::uint32_t crc_;
  const std::string where_;
  mutable std::mutex mutex_;  // of everything below
  mutable Coverage seen_;
  mutable bool done_ = false;
  mutable std::optional<std::uint32_t> wrong_;
};

}  // namespace

std::shared_ptr<const ByteStore> checked_bytes(std::shared_ptr<const ByteStore> file, std::uint64_t begin,
                                               std::uint64_t size, std::uint32_t crc, std::string where) {
  return std::make_shared<CheckedBytes>(std::move(file), begin, size, crc, std::move(where));
}

}  // namespace quant
