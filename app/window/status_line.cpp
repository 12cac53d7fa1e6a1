#include "app/window/status_line.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>

#include "app/jobs/job_list.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/window/theme.h"

namespace app {

StatusLine::StatusLine(Workspace& workspace, QWidget* parent) : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("window.status"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * grid_px, 0, 2 * grid_px, 0);
  row->setSpacing(2 * grid_px);
  job_ = new QLabel(this);
  job_->setObjectName(QStringLiteral("status.job"));
  job_->setMinimumWidth(1);
  progress_ = new QProgressBar(this);
  progress_->setObjectName(QStringLiteral("status.progress"));
  progress_->setTextVisible(false);
  progress_->setRange(0, 1000);
  progress_->setFixedWidth(20 * grid_px);
  cancel_ = new QPushButton(this);
  cancel_->setObjectName(QStringLiteral("status.cancel"));
  cancel_->setProperty("quiet", true);
  connect(cancel_, &QPushButton::clicked, this, [this] { workspace_.jobs().cancelAll(); });
  selection_ = new QLabel(this);
  selection_->setObjectName(QStringLiteral("status.selection"));
  plan_ = new QLabel(this);
  plan_->setObjectName(QStringLiteral("status.plan"));
  row->addWidget(job_);
  row->addWidget(progress_);
  row->addWidget(cancel_);
  row->addStretch(1);
  row->addWidget(selection_);
  row->addWidget(plan_);
  setFixedHeight(4 * grid_px);
  said_ = new QTimer(this);
  said_->setSingleShot(true);
  said_->setInterval(10'000);
  connect(said_, &QTimer::timeout, this, [this] { text_.clear(), refreshJobs(); });
  connect(&workspace.jobs(), &JobList::changed, this, &StatusLine::refreshJobs);
  for (const auto signal : {&Workspace::sourceChanged, &Workspace::planChanged, &Workspace::measurementsChanged})
    connect(&workspace, signal, this, &StatusLine::refreshCounts);
  connect(&workspace, &Workspace::selectionChanged, this, &StatusLine::refreshCounts);
  connect(&workspace, &Workspace::noticed, this, &StatusLine::say);
  refreshJobs();
  refreshCounts();
}

void StatusLine::say(const QString& text) {
  text_ = text;
  said_->start();
  refreshJobs();
}

void StatusLine::refreshJobs() {
  const auto& running = workspace_.jobs().running();
  progress_->setVisible(!running.empty());
  cancel_->setVisible(!running.empty());
  cancel_->setText(tr("Cancel"));
  cancel_->setAccessibleName(tr("Cancel what runs"));
  progress_->setAccessibleName(tr("Progress"));
  if (running.empty()) {
    job_->setText(!text_.isEmpty() ? text_ : workspace_.hasTensors() ? tr("Ready") : tr("No model is open"));
    return;
  }
  const double fraction = workspace_.jobs().fraction();
  progress_->setValue(int(fraction * 1000));
  QString text = running.size() == 1 ? running.front().title : tr("%n jobs", nullptr, int(running.size()));
  text += QStringLiteral(" · ") + format::percent(fraction, 0);
  if (const auto left = workspace_.jobs().remaining()) text += QStringLiteral(" · ") + format::remaining(*left);
  job_->setText(text);
}

void StatusLine::refreshCounts() {
  selection_->setVisible(workspace_.hasTensors());
  selection_->setText(tr("%n tensors", nullptr, int(workspace_.tensors().size())) + QStringLiteral(" · ") +
                      tr("%1 selected").arg(workspace_.selection().tensors.size()));
  const auto plan = workspace_.plan();
  plan_->setVisible(plan != nullptr);
  if (plan)
    plan_->setText(tr("Plan: %1 · %2 · gap %3")
                       .arg(format::bpw(plan->bpw), format::bytes(plan->bytes), format::percent(plan->gap)));
  if (workspace_.jobs().running().empty()) refreshJobs();
}

void StatusLine::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) refreshJobs(), refreshCounts();
  QWidget::changeEvent(event);
}

void StatusLine::paintEvent(QPaintEvent*) { QPainter(this).fillRect(QRect(0, 0, width(), 1), Theme::of(this).line); }

}  // namespace app
