#pragma once
// What long work sees of its caller. Knows nothing of Qt; no lock, no callback.

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

#include "core/base/result.h"

namespace quant {

/// Shared by the caller and the work: the caller reads progress and asks to stop, the work polls and counts.
struct JobContext {
  std::stop_token stop;                 ///< poll once per tile (about a millisecond of work)
  std::atomic<std::uint64_t> done{0};   ///< weights finished (a weight under ten schemes counts ten)
  std::atomic<std::uint64_t> total{0};  ///< weights in all; 0 = not known yet

  bool stopped() const { return stop.stop_requested(); }
};

/// The error of work that was stopped.
inline tl::unexpected<Error> cancelled(std::string what) {
  return failure(ErrorCode::cancelled, std::move(what), "by the user", "stopped before the end",
                 "what was finished is kept; run it again to go on");
}

}  // namespace quant
