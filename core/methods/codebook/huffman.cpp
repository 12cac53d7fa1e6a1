#include "core/methods/codebook/huffman.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace quant {

std::vector<std::uint8_t> huffman_lengths(std::span<const std::uint64_t> counts) {
  using Node = std::pair<std::uint64_t, std::size_t>;  // count, number: symbols first, merged nodes by age
  std::priority_queue<Node, std::vector<Node>, std::greater<>> heap;
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s] > 0) heap.emplace(counts[s], s);
  std::vector<std::uint8_t> lengths(counts.size(), 0);
  if (heap.size() == 1) lengths[heap.top().second] = 1;

  std::vector<std::size_t> parent(counts.size());
  while (heap.size() > 1) {
    const Node first = heap.top();
    heap.pop();
    const Node second = heap.top();
    heap.pop();
    parent[first.second] = parent[second.second] = parent.size();
    heap.emplace(first.first + second.first, parent.size());
    parent.push_back(0);  // a root until it is merged
  }
  std::vector<std::uint8_t> depth(parent.size(), 0);
  for (std::size_t node = parent.size(); node-- > 0;)  // parents are younger than their children
    if (parent[node] > 0) depth[node] = std::uint8_t(depth[parent[node]] + 1);
  if (parent.size() > counts.size()) std::copy_n(depth.begin(), counts.size(), lengths.begin());
  return lengths;
}

std::uint64_t coded_bits(std::span<const std::uint64_t> counts, std::span<const std::uint8_t> lengths) {
  return std::transform_reduce(counts.begin(), counts.end(), lengths.begin(), std::uint64_t{0}, std::plus<>(),
                               [](std::uint64_t count, std::uint8_t length) { return count * length; });
}

std::vector<std::uint64_t> canonical_codes(std::span<const std::uint8_t> lengths) {
  std::vector<std::size_t> symbols;
  for (std::size_t s = 0; s < lengths.size(); ++s)
    if (lengths[s] > 0) symbols.push_back(s);
  std::stable_sort(symbols.begin(), symbols.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
  std::vector<std::uint64_t> codes(lengths.size(), 0);
  std::uint64_t next = 0;
  unsigned length = 0;
  for (const std::size_t s : symbols) {
    next <<= lengths[s] - length;
    length = lengths[s];
    codes[s] = next++;
  }
  return codes;
}

}  // namespace quant
