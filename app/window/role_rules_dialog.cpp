#include "app/window/role_rules_dialog.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/models/format.h"
#include "app/window/icons.h"
#include "app/window/theme.h"
#include "core/sources/names/roles.h"

namespace app {
namespace {

constexpr std::size_t listed = 500;  // names of a kind: a list to look at, not to print

/// Patterns in fixed width; a row with a fault is red, with a sign before its message.
class RuleDelegate final : public QStyledItemDelegate {
 public:
  RuleDelegate(const RoleRulesModel& model, QWidget* parent) : QStyledItemDelegate(parent), model_(model) {}

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.column() == RoleRulesModel::Pattern) option->font = monoFont(option->font);
    const auto& problems = model_.problems();
    const bool bad = std::ranges::find(problems, index.row(), &quant::RuleProblem::row) != problems.end();
    if (!bad) return;
    const QColor red = Theme::of(option->palette).bad;
    option->palette.setColor(QPalette::Text, red);
    option->palette.setColor(QPalette::HighlightedText, red);
    if (index.column() != RoleRulesModel::Matches) return;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->icon = icon(QStringLiteral("warning"), red);
    option->decorationSize = QSize(2 * grid_px, 2 * grid_px);
  }

 private:
  const RoleRulesModel& model_;
};

}  // namespace

RoleRulesDialog::RoleRulesDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent), workspace_(workspace), model_(new RoleRulesModel(workspace, this)) {
  setObjectName(QStringLiteral("roles.dialog"));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Role rules"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2 * grid_px, 2 * grid_px, 2 * grid_px, 2 * grid_px);
  column->setSpacing(grid_px);
  auto* about =
      new QLabel(tr("A tensor has the role of the rule whose pattern (RE2 syntax) is found in its name without "
                    "its suffix. {A} and {M} stand for the ways to write attention and MLP."),
                 this);
  about->setWordWrap(true);
  origin_ = new QLabel(this);
  origin_->setObjectName(QStringLiteral("roles.origin"));
  origin_->setForegroundRole(QPalette::PlaceholderText);
  origin_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(about);
  column->addWidget(origin_);
  auto* halves = new QSplitter(Qt::Vertical, this);
  halves->setChildrenCollapsible(false);
  halves->addWidget(buildTable());
  halves->addWidget(buildNames());
  halves->setStretchFactor(0, 3);
  halves->setStretchFactor(1, 1);
  column->addWidget(halves, 1);
  column->addWidget(buildButtons());
  connect(model_, &RoleRulesModel::judged, this, &RoleRulesDialog::refresh);
  connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this](const QModelIndex& at) { remove_->setEnabled(at.isValid()); });
  resize(140 * grid_px, 90 * grid_px);
  refresh();
}

QWidget* RoleRulesDialog::buildTable() {
  table_ = new QTableView(this);
  table_->setObjectName(QStringLiteral("roles.table"));
  table_->setAccessibleName(tr("Role rules"));
  table_->setModel(model_);
  table_->setItemDelegate(new RuleDelegate(*model_, table_));
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 13);
  QHeaderView* header = table_->horizontalHeader();
  header->setHighlightSections(false);
  header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  header->setSectionResizeMode(RoleRulesModel::Pattern, QHeaderView::Stretch);
  header->resizeSection(RoleRulesModel::Role, 14 * grid_px);
  header->resizeSection(RoleRulesModel::Families, 24 * grid_px);
  header->resizeSection(RoleRulesModel::Matches, 30 * grid_px);
  return table_;
}

QWidget* RoleRulesDialog::buildNames() {
  names_ = new QTreeWidget(this);
  names_->setObjectName(QStringLiteral("roles.names"));
  names_->setAccessibleName(tr("Names that no rule or several rules match"));
  names_->setHeaderHidden(true);
  names_->setColumnCount(2);
  names_->header()->setStretchLastSection(true);
  names_->header()->resizeSection(0, 70 * grid_px);
  return names_;
}

QPushButton* RoleRulesDialog::button(const QString& name, const QString& text, const QString& tip) {
  auto* made = new QPushButton(text, this);
  made->setObjectName(QStringLiteral("roles.") + name);
  made->setAccessibleName(text);
  made->setToolTip(tip);
  made->setAutoDefault(false);  // Enter ends the edit of a cell, nothing else
  return made;
}

