#pragma once
// Threads: how many there are, and running numbered pieces of work on them.

#include <cstddef>
#include <functional>

namespace quant {

int hardware_threads();

/// Calls body(i, worker) for i in [0, n) on up to `threads` workers (0 = all), worker in [0, threads). Returns when all
/// are done. oneTBB underneath; the order of calls is free, so results must not depend on it.
void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t i, int worker)>& body);

}  // namespace quant
