// Evidence of other tools: files that say something of the model that is open.

#include <QFileInfo>
#include <algorithm>

#include "app/models/format.h"
#include "app/models/workspace_private.h"
#include "core/calibration/calibration_file.h"

namespace app {
namespace {

constexpr const char* calibration_key = "calibration";  // of the file's path, in the session

std::shared_ptr<const quant::Calibration> calibrationIn(const std::string& path,
                                                        const std::vector<quant::TensorInfo>& tensors) {
  const auto file = quant::open_calibration(path);
  if (!file) return nullptr;
  auto found = quant::calibrate_from(**file, tensors);
  return found ? std::make_shared<const quant::Calibration>(std::move(found->calibration)) : nullptr;
}

}  // namespace

/// Nothing where the file is something else, a model most likely.
quant::Result<std::optional<std::shared_ptr<Workspace::Opened>>> Workspace::findEvidence(
    const QString& path, const std::vector<quant::TensorInfo>& tensors) {
  const std::string file = path.toStdString();
  // Importance matrices and calibrations may lie in containers of weights, but are not dropped to be looked at.
  if (quant::open_source(file) && !quant::open_calibration(file)) return std::nullopt;
  auto found = quant::read_evidence(file, tensors);
  if (!found && found.error().code == quant::ErrorCode::malformed) return tl::unexpected(std::move(found).error());
  if (!found) return std::nullopt;  // of what is no evidence the reader of models knows more
  auto opened = std::make_shared<Opened>();
  opened->path = path;
  opened->evidence = std::move(*found);
  opened->calibration = calibrationIn(file, tensors);
  return opened;
}

/// The calibration that the session worked with, where its file is still there.
std::shared_ptr<const quant::Calibration> Workspace::keptCalibration(const quant::Session& session,
                                                                     const std::vector<quant::TensorInfo>& tensors) {
  const auto path = session.text("view", calibration_key);
  return path && *path && !(*path)->empty() ? calibrationIn(**path, tensors) : nullptr;
}

void Workspace::addEvidence(const Opened& found) {
  if (!session_) return;
  const quant::Evidence& evidence = *found.evidence;
  if (const auto kept = session_->store_evidence(evidence.rows); !kept)
    return Q_EMIT openFailed(found.path, kept.error());
  if (found.calibration) {
    remember(QLatin1String(calibration_key), QFileInfo(found.path).absoluteFilePath());
    useCalibration(found.calibration);
    Q_EMIT measurementsChanged();
  }
  renewMetrics();
  d_->problem.reset();  // its costs may be of this evidence
  if (plan_ || plan_error_) requestPlan(budget_);
  QString text = tr("%1: %n figures of another tool, now among the metrics.", nullptr, int(evidence.rows.size()))
                     .arg(QFileInfo(found.path).fileName());
  if (found.calibration)
    text += u' ' + tr("Schemes with importance use it from now on; analyze again to weigh errors.");
  if (!evidence.unmatched.empty())
    text += u' ' + tr("%n names are no tensor of this model, %1 first.", nullptr, int(evidence.unmatched.size()))
                       .arg(format::utf8(evidence.unmatched.front()));
  Q_EMIT noticed(text);
}

void Workspace::useCalibration(std::shared_ptr<const quant::Calibration> calibration) {
  d_->calibration = std::move(calibration);
  d_->queue.setCalibration(d_->calibration);
  // What was made with other second moments counts as not measured.
  d_->analyses.removeIf([this](const auto& pair) {
    const bool unmatched = isStored(pair.key().second) && !pair.value().refused.empty();
    return !unmatched && !quant::made_with(pair.value(), d_->calibration.get());
  });
}

void Workspace::renewMetrics() {
  const bool weighted = std::any_of(d_->analyses.cbegin(), d_->analyses.cend(), [](const quant::StoredAnalysis& a) {
    return a.figures.weighted_error.has_value();
  });
  std::vector<quant::Measurement> evidence;
  if (session_)
    if (auto rows = session_->evidence()) evidence = std::move(*rows);
  metrics_ = shownMetrics(weighted, evidence);
  Q_EMIT metricsChanged();
}

const ShownMetric& Workspace::metric() const {
  const auto chosen = std::find_if(metrics_.begin(), metrics_.end(),
                                   [this](const ShownMetric& m) { return m.id == selection_.metric; });
  return chosen == metrics_.end() ? metrics_.front() : *chosen;
}

}  // namespace app
