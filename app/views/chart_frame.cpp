#include "app/views/chart_frame.h"

#include <QAction>
#include <QClipboard>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QStackedLayout>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/views/chart_export.h"
#include "app/views/read_out_line.h"
#include "app/window/theme.h"

namespace app {

ChartFrame::ChartFrame(const QString& name, QWidget* chart, QWidget* parent)
    : QWidget(parent),
      chart_(chart),
      title_(new QLabel(this)),
      note_(new QLabel(this)),
      badge_(new QLabel(this)),
      read_out_(new ReadOutLine(this)),
      tools_(new QHBoxLayout),
      menu_(new QToolButton(this)),
      body_(new QStackedLayout),
      table_view_(new QTableView(this)) {
  setObjectName(name);
  menu_->setObjectName(name + QStringLiteral("Menu"));
  table_view_->setObjectName(name + QStringLiteral("Table"));
  read_out_->setObjectName(name + QStringLiteral("ReadOut"));
  note_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  note_->setForegroundRole(QPalette::PlaceholderText);
  badge_->hide();

  auto* head = new QHBoxLayout;
  head->setSpacing(grid_px);
  head->addWidget(title_, 1);
  head->addWidget(badge_);
  head->addWidget(menu_);
  tools_->setSpacing(grid_px);
  body_->addWidget(chart_);
  body_->addWidget(table_view_);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(grid_px / 2);
  all->addLayout(head);
  all->addWidget(note_);
  all->addSpacing(grid_px / 2);
  all->addLayout(tools_);
  all->addWidget(read_out_);
  all->addLayout(body_, 1);

  buildMenu();
  table_view_->setModel(new QStandardItemModel(table_view_));
  table_view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_view_->verticalHeader()->hide();
  table_view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_view_->setFrameShape(QFrame::NoFrame);
  retranslate();
  restyle();
}

void ChartFrame::buildMenu() {
  menu_->setText(QStringLiteral("⋯"));
  menu_->setProperty("quiet", true);
  menu_->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(menu_);
  menu_->setMenu(menu);
  copy_picture_ =
      menu->addAction(QString(), this, [this] { QGuiApplication::clipboard()->setImage(chartImage(sheet())); });
  copy_data_ = menu->addAction(QString(), this, [this] { QGuiApplication::clipboard()->setText(copiedData()); });
  menu->addSeparator();
  for (const char* kind : {"png", "svg", "pdf", "csv"}) {
    const QString suffix = QLatin1String(kind);
    QAction* action = menu->addAction(QString(), this, [this, suffix] { chooseFile(suffix); });
    action->setObjectName(objectName() + QStringLiteral(".save.") + suffix);
    action->setData(suffix);
    save_as_ << action;
  }
  menu->addSeparator();
  as_table_ = menu->addAction(QString());
  as_table_->setCheckable(true);
  connect(as_table_, &QAction::toggled, this, &ChartFrame::showTable);
}

void ChartFrame::setTitle(const QString& title) {
  title_->setText(title);
  chart_->setAccessibleName(title);
  table_view_->setAccessibleName(tr("%1 as a table").arg(title));
}

void ChartFrame::setNote(const QString& note) {
  full_note_ = note;
  note_->setToolTip(note);
  elideNote();
}

void ChartFrame::elideNote() {
  note_->setText(note_->fontMetrics().elidedText(full_note_, Qt::ElideRight, std::max(40, width())));
}

void ChartFrame::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  elideNote();
}

void ChartFrame::setBadge(const QString& text) {
  badge_->setText(text);
  badge_->setVisible(!text.isEmpty());
}

void ChartFrame::setFooter(QWidget* footer) {
  static_cast<QVBoxLayout*>(layout())->addWidget(footer);
  footers_ << footer;
}

ChartSheet ChartFrame::sheet() const {
  ChartSheet sheet{title_->text(), full_note_, {chart_}, caption_ ? caption_() : QString()};
  for (QWidget* footer : footers_)
    if (footer->isVisible() && footer->height() > 0) sheet.widgets << footer;
  return sheet;
}

quant::Result<void> ChartFrame::save(const QString& path) const {
  if (path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) return saveCsv(table_ ? table_() : Table(), path);
  return saveChart(sheet(), path);
}

/// The last folder is remembered for all charts.
void ChartFrame::chooseFile(const QString& kind) {
  const QString key = QStringLiteral("charts/folder"), suffix = u'.' + kind;
  const QString folder = QSettings().value(key, QDir::homePath()).toString();
  QString path =
      QFileDialog::getSaveFileName(this, tr("Save the chart"), QDir(folder).filePath(fileName(title_->text()) + suffix),
                                   QStringLiteral("%1 (*%2)").arg(kind.toUpper(), suffix));
  if (path.isEmpty()) return;
  if (!path.endsWith(suffix, Qt::CaseInsensitive)) path += suffix;
  QSettings().setValue(key, QFileInfo(path).absolutePath());
  if (const auto done = save(path); !done)
    Q_EMIT failed(done.error());
  else
    Q_EMIT saved(path);
}

bool ChartFrame::tableShown() const { return body_->currentWidget() == table_view_; }

void ChartFrame::showTable(bool shown) {
  if (shown) fillTable();
  body_->setCurrentWidget(shown ? static_cast<QWidget*>(table_view_) : chart_);
  as_table_->setChecked(shown);
}

void ChartFrame::fillTable() {
  auto* model = static_cast<QStandardItemModel*>(table_view_->model());
  model->clear();
  const Table rows = table_ ? table_() : Table();
  if (rows.empty()) return;
  model->setHorizontalHeaderLabels(rows.front());
  for (std::size_t r = 1; r < rows.size(); ++r) {
    QList<QStandardItem*> cells;
    for (const QString& text : rows[r]) {
      cells.append(new QStandardItem(text));
      cells.last()->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    model->appendRow(cells);
  }
}

QString ChartFrame::copiedData() const {
  QString text;
  for (const QStringList& row : table_ ? table_() : Table()) text += row.join(QLatin1Char('\t')) + QLatin1Char('\n');
  return text;
}

void ChartFrame::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) restyle();
  if (event->type() == QEvent::LanguageChange) retranslate();
}

void ChartFrame::retranslate() {
  copy_picture_->setText(tr("Copy picture"));
  copy_data_->setText(tr("Copy data"));
  as_table_->setText(tr("Show as table"));
  for (QAction* action : save_as_) action->setText(tr("Save as %1…").arg(action->data().toString().toUpper()));
  menu_->setToolTip(tr("Copy or save the chart or its data, or show it as a table"));
  menu_->setAccessibleName(tr("Chart menu"));
}

void ChartFrame::restyle() {
  const Theme& theme = Theme::of(this);
  const auto ink = [](QLabel* label, const QColor& color) {
    QPalette p = label->palette();
    if (p.color(QPalette::WindowText) == color) return;
    p.setColor(QPalette::WindowText, color);
    label->setPalette(p);
  };
  title_->setFont(scaled(font(), 1.1, QFont::DemiBold));
  ink(title_, theme.text);
  ink(badge_, theme.invalid);
}

}  // namespace app
