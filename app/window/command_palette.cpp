#include "app/window/command_palette.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/window/deep_link.h"
#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {
namespace {
constexpr std::size_t most_shown = 60;
}

int fit(const QString& typed, const QString& text) {
  if (typed.isEmpty()) return 1;
  const qsizetype at = text.indexOf(typed, 0, Qt::CaseInsensitive);
  if (at == 0) return 4;
  if (at > 0) return text[at - 1].isLetterOrNumber() ? 2 : 3;
  qsizetype from = 0;
  for (const QChar c : typed) {
    if (c.isSpace()) continue;
    from = text.indexOf(c, from, Qt::CaseInsensitive);
    if (from < 0) return 0;
    ++from;
  }
  return 1;
}

CommandPalette::CommandPalette(std::vector<PaletteEntry> entries, Follow follow, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint),
      entries_(std::move(entries)),
      follow_(std::move(follow)),
      line_(new QLineEdit(this)),
      list_(new QTreeWidget(this)) {
  setObjectName(QStringLiteral("palette"));
  setAttribute(Qt::WA_DeleteOnClose);
  setAccessibleName(tr("Search anything"));
  line_->setObjectName(QStringLiteral("palette.line"));
  line_->setAccessibleName(tr("Search anything"));
  line_->setPlaceholderText(tr("Page, tensor, scheme, method or act; or a qscope: link"));
  line_->addAction(icon(QStringLiteral("search"), Theme::of(this).muted), QLineEdit::LeadingPosition);
  line_->installEventFilter(this);
  list_->setObjectName(QStringLiteral("palette.list"));
  list_->setAccessibleName(tr("What was found"));
  list_->setColumnCount(2);
  list_->setHeaderHidden(true);
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setFrameShape(QFrame::NoFrame);
  list_->setTextElideMode(Qt::ElideMiddle);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->header()->setStretchLastSection(false);
  list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  list_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(grid_px, grid_px, grid_px, grid_px);
  column->addWidget(line_);
  column->addWidget(list_, 1);
  connect(line_, &QLineEdit::textChanged, this, &CommandPalette::search);
  connect(line_, &QLineEdit::returnPressed, this, &CommandPalette::run);
  connect(list_, &QTreeWidget::itemClicked, this, &CommandPalette::run);
  search();
}

void CommandPalette::popup(const QWidget& window) {
  resize(std::min(76 * grid_px, window.width() - 4 * grid_px), std::min(52 * grid_px, window.height() - 8 * grid_px));
  move(window.mapToGlobal(QPoint((window.width() - width()) / 2, 4 * grid_px)));
  show();
  line_->setFocus();
}

void CommandPalette::search() {
  const QString typed = line_->text().trimmed();
  list_->clear();
  if (typed.startsWith(linkScheme())) {
    auto* item = new QTreeWidgetItem(list_, QStringList{typed, tr("link")});
    item->setData(0, Qt::UserRole, -1);
    list_->setCurrentItem(item);
    return;
  }
  std::vector<std::pair<int, std::size_t>> found;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (const int score = fit(typed, entries_[i].text); score > 0) found.emplace_back(-score, i);
  const std::size_t shown = std::min(most_shown, found.size());
  std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(shown), found.end());
  for (std::size_t k = 0; k < shown; ++k) {
    const PaletteEntry& entry = entries_[found[k].second];
    auto* item = new QTreeWidgetItem(list_, QStringList{entry.text, entry.hint});
    item->setData(0, Qt::UserRole, int(found[k].second));
    item->setToolTip(0, entry.text);
    item->setForeground(1, Theme::of(this).muted);
  }
  if (shown > 0)
    list_->setCurrentItem(list_->topLevelItem(0));
  else
    (new QTreeWidgetItem(list_, QStringList{tr("Nothing of this name"), QString()}))->setFlags(Qt::NoItemFlags);
}

/// Closes first: what runs may open a window of its own.
void CommandPalette::run() {
  const QTreeWidgetItem* item = list_->currentItem();
  if (!item || !item->data(0, Qt::UserRole).isValid()) return;
  const int index = item->data(0, Qt::UserRole).toInt();
  const QString typed = line_->text().trimmed();
  std::function<void()> act;
  if (index < 0)
    act = [follow = follow_, typed] { follow(typed); };
  else
    act = entries_[std::size_t(index)].run;
  QWidget* owner = parentWidget();
  close();
  QTimer::singleShot(0, owner, std::move(act));
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (watched == line_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_PageDown || key == Qt::Key_PageUp) {
      QApplication::sendEvent(list_, event);
      return true;
    }
  }
  return QFrame::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), t.base);
  painter.setPen(t.outline);
  painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

}  // namespace app
