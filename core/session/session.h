#pragma once
// The .qscope store: one SQLite file with sources, measurements, evidence, plans and view state.
// Each finished measurement is committed: a kill at any moment costs at most the tensor in flight.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/backend/analysis.h"
#include "core/sources/source.h"

namespace quant {

/// One number: (tensor, scheme, metric) → value, with what it was made from.
struct Measurement {
  std::string tensor, scheme, metric;
  std::optional<double> value;  ///< null where the metric is undefined (sqnr of an exact scheme)
  std::string source;           ///< empty = measured here; else the evidence file
};

/// What an analysis left in the store for one (tensor, scheme).
struct StoredAnalysis {
  std::string tensor, scheme, refused, device;
  ErrorFigures figures;
  std::string calibration;  ///< Analysis::calibration
};

/// What the store knows of its model without opening the files.
struct SavedSource {
  std::string path, format, header_hash;
  std::uint64_t bytes = 0;
};

/// Not thread-safe: one owner. Opening a damaged or foreign file: malformed. A newer version: unsupported.
class Session {
 public:
  static Result<std::unique_ptr<Session>> open(const std::filesystem::path& file);    ///< must exist
  static Result<std::unique_ptr<Session>> create(const std::filesystem::path& file);  ///< opens it where it exists
  static Result<std::unique_ptr<Session>> in_memory();                                ///< for a window without a file
  virtual ~Session() = default;

  virtual const std::filesystem::path& file() const = 0;

  /// Binds the session to a source and stores its listing, or the roles of it that have changed. Where another model is
  /// bound already (other header hash): usage, naming both.
  virtual Result<void> bind(const Source& source) = 0;
  virtual std::optional<SavedSource> source() const = 0;
  virtual Result<std::vector<TensorInfo>> tensors() const = 0;
  /// Roles, layers and experts of the listing (all its tensors, in order) that were assigned anew.
  virtual Result<void> store_roles(std::span<const TensorInfo> tensors) = 0;

  /// Commits the analyses of one tensor in one transaction, histograms included.
  virtual Result<void> store(std::span<const Analysis> analyses) = 0;
  virtual bool has(const std::string& tensor, const std::string& scheme) const = 0;  ///< measured or refused
  virtual Result<std::vector<StoredAnalysis>> analyses() const = 0;                  ///< in order of storing
  /// The counters of one pair (error, clipped, step, code); nothing where it is not stored.
  virtual Result<std::optional<ErrorCounters>> counters(const std::string& tensor, const std::string& scheme) const = 0;

  virtual Result<void> store_values(const std::string& tensor, const ValueFigures& figures) = 0;
  virtual Result<std::optional<ValueFigures>> values(const std::string& tensor) const = 0;

  /// Evidence of other tools (metric = the kind, source = the file).
  virtual Result<void> store_evidence(std::span<const Measurement> rows) = 0;
  virtual Result<std::vector<Measurement>> evidence() const = 0;

  /// Plans by name ("current", "A"), as plan.json text; view state by key (page, selection), as text.
  virtual Result<void> store_text(const std::string& kind, const std::string& key, const std::string& text) = 0;
  virtual Result<std::optional<std::string>> text(const std::string& kind, const std::string& key) const = 0;

  virtual Result<void> save_as(const std::filesystem::path& file) = 0;  ///< copies the store and goes on there
};

}  // namespace quant
