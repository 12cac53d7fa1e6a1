#include "app/pages/compare_page.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedLayout>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/pages/empty_state.h"
#include "app/views/chart_frame.h"
#include "app/views/compare_view.h"
#include "app/views/read_out_line.h"
#include "app/window/icons.h"
#include "app/window/scheme_editor.h"
#include "app/window/theme.h"

namespace app {
namespace {

enum Scope { ThisTensor, SelectedTensors, AllTensors };

constexpr std::size_t few = 4;          // as many stand in a chart with a short table below
constexpr std::size_t most_marks = 12;  // more names than that cover each other

// First widths in units of a digit, by column of CompareModel; name and remark take what their texts need.
constexpr int digits[] = {20, 9, 11, 12, 20, 14, 11, 10, 10, 10, 10, 10, 9};
constexpr int most_digits = 34;

/// Names of the lines, as they are translated; by TheoryLine::id.
constexpr std::pair<const char*, const char*> line_titles[] = {
    {"gauss-bound", QT_TRANSLATE_NOOP("theory", "R(D) bound, Gauss: 6.02 dB/bit")},
    {"gauss-levels", QT_TRANSLATE_NOOP("theory", "best levels, Gauss")},
    {"laplace-levels", QT_TRANSLATE_NOOP("theory", "best levels, Laplace")},
    {"gauss-uniform", QT_TRANSLATE_NOOP("theory", "best even steps, Gauss")},
    {"laplace-uniform", QT_TRANSLATE_NOOP("theory", "best even steps, Laplace")},
    {"entropy-coded", QT_TRANSLATE_NOOP("theory", "even steps, entropy-coded")},
    {"laplace-bound", QT_TRANSLATE_NOOP("theory", "Shannon’s bound, Laplace")}};

QString lineTitle(const quant::TheoryLine& line) {
  for (const auto& [id, title] : line_titles)
    if (line.id == id) return QCoreApplication::translate("theory", title);
  return format::utf8(line.title);
}

/// A table whose letters belong to the window's shortcuts.
class Table final : public QTableView {
 public:
  using QTableView::QTableView;
  void keyboardSearch(const QString&) override {}
};

/// Draws a scheme's mark beside its name, and dims what is dominated or has no figures.
class RowDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    const Theme& theme = Theme::of(option->palette);
    const bool dim = index.data(CompareModel::DimRole).toBool();
    if (dim) option->palette.setColor(QPalette::Text, theme.muted);
    if (index.column() != CompareModel::Name) return;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = QSize(16, 16);
    const qreal ratio = option->widget ? option->widget->devicePixelRatioF() : 1;
    option->icon = markIcon(markLook(index.data(CompareModel::LookRole).toInt()), theme, dim, ratio);
  }
};

}  // namespace

ComparePage::ComparePage(Workspace& workspace, QWidget* parent)
    : Page(workspace, parent),
      stack_(new QStackedLayout(this)),
      empty_(new EmptyState(QStringLiteral("compare"), this)),
      model_(new CompareModel(workspace, this)),
      view_(new CompareView(this)),
      frame_(new ChartFrame(QStringLiteral("compare.chart"), view_, this)),
      splitter_(new QSplitter(Qt::Vertical, this)),
      table_(new Table(this)),
      scope_(new QComboBox(this)),
      lines_(new QPushButton(this)),
      add_(new QPushButton(this)),
      measure_(new QPushButton(this)),
      hint_(new QLabel(this)) {
  view_->setObjectName(QStringLiteral("compare.view"));
  empty_->button()->setObjectName(QStringLiteral("compare.open"));
  buildTools();
  buildTable();
  buildLines();
  splitter_->addWidget(frame_);
  splitter_->addWidget(table_);
  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(2 * grid_px);
  auto* body = new QWidget(this);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(3 * grid_px, 2 * grid_px, 3 * grid_px, 2 * grid_px);
  column->addWidget(splitter_);
  stack_->addWidget(body);
  stack_->addWidget(empty_);

  connect(empty_, &EmptyState::acted, this, [this] { Q_EMIT pageAsked(QStringLiteral("start")); });
  connect(view_, &CompareView::readOutChanged, &frame_->readOut(), &ReadOutLine::setText);
  connect(view_, &CompareView::schemeClicked, &workspace, &Workspace::selectScheme);
  const auto renew = [this] {
    if (isVisible()) refresh();
  };
  for (auto signal : {&Workspace::sourceChanged, &Workspace::schemesChanged, &Workspace::measurementsChanged})
    connect(&workspace, signal, this, renew);
  connect(&workspace, &Workspace::selectionChanged, this, renew);
  connect(&workspace, &Workspace::restChanged, this, renew);
  frame_->setCaption(
      [this] { return captionOf(this->workspace(), model_->several() ? CaptionOf::model : CaptionOf::tensor); });
  frame_->setTable([this] { return model_->table(); });
  retranslate();
}

