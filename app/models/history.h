#pragma once
// Undo of what a person decides: pins, budget, candidate schemes, role rules. Whole states are kept; they are small.

#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <vector>

namespace app {

class Workspace;

class History final : public QObject {
  Q_OBJECT
 public:
  explicit History(Workspace& workspace, QObject* parent = nullptr);
  bool canUndo() const { return at_ > 0 || settle_.isActive(); }
  bool canRedo() const { return at_ + 1 < int(states_.size()) && !settle_.isActive(); }
  void undo() { travel(-1); }
  void redo() { travel(+1); }

 Q_SIGNALS:
  void changed();

 private:
  struct State {
    QStringList schemes;
    QHash<QString, QString> pins;
    QString budget;
    QString role_rules;
    friend bool operator==(const State&, const State&) = default;
  };
  State now() const;
  void restart();
  void note();
  void travel(int step);

  Workspace& workspace_;
  std::vector<State> states_;
  int at_ = 0;
  QTimer settle_;  ///< a dragged budget is one step
  bool travelling_ = false;
};

}  // namespace app
