#include "app/views/figure_row.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "app/window/theme.h"

namespace app {

FigureRow::FigureRow(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

void FigureRow::show(std::vector<Figure> figures) {
  figures_ = std::move(figures);
  QStringList spoken;
  for (const auto& f : figures_) spoken.append(f.caption + QStringLiteral(": ") + f.value);
  updateGeometry();
  setAccessibleDescription(spoken.join(QStringLiteral("; ")));
  update();
}

double FigureRow::line() const {
  const QFontMetrics caption(scaled(font(), 0.85)), value(scaled(font(), 1.05, QFont::DemiBold));
  return caption.height() + value.height() + 8;
}

QSize FigureRow::sizeHint() const { return {480, int((figures_.size() <= 3 ? 1 : 2) * line())}; }

std::size_t FigureRow::columns() const { return figures_.size() <= 3 ? figures_.size() : (figures_.size() + 1) / 2; }

double FigureRow::cell() const { return columns() == 0 ? width() : double(width()) / double(columns()); }

void FigureRow::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  const QFont small = scaled(font(), 0.85), large = scaled(font(), 1.05, QFont::DemiBold);
  const double step = cell(), caption_height = QFontMetricsF(small).height();
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    const QRectF box(double(i % columns()) * step, double(i / columns()) * line(), step - 8, line());
    painter.setFont(small);
    painter.setPen(theme.muted);
    painter.drawText(box, Qt::AlignTop | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(figures_[i].caption, Qt::ElideRight, int(box.width())));
    painter.setFont(large);
    painter.setPen(theme.text);
    painter.drawText(box.adjusted(0, caption_height + 1, 0, 0), Qt::AlignTop | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(figures_[i].value, Qt::ElideRight, int(box.width())));
  }
}

bool FigureRow::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const auto column = std::size_t(std::max(0.0, help->pos().x() / std::max(1.0, cell())));
  const std::size_t i = column + (help->pos().y() > line() ? columns() : 0);
  if (i < figures_.size() && !figures_[i].help.isEmpty()) {
    QToolTip::showText(help->globalPos(), figures_[i].help, this);
  } else {
    QToolTip::hideText();
  }
  return true;
}

}  // namespace app
