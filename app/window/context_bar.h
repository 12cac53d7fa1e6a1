#pragma once
// The bar above every page: which model, which schemes, which device, and the one button that measures.

#include <QWidget>

class QCheckBox;
class QLabel;
class QPushButton;

namespace app {

class Workspace;

class ContextBar final : public QWidget {
  Q_OBJECT
 public:
  explicit ContextBar(Workspace& workspace, QWidget* parent = nullptr);

 Q_SIGNALS:
  void openAsked();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void refresh();
  void recolour();
  Workspace& workspace_;
  QPushButton* source_;
  QLabel* device_;
  QCheckBox* follow_;
  QPushButton* analyze_;
};

}  // namespace app
