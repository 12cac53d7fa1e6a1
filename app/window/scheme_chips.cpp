#include "app/window/scheme_chips.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>

#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/window/icons.h"
#include "app/window/scheme_editor.h"
#include "app/window/theme.h"

namespace app {
namespace {
constexpr int chip_height = 28, side = 12, cross_size = 12, gap = 6;
}

SchemeChip::SchemeChip(const QString& scheme, bool removable, QWidget* parent)
    : QAbstractButton(parent), scheme_(scheme), removable_(removable) {
  setText(format::scheme(scheme));
  setCheckable(true);
  setMouseTracking(true);
  setCursor(Qt::PointingHandCursor);
  setObjectName(QStringLiteral("context.scheme.") + scheme);
  setAccessibleName(tr("Scheme %1").arg(isStored(scheme) ? text() : scheme));
  setToolTip(removable ? tr("%1: click to show it, Del takes it away").arg(scheme) : scheme);
}

QSize SchemeChip::sizeHint() const {
  return {2 * side + fontMetrics().horizontalAdvance(text()) + (removable_ ? cross_size + 4 : 0), chip_height};
}

QRect SchemeChip::cross() const {
  return {width() - side - cross_size + 4, (height() - cross_size) / 2, cross_size, cross_size};
}

void SchemeChip::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF body = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  painter.setPen(QPen(hasFocus() ? t.link : isChecked() ? t.link : t.outline, hasFocus() ? 2 : 1));
  painter.setBrush(isChecked() ? t.accentSoft : underMouse() ? t.hover : t.raised);
  painter.drawRoundedRect(body, chip_height / 2.0, chip_height / 2.0);
  painter.setPen(t.text);
  painter.drawText(rect().adjusted(side, 0, -side, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
  if (removable_)
    painter.drawPixmap(
        cross(), iconPixmap(QStringLiteral("close"), over_cross_ ? t.bad : t.muted, cross_size, devicePixelRatioF()));
}

void SchemeChip::mouseMoveEvent(QMouseEvent* event) {
  over_cross_ = removable_ && cross().adjusted(-4, -6, 6, 6).contains(event->pos());
  update();
  QAbstractButton::mouseMoveEvent(event);
}

void SchemeChip::mouseReleaseEvent(QMouseEvent* event) {
  if (removable_ && event->button() == Qt::LeftButton && cross().adjusted(-4, -6, 6, 6).contains(event->pos())) {
    setDown(false);
    Q_EMIT removed(scheme_);
    return;
  }
  QAbstractButton::mouseReleaseEvent(event);
}

void SchemeChip::keyPressEvent(QKeyEvent* event) {
  if (removable_ && (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace))
    return Q_EMIT removed(scheme_);
  QAbstractButton::keyPressEvent(event);
}

void SchemeChip::enterEvent(QEnterEvent*) { update(); }
void SchemeChip::leaveEvent(QEvent*) { over_cross_ = false, update(); }

SchemeChips::SchemeChips(Workspace& workspace, QWidget* parent) : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("context.schemes"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  more_ = new QPushButton(this);
  more_->setObjectName(QStringLiteral("context.moreSchemes"));
  add_ = new QPushButton(this);
  add_->setObjectName(QStringLiteral("context.addScheme"));
  add_->setAccessibleName(tr("Add or remove schemes"));
  add_->setToolTip(tr("Add or remove schemes"));
  for (QPushButton* button : {more_, add_}) {
    button->setProperty("quiet", true);
    connect(button, &QPushButton::clicked, this, &SchemeChips::edit);
  }
  connect(&workspace, &Workspace::schemesChanged, this, &SchemeChips::rebuild);
  connect(&workspace, &Workspace::selectionChanged, this, [this] {
    for (SchemeChip* chip : chips_) chip->setChecked(chip->scheme() == workspace_.selection().scheme);
    arrange();
  });
  rebuild();
}

QSize SchemeChips::minimumSizeHint() const { return {20 * grid_px, chip_height}; }
QSize SchemeChips::sizeHint() const { return {60 * grid_px, chip_height}; }

void SchemeChips::rebuild() {
  for (SchemeChip* chip : chips_) chip->hide(), chip->deleteLater();
  chips_.clear();
  for (const QString& scheme : workspace_.choices()) {
    auto* chip = new SchemeChip(scheme, isStored(scheme) || workspace_.schemes().size() > 1, this);
    if (isStored(scheme)) chip->setToolTip(aboutStored());
    chip->setChecked(scheme == workspace_.selection().scheme);
    connect(chip, &QAbstractButton::clicked, this,
            [this, scheme] { workspace_.selectScheme(scheme), rebuildChecks(); });
    connect(chip, &SchemeChip::removed, this, [this](const QString& gone) {
      if (isStored(gone)) return workspace_.dropOriginal();
      QStringList left = workspace_.schemes();
      left.removeAll(gone);
      workspace_.setSchemes(left);
    });
    chips_ << chip;
  }
  add_->setIcon(icon(QStringLiteral("plus"), Theme::of(this).muted));
  arrange();
}

/// What it is held against, and the tensors without a partner by name.
QString SchemeChips::aboutStored() const {
  constexpr int most_names = 12;
  QStringList lines{tr("What is stored, held against %1; Del takes it away").arg(workspace_.original()->path)};
  const QStringList left = workspace_.unmatched();
  if (!left.isEmpty()) lines << tr("%n tensors have no original there:", nullptr, int(left.size()));
  lines << left.mid(0, most_names);
  if (left.size() > most_names) lines << QStringLiteral("…");
  return lines.join(u'\n');
}

void SchemeChips::rebuildChecks() {
  for (SchemeChip* chip : chips_) chip->setChecked(chip->scheme() == workspace_.selection().scheme);
}

void SchemeChips::arrange() {
  // The current scheme always shows; the others in their order as far as they fit.
  constexpr int add_width = 32, more_width = 44;
  const int room = width() - add_width - gap;
  int all = 0;
  for (const SchemeChip* chip : chips_) all += chip->sizeHint().width() + gap;
  const int limit = all <= room ? room : room - more_width - gap;
  int current = 0;
  for (const SchemeChip* chip : chips_)
    if (chip->isChecked()) current = chip->sizeHint().width() + gap;
  int x = 0, hidden = 0;
  const int y = (height() - chip_height) / 2;
  bool full = false;
  for (SchemeChip* chip : chips_) {
    const int w = chip->sizeHint().width();
    if (chip->isChecked()) current = 0;
    full = full || (!chip->isChecked() && x + w + gap + current > limit);
    const bool shows = !full || chip->isChecked();
    chip->setVisible(shows);
    hidden += !shows;
    if (!shows) continue;
    chip->setGeometry(x, y, w, chip_height);
    x += w + gap;
  }
  more_->setVisible(hidden > 0);
  if (hidden > 0) {
    more_->setText(QStringLiteral("+%1").arg(hidden));
    more_->setAccessibleName(tr("%n more schemes", nullptr, hidden));
    more_->setToolTip(more_->accessibleName());
    more_->setGeometry(x, y, more_width, chip_height);
    x += more_width + gap;
  }
  add_->setGeometry(x, y, add_width, chip_height);
}

void SchemeChips::edit() {
  auto* editor = new SchemeEditor(workspace_, this);
  editor->popup(add_->mapToGlobal(QPoint(0, add_->height() + 4)));
}

void SchemeChips::resizeEvent(QResizeEvent*) { arrange(); }

void SchemeChips::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) add_->setIcon(icon(QStringLiteral("plus"), Theme::of(this).muted));
  if (event->type() == QEvent::FontChange) arrange();
  QWidget::changeEvent(event);
}

}  // namespace app
