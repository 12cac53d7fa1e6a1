#include "app/views/ranked_bars.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/views/chart_style.h"
#include "app/views/colour_map.h"
#include "app/window/theme.h"

namespace app {

RankedBars::RankedBars(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void RankedBars::show(std::vector<RankedBar> bars) {
  bars_ = std::move(bars);
  QStringList first;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, bars_.size()); ++i)
    first.append(bars_[i].name + QStringLiteral(": ") + bars_[i].text);
  setAccessibleDescription(first.join(QStringLiteral("; ")));
  update();
}

void RankedBars::setCurrent(int tensor) {
  current_ = tensor;
  update();
}

double RankedBars::line() const { return 2 * QFontMetricsF(scaled(font(), 0.9)).height() - 2; }

void RankedBars::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), theme.base);
  painter.setFont(scaled(font(), 0.9));
  const QFontMetricsF metrics(painter.font());
  const double h = line();
  for (std::size_t i = 0; i < bars_.size() && double(i + 1) * h <= height(); ++i) {
    const RankedBar& bar = bars_[i];
    const QRectF row(0, double(i) * h, width(), h);
    if (bar.tensor == current_) painter.fillRect(row.adjusted(0, 0, 0, -1), theme.accentSoft);
    const QRectF text = row.adjusted(4, 1, -4, 0);
    const double value_width = metrics.horizontalAdvance(bar.text);
    painter.setPen(theme.text);
    painter.drawText(text, Qt::AlignTop | Qt::AlignRight, bar.text);
    painter.drawText(text, Qt::AlignTop | Qt::AlignLeft,
                     metrics.elidedText(bar.name, Qt::ElideMiddle, text.width() - value_width - 10));
    const QRectF track(4, row.top() + metrics.height() + 2, width() - 8, 5);
    painter.fillRect(track, theme.grid);
    painter.fillRect(QRectF(track.left(), track.top(), std::max(1.0, track.width() * bar.length), track.height()),
                     QColor(cividis()[std::size_t(std::lround(255 * std::clamp(bar.shade, 0.0, 1.0)))]));
  }
  if (hasFocus()) paintFocusRing(painter, rect(), theme);
}

void RankedBars::mousePressEvent(QMouseEvent* event) {
  const auto i = std::size_t(std::max(0.0, event->position().y() / line()));
  if (event->button() == Qt::LeftButton && i < bars_.size()) Q_EMIT tensorClicked(bars_[i].tensor);
}

void RankedBars::keyPressEvent(QKeyEvent* event) {
  const int by = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
  if (by == 0 || bars_.empty()) return QWidget::keyPressEvent(event);
  const auto at = std::find_if(bars_.begin(), bars_.end(), [this](const RankedBar& b) { return b.tensor == current_; });
  const int i = at == bars_.end() ? 0 : std::clamp(int(at - bars_.begin()) + by, 0, int(bars_.size()) - 1);
  Q_EMIT tensorClicked(bars_[std::size_t(i)].tensor);
}

void RankedBars::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  update();
}

}  // namespace app
