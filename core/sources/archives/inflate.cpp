#include "core/sources/archives/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <mutex>
#include <span>
#include <utility>

namespace quant {

namespace {

constexpr std::uint64_t window_bytes = 32 << 10;  // deflate looks back no further
constexpr std::uint64_t block_bytes = 256 << 10;  // what is decoded and kept together
constexpr std::size_t most_blocks = 128;          // 32 MiB: a few tiles for each of 16 threads
constexpr std::size_t most_decoders = 32;         // of 80 KiB: threads that read ranges of their own
constexpr std::uint64_t shortest_leap = 8 << 20;  // bytes between checkpoints: 30 ms of decoding
constexpr std::uint64_t most_checkpoints = 512;   // 16 MiB of windows for a stream of any size
constexpr int most_stalls = 8;                    // steps over ends of blocks in the bits that zlib holds back
constexpr std::uint64_t most_at_once = std::uint64_t{1} << 30;  // zlib counts in 32 bits

/// Where decoding can start: between two blocks of the stream.
struct Checkpoint {
  std::uint64_t in = 0;   // of the stream: the next whole byte
  std::uint64_t out = 0;  // unpacked bytes before it
  int bits = 0;           // of the byte before `in` that are still to be read
  std::vector<std::byte> window;
};

Bytef* zlib_bytes(std::byte* bytes) { return reinterpret_cast<Bytef*>(bytes); }
const Bytef* zlib_bytes(const std::byte* bytes) { return reinterpret_cast<const Bytef*>(bytes); }

std::uint32_t crc_of(std::uint32_t before, std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(::crc32_z(before, zlib_bytes(bytes.data()), bytes.size()));
}

/// One pass over a stream, from its start or a checkpoint.
class Inflater {
 public:
  explicit Inflater(const DeflatedPart& part) : part_(part) {
    // -15: raw deflate with the largest window. A failure (no memory) shows as an error of the first inflate.
    ready_ = ::inflateInit2(&stream_, -15) == Z_OK;
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::uint64_t out() const { return out_; }

  Result<void> resume(const Checkpoint& from) {
    in_ = from.in;
    out_ = from.out;
    if (from.bits != 0) {
      std::byte last{};
      QUANT_CHECK(part_.file->read(part_.at + from.in - 1, std::span(&last, 1)));
      ::inflatePrime(&stream_, from.bits, std::to_integer<int>(last) >> (8 - from.bits));
    }
    ::inflateSetDictionary(&stream_, zlib_bytes(from.window.data()), static_cast<uInt>(from.window.size()));
    return {};
  }
  /// Fills `bytes` with the next ones, and adds checkpoints at least `leap` apart behind those that are there.
  Result<void> next(std::span<std::byte> bytes, std::vector<Checkpoint>* checkpoints = nullptr,
                    std::uint64_t leap = 0) {
    while (!bytes.empty()) {
      const auto want = std::min<std::uint64_t>(bytes.size(), most_at_once);
      stream_.next_out = zlib_bytes(bytes.data());
      stream_.avail_out = static_cast<uInt>(want);
      QUANT_TRY(ended, step());
      const std::uint64_t made = want - stream_.avail_out;
      bytes = bytes.subspan(static_cast<std::size_t>(made));
      out_ += made;
      if (ended && !bytes.empty()) {
        return fail(fmt::format("ends after {} bytes, {} are announced", out_, part_.size));
      }
      if (checkpoints != nullptr) keep(*checkpoints, leap);
    }
    return {};
  }
  /// Nothing may follow what was announced.
  Result<void> finish() {
    std::byte beyond{};
    stream_.next_out = zlib_bytes(&beyond);
    stream_.avail_out = 1;
    for (;;) {
      QUANT_TRY(ended, step());
      if (stream_.avail_out == 0) {
        return fail(fmt::format("unpacks to more than the uncompressed size, {} bytes", part_.size));
      }
      if (ended) return {};
    }
  }

 private:
  /// Decodes until the output is full, a block of the stream ends, or more input is needed. True: the stream ends here.
  Result<bool> step() {
    if (!ready_) {
      return failure(ErrorCode::no_memory, "cannot unpack", part_.where, "zlib got no memory", "close other programs");
    }
    if (stream_.avail_in == 0 && in_ < part_.packed) QUANT_CHECK(refill());
    const int state = ::inflate(&stream_, Z_BLOCK);
    if (state == Z_STREAM_END) return true;
    stalls_ = state == Z_BUF_ERROR ? stalls_ + 1 : 0;
    if (stalls_ > most_stalls) return fail(fmt::format("is cut: it has no end in its {} bytes", part_.packed));
    if (state == Z_OK || state == Z_BUF_ERROR) return false;
    return fail(fmt::format("is damaged near byte {} of {}: {}", in_ - stream_.avail_in, part_.packed,
                            stream_.msg != nullptr ? stream_.msg : "no deflate data"));
  }
  Result<void> refill() {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(input_.size(), part_.packed - in_));
    QUANT_CHECK(part_.file->read(part_.at + in_, std::span(input_).first(n)));
    in_ += n;
    stream_.next_in = zlib_bytes(input_.data());
    stream_.avail_in = static_cast<uInt>(n);
    return {};
  }
  void keep(std::vector<Checkpoint>& checkpoints, std::uint64_t leap) {
    // zlib.h, inflate(): bit 7 means that a block has just ended, bit 6 that it was the last one.
    const bool between_blocks = (stream_.data_type & 128) != 0 && (stream_.data_type & 64) == 0;
    const std::uint64_t last = checkpoints.empty() ? 0 : checkpoints.back().out;
    if (!between_blocks || out_ < last + leap) return;
    Checkpoint here{in_ - stream_.avail_in, out_, stream_.data_type & 7, std::vector<std::byte>(window_bytes)};
    uInt kept = 0;
    if (::inflateGetDictionary(&stream_, zlib_bytes(here.window.data()), &kept) != Z_OK) return;
    here.window.resize(kept);
    checkpoints.push_back(std::move(here));
  }
  tl::unexpected<Error> fail(std::string_view why) const {
    return failure(ErrorCode::malformed, "cannot unpack", part_.where, fmt::format("deflate stream {}", why),
                   "the file is damaged or hostile, get it again from its source");
  }

