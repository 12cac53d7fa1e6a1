#include "app/models/shown_metric.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QSignalBlocker>
#include <memory>

#include "app/models/format.h"
#include "core/sensitivity/evidence_columns.h"
#include "core/sensitivity/metric.h"

namespace app {
namespace {

ShownMetric own(const quant::Metric& metric) {
  return {format::utf8(metric.id),
          format::utf8(metric.title),
          format::utf8(metric.formula),
          metric.higher_is_better,
          metric.weighted,
          [&metric](const quant::TensorInfo& tensor, const QString&, const quant::StoredAnalysis* measured) {
            return measured && measured->refused.empty() ? metric.value(measured->figures, tensor) : std::nullopt;
          }};
}

ShownMetric evidence(quant::EvidenceColumn column) {
  const auto shared = std::make_shared<const quant::EvidenceColumn>(std::move(column));
  const QFileInfo file(format::utf8(shared->source));
  return {format::utf8(shared->name),
          QCoreApplication::translate("ShownMetric", "%1 by %2").arg(format::utf8(shared->metric), file.fileName()),
          QCoreApplication::translate("ShownMetric", "Evidence of another tool, from %1").arg(file.filePath()),
          false,
          false,
          [shared](const quant::TensorInfo& tensor, const QString& scheme, const quant::StoredAnalysis*) {
            return shared->value(tensor.name, scheme.toStdString());
          }};
}

}  // namespace

std::vector<ShownMetric> shownMetrics(bool weighted, const std::vector<quant::Measurement>& rows) {
  std::vector<ShownMetric> all;
  for (const auto* metric : quant::metrics())
    if (weighted || !metric->weighted) all.push_back(own(*metric));
  for (auto& column : quant::evidence_columns(rows)) all.push_back(evidence(std::move(column)));
  return all;
}

void fillMetrics(QComboBox& box, const std::vector<ShownMetric>& metrics, const QString& current) {
  const QSignalBlocker quiet(box);
  box.clear();
  for (const auto& m : metrics) {
    box.addItem(m.id, m.id);
    box.setItemData(box.count() - 1, m.title + u'\n' + m.formula, Qt::ToolTipRole);
  }
  box.setCurrentIndex(box.findData(current));
  box.setToolTip(box.currentData(Qt::ToolTipRole).toString());
}

}  // namespace app
