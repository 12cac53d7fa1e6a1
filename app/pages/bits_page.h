#pragma once
// bits: any number in every format, bit by bit; typed, or an element of the open model.

#include <QList>
#include <memory>
#include <optional>

#include "app/jobs/running_job.h"
#include "app/pages/page.h"
#include "core/backend/analysis.h"
#include "core/tensor/bit_layout.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace app {

class BitRow;

class BitsPage final : public Page {
  Q_OBJECT
 public:
  explicit BitsPage(Workspace& workspace, QWidget* parent = nullptr);
  bool atRest() const override { return !reading_; }
  /// "element": the current element of the open model; else a number as typed.
  void given(const QString& argument) override;

 private:
  QWidget* buildHead();
  QWidget* buildRows();
  void type(const QString& text);
  void showElement();
  void flip(BitRow* row, const QString& bits);
  void lead(BitRow* row);
  void refresh();
  QString formula(const quant::BitLayout& layout) const;

  QLineEdit* value_;
  QLabel* problem_;
  QLabel* origin_;
  QLabel* formula_;
  QPushButton* element_;
  QList<BitRow*> rows_;
  BitRow* leader_ = nullptr;
  quant::TypedNumber number_;
  std::optional<std::uint64_t> leader_bits_;  ///< of the leading row: what a flip left, NaN payloads too
  std::unique_ptr<RunningJob<float>> reading_;
};

}  // namespace app
