#pragma once
// Controls for the parameters of one method, made from its metadata: what each is, its default, its range.

#include <QWidget>
#include <vector>

class QVBoxLayout;

namespace quant {
struct Method;
struct Param;
class Scheme;
}  // namespace quant

namespace app {

class SchemeForm final : public QWidget {
  Q_OBJECT
 public:
  explicit SchemeForm(QWidget* parent = nullptr);
  void show(const quant::Method& method);  ///< all defaults
  /// Sets the controls to the values of a scheme of the shown method, without a signal.
  void fill(const quant::Scheme& scheme);
  QString text() const;  ///< "rtn:bits=3,group=64": what differs from the defaults

 Q_SIGNALS:
  void changed();

 private:
  struct Field {
    const quant::Param* param;
    QWidget* control;
  };
  QWidget* control(const quant::Param& param);
  static QString valueOf(const Field& field);
  static void setValue(const Field& field, const QString& value);

  const quant::Method* method_ = nullptr;
  QWidget* body_ = nullptr;
  QVBoxLayout* column_;
  std::vector<Field> fields_;
};

}  // namespace app
