#include "app/window/theme.h"

#include <QApplication>
#include <QToolTip>
#include <QWidget>

#include "app/window/style.h"

namespace app {
namespace {

Theme lightTheme() {
  Theme t;
  t.kind = ThemeKind::light;
  t.window = 0xf3f4f6, t.base = 0xffffff, t.raised = 0xf7f8fa, t.hover = 0xe8ebef;
  t.text = 0x1b1d21, t.muted = 0x5b626c, t.disabled = 0x949aa3;
  t.line = 0xe0e3e8, t.outline = 0xc2c8d0, t.grid = 0xe9ecf0;
  t.accent = 0x2f6fb5, t.accentSoft = 0xe3edf8, t.link = 0x0b57d0;
  t.series = {QColor(0x0072b2), QColor(0xd55e00), QColor(0x009e73), QColor(0xcc79a7)};
  t.rounding = 0x0072b2, t.clipping = 0xd55e00;
  t.sign = 0xb3261e, t.exponent = 0x00734f, t.mantissa = 0x1f5fa8;
  t.good = 0x007a53, t.warning = 0x9a5b00, t.bad = 0xb3261e, t.invalid = 0xd0409f;
  return t;
}

Theme darkTheme() {
  Theme t;
  t.kind = ThemeKind::dark;
  t.window = 0x1e1f22, t.base = 0x161719, t.raised = 0x26282c, t.hover = 0x303338;
  t.text = 0xe6e6e6, t.muted = 0xa3a8b0, t.disabled = 0x74787f;
  t.line = 0x2f3237, t.outline = 0x4b4f56, t.grid = 0x2a2d31;
  t.accent = 0x2f6fb5, t.accentSoft = 0x203348, t.link = 0x7ab4f0;
  t.series = {QColor(0xe69f00), QColor(0x56b4e9), QColor(0xcc79a7), QColor(0x009e73)};
  t.rounding = 0x56b4e9, t.clipping = 0xe69f00;
  t.sign = 0xff8a80, t.exponent = 0x5fd3a8, t.mantissa = 0x8ab8f5;
  t.good = 0x5fd3a8, t.warning = 0xe6b450, t.bad = 0xff8a80, t.invalid = 0xd0409f;
  return t;
}

}  // namespace

const Theme& Theme::of(ThemeKind kind) {
  static const Theme light = lightTheme(), dark = darkTheme();
  return kind == ThemeKind::dark ? dark : light;
}

const Theme& Theme::of(const QPalette& palette) { return of(systemTheme(palette)); }
const Theme& Theme::of(const QWidget* widget) { return of(widget->palette()); }

ThemeKind systemTheme(const QPalette& palette) {
  return palette.color(QPalette::Window).lightness() < 128 ? ThemeKind::dark : ThemeKind::light;
}

QPalette paletteOf(const Theme& t) {
  QPalette p;
  const auto all = [&p](QPalette::ColorRole role, const QColor& color) { p.setColor(QPalette::All, role, color); };
  all(QPalette::Window, t.window);
  all(QPalette::WindowText, t.text);
  all(QPalette::Base, t.base);
  all(QPalette::AlternateBase, t.raised);
  all(QPalette::Text, t.text);
  all(QPalette::PlaceholderText, t.isDark() ? QColor(0x9a9da3) : QColor(0x666d77));
  all(QPalette::Button, t.raised);
  all(QPalette::ButtonText, t.text);
  all(QPalette::BrightText, t.bad);
  all(QPalette::ToolTipBase, t.isDark() ? t.hover : QColor(0x2b2e33));
  all(QPalette::ToolTipText, t.isDark() ? t.text : QColor(0xf3f4f6));
  all(QPalette::Highlight, t.accent);
  all(QPalette::HighlightedText, QColor(0xffffff));
  all(QPalette::Link, t.link);
  all(QPalette::LinkVisited, t.isDark() ? QColor(0xc3a6f5) : QColor(0x6a3fb5));
  all(QPalette::Light, t.isDark() ? t.hover : QColor(0xffffff));
  all(QPalette::Midlight, t.isDark() ? t.raised : QColor(0xeef0f3));
  all(QPalette::Mid, t.outline);
  all(QPalette::Dark, t.isDark() ? QColor(0x0f1011) : QColor(0xa7aeb8));
  all(QPalette::Shadow, t.isDark() ? QColor(Qt::black) : QColor(0x6b727c));
  for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::HighlightedText,
                          QPalette::PlaceholderText, QPalette::Link, QPalette::LinkVisited})
    p.setColor(QPalette::Disabled, role, t.disabled);
  p.setColor(QPalette::Disabled, QPalette::Highlight, t.hover);
  p.setColor(QPalette::Disabled, QPalette::Button, t.window);
  p.setColor(QPalette::Disabled, QPalette::Base, t.window);
  return p;
}

void applyTheme(QApplication& application, ThemeKind kind, const QString& language) {
  if (!dynamic_cast<Style*>(application.style())) application.setStyle(new Style);
  const QPalette palette = paletteOf(Theme::of(kind));
  application.setPalette(palette);
  application.setFont(textFont(language));
  QToolTip::setPalette(palette);
  QToolTip::setFont(scaled(application.font(), 0.95));
}

QFont textFont(const QString& language) {
  QFont font;
  // Han text as a fallback looks heavier than the Latin beside it: the CJK family stands first where it is the
  // language.
  font.setFamilies(language == QLatin1String("zh_TW") ? QStringList{"Noto Sans CJK TC", "DejaVu Sans"}
                                                      : QStringList{"DejaVu Sans", "Noto Sans CJK TC"});
  font.setPointSizeF(language == QLatin1String("zh_TW") ? 10.0 : 9.5);
  return font;
}

QFont monoFont(const QFont& text) {
  QFont font(text);
  font.setFamilies({"DejaVu Sans Mono", "Noto Sans Mono CJK TC"});
  font.setStyleHint(QFont::Monospace);
  return font;
}

QFont scaled(const QFont& text, double factor, QFont::Weight weight) {
  QFont font(text);
  font.setPointSizeF(text.pointSizeF() * factor);
  font.setWeight(weight);
  return font;
}

}  // namespace app
