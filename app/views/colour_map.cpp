#include "app/views/colour_map.h"

#include <QImage>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace app {
namespace {

QRgb rgb(double r, double g, double b) {
  const auto byte = [](double x) { return int(std::lround(std::clamp(x, 0.0, 255.0))); };
  return qRgb(byte(r), byte(g), byte(b));
}

double encoded(double linear) {  // sRGB transfer function, to 0…255
  const double x = std::clamp(linear, 0.0, 1.0);
  return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055);
}

double decoded(int byte) {
  const double x = byte / 255.0;
  return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
}

// OKLab → linear sRGB, matrices of https://bottosson.github.io/posts/oklab/.
QRgb oklch(double lightness, double chroma, double hue_degrees) {
  const double hue = hue_degrees * std::numbers::pi / 180;
  const double a = chroma * std::cos(hue), b = chroma * std::sin(hue);
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return rgb(encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
             encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
             encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

ColourTable makeCividis() {
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double t = double(i) / 255;
    table[i] = rgb(-4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - 2710.57 * t)))),
                   32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - 67.37 * t)))),
                   81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - 2475.67 * t)))));
  }
  return table;
}

ColourTable makeDiverging(bool dark) {
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double u = std::max(-1.0, (double(i) - 128) / 127);  // entry 128 is zero, 1 and 255 are the ends
    const double a = std::abs(u), hue = u < 0 ? 255 : 55;
    table[i] = dark ? oklch(0.27 + 0.50 * std::pow(a, 0.9), 0.11 * std::pow(a, 0.8), hue)
                    : oklch(0.96 - 0.56 * std::pow(a, 0.9), 0.10 * std::pow(a, 0.8), hue);
  }
  return table;
}

QBrush pattern(const QImage& tile) { return QBrush(tile); }

double luminance(const QColor& c) {
  return 0.2126 * decoded(c.red()) + 0.7152 * decoded(c.green()) + 0.0722 * decoded(c.blue());
}

}  // namespace

const ColourTable& cividis() {
  static const ColourTable table = makeCividis();
  return table;
}

const ColourTable& diverging(bool dark) {
  static const ColourTable light_table = makeDiverging(false), dark_table = makeDiverging(true);
  return dark ? dark_table : light_table;
}

ColourScale::ColourScale(ColourKind kind, double lo, double hi, bool dark) : kind_(kind), lo_(lo), hi_(hi) {
  table_ = kind == ColourKind::diverging ? &diverging(dark) : &cividis();
  if (kind == ColourKind::diverging) {
    lo_ = -hi;
    factor_ = hi > 0 ? 127 / hi : 0;
    offset_ = 128;
  } else {
    factor_ = hi > lo ? 255 / (hi - lo) : 0;
    offset_ = -lo * factor_;
  }
}

std::size_t ColourScale::index(double value) const {
  return std::size_t(std::clamp(value * factor_ + offset_, 0.0, 255.0) + 0.5);
}

void ColourScale::colour(std::span<const float> cells, QRgb* out, QRgb special) const {
  const auto factor = float(factor_), offset = float(offset_);
  const auto& table = *table_;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const float at = cells[i] * factor + offset;
    // Written so that NaN falls to the last case; Inf is told apart by its own value.
    if (std::isfinite(cells[i])) {
      out[i] = table[std::size_t(std::min(std::max(at, 0.0f), 255.0f) + 0.5f)];
    } else {
      out[i] = special;
    }
  }
}

QBrush nanBrush() {
  QImage tile(6, 6, QImage::Format_RGB32);
  tile.fill(nan_colour);
  for (int i = 0; i < 6; ++i) {
    tile.setPixel(i, 5 - i, 0xffffffff);
    tile.setPixel((i + 1) % 6, 5 - i, 0xffffffff);
  }
  return pattern(tile);
}

QBrush pendingBrush(bool dark) {
  QImage tile(12, 12, QImage::Format_RGB32);
  for (int y = 0; y < 12; ++y)
    for (int x = 0; x < 12; ++x) {
      const bool odd = (x < 6) != (y < 6);
      tile.setPixel(x, y, dark ? (odd ? 0xff2a2c30 : 0xff25272a) : (odd ? 0xffe6e6e8 : 0xffeeeeef));
    }
  return pattern(tile);
}

QBrush unmeasuredBrush(const QColor& ink) {
  QImage tile(6, 6, QImage::Format_ARGB32_Premultiplied);
  tile.fill(Qt::transparent);
  for (int i = 0; i < 6; ++i) tile.setPixelColor(i, 5 - i, ink);
  return pattern(tile);
}

double contrast(const QColor& a, const QColor& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

QColor inkOn(QRgb background) {
  const QColor dark(0x1b1b1b), light(0xffffff);
  return contrast(dark, QColor(background)) >= contrast(light, QColor(background)) ? dark : light;
}

}  // namespace app
