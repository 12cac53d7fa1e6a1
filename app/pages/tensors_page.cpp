#include "app/pages/tensors_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

#include "app/models/format.h"
#include "app/models/tensor_model.h"
#include "app/pages/empty_state.h"
#include "app/views/sparkline.h"
#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {
namespace {

/// A table whose letters belong to the window's shortcuts, not to a search in its rows.
class Table final : public QTableView {
 public:
  using QTableView::QTableView;
  void keyboardSearch(const QString&) override {}
};

// First widths in units of a digit, by column of TensorModel.
constexpr int digits[] = {30, 13, 8, 13, 7, 9, 13, 10, 10, 10, 13};

}  // namespace

TensorsPage::TensorsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, parent), model_(new TensorModel(workspace, this)) {
  layers_ = new QStackedLayout(this);
  content_ = new QWidget(this);
  empty_ = new EmptyState(QStringLiteral("tensors"), this);
  empty_->button()->setObjectName(QStringLiteral("tensors.open"));
  connect(empty_, &EmptyState::acted, this, [this] { Q_EMIT openAsked(false); });
  layers_->addWidget(content_);
  layers_->addWidget(empty_);

  auto* column = new QVBoxLayout(content_);
  column->setContentsMargins(2 * grid_px, 2 * grid_px, 0, 0);
  column->setSpacing(grid_px);
  auto* row = new QHBoxLayout;
  row->setContentsMargins(0, 0, 2 * grid_px, 0);
  filter_ = new QLineEdit(content_);
  filter_->setObjectName(QStringLiteral("tensors.filter"));
  filter_->setAccessibleName(tr("Filter"));
  filter_->setPlaceholderText(tr("Filter: name, /regex/, role:attn_q, bits<5, mse>1e-4, bytes>1MiB"));
  filter_->setClearButtonEnabled(true);
  filter_->addAction(icon(QStringLiteral("search"), Theme::of(this).muted), QLineEdit::LeadingPosition);
  filter_->setMaximumWidth(72 * grid_px);
  count_ = new QLabel(content_);
  count_->setObjectName(QStringLiteral("tensors.count"));
  count_->setForegroundRole(QPalette::PlaceholderText);
  row->addWidget(filter_, 3);
  row->addSpacing(grid_px);
  row->addWidget(count_);
  row->addStretch(1);
  auto* columns = new QPushButton(tr("Columns"), content_);
  columns->setObjectName(QStringLiteral("tensors.columns"));
  columns->setAccessibleName(tr("Choose the columns"));
  columns->setMenu(new QMenu(columns));
  row->addWidget(columns);
  column->addLayout(row);
  problem_ = new QLabel(content_);
  problem_->setObjectName(QStringLiteral("tensors.problem"));
  QPalette red = problem_->palette();
  red.setColor(QPalette::WindowText, Theme::of(this).bad);
  problem_->setPalette(red);
  problem_->hide();
  column->addWidget(problem_);
  buildTable();
  column->addWidget(table_, 1);
  for (int c = 1; c < TensorModel::ColumnCount; ++c) {
    QAction* action = columns->menu()->addAction(model_->headerData(c, Qt::Horizontal).toString());
    action->setCheckable(true);
    action->setChecked(!table_->isColumnHidden(c));
    connect(action, &QAction::toggled, table_, [this, c](bool on) {
      if (c == TensorModel::Planned) plan_wanted_ = on;
      table_->setColumnHidden(c, !on);
    });
  }
  buildMenus();

  typing_ = new QTimer(this);
  typing_->setSingleShot(true);
  typing_->setInterval(120);
  connect(typing_, &QTimer::timeout, this, &TensorsPage::filter);
  connect(filter_, &QLineEdit::textChanged, typing_, qOverload<>(&QTimer::start));
  connect(filter_, &QLineEdit::returnPressed, this, [this] { typing_->stop(), filter(), table_->setFocus(); });
  connect(&workspace, &Workspace::sourceChanged, this, &TensorsPage::refreshState);
  connect(&workspace, &Workspace::openingChanged, this, &TensorsPage::refreshState);
  connect(&workspace, &Workspace::planChanged, this, &TensorsPage::refreshState);
  connect(&workspace, &Workspace::pinsChanged, this, &TensorsPage::refreshState);
  connect(&workspace, &Workspace::selectionChanged, this, &TensorsPage::showSelection);
  connect(model_, &QAbstractItemModel::modelReset, this, [this] { refreshState(), showSelection(); });
  refreshState();
  showSelection();
}

void TensorsPage::buildTable() {
  table_ = new Table(content_);
  table_->setObjectName(QStringLiteral("tensors.table"));
  table_->setAccessibleName(tr("Tensors"));
  table_->setModel(model_);
  table_->setFrameShape(QFrame::NoFrame);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTextElideMode(Qt::ElideLeft);  // the end of a name tells tensors apart
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  table_->setItemDelegateForColumn(TensorModel::Values, new SparklineDelegate(table_));
  table_->setContextMenuPolicy(Qt::ActionsContextMenu);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 13);
  QHeaderView* header = table_->horizontalHeader();
  header->setHighlightSections(false);
  header->setSectionsMovable(true);
  header->setResizeContentsPrecision(100);
  const int digit = fontMetrics().horizontalAdvance(u'0');
  for (int c = 0; c < TensorModel::ColumnCount; ++c) table_->setColumnWidth(c, digit * digits[c]);
  header->setSectionResizeMode(TensorModel::Name, QHeaderView::Stretch);
  table_->setColumnHidden(TensorModel::Kurtosis, true);
  // In file order until a column is clicked.
  header->setSortIndicator(-1, Qt::AscendingOrder);
  header->setSortIndicatorClearable(true);
  table_->setSortingEnabled(true);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &TensorsPage::takeSelection);
  connect(table_, &QAbstractItemView::doubleClicked, this, [this] { Q_EMIT pageAsked(QStringLiteral("histograms")); });
}