  const DeflatedPart part_;  // a copy: decoders are kept apart from who asked for them
  z_stream stream_{};
  bool ready_ = false;
  int stalls_ = 0;
  std::uint64_t in_ = 0, out_ = 0;  // read from the stream; unpacked
  std::array<std::byte, 32 << 10> input_;
};

Result<void> check_crc(const DeflatedPart& part, std::uint32_t crc) {
  if (!part.crc || *part.crc == crc) return {};
  return failure(ErrorCode::malformed, "cannot unpack", part.where,
                 fmt::format("crc-32 of its {} bytes is {:08x}, the archive says {:08x}", part.size, crc, *part.crc),
                 "the file is damaged, get it again from its source");
}

}  // namespace

Result<std::vector<std::byte>> inflate_head(const DeflatedPart& part, std::uint64_t n) {
  const std::uint64_t wanted = std::min(n, part.size);
  const auto inflater = std::make_unique<Inflater>(part);
  std::vector<std::byte> bytes;
  while (bytes.size() < wanted) {
    const std::size_t done = bytes.size();
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, done + std::max(block_bytes, done / 2))));
    QUANT_CHECK(inflater->next(std::span(bytes).subspan(done)));
  }
  if (wanted < part.size) return bytes;
  QUANT_CHECK(inflater->finish());
  QUANT_CHECK(check_crc(part, crc_of(0, bytes)));
  return bytes;
}

/// The blocks that were used last, found by stream and number, and the decoders, each somewhere in a stream.
class BlockCache {
 public:
  using Block = std::shared_ptr<const std::vector<std::byte>>;
  using Key = std::pair<std::uint64_t, std::uint64_t>;

  std::uint64_t new_stream() {
    const std::lock_guard lock(mutex_);
    return streams_++;
  }
  Block find(Key key) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return {};
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }
  void put(Key key, Block block) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;
    order_.emplace_front(key, std::move(block));
    places_[key] = order_.begin();
    if (order_.size() <= most_blocks) return;
    places_.erase(order_.back().first);
    order_.pop_back();
  }
  /// The decoder of a stream that is nearest before `offset`, but not before `from`; it is the caller's until it is
  /// given back. Null where there is none.
  std::unique_ptr<Inflater> take(std::uint64_t stream, std::uint64_t from, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    auto best = decoders_.end();
    for (auto at = decoders_.begin(); at != decoders_.end(); ++at) {
      const std::uint64_t out = at->second->out();
      if (at->first != stream || out < from || out > offset) continue;
      if (best == decoders_.end() || out > best->second->out()) best = at;
    }
    if (best == decoders_.end()) return {};
    auto decoder = std::move(best->second);
    decoders_.erase(best);
    return decoder;
  }
  void give_back(std::uint64_t stream, std::unique_ptr<Inflater> decoder) {
    const std::lock_guard lock(mutex_);
    decoders_.emplace_front(stream, std::move(decoder));
    if (decoders_.size() > most_decoders) decoders_.pop_back();
  }

 private:
  using Order = std::list<std::pair<Key, Block>>;
  std::mutex mutex_;
  std::uint64_t streams_ = 0;
  Order order_;  // the last used one first
  std::map<Key, Order::iterator> places_;
  std::list<std::pair<std::uint64_t, std::unique_ptr<Inflater>>> decoders_;  // the last used one first
};