void ComparePage::buildTools() {
  scope_->setObjectName(QStringLiteral("compare.scope"));
  lines_->setObjectName(QStringLiteral("compare.lines"));
  lines_->setMenu(new QMenu(lines_));
  add_->setObjectName(QStringLiteral("compare.add"));
  measure_->setObjectName(QStringLiteral("compare.measure"));
  hint_->setObjectName(QStringLiteral("compare.hint"));
  hint_->setForegroundRole(QPalette::PlaceholderText);
  hint_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  frame_->tools().addWidget(scope_);
  frame_->tools().addWidget(lines_);
  frame_->tools().addWidget(add_);
  frame_->tools().addWidget(measure_);
  frame_->tools().addWidget(hint_, 1);
  connect(scope_, &QComboBox::activated, this, &ComparePage::refresh);
  connect(add_, &QPushButton::clicked, this, &ComparePage::addScheme);
  connect(measure_, &QPushButton::clicked, this, [this] {
    if (scope_->currentIndex() == AllTensors) return workspace().analyzeAll();
    for (const int tensor : tensors()) workspace().analyzeTensor(tensor);
  });
}

void ComparePage::buildTable() {
  table_->setObjectName(QStringLiteral("compare.table"));
  table_->setModel(model_);
  table_->setItemDelegate(new RowDelegate(table_));
  table_->setFrameShape(QFrame::NoFrame);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table_->setContextMenuPolicy(Qt::ActionsContextMenu);
  table_->setMinimumHeight(12 * grid_px);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 11);
  QHeaderView* header = table_->horizontalHeader();
  header->setHighlightSections(false);
  header->setSectionsMovable(true);
  header->setResizeContentsPrecision(100);
  const int digit = fontMetrics().horizontalAdvance(u'0');
  header->setMinimumSectionSize(5 * digit);
  header->setSortIndicator(-1, Qt::AscendingOrder);
  header->setSortIndicatorClearable(true);
  table_->setSortingEnabled(true);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ComparePage::takeRow);
  connect(model_, &QAbstractItemModel::modelReset, this, &ComparePage::showRow);
  const auto action = [this](const char* name, const QKeySequence& key, auto act) {
    auto* a = new QAction(table_);
    a->setObjectName(QLatin1String(name));
    a->setShortcut(key);
    a->setShortcutContext(Qt::WidgetShortcut);
    connect(a, &QAction::triggered, this, act);
    table_->addAction(a);
  };
  action("compare.copyRows", QKeySequence::Copy, [this] { copyRows(); });
  action("compare.removeRows", QKeySequence::Delete, [this] { removeRows(); });
}

/// Which lines are drawn is a matter of taste: it is kept.
void ComparePage::buildLines() {
  const QVariant kept = QSettings().value(QStringLiteral("compare/lines"));
  for (const auto& line : quant::theory_lines()) {
    QAction* action = lines_->menu()->addAction(QString());
    action->setCheckable(true);
    action->setData(format::utf8(line.id));
    action->setChecked(kept.isValid() ? kept.toStringList().contains(format::utf8(line.id)) : line.usual);
    action->setToolTip(format::utf8(line.formula) + u'\n' + format::utf8(line.source));
    connect(action, &QAction::toggled, this, [this] {
      QStringList chosen;
      for (const QAction* a : lines_->menu()->actions())
        if (a->isChecked()) chosen << a->data().toString();
      QSettings().setValue(QStringLiteral("compare/lines"), chosen);
      refresh();
    });
  }
  lines_->menu()->setToolTipsVisible(true);
}

void ComparePage::activated() { refresh(); }

std::vector<int> ComparePage::tensors() const {
  const Selection& s = workspace().selection();
  switch (scope_->currentIndex()) {
    case SelectedTensors: return s.tensors;
    case AllTensors: return workspace().candidates();
    default: return s.tensor < 0 ? std::vector<int>{} : std::vector<int>{s.tensor};
  }
}

void ComparePage::refreshScopes() {
  const auto selected = workspace().selection().tensors.size();
  const QSignalBlocker quiet(scope_);
  const int now = std::max(0, scope_->currentIndex());
  const QStringList texts{tr("this tensor"), tr("%n selected tensors", nullptr, int(selected)),
                          tr("all %n tensors", nullptr, int(workspace().candidates().size()))};
  if (scope_->count() == 0) scope_->addItems(texts);
  for (int i = 0; i < texts.size(); ++i) scope_->setItemText(i, texts[i]);
  scope_->setCurrentIndex(now == SelectedTensors && selected < 2 ? ThisTensor : now);
}

