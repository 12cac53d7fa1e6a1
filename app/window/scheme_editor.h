#pragma once
// The popup behind "+": what is compared now, all methods by family with a search, and for the chosen one its
// parameters and its page. No method is known by name: all comes from the methods' metadata.

#include <QFrame>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace quant {
class Scheme;
struct Method;
}  // namespace quant

namespace app {

class SchemeForm;
class Workspace;

class SchemeEditor final : public QFrame {
  Q_OBJECT
 public:
  explicit SchemeEditor(Workspace& workspace, QWidget* parent = nullptr);
  /// Shows it with its upper left corner here, inside the screen.
  void popup(const QPoint& global);
  void showMethod(const quant::Method& method);
  const quant::Method* method() const { return method_; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* buildMethods();
  QWidget* buildMethod();
  void listSchemes();
  void listMethods();
  void search();
  void choose();   ///< the list's current method
  void compose();  ///< controls → text
  void check();    ///< text → canonical form or the reason
  void follow(const quant::Scheme& scheme);
  void showPage();
  void remove(const QString& scheme);
  void add();

  Workspace& workspace_;
  const quant::Method* method_ = nullptr;
  QVBoxLayout* compared_;
  QScrollArea *compared_area_, *page_area_;
  QLineEdit* search_;
  QListWidget* list_;
  QLabel *title_, *summary_, *page_;
  SchemeForm* form_;
  QLineEdit* text_;
  QLabel* verdict_;
  QPushButton* add_;
  QString canonical_;
};

}  // namespace app
