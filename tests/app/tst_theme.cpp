// Colours: contrast computed from the themes, every palette role set.

#include <QtTest>
#include <cmath>

#include "app/window/theme.h"

using app::Theme;
using app::ThemeKind;

namespace {

/// Relative luminance and contrast by WCAG 2.1.
double luminance(const QColor& c) {
  const auto channel = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
  return 0.2126 * channel(c.redF()) + 0.7152 * channel(c.greenF()) + 0.0722 * channel(c.blueF());
}
double contrast(const QColor& a, const QColor& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace

class TestTheme final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pairsReachTheirContrast_data() {
    QTest::addColumn<QColor>("front");
    QTest::addColumn<QColor>("back");
    QTest::addColumn<double>("least");
    for (const auto kind : {ThemeKind::light, ThemeKind::dark}) {
      const Theme& t = Theme::of(kind);
      const QByteArray name = kind == ThemeKind::light ? "light: " : "dark: ";
      const auto row = [&](const char* what, const QColor& front, const QColor& back, double least) {
        QTest::newRow(name + what) << front << back << least;
      };
      for (const auto& [back, ground] : {std::pair("window", t.window), std::pair("base", t.base),
                                         std::pair("raised", t.raised), std::pair("selected", t.accentSoft)}) {
        row(qPrintable(QString("text on %1").arg(back)), t.text, ground, 7);
        row(qPrintable(QString("captions on %1").arg(back)), t.muted, ground, 4.5);
        row(qPrintable(QString("links on %1").arg(back)), t.link, ground, 4.5);
        row(qPrintable(QString("errors on %1").arg(back)), t.bad, ground, 4.5);
      }
      row("white on the accent", Qt::white, t.accent, 4.5);
      row("sign", t.sign, t.base, 4.5);
      row("exponent", t.exponent, t.base, 4.5);
      row("mantissa", t.mantissa, t.base, 4.5);
      row("rounding", t.rounding, t.base, 3);
      row("clipping", t.clipping, t.base, 3);
      for (int i = 0; i < 4; ++i) row(qPrintable(QString("series %1").arg(i)), t.series[std::size_t(i)], t.base, 3);
      const QPalette p = app::paletteOf(t);
      row("placeholder in a field", p.color(QPalette::PlaceholderText), t.base, 4.5);
      row("placeholder on a bar", p.color(QPalette::PlaceholderText), t.window, 4.5);
      row("tooltip", p.color(QPalette::ToolTipText), p.color(QPalette::ToolTipBase), 4.5);
      row("visited link", p.color(QPalette::LinkVisited), t.base, 4.5);
      row("disabled text", p.color(QPalette::Disabled, QPalette::Text), t.window, 2.4);
    }
  }
  void pairsReachTheirContrast() {
    QFETCH(QColor, front);
    QFETCH(QColor, back);
    QFETCH(double, least);
    QVERIFY2(contrast(front, back) >= least,
             qPrintable(QString("%1 on %2: %3").arg(front.name(), back.name()).arg(contrast(front, back))));
  }

  void everyRoleOfEveryGroupIsSet() {
    for (const auto kind : {ThemeKind::light, ThemeKind::dark}) {
      const QPalette p = app::paletteOf(Theme::of(kind));
      for (int role = 0; role < QPalette::NColorRoles; ++role)
        if (role != QPalette::NoRole)
          QVERIFY2(p.isBrushSet(QPalette::Active, QPalette::ColorRole(role)), qPrintable(QString::number(role)));
    }
  }

  void aPaletteTellsItsTheme() {
    for (const auto kind : {ThemeKind::light, ThemeKind::dark})
      QCOMPARE(int(Theme::of(app::paletteOf(Theme::of(kind))).kind), int(kind));
  }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
