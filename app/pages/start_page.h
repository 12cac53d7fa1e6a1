#pragma once
// start: open a checkpoint, try without one, go on with a recent one.

#include "app/pages/page.h"

class QLabel;
class QVBoxLayout;

namespace app {

class StartPage final : public Page {
  Q_OBJECT
 public:
  explicit StartPage(Workspace& workspace, QWidget* parent = nullptr);
  void activated() override;

 private:
  QWidget* openArea();
  QWidget* cards();
  QWidget* hints(QWidget* parent);
  QWidget* recentRow(const struct RecentFile& file);
  void fillRecent();

  QVBoxLayout* recent_;
  QLabel* recent_title_;
  QWidget* hints_;
  QLabel* device_;
};

}  // namespace app
