#pragma once
// The panel on the right that every page shares: the current tensor, its figures, one element down to its bits.

#include <QWidget>
#include <functional>
#include <memory>
#include <vector>

#include "app/jobs/running_job.h"
#include "core/backend/analysis.h"

class QGridLayout;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace app {

class Sparkline;
class Workspace;

/// Lines of "name … value", values right-aligned so that digits stand under digits.
class FactList final : public QWidget {
  Q_OBJECT
 public:
  explicit FactList(QWidget* parent = nullptr);
  void show(const QList<std::pair<QString, QString>>& facts);

 private:
  QGridLayout* rows_;
  QList<std::pair<QLabel*, QLabel*>> labels_;
};

class ContextPanel final : public QWidget {
  Q_OBJECT
 public:
  explicit ContextPanel(Workspace& workspace, QWidget* parent = nullptr);
  bool atRest() const { return !chain_job_; }

 Q_SIGNALS:
  void bitsAsked();  ///< show the current element on the bits page
  void planAsked();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void buildTensor(QVBoxLayout* column);
  void buildElement(QVBoxLayout* column);
  void refresh();
  void refreshFigures();
  void refreshPlan();
  void askChain();
  void showChain(const quant::ElementChain& chain);
  QLabel* caption(const QString& text, QVBoxLayout* column);

  Workspace& workspace_;
  QWidget* body_;
  QLabel* empty_;
  QLabel* name_;
  QLabel* place_;
  FactList* shape_;
  Sparkline* values_;
  QLabel* range_;
  QLabel* scheme_;
  FactList* figures_;
  QLabel* element_;
  QLabel* chain_;
  QLabel* bits_;
  QPushButton* show_bits_;
  QLabel* plan_;
  QPushButton* pin_;
  std::unique_ptr<RunningJob<quant::ElementChain>> chain_job_;
};

}  // namespace app
