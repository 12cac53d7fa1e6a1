// deepcomp: prune, k-means, Huffman (Han et al. 2015, arXiv:1510.00149).

#include <array>
#include <bit>
#include <cmath>

#include "core/methods/codebook/deepcomp.h"
#include "core/methods/codebook/huffman.h"
#include "core/methods/codebook/optimal_codebook.h"
#include "core/methods/codebook/sparse_stream.h"
#include "core/methods/codebook/value_counts.h"
#include "core/methods/quantizer.h"
#include "core/methods/walk.h"
#include "core/tensor/float_format.h"

namespace quant {
namespace {

struct Settings {
  unsigned bits = 5, gap_bits = 5;
  double prune = 0.9;
  bool huffman = true;

  std::size_t levels() const { return std::size_t{1} << bits; }
  bool sparse() const { return prune > 0; }
};

Settings settings_of(const Scheme& scheme) {
  return {unsigned(scheme.integer("bits")), unsigned(scheme.integer("index")), scheme.number("prune"),
          scheme.word("huffman") == "on"};
}

using deep_compression::Cut;
using deep_compression::magnitude_bits;

/// What was learned of one matrix.
struct Part {
  Cut cut;
  std::vector<float> book;
  std::uint64_t bytes = 0;
};

/// How often each symbol of the two alphabets occurs.
struct SymbolCounts {
  explicit SymbolCounts(const Settings& s)
      : values(s.levels() + (s.sparse() ? 1 : 0)), gaps(s.sparse() ? std::size_t{1} << s.gap_bits : 0) {}
  std::vector<std::uint64_t> values, gaps;  ///< the last value symbol is the filler
};

/// The scalar reference: code 0 is a pruned weight, code 1 + c the centroid c; without pruning code c.
class DeepRows final : public deep_compression::Rows {
 public:
  DeepRows(Scheme scheme, std::vector<Part> parts, std::uint64_t rows)
      : scheme_(std::move(scheme)), settings_(settings_of(scheme_)), parts_(std::move(parts)) {
    shared_.rows = rows;
    for (const Part& part : parts_) {
      if (settings_.sparse()) books_.push_back(0);
      books_.insert(books_.end(), part.book.begin(), part.book.end());
    }
  }

  const Scheme& scheme() const override { return scheme_; }
  /// 256 centroids and a zero are more codes than a byte has.
  CodeForm codes() const override {
    const int bits = int(settings_.bits) + settings_.sparse();
    return {bits <= 8 ? bits : 0, false};
  }
  Region region() const override { return Region::none; }
  const Shared& shared() const override { return shared_; }
  std::span<const float> codebook() const override { return books_; }
  const Cut& cut(std::uint64_t matrix) const override { return parts_[matrix].cut; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  /// Of the tensor that was fitted, whose values decide it.
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    std::uint64_t bytes = 0;
    for (const Part& part : parts_) bytes += part.bytes;
    return shape.elements() == 0 ? 0 : bytes;
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override;

 private:
  std::size_t book_size() const { return settings_.levels() + settings_.sparse(); }

  Scheme scheme_;
  Settings settings_;
  std::vector<Part> parts_;
  std::vector<float> books_;  ///< by code, of every matrix
  Shared shared_;             ///< the rows of a matrix alone
};

QuantizedTile DeepRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.values.resize(tile.w.size());
  if (codes().bits > 0) q.codes.resize(tile.w.size());
  std::uint64_t matrix = parts_.size();
  std::unique_ptr<NearestLevel> nearest;
  each_run(tile.rows, tile.cols, 0, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const std::uint64_t row_in_all = tile.first_row + row;
    if (matrix != row_in_all / shared_.rows)
      nearest = std::make_unique<NearestLevel>(parts_[matrix = row_in_all / shared_.rows].book);
    const Part& part = parts_[matrix];
    for (std::uint64_t i = at; i < at + n; ++i) {
      const float w = std::isfinite(tile.w[i]) ? tile.w[i] : 0.0f;
      const bool zero = settings_.sparse() && (w != tile.w[i] || part.cut(w, row_in_all % shared_.rows * n + (i - at)));
      const std::size_t level = zero ? 0 : (*nearest)(w);
      q.values[i] = zero ? 0.0f : part.book[level];
      if (!q.codes.empty()) q.codes[i] = std::uint8_t(zero ? 0 : level + settings_.sparse());
    }
  });
  return q;
}

void DeepRows::dequantize(QuantizedTile& q) const {
  if (q.codes.empty()) return;
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, 0, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const float* book = books_.data() + (q.first_row + row) / shared_.rows * book_size();
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = book[q.codes[i]];
  });
}

/// Of a pruned weight: its distance is to 0 alone, twice its own size holds it.
void DeepRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  each_run(q.rows, q.cols, 0, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const LevelGaps gap(parts_[(q.first_row + row) / shared_.rows].book);
    for (std::uint64_t i = at; i < at + n; ++i) {
      const float w = std::isfinite(tile.w[i]) ? tile.w[i] : 0.0f;
      out[i] = q.values[i] == 0 && settings_.sparse() ? 2 * std::fabs(w) : gap(w);
    }
  });
}