/// Whether there is nothing to compare; says what will stand here.
bool ComparePage::refreshEmpty() {
  const bool any = workspace().hasTensors();
  stack_->setCurrentIndex(any ? 0 : 1);
  if (!any)
    empty_->say(tr("Schemes side by side"),
                tr("Open a model: here stands the error of each scheme against its real size, with what theory allows, "
                   "and a table of all figures."),
                tr("Open a model"));
  return !any;
}

void ComparePage::refresh() {
  if (refreshEmpty()) return;
  refreshScopes();
  model_->compare(tensors());
  table_->setColumnHidden(CompareModel::Wins, !model_->wins());
  table_->setColumnHidden(CompareModel::StepRms, model_->several());
  const QString shows = QStringLiteral("%1/%2/%3")
                            .arg(scope_->currentIndex())
                            .arg(workspace().selection().tensor)
                            .arg(workspace().schemes().join(u' '));
  view_->show(picture(), shows == shown_);
  shown_ = shows;
  fitColumns();
  refreshNote();
  arrange();
  showRow();
}

void ComparePage::fitColumns() {
  const int digit = fontMetrics().horizontalAdvance(u'0');
  bool remarks = false;
  for (int row = 0; row < model_->rowCount(); ++row)
    remarks = remarks || !model_->index(row, CompareModel::Remark).data().toString().isEmpty();
  table_->setColumnHidden(CompareModel::Remark, !remarks);
  // A width that a hand has set stays, unless the title needs more.
  const QFontMetrics metrics(table_->horizontalHeader()->font());
  for (int c = 0; c < CompareModel::ColumnCount; ++c) {
    const QString title = model_->headerData(c, Qt::Horizontal).toString();
    const int least = std::max(digit * digits[c], metrics.horizontalAdvance(title) + 3 * grid_px);
    if (!table_->isColumnHidden(c)) table_->setColumnWidth(c, std::max(table_->columnWidth(c), least));
  }
  for (const int c : {int(CompareModel::Name), int(CompareModel::Remark)}) {
    if (table_->isColumnHidden(c)) continue;
    table_->resizeColumnToContents(c);
    table_->setColumnWidth(c, std::clamp(table_->columnWidth(c), digits[c] * digit, most_digits * digit));
  }
}

ComparePicture ComparePage::picture() const {
  ComparePicture picture;
  for (const QAction* action : lines_->menu()->actions())
    if (action->isChecked())
      if (const auto* line = quant::find_theory_line(action->data().toString().toStdString()))
        picture.lines.push_back({line, lineTitle(*line)});
  const auto& schemes = model_->schemes();
  for (const std::size_t s : quant::most_telling(schemes, most_marks, model_->current())) {
    const auto& c = schemes[s];
    CompareMark mark;
    mark.scheme = format::utf8(c.scheme);
    mark.label = format::scheme(mark.scheme);
    mark.read_out = model_->readOut(s);
    mark.bits = c.bpw, mark.db = c.sqnr_db->median;
    mark.exact = c.exact;
    if (model_->several()) mark.spread = c.sqnr_db;
    mark.dominated = c.dominated_by >= 0;
    mark.current = int(s) == model_->current();
    mark.look = markLook(model_->lookOf(s));
    picture.marks.push_back(std::move(mark));
  }
  if (picture.marks.empty())
    picture.note = model_->tensors().empty() ? tr("select a tensor")
                   : workspace().measuring() ? tr("measuring every element …")
                                             : tr("nothing is measured here yet; press Analyze");
  return picture;
}

void ComparePage::refreshNote() {
  const auto& schemes = model_->schemes();
  const auto& infos = workspace().tensors();
  frame_->setTitle(tr("Signal to noise against bits per weight"));
  QStringList note;
  if (model_->tensors().size() == 1) {
    const auto& t = infos[std::size_t(model_->tensors()[0])];
    note << format::utf8(t.name) << format::shape(t.shape);
  } else if (model_->several()) {
    note << tr("median and quartiles of %n tensors", nullptr, int(model_->tensors().size()));
  }
  std::size_t refused = 0, missing = 0, shown = view_->picture().marks.size(), able = 0;
  for (const auto& c : schemes) {
    refused += c.measured == 0 && c.refused > 0;
    missing += c.missing;
    able += c.sqnr_db.has_value();
  }
  note << tr("%n schemes", nullptr, int(schemes.size()));
  if (shown < able) note << tr("the %1 most telling are drawn").arg(shown);
  if (refused > 0) note << tr("%n refused, see the table", nullptr, int(refused));
  note << tr("up and left is better; hollow: dominated");
  frame_->setNote(note.join(QStringLiteral(" · ")));
  measure_->setVisible(missing > 0 && !workspace().measuring() && workspace().source());
  hint_->setText(schemes.size() < 2                 ? tr("Add a second scheme to compare.")
                 : missing > 0 && model_->several() ? tr("%n measurements are missing", nullptr, int(missing))
                                                    : QString());
  const bool wanted = schemes.size() < 2;
  add_->setProperty("accent", wanted);
  add_->setIcon(icon(QStringLiteral("plus"), wanted ? QColor(Qt::white) : Theme::of(this).muted));
  add_->update();
}

