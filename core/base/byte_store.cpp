#include "core/base/byte_store.h"

#include <algorithm>
#include <utility>

namespace quant {

namespace {

class MemoryBytes final : public ByteStore {
 public:
  MemoryBytes(std::string where, std::vector<std::byte> bytes) : where_(std::move(where)), bytes_(std::move(bytes)) {}

  std::uint64_t size() const override { return bytes_.size(); }
  std::string where() const override { return where_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
      return failure(
          ErrorCode::malformed, "cannot read", where_,
          std::to_string(out.size()) + " bytes at " + std::to_string(offset) + " of " + std::to_string(bytes_.size()),
          "the file is damaged");
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  }

 private:
  std::string where_;
  std::vector<std::byte> bytes_;
};

class PartBytes final : public ByteStore {
 public:
  PartBytes(std::shared_ptr<const ByteStore> whole, std::uint64_t offset, std::uint64_t size, std::string where)
      : whole_(std::move(whole)), offset_(offset), size_(size), where_(std::move(where)) {}

  std::uint64_t size() const override { return size_; }
  std::string where() const override { return where_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    return whole_->read(offset_ + offset, out);
  }

 private:
  std::shared_ptr<const ByteStore> whole_;
  std::uint64_t offset_, size_;
  std::string where_;
};

}  // namespace

std::shared_ptr<const ByteStore> memory_bytes(std::string where, std::vector<std::byte> bytes) {
  return std::make_shared<MemoryBytes>(std::move(where), std::move(bytes));
}

std::shared_ptr<const ByteStore> part_of(std::shared_ptr<const ByteStore> whole, std::uint64_t offset,
                                         std::uint64_t size, std::string where) {
  return std::make_shared<PartBytes>(std::move(whole), offset, size, std::move(where));
}

}  // namespace quant