void TensorsPage::buildMenus() {
  const auto action = [this](const QString& text, const QKeySequence& key, auto act) {
    auto* a = new QAction(text, table_);
    a->setShortcut(key);
    a->setShortcutContext(Qt::WidgetShortcut);
    connect(a, &QAction::triggered, this, act);
    table_->addAction(a);
  };
  action(tr("Analyze"), {}, [this] {
    for (const int tensor : chosen()) workspace().analyzeTensor(tensor);
  });
  action(tr("Pin to the current scheme, or unpin"), Qt::Key_P, [this] { pinSelected(); });
  action(tr("Copy rows as text"), QKeySequence::Copy, [this] { copySelected(); });
  auto* find = new QShortcut(QKeySequence::Find, this);
  connect(find, &QShortcut::activated, this, [this] { filter_->setFocus(), filter_->selectAll(); });
}

bool TensorsPage::atRest() const { return !typing_->isActive(); }
void TensorsPage::activated() { refreshState(), showSelection(); }

void TensorsPage::filter() {
  std::optional<TensorFilter::Problem> problem;
  const TensorFilter wanted = TensorFilter::parse(filter_->text(), &problem);
  filter_->setProperty("wrong", problem.has_value());
  filter_->update();
  problem_->setVisible(problem.has_value());
  if (problem) {
    // The last filter that could be read stays, so that a half-typed regex empties nothing.
    problem_->setText(tr("“%1”: %2").arg(filter_->text().mid(problem->at, problem->length), problem->why));
    return;
  }
  model_->setFilter(wanted);
}

void TensorsPage::refreshState() {
  const bool open = workspace().hasTensors();
  layers_->setCurrentWidget(open ? content_ : static_cast<QWidget*>(empty_));
  if (!open)
    empty_->say(tr("The tensors of your model stand here"),
                tr("Name, role, layer, shape and bytes at once; the distribution of the values and the error of each "
                   "scheme as they are measured."),
                tr("Open file…"));
  // Without a plan the names have its room.
  table_->setColumnHidden(TensorModel::Planned, !plan_wanted_ || (!workspace().plan() && workspace().pins().isEmpty()));
  const quint64 all = workspace().storedBytes();
  const double share = all == 0 ? 0.0 : double(model_->shownBytes()) / double(all);
  const int shown = model_->rowCount(), total = int(workspace().tensors().size());
  count_->setText(shown == total
                      ? tr("%1 tensors · %2").arg(total).arg(format::bytes(all))
                      : tr("%1 of %2 · %3 of the bytes").arg(shown).arg(total).arg(format::percent(share, 0)));
}

QList<int> TensorsPage::chosen() const {
  QList<int> tensors;
  for (const QModelIndex& i : table_->selectionModel()->selectedRows()) tensors << model_->tensorAt(i.row());
  return tensors;
}

void TensorsPage::showSelection() {
  if (selecting_) return;
  selecting_ = true;
  const int row = model_->rowOf(workspace().selection().tensor);
  if (row >= 0 && !table_->selectionModel()->isRowSelected(row)) {
    table_->selectRow(row);
    table_->scrollTo(model_->index(row, 0));
  }
  selecting_ = false;
}

void TensorsPage::takeSelection() {
  if (selecting_) return;
  const QList<int> tensors = chosen();
  if (tensors.isEmpty()) return;
  selecting_ = true;
  Selection next = workspace().selection();
  const QModelIndex current = table_->currentIndex();
  const int now = current.isValid() && table_->selectionModel()->isRowSelected(current.row())
                      ? model_->tensorAt(current.row())
                      : tensors.front();
  if (next.tensor != now) next.row = next.col = 0;
  next.tensor = now;
  next.tensors.assign(tensors.begin(), tensors.end());
  workspace().select(next);
  selecting_ = false;
}

void TensorsPage::pinSelected() {
  for (const int tensor : chosen()) {
    const QString name = format::utf8(workspace().tensors()[std::size_t(tensor)].name);
    if (workspace().pins().contains(name))
      workspace().unpin(name);
    else
      workspace().pin(name, workspace().selection().scheme);
  }
}

void TensorsPage::copySelected() {
  QStringList lines;
  for (const QModelIndex& row : table_->selectionModel()->selectedRows()) {
    QStringList cells;
    for (int c = 0; c < TensorModel::ColumnCount; ++c)
      if (c != TensorModel::Values) cells << model_->index(row.row(), c).data(TensorModel::SortRole).toString();
    lines << cells.join(u'\t');
  }
  QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

}  // namespace app
