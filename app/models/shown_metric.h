#pragma once
// What a page can colour and rank tensors by: our metrics, and columns of evidence of other tools.

#include <QComboBox>
#include <QString>
#include <functional>
#include <optional>
#include <vector>

#include "core/session/session.h"

namespace app {

struct ShownMetric {
  QString id, title, formula;
  bool higher_is_better = false;
  bool weighted = false;  ///< has figures only where a calibration was used
  /// The figure of a tensor under a scheme; `measured` is null where that pair has no analysis of ours.
  std::function<std::optional<double>(const quant::TensorInfo& tensor, const QString& scheme,
                                      const quant::StoredAnalysis* measured)>
      value;
};

/// All metrics of ours, but the weighted ones only where something was measured with a calibration; then the evidence.
std::vector<ShownMetric> shownMetrics(bool weighted, const std::vector<quant::Measurement>& evidence);

/// Fills a choice of metrics, with title and formula as tool tips, and shows `current` as chosen.
void fillMetrics(QComboBox& box, const std::vector<ShownMetric>& metrics, const QString& current);

}  // namespace app