/// A little-endian bit string; codes enter it from their highest bit.
class BitWriter {
 public:
  explicit BitWriter(std::vector<std::uint8_t>& out) : out_(out) {}
  void put(std::uint64_t code, unsigned bits) {
    while (bits-- > 0) {
      if (used_ == 0) out_.push_back(0);
      out_.back() = std::uint8_t(out_.back() | ((code >> bits & 1) << used_));
      used_ = (used_ + 1) % 8;
    }
  }

 private:
  std::vector<std::uint8_t>& out_;
  unsigned used_ = 0;
};

/// One symbol of the stream.
struct Entry {
  std::uint32_t value = 0;
  std::uint64_t gap = 0;
};

/// Code lengths of values and gaps, centroids in fp16, then all value codes and all gap codes.
void write_part(const Settings& settings, std::span<const Entry> entries, std::span<const float> book,
                std::vector<std::uint8_t>& out) {
  SymbolCounts counts(settings);
  for (const Entry& e : entries) {
    ++counts.values[e.value];
    if (settings.sparse()) ++counts.gaps[e.gap];
  }
  const auto values = huffman_lengths(counts.values), gaps = huffman_lengths(counts.gaps);
  out.insert(out.end(), values.begin(), values.end());
  out.insert(out.end(), gaps.begin(), gaps.end());
  for (const float level : book) {
    const auto half = float_format::encode(level, float_format::fp16, float_format::Overflow::saturate).code;
    out.insert(out.end(), {std::uint8_t(half), std::uint8_t(half >> 8)});
  }
  const auto value_codes = canonical_codes(values), gap_codes = canonical_codes(gaps);
  BitWriter writer(out);
  for (const Entry& e : entries) writer.put(value_codes[e.value], values[e.value]);
  for (const Entry& e : entries)
    if (settings.sparse()) writer.put(gap_codes[e.gap], gaps[e.gap]);
}

std::vector<std::uint8_t> DeepRows::pack(const QuantizedTile& whole) const {
  std::vector<std::uint8_t> out;
  if (whole.codes.empty() || !settings_.huffman) return out;
  const std::size_t size = whole.codes.size() / parts_.size();
  for (std::size_t m = 0; m < parts_.size(); ++m) {
    std::vector<Entry> entries;
    SparseStream stream(settings_.gap_bits, std::uint32_t(settings_.levels()));
    for (const std::uint8_t code : std::span(whole.codes).subspan(m * size, size)) {
      if (settings_.sparse() && code == 0)
        stream.zero();
      else
        stream.value(code - settings_.sparse(), [&](std::uint32_t value, std::uint64_t gap) {
          entries.push_back({value, gap});
        });
    }
    write_part(settings_, entries, parts_[m].book, out);
  }
  return out;
}

std::uint64_t bytes_of(const Settings& settings, const SymbolCounts& counts) {
  const std::uint64_t centroids = 2 * settings.levels();
  if (settings.huffman) {
    const std::uint64_t bits = coded_bits(counts.values, huffman_lengths(counts.values)) +
                               coded_bits(counts.gaps, huffman_lengths(counts.gaps));
    return (bits + 7) / 8 + counts.values.size() + counts.gaps.size() + centroids;
  }
  std::uint64_t entries = 0;
  for (const std::uint64_t n : counts.values) entries += n;
  const bool fillers = settings.sparse() && counts.values.back() > 0;
  return (entries * (settings.bits + fillers + (settings.sparse() ? settings.gap_bits : 0)) + 7) / 8 + centroids;
}

/// Learns one matrix: four passes, no copy of it.
class Fit {
 public:
  Fit(const TensorView& view, const Settings& settings, std::uint64_t matrix, JobContext& job)
      : view_(view), settings_(settings), matrix_(matrix), job_(job) {}

  Result<Part> operator()() {
    Part part;
    QUANT_TRY(cut, find_cut());
    part.cut = cut;
    QUANT_TRY(book, survivors(cut));
    part.book = std::move(book);
    QUANT_TRY(bytes, coded(part));
    part.bytes = bytes;
    return part;
  }

 private:
  /// Calls visit(weight, index within the matrix) for every weight.
  template <class Visit>
  Result<void> each(const char* what, Visit visit) {
    const std::uint64_t rows = view_.matrix().rows;
    std::uint64_t index = 0;
    return each_tile(view_, matrix_ * rows, (matrix_ + 1) * rows, 1, job_, what, [&](const RowTile& tile) {
      for (const float w : tile.w) visit(w, index++);
    });
  }

