#pragma once
// The candidate schemes as chips: click makes one current, × takes it away, + opens the editor.

#include <QAbstractButton>
#include <QList>
#include <QWidget>

class QPushButton;

namespace app {

class Workspace;

class SchemeChip final : public QAbstractButton {
  Q_OBJECT
 public:
  SchemeChip(const QString& scheme, bool removable, QWidget* parent);
  QSize sizeHint() const override;
  const QString& scheme() const { return scheme_; }

 Q_SIGNALS:
  void removed(const QString& scheme);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRect cross() const;
  QString scheme_;
  bool removable_;
  bool over_cross_ = false;
};

/// Chips in one line; those that do not fit stand behind "+N", which opens the editor too.
class SchemeChips final : public QWidget {
  Q_OBJECT
 public:
  explicit SchemeChips(Workspace& workspace, QWidget* parent = nullptr);
  QSize minimumSizeHint() const override;
  QSize sizeHint() const override;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void rebuild();
  void rebuildChecks();
  QString aboutStored() const;
  void arrange();
  void edit();
  Workspace& workspace_;
  QList<SchemeChip*> chips_;
  QPushButton* more_;
  QPushButton* add_;
};

}  // namespace app
