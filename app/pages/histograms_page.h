#pragma once
// Values with their grid, and errors with their two parts.

#include "app/pages/page.h"

class QStackedLayout;

namespace app {

class EmptyState;
class ErrorPanel;
class ValuePanel;

class HistogramsPage final : public Page {
  Q_OBJECT
 public:
  explicit HistogramsPage(Workspace& workspace, QWidget* parent = nullptr);
  bool atRest() const override;
  void activated() override;
  ErrorPanel& errors() { return *errors_; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void refresh();
  QStackedLayout* stack_;
  EmptyState* empty_;
  ValuePanel* values_;
  ErrorPanel* errors_;
};

}  // namespace app
