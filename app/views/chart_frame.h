#pragma once
// What every chart stands in: title as a sentence, note, its controls, the read-out line, and the menu with
// Copy picture, Copy data and Show as table.

#include <QWidget>
#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace app {

class ReadOutLine;

class ChartFrame final : public QWidget {
  Q_OBJECT
 public:
  /// Rows of the chart's data, the header first, in full digits and C locale.
  using Table = std::vector<QStringList>;

  /// `name`: prefix of the object names ("histograms.values"). Takes the chart.
  ChartFrame(const QString& name, QWidget* chart, QWidget* parent = nullptr);

  void setTitle(const QString& title);  ///< also the chart's accessible name
  void setNote(const QString& note);    ///< below it, muted
  void setBadge(const QString& text);   ///< "2 NaN, 1 Inf"; empty: none
  void setTable(std::function<Table()> table) { table_ = std::move(table); }
  ReadOutLine& readOut() { return *read_out_; }
  QHBoxLayout& tools() { return *tools_; }  ///< controls between title and read-out
  void setFooter(QWidget* footer);          ///< below the chart

  bool tableShown() const;
  void showTable(bool shown);
  QString copiedData() const;  ///< tab-separated

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void restyle();
  void retranslate();
  void fillTable();

  QWidget* chart_;
  QLabel *title_, *note_, *badge_;
  ReadOutLine* read_out_;
  QHBoxLayout* tools_;
  QToolButton* menu_;
  QAction *copy_picture_, *copy_data_, *as_table_;
  QStackedLayout* body_;
  QTableView* table_view_;
  std::function<Table()> table_;
};

}  // namespace app