QWidget* RoleRulesDialog::buildButtons() {
  auto* line = new QWidget(this);
  auto* row = new QHBoxLayout(line);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(grid_px);
  QPushButton* add = button(QStringLiteral("add"), tr("Add rule"), tr("A new rule at the end of the table"));
  remove_ = button(QStringLiteral("remove"), tr("Remove rule"), tr("Removes the current rule"));
  reset_ = button(QStringLiteral("reset"), tr("Reset to built-in"), tr("Shows the built-in table; Apply takes it"));
  apply_ = button(QStringLiteral("apply"), tr("Apply"), tr("Saves the table and assigns the open model's roles by it"));
  apply_->setProperty("accent", true);
  QPushButton* close = button(QStringLiteral("close"), tr("Close"), tr("Leaves what is not applied"));
  verdict_ = new QLabel(line);
  verdict_->setObjectName(QStringLiteral("roles.verdict"));
  row->addWidget(add);
  row->addWidget(remove_);
  row->addWidget(reset_);
  row->addWidget(verdict_, 1);
  row->addWidget(apply_);
  row->addWidget(close);
  connect(add, &QPushButton::clicked, this, &RoleRulesDialog::add);
  connect(remove_, &QPushButton::clicked, this, &RoleRulesDialog::remove);
  connect(reset_, &QPushButton::clicked, model_, &RoleRulesModel::showBuiltIn);
  connect(apply_, &QPushButton::clicked, this, &RoleRulesDialog::apply);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  return line;
}

void RoleRulesDialog::add() {
  const QModelIndex at = model_->index(model_->addRule(), RoleRulesModel::Role);
  table_->setCurrentIndex(at);
  table_->scrollTo(at);
  table_->edit(at);
}

void RoleRulesDialog::remove() { model_->removeRule(table_->currentIndex().row()); }

void RoleRulesDialog::apply() {
  if (const auto set = workspace_.setRoleRules(model_->json()); !set) {
    verdict_->setText(format::error(set.error()));
    Q_EMIT failed(set.error());
  }
}

void RoleRulesDialog::refresh() {
  const auto now = quant::role_rules_in_force();
  origin_->setText(now->origin.empty() ? tr("In force: the built-in table")
                                       : tr("In force: %1").arg(format::utf8(now->origin)));
  const auto& problems = model_->problems();
  QString verdict;
  if (!problems.empty())
    verdict = tr("%n problems: the table cannot be applied", nullptr, int(problems.size()));
  else if (model_->differs())
    verdict = tr("Not applied yet");
  // What is wrong outside the rows has no other place.
  if (!problems.empty() && problems.front().row < 0) verdict = format::utf8(quant::problem_text(problems.front()));
  QPalette colours = palette();
  colours.setColor(QPalette::WindowText, problems.empty() ? Theme::of(this).muted : Theme::of(this).bad);
  verdict_->setPalette(colours);
  verdict_->setText(verdict);
  remove_->setEnabled(table_->currentIndex().isValid());
  apply_->setEnabled(problems.empty() && model_->differs());
  listNames();
}

void RoleRulesDialog::listNames() {
  names_->clear();
  if (model_->names() == 0) {
    new QTreeWidgetItem(names_, {tr("Open a model to see what each rule matches.")});
    return;
  }
  const auto& m = model_->matches();
  const auto group = [this](const QString& title, std::size_t count) {
    auto* item = new QTreeWidgetItem(names_, {title});
    item->setFirstColumnSpanned(true);
    if (count > listed) new QTreeWidgetItem(item, {tr("%n more", nullptr, int(count - listed))});
    return item;
  };
  auto* several = group(tr("Several rules match %n names", nullptr, int(m.several.size())), m.several.size());
  for (std::size_t i = 0; i < std::min(listed, m.several.size()); ++i) {
    QStringList roles;
    for (const int rule : m.several[i].rules) roles << format::utf8(model_->table().roles[std::size_t(rule)].role);
    new QTreeWidgetItem(several, {format::utf8(model_->name(m.several[i].name)), roles.join(QStringLiteral(", "))});
  }
  auto* none = group(tr("No rule matches %n names", nullptr, int(m.none.size())), m.none.size());
  for (std::size_t i = 0; i < std::min(listed, m.none.size()); ++i)
    new QTreeWidgetItem(none, {format::utf8(model_->name(m.none[i]))});
  names_->expandAll();
}

}  // namespace app
