#include "app/pages/histograms_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedLayout>

#include "app/models/workspace.h"
#include "app/pages/empty_state.h"
#include "app/pages/error_panel.h"
#include "app/pages/value_panel.h"
#include "app/window/theme.h"

namespace app {

HistogramsPage::HistogramsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, parent),
      stack_(new QStackedLayout(this)),
      empty_(new EmptyState(QStringLiteral("histograms"), this)),
      values_(new ValuePanel(workspace, this)),
      errors_(new ErrorPanel(workspace, this)) {
  auto* charts = new QWidget(this);
  auto* row = new QHBoxLayout(charts);
  row->setContentsMargins(3 * grid_px, 2 * grid_px, 3 * grid_px, 2 * grid_px);
  row->setSpacing(4 * grid_px);
  row->addWidget(values_, 1);
  row->addWidget(errors_, 1);
  stack_->addWidget(charts);
  stack_->addWidget(empty_);
  empty_->button()->setObjectName(QStringLiteral("histograms.open"));
  connect(empty_, &EmptyState::acted, this, [this] { Q_EMIT pageAsked(QStringLiteral("start")); });
  connect(values_, &ValuePanel::restChanged, this, &Page::restChanged);
  connect(errors_, &ErrorPanel::restChanged, this, &Page::restChanged);
  connect(values_, &ValuePanel::stepChanged, errors_, &ErrorPanel::setStep);
  const auto renew = [this] {
    if (isVisible()) refresh();
  };
  connect(&workspace, &Workspace::sourceChanged, this, renew);
  connect(&workspace, &Workspace::selectionChanged, this, renew);
  connect(&workspace, &Workspace::schemesChanged, this, renew);
  connect(&workspace, &Workspace::measurementsChanged, this, renew);
  connect(&workspace, &Workspace::valuesChanged, this, renew);
  connect(&workspace, &Workspace::restChanged, this, renew);
}

bool HistogramsPage::atRest() const { return values_->atRest() && errors_->atRest(); }

void HistogramsPage::activated() { refresh(); }

void HistogramsPage::refresh() {
  const bool any = workspace().hasTensors();
  stack_->setCurrentIndex(any ? 0 : 1);
  if (!any)
    empty_->say(
        tr("Histograms of values and errors"),
        tr("Open a model: here stand all values of the chosen tensor with the grid of its scheme, and the signed "
           "error of every element."),
        tr("Open a model"));
  if (!any) return;
  values_->refresh();
  errors_->refresh();
}

void HistogramsPage::changeEvent(QEvent* event) {
  Page::changeEvent(event);
  if (event->type() == QEvent::LanguageChange && isVisible()) refresh();
}

}  // namespace app
