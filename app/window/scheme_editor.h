#pragma once
// The popup behind "+": what is compared now, and a form for one more scheme made from its method's own parameters.

#include <QFrame>
#include <QList>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace quant {
struct Method;
struct Param;
}  // namespace quant

namespace app {

class Workspace;

class SchemeEditor final : public QFrame {
  Q_OBJECT
 public:
  explicit SchemeEditor(Workspace& workspace, QWidget* parent = nullptr);
  /// Shows it with its upper left corner here, inside the screen.
  void popup(const QPoint& global);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void listSchemes();
  void showMethod(int index);
  void addField(const quant::Param& param);
  void compose();  ///< fields → text
  void check();    ///< text → canonical form or the reason
  void add();

  Workspace& workspace_;
  QVBoxLayout* list_;
  QComboBox* method_;
  QLabel* about_;
  QFormLayout* form_;
  QLineEdit* text_;
  QLabel* verdict_;
  QPushButton* add_;
  QList<QWidget*> fields_;
  QString canonical_;
};

}  // namespace app
