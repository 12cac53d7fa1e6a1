#include "app/views/chart_frame.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QStackedLayout>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

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

  menu_->setText(QStringLiteral("⋯"));
  menu_->setProperty("quiet", true);
  menu_->setPopupMode(QToolButton::InstantPopup);
  menu_->setMenu(new QMenu(menu_));
  copy_picture_ =
      menu_->menu()->addAction(QString(), this, [this] { QGuiApplication::clipboard()->setPixmap(chart_->grab()); });
  copy_data_ =
      menu_->menu()->addAction(QString(), this, [this] { QGuiApplication::clipboard()->setText(copiedData()); });
  as_table_ = menu_->menu()->addAction(QString());
  as_table_->setCheckable(true);
  connect(as_table_, &QAction::toggled, this, &ChartFrame::showTable);
  table_view_->setModel(new QStandardItemModel(table_view_));
  table_view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_view_->verticalHeader()->hide();
  table_view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_view_->setFrameShape(QFrame::NoFrame);
  retranslate();
  restyle();
}

void ChartFrame::setTitle(const QString& title) {
  title_->setText(title);
  chart_->setAccessibleName(title);
  table_view_->setAccessibleName(tr("%1 as a table").arg(title));
}

void ChartFrame::setNote(const QString& note) {
  note_->setText(note);
  note_->setToolTip(note);
}

void ChartFrame::setBadge(const QString& text) {
  badge_->setText(text);
  badge_->setVisible(!text.isEmpty());
}

void ChartFrame::setFooter(QWidget* footer) { static_cast<QVBoxLayout*>(layout())->addWidget(footer); }

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
  menu_->setToolTip(tr("Copy the chart or its data, or show it as a table"));
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