std::shared_ptr<BlockCache> block_cache() { return std::make_shared<BlockCache>(); }

namespace {

class InflatedBytes final : public ByteStore {
 public:
  InflatedBytes(DeflatedPart part, std::shared_ptr<BlockCache> cache)
      : part_(std::move(part)), cache_(std::move(cache)), stream_(cache_->new_stream()) {}

  std::uint64_t size() const override { return part_.size; }
  std::string where() const override { return part_.where; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    while (!out.empty()) {
      QUANT_TRY(block, block_of(offset / block_bytes));
      const std::span<const std::byte> found =
          std::span(*block).subspan(static_cast<std::size_t>(offset % block_bytes));
      const std::size_t n = std::min(found.size(), out.size());
      std::copy_n(found.begin(), n, out.begin());
      out = out.subspan(n);
      offset += n;
    }
    return {};
  }

 private:
  Result<BlockCache::Block> block_of(std::uint64_t number) const {
    if (auto block = cache_->find({stream_, number})) return block;
    const std::lock_guard lock(mutex_);
    if (auto block = cache_->find({stream_, number})) return block;  // another thread has just made it
    if (failed_) return tl::unexpected(*failed_);
    auto block = decode_to(number);
    if (!block) failed_ = block.error();
    return block;
  }
  /// Decodes up to and with a block; those on the way are kept as well, for the threads that read them.
  Result<BlockCache::Block> decode_to(std::uint64_t number) const {
    QUANT_TRY(decoder, decoder_before(number * block_bytes));
    for (;;) {
      const std::uint64_t start = decoder->out();
      auto bytes =
          std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(std::min(block_bytes, part_.size - start)));
      QUANT_CHECK(decoder->next(*bytes, &checkpoints_, std::max(shortest_leap, part_.size / most_checkpoints)));
      if (start == checked_) QUANT_CHECK(check(*bytes, *decoder));
      cache_->put({stream_, start / block_bytes}, bytes);
      if (start / block_bytes != number) continue;
      if (decoder->out() < part_.size) cache_->give_back(stream_, std::move(decoder));
      return bytes;
    }
  }
  /// A decoder at the start of a block at or before `offset`: one that is on its way, else one from the nearest
  /// checkpoint.
  Result<std::unique_ptr<Inflater>> decoder_before(std::uint64_t offset) const {
    const auto after = std::ranges::upper_bound(checkpoints_, offset, {}, &Checkpoint::out);
    const Checkpoint* from = after == checkpoints_.begin() ? nullptr : &*std::prev(after);
    if (auto decoder = cache_->take(stream_, from == nullptr ? 0 : from->out, offset)) return decoder;
    auto decoder = std::make_unique<Inflater>(part_);
    if (from == nullptr) return decoder;
    QUANT_CHECK(decoder->resume(*from));
    std::vector<std::byte> skipped(static_cast<std::size_t>((block_bytes - from->out % block_bytes) % block_bytes));
    QUANT_CHECK(decoder->next(skipped));
    return decoder;
  }
  /// Takes the block behind those that are checked into the checksum.
  Result<void> check(std::span<const std::byte> bytes, Inflater& decoder) const {
    crc_ = crc_of(crc_, bytes);
    checked_ += bytes.size();
    if (checked_ < part_.size) return {};
    QUANT_CHECK(decoder.finish());
    return check_crc(part_, crc_);
  }

  const DeflatedPart part_;
  const std::shared_ptr<BlockCache> cache_;
  const std::uint64_t stream_;
  mutable std::mutex mutex_;  // of everything below
  mutable std::vector<Checkpoint> checkpoints_;
  mutable std::uint64_t checked_ = 0;
  mutable std::uint32_t crc_ = 0;
  mutable std::optional<Error> failed_;  // a damaged stream is not decoded again
};

}  // namespace

std::shared_ptr<const ByteStore> inflated_bytes(DeflatedPart part, std::shared_ptr<BlockCache> cache) {
  return std::make_shared<InflatedBytes>(std::move(part), std::move(cache));
}

}  // namespace quant
