#pragma once
// What every chart stands in: title as a sentence, note, its controls, the read-out line, and the menu with
// Copy picture, Copy data, Save as PNG, SVG, PDF or CSV, and Show as table.

#include <QWidget>
#include <functional>
#include <vector>

#include "core/base/result.h"

class QHBoxLayout;
class QLabel;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace app {

class ReadOutLine;
struct ChartSheet;

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
  /// What saved pictures say below: "llama-small · layers.0.mlp.down_proj · rtn4 · g128".
  void setCaption(std::function<QString()> caption) { caption_ = std::move(caption); }

  bool tableShown() const;
  void showTable(bool shown);
  QString copiedData() const;  ///< tab-separated
  /// Saves by the suffix: png, svg, pdf as pictures in the light theme, csv as data. Errors: usage, io.
  quant::Result<void> save(const QString& path) const;

 Q_SIGNALS:
  void failed(const quant::Error& error);
  void saved(const QString& path);

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void elideNote();
  void restyle();
  void retranslate();
  void fillTable();
  void buildMenu();
  void chooseFile(const QString& kind);
  ChartSheet sheet() const;

  QWidget* chart_;
  QLabel *title_, *note_, *badge_;
  ReadOutLine* read_out_;
  QHBoxLayout* tools_;
  QToolButton* menu_;
  QAction *copy_picture_, *copy_data_, *as_table_;
  QList<QAction*> save_as_;  ///< their data: "png" …
  QList<QWidget*> footers_;
  std::function<QString()> caption_;
  QString full_note_;
  QStackedLayout* body_;
  QTableView* table_view_;
  std::function<Table()> table_;
};

}  // namespace app
