// kmeans: the codebook with the least squared error there is.

#include <array>
#include <cmath>

#include "core/methods/codebook/optimal_codebook.h"
#include "core/methods/codebook/value_counts.h"
#include "core/methods/importance.h"
#include "core/methods/uniform/uniform.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

using Book = std::span<const float>;

/// The scalar reference: ŵ = C[q], C of the matrix, the row or the group.
class KmeansRows final : public RowQuantizer {
 public:
  KmeansRows(Scheme scheme, std::vector<float> books, Shared shared, bool approximate)
      : scheme_(std::move(scheme)), books_(std::move(books)), shared_(std::move(shared)), approximate_(approximate) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {scheme_.integer("bits"), false}; }
  Region region() const override { return Region::none; }
  Book codebook() const override { return books_; }
  const Shared& shared() const override { return shared_; }
  bool approximate() const override { return approximate_; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    const std::uint64_t books = regions(uniform::region_of(scheme_), shape, std::uint64_t(scheme_.integer("group")));
    return packed_bytes(shape.elements(), std::uint64_t(scheme_.integer("bits"))) + books * 2 * levels();
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override {
    return pack_bits(whole.codes, unsigned(scheme_.integer("bits")));
  }

 private:
  std::size_t levels() const { return std::size_t{1} << scheme_.integer("bits"); }
  std::uint64_t run_length() const { return std::uint64_t(scheme_.integer("group")); }
  Book book_of(const QuantizedTile& q, std::uint64_t row, std::uint64_t run) const {
    if (books_.empty()) return Book(q.codebooks).subspan(run * levels(), levels());
    return Book(books_).subspan((q.first_row + row) / shared_.rows * levels(), levels());
  }

  Scheme scheme_;
  std::vector<float> books_;  ///< of every matrix; empty where rows or groups have their own
  Shared shared_;             ///< the rows of a matrix; importance, with weight=imatrix
  bool approximate_;
};

/// Counts neighbours of a row, each as often as its column is important.
void add_weights(ValueCounts& counts, std::span<const float> w, const Shared& shared, const RowTile& tile,
                 std::uint64_t row, std::uint64_t col) {
  const std::span<const float> all = shared.importance;
  if (all.empty()) return counts.add(w);
  const std::uint64_t matrix = all.size() == tile.cols ? 0 : (tile.first_row + row) / shared.rows;
  counts.add(w, all.subspan(matrix * tile.cols + col, w.size()));
}

QuantizedTile KmeansRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  each_run(tile.rows, tile.cols, run_length(),
           [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
             const auto w = tile.w.subspan(at, n);
             if (books_.empty()) {
               ValueCounts counts;
               add_weights(counts, w, shared_, tile, row, at - row * tile.cols);
               const auto book = optimal_codebook(counts.take(), levels());
               q.codebooks.insert(q.codebooks.end(), book.begin(), book.end());
             }
             const NearestLevel nearest(book_of(q, row, run));
             for (std::size_t i = 0; i < n; ++i) q.codes[at + i] = nearest(std::isfinite(w[i]) ? w[i] : 0.0f);
           });
  dequantize(q);
  return q;
}

void KmeansRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, run_length(), [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const Book book = book_of(q, row, run);
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = book[q.codes[i]];
  });
}

void KmeansRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  each_run(q.rows, q.cols, run_length(), [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const LevelGaps gap(book_of(q, row, run));
    for (std::uint64_t i = at; i < at + n; ++i) out[i] = gap(std::isfinite(tile.w[i]) ? tile.w[i] : 0.0f);
  });
}

class KmeansQuantizer final : public Quantizer {
 public:
  explicit KmeansQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration* calibration,
                                            JobContext& job) const override {
    const MatrixShape shape = facts.view().matrix();
    QUANT_TRY(shared, weights(facts.view(), calibration));
    const std::size_t levels = std::size_t{1} << scheme_.integer("bits");
    std::vector<float> books;
    bool approximate = false;
    for (std::uint64_t m = 0; uniform::region_of(scheme_) == Region::tensor && m < shape.matrices; ++m) {
      ValueCounts counts;
      QUANT_CHECK(each_tile(facts.view(), m * shape.rows, (m + 1) * shape.rows, 1, job, "count values",
                            [&](const RowTile& tile) { count(counts, tile, shared); }));
      approximate |= counts.approximate();
      const auto book = optimal_codebook(counts.take(), levels);
      books.insert(books.end(), book.begin(), book.end());
    }
    return std::make_unique<KmeansRows>(scheme_, std::move(books), std::move(shared), approximate);
  }

 private:
  static void count(ValueCounts& counts, const RowTile& tile, const Shared& shared) {
    if (shared.importance.empty()) return counts.add(tile.w);
    for (std::uint64_t r = 0; r < tile.rows; ++r)
      add_weights(counts, tile.w.subspan(r * tile.cols, tile.cols), shared, tile, r, 0);
  }

  Result<Shared> weights(const TensorView& view, const Calibration* calibration) const {
    Shared shared;
    shared.rows = view.matrix().rows;
    if (scheme_.word("weight") == "fisher")
      return failure(ErrorCode::unsupported, "fit " + scheme_.text(), view.tensor().name,
                     "weight=fisher needs squared gradients of the model, and there are none",
                     "choose weight=imatrix with a calibration, or leave out weight");
    if (scheme_.word("weight") == "none") return shared;
    QUANT_TRY(found, column_importance(scheme_, "weight=imatrix", view, calibration));
    shared.importance = std::move(found);
    return shared;
  }

  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<KmeansQuantizer>(scheme); }

constexpr std::array params = {
    Param{"bits", ParamType::integer, "4", "1..8", "width of a code; 2^bits levels"},
    Param{"gran", ParamType::choice, "tensor", "tensor|row|group", "which weights share a codebook"},
    Param{"group", ParamType::integer, "0", "0 or 2..",
          "consecutive weights of a row that share a codebook; 0 = as gran says"},
    Param{"weight", ParamType::choice, "none", "none|imatrix|fisher",
          "how much each squared error counts: all alike, or by the second moment of its column's inputs (SqueezeLLM's "
          "idea), which a calibration or an importance matrix gives; fisher needs gradients"},
};

}  // namespace

extern const Method kmeans;
constinit const Method kmeans{
    .id = "kmeans",
    .title = "k-means codebook",
    .family = "codebook",
    .technique = "ptq",
    .summary = "The 2^bits levels with the least squared error there is, found exactly, not by a random start.",
    .when = "As the bound for every codebook of the same size, and where a table look-up costs nothing.",
    .cost =
        "Sorting, then O(2^bits · n log n) over distinct values on the CPU, at most 2^21 of them: tens of megabytes "
        "whatever the tensor's size; 2 bytes a level and region, so small groups pay more for codebooks than for "
        "codes.",
    .fails =
        "Refuses tensors without calibration when weight asks for one. The squared error cares for the many: rare "
        "large weights may move far. Tensors with more than 2^20 distinct "
        "values are first merged to 12 mantissa bits, which is within 2^−12. Fewer distinct values than levels are "
        "kept "
        "exactly. NaN and infinities are left out and get the level nearest to 0, which need not be 0; short last "
        "groups "
        "stand alone; 1-D tensors are one row, stacked experts have a codebook each.",
    .reference =
        "Grønlund et al. 2017, arXiv:1701.07204; Max 1960; Lloyd 1982; weights: Kim et al. 2023, arXiv:2306.07629",
    .params = params,
    .normalise = uniform::normalise_regions,
    .make = make};

}  // namespace quant
