#include "core/sources/bytes/byte_reader.h"

#include <fmt/format.h>

namespace quant {

Result<std::span<const std::byte>> ByteReader::bytes(std::uint64_t n, std::string_view field) {
  if (n > left()) {
    return fail(field, fmt::format("needs {} bytes, the file has {} left of {}", n, left(), file_bytes_),
                ErrorCode::malformed, "the file is cut or damaged, download it again");
  }
  if (n > head_.size() - at_) {
    wanted_ = at_ + n;
    return fail(field,
                fmt::format("ends at byte {}, beyond the {} bytes of a header that are read", wanted_, head_.size()));
  }
  const auto found = head_.subspan(static_cast<std::size_t>(at_), static_cast<std::size_t>(n));
  at_ += n;
  return found;
}

Result<std::string_view> ByteReader::text(std::uint64_t n, std::string_view field) {
  QUANT_TRY(raw, bytes(n, field));
  return std::string_view(reinterpret_cast<const char*>(raw.data()), raw.size());
}

Result<void> ByteReader::need(std::uint64_t n, std::uint64_t each, std::string_view field) const {
  if (n <= left() / each) return {};
  return fail(
      field, fmt::format("is {}, which needs {} bytes each, the file has {} left of {}", n, each, left(), file_bytes_));
}

tl::unexpected<Error> ByteReader::fail(std::string_view field, std::string_view why, ErrorCode code,
                                       std::string hint) const {
  return failure(code, "cannot open", fmt::format("{}, byte {}", file_, at_), fmt::format("{} {}", field, why),
                 std::move(hint));
}

}  // namespace quant
