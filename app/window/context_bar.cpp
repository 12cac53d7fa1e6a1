#include "app/window/context_bar.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/window/icons.h"
#include "app/window/scheme_chips.h"
#include "app/window/theme.h"

namespace app {

ContextBar::ContextBar(Workspace& workspace, QWidget* parent) : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("window.context"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * grid_px, grid_px, 2 * grid_px, grid_px);
  row->setSpacing(grid_px);
  source_ = new QPushButton(this);
  source_->setObjectName(QStringLiteral("context.source"));
  source_->setProperty("quiet", true);
  connect(source_, &QPushButton::clicked, this, &ContextBar::openAsked);
  auto* chips = new SchemeChips(workspace, this);
  device_ = new QLabel(this);
  device_->setObjectName(QStringLiteral("context.device"));
  device_->setForegroundRole(QPalette::PlaceholderText);
  follow_ = new QCheckBox(tr("Follow selection"), this);
  follow_->setObjectName(QStringLiteral("context.follow"));
  follow_->setChecked(workspace.followSelection());
  follow_->setAccessibleName(tr("Follow selection"));
  follow_->setToolTip(tr("Measure a tensor under all schemes as soon as it is selected"));
  connect(follow_, &QCheckBox::toggled, &workspace, &Workspace::setFollowSelection);
  analyze_ = new QPushButton(this);
  analyze_->setObjectName(QStringLiteral("context.analyze"));
  analyze_->setProperty("accent", true);
  connect(analyze_, &QPushButton::clicked, this, [this] {
    if (workspace_.measuring())
      workspace_.cancelMeasuring();
    else
      workspace_.analyzeAll();
  });
  row->addWidget(source_);
  row->addWidget(chips, 1);
  row->addWidget(device_);
  row->addSpacing(grid_px);
  row->addWidget(follow_);
  row->addSpacing(grid_px);
  row->addWidget(analyze_);
  for (const auto signal : {&Workspace::sourceChanged, &Workspace::devicesChanged, &Workspace::schemesChanged,
                            &Workspace::measurementsChanged, &Workspace::rolesChanged})
    connect(&workspace, signal, this, &ContextBar::refresh);
  connect(&workspace, &Workspace::restChanged, this, &ContextBar::refresh);
  recolour();
}

void ContextBar::refresh() {
  const bool open = workspace_.hasTensors();
  const QString name = open ? workspace_.sourceName() : tr("Open a model…");
  source_->setText(source_->fontMetrics().elidedText(name, Qt::ElideMiddle, 26 * grid_px));
  source_->setAccessibleName(tr("Model: %1").arg(name));
  source_->setToolTip(open ? tr("%1\n%2 tensors, %3 weights, %4")
                                 .arg(workspace_.sourcePath())
                                 .arg(workspace_.tensors().size())
                                 .arg(format::count(workspace_.elements()), format::bytes(workspace_.storedBytes()))
                           : tr("Open a checkpoint or a session (Ctrl+O)"));
  const auto device = workspace_.device();
  device_->setText(device ? tr("Device: %1").arg(format::utf8(device->backend->id())) : QString());
  device_->setToolTip(workspace_.deviceText());
  const bool busy = workspace_.measuring();
  const auto coverage = workspace_.coverage();
  analyze_->setText(busy ? tr("Stop") : tr("Analyze all"));
  analyze_->setEnabled(busy || (workspace_.source() && coverage.done < coverage.all));
  analyze_->setAccessibleName(analyze_->text());
  const Theme& t = Theme::of(this);
  analyze_->setIcon(icon(busy ? QStringLiteral("close") : QStringLiteral("play"),
                         analyze_->isEnabled() ? QColor(Qt::white) : t.disabled));
  analyze_->setToolTip(!open                        ? tr("Open a model first")
                       : workspace_.sourceMissing() ? tr("The checkpoint of this session is not there")
                       : coverage.done == coverage.all && !busy
                           ? tr("All %1 pairs of tensor and scheme are measured").arg(coverage.all)
                           : tr("Measure every tensor under every scheme (Ctrl+Return): %1 of %2 pairs are done")
                                 .arg(coverage.done)
                                 .arg(coverage.all));
}

void ContextBar::recolour() {
  const Theme& t = Theme::of(this);
  source_->setIcon(icon(QStringLiteral("cube"), t.link));
  source_->setFont(scaled(font(), 1.0, QFont::DemiBold));
  refresh();
}

void ContextBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) recolour();
  QWidget::changeEvent(event);
}

void ContextBar::paintEvent(QPaintEvent*) {
  QPainter(this).fillRect(QRect(0, height() - 1, width(), 1), Theme::of(this).line);
}

}  // namespace app
