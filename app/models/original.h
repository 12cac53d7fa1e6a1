#pragma once
// The checkpoint that the open one was made from, and what background work sees of a tensor under a choice: a candidate
// scheme applied to it, or "as stored", what is stored held against the original.

#include <QString>
#include <memory>
#include <optional>

#include "core/backend/analysis.h"
#include "core/backend/chooser.h"
#include "core/methods/scheme.h"
#include "core/sources/pairing.h"

namespace app {

/// Immutable: background work shares it.
struct Original {
  QString path;    ///< as the user gave it
  QString choice;  ///< what stands beside the candidate schemes: "stored:gptq:1f0c52a7", another for each original
  std::shared_ptr<const quant::Source> source;
  quant::Pairing pairing;  ///< of all real-valued tensors of the open checkpoint
};

/// What tells a pair of checkpoints from another: their headers, and where and when their files were written. (Two
/// fine-tunes of one model have equal headers.)
QString identityOf(const quant::Source& source, const quant::Source& original);
/// The choice "as stored", by what the checkpoint says of its storage.
QString storedChoice(const quant::Source& source, const QString& identity);
bool isStored(const QString& choice);

/// Tensors under a choice, by value: it may outlive the state of the workspace that it was made from.
struct Sight {
  std::shared_ptr<const quant::Source> source;        ///< null: there is nothing to see
  std::shared_ptr<const Original> original;           ///< set where the choice is "as stored"
  std::optional<quant::Scheme> scheme;                ///< set where the choice is a scheme
  std::shared_ptr<const quant::ChosenDevice> device;  ///< keeps the backends of `devices` alive
  quant::Devices devices;

  bool restores() const { return scheme || original; }

  /// w, and where ŵ comes from.
  struct Tensor {
    std::unique_ptr<quant::TensorView> w, stored;
    const quant::Scheme* scheme = nullptr;

    quant::Approximation restored() const { return stored ? quant::Approximation(stored.get()) : scheme; }
  };
  /// What it returns points into this sight. Errors: those of Source::view; refused (it has no original).
  quant::Result<Tensor> tensor(std::size_t index) const;
};

}  // namespace app
