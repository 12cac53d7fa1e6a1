#pragma once
// Ctrl+K: one line that finds pages, tensors, schemes, methods and acts, and follows links.

#include <QFrame>
#include <functional>
#include <vector>

class QLineEdit;
class QTreeWidget;

namespace app {

/// One thing that can be found.
struct PaletteEntry {
  QString text;
  QString hint;  ///< what it is, and its key
  std::function<void()> run;
};

/// How well `typed` fits: 0 = not at all; words that begin with it beat places inside, those beat letters in order.
int fit(const QString& typed, const QString& text);

class CommandPalette final : public QFrame {
  Q_OBJECT
 public:
  using Follow = std::function<void(const QString& link)>;
  CommandPalette(std::vector<PaletteEntry> entries, Follow follow, QWidget* parent);
  /// Below the middle of the upper edge of `window`.
  void popup(const QWidget& window);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void search();
  void run();

  std::vector<PaletteEntry> entries_;
  Follow follow_;
  QLineEdit* line_;
  QTreeWidget* list_;
};

}  // namespace app
