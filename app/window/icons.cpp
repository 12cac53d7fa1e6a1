#include "app/window/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

namespace app {
namespace {

/// Files draw with `currentColor`; the colour is put in when they are read.
QByteArray svg(const QString& name, const QColor& color) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll().replace("currentColor", color.name(QColor::HexRgb).toLatin1());
}

class Engine final : public QIconEngine {
 public:
  Engine(QByteArray data, QColor color) : data_(std::move(data)), color_(color) {}
  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    if (mode == QIcon::Disabled) painter->setOpacity(0.4);
    QSvgRenderer(data_).render(painter, rect);
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap map(size);
    map.fill(Qt::transparent);
    QPainter painter(&map);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return map;
  }
  QIconEngine* clone() const override { return new Engine(data_, color_); }

 private:
  QByteArray data_;
  QColor color_;
};

}  // namespace

QIcon icon(const QString& name, const QColor& color) {
  QByteArray data = svg(name, color);
  return data.isEmpty() ? QIcon() : QIcon(new Engine(std::move(data), color));
}

QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal ratio) {
  QPixmap map(QSize(size, size) * ratio);
  map.setDevicePixelRatio(ratio);
  map.fill(Qt::transparent);
  QPainter painter(&map);
  QSvgRenderer(svg(name, color)).render(&painter, QRectF(0, 0, size, size));
  return map;
}

}  // namespace app