/// More than four schemes: the table stands first.
void ComparePage::arrange() {
  const bool table_first = model_->schemes().size() > few;
  QWidget* const first = table_first ? static_cast<QWidget*>(table_) : frame_;
  const int rows = std::max(2, model_->rowCount());
  const int wanted = table_->horizontalHeader()->sizeHint().height() +
                     rows * table_->verticalHeader()->defaultSectionSize() +
                     table_->horizontalScrollBar()->sizeHint().height() + 4;
  table_->setMaximumHeight(wanted);
  if (splitter_->widget(0) == first && splitter_->property("rows").toInt() == rows) return;
  splitter_->setProperty("rows", rows);
  splitter_->insertWidget(0, first);
  const int height = std::max(splitter_->height(), 100), table = std::min(wanted, height / 2);
  splitter_->setSizes(table_first ? QList<int>{table, height - table} : QList<int>{height - table, table});
  splitter_->setStretchFactor(splitter_->indexOf(frame_), 1);
  splitter_->setStretchFactor(splitter_->indexOf(table_), 0);
}

/// The row of the current scheme is selected, unless it is among several that are.
void ComparePage::showRow() {
  const int row = model_->rowOf(workspace().selection().scheme);
  if (row < 0 || table_->selectionModel()->isRowSelected(row)) return;
  selecting_ = true;
  table_->selectRow(row);
  table_->scrollTo(model_->index(row, 0));
  selecting_ = false;
}

void ComparePage::takeRow() {
  const QModelIndex row = table_->currentIndex();
  if (selecting_ || !row.isValid() || table_->selectionModel()->selectedRows().size() != 1) return;
  selecting_ = true;
  workspace().selectScheme(row.data(CompareModel::SchemeRole).toString());
  selecting_ = false;
}

void ComparePage::addScheme() {
  auto* editor = new SchemeEditor(workspace(), this);
  editor->popup(add_->mapToGlobal(QPoint(0, add_->height() + 4)));
}

void ComparePage::copyRows() {
  const auto all = model_->table();
  QStringList lines{all.front().join(u'\t')};
  for (const QModelIndex& index : table_->selectionModel()->selectedRows())
    lines << all[std::size_t(index.row()) + 1].join(u'\t');
  QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

void ComparePage::removeRows() {
  QStringList left = workspace().schemes();
  for (const QModelIndex& index : table_->selectionModel()->selectedRows())
    left.removeAll(index.data(CompareModel::SchemeRole).toString());
  workspace().setSchemes(left);
}

void ComparePage::changeEvent(QEvent* event) {
  Page::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && isVisible()) refresh();
  if (event->type() != QEvent::LanguageChange) return;
  retranslate();
  if (isVisible()) refresh();
}

void ComparePage::retranslate() {
  table_->setAccessibleName(tr("Figures of the schemes"));
  scope_->setAccessibleName(tr("Which tensors"));
  scope_->setToolTip(tr("Compare on one tensor, or over several: then a box shows the tensors' quartiles"));
  lines_->setText(tr("Theory lines"));
  lines_->setToolTip(tr("What the best quantizers of so many bits reach on ideal data"));
  lines_->setAccessibleName(lines_->text());
  add_->setText(tr("Add scheme"));
  add_->setAccessibleName(add_->text());
  measure_->setText(tr("Analyze"));
  measure_->setAccessibleName(tr("Measure what is missing"));
  for (QAction* action : lines_->menu()->actions())
    if (const auto* line = quant::find_theory_line(action->data().toString().toStdString()))
      action->setText(lineTitle(*line));
  for (QAction* action : table_->actions())
    action->setText(action->objectName() == QLatin1String("compare.copyRows") ? tr("Copy rows with all figures")
                                                                              : tr("Take out of the comparison"));
  frame_->readOut().setHint(tr("point at a mark for its figures, at the plot for the lines; wheel zooms, 0 shows all"));
}

}  // namespace app