  /// The rne(prune · n) smallest magnitudes, by two passes over 16 bits each and one for the ties.
  Result<Cut> find_cut() {
    Cut cut;
    std::vector<std::uint64_t> high(65536), low(65536);
    std::uint64_t n = 0;
    if (!settings_.sparse()) return cut;
    QUANT_CHECK(each("count magnitudes", [&](float w, std::uint64_t) {
      if (std::isfinite(w)) ++high[magnitude_bits(w) >> 16], ++n;
    }));
    auto left = std::uint64_t(std::nearbyint(settings_.prune * double(n)));
    if (left == 0) return cut;
    const std::uint32_t top = take(high, left);
    QUANT_CHECK(each("count magnitudes", [&](float w, std::uint64_t) {
      if (std::isfinite(w) && magnitude_bits(w) >> 16 == top) ++low[magnitude_bits(w) & 0xFFFF];
    }));
    cut.threshold = top << 16 | take(low, left);
    QUANT_CHECK(each("find ties", [&](float w, std::uint64_t index) {
      if (left > 0 && magnitude_bits(w) == cut.threshold) --left, cut.tie_end = index + 1;
    }));
    return cut;
  }

  /// The counter that holds element number `left` (from 1), which becomes its number within that counter.
  static std::uint32_t take(std::span<const std::uint64_t> counts, std::uint64_t& left) {
    std::uint32_t at = 0;
    for (; counts[at] < left; ++at) left -= counts[at];
    return at;
  }

  Result<std::vector<float>> survivors(const Cut& cut) {
    ValueCounts counts;
    const std::uint64_t rows = view_.matrix().rows;
    std::uint64_t index = 0;
    std::vector<float> kept;
    QUANT_CHECK(
        each_tile(view_, matrix_ * rows, (matrix_ + 1) * rows, 1, job_, "count values", [&](const RowTile& tile) {
          kept.clear();
          for (const float w : tile.w)
            if (!cut(w, index++)) kept.push_back(w);
          counts.add(kept);
        }));
    return optimal_codebook(counts.take(), settings_.levels());
  }

  Result<std::uint64_t> coded(const Part& part) {
    SymbolCounts counts(settings_);
    SparseStream stream(settings_.gap_bits, std::uint32_t(settings_.levels()));
    const NearestLevel nearest(part.book);
    QUANT_CHECK(each("count symbols", [&](float w, std::uint64_t index) {
      if (settings_.sparse() && (!std::isfinite(w) || part.cut(w, index))) return stream.zero();
      stream.value(nearest(std::isfinite(w) ? w : 0.0f), [&](std::uint32_t value, std::uint64_t gap) {
        ++counts.values[value];
        if (settings_.sparse()) ++counts.gaps[gap];
      });
    }));
    return bytes_of(settings_, counts);
  }

  const TensorView& view_;
  const Settings& settings_;
  std::uint64_t matrix_;
  JobContext& job_;
};

class DeepQuantizer final : public Quantizer {
 public:
  explicit DeepQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    const MatrixShape shape = facts.view().matrix();
    const Settings settings = settings_of(scheme_);
    std::vector<Part> parts;
    for (std::uint64_t m = 0; shape.elements() > 0 && m < shape.matrices; ++m) {
      QUANT_TRY(part, Fit(facts.view(), settings, m, job)());
      parts.push_back(std::move(part));
    }
    return std::make_unique<DeepRows>(scheme_, std::move(parts), shape.rows);
  }

 private:
  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<DeepQuantizer>(scheme); }

constexpr std::array params = {
    Param{"prune", ParamType::number, "0.9", "0..0.9999", "share of the weights that become 0, the smallest first"},
    Param{"bits", ParamType::integer, "5", "1..8", "2^bits centroids for what remains; the paper: 8 for convolutions"},
    Param{"index", ParamType::integer, "5", "1..8", "bits of a gap between entries; longer gaps take a filler"},
    Param{"huffman", ParamType::choice, "on", "on|off", "Huffman codes for values and gaps, or fixed widths"},
};

}  // namespace

extern const Method deepcomp;
constinit const Method deepcomp{
    .id = "deepcomp",
    .title = "Deep Compression",
    .family = "codebook",
    .technique = "ptq",
    .summary = "Sets the smallest weights to 0, gives the rest a k-means codebook, and Huffman-codes values and gaps.",
    .when = "To see what storage alone can save: small files for download, not fast kernels.",
    .cost =
        "Five passes and k-means on the CPU; the size is that of the coded stream with its tables and follows the "
        "values.",
    .fails =
        "The paper retrains after pruning, this does not: at prune=0.9 a dense model loses far more than the paper's "
        "tables say; start at 0.3. NaN and infinities become 0 (with prune=0 the centroid nearest to 0); a tensor of "
        "zeros stays zero; tiny tensors cost more in tables than they hold; 1-D tensors are one row, stacked experts "
        "are "
        "compressed one by one.",
    .reference = "Han, Mao, Dally 2015, arXiv:1510.00149; k-means exact, not from linear starting points",
    .params = params,
    .make = make};

}  // namespace quant
