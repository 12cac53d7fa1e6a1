#include "app/views/chart_export.h"

#include <QApplication>
#include <QFileInfo>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QWidget>
#include <cmath>

#include "app/models/format.h"
#include "app/window/theme.h"
#include "core/base/version.h"

namespace app {
namespace {

constexpr int margin = 16;
constexpr int dots_per_inch = 96;  // of the screen that the fonts were laid out for: pictures keep their proportions

/// The widgets in the light theme while it lives. Their own palettes come back as they were.
class LightTheme {
 public:
  explicit LightTheme(const QList<QWidget*>& widgets) {
    const QPalette light = paletteOf(Theme::of(ThemeKind::light));
    for (QWidget* widget : widgets) {
      if (!Theme::of(widget).isDark()) continue;
      kept_.append({widget, widget->testAttribute(Qt::WA_SetPalette) ? widget->palette() : QPalette()});
      widget->setPalette(light);
    }
  }
  ~LightTheme() {
    for (const auto& [widget, palette] : kept_) widget->setPalette(palette);
  }
  LightTheme(const LightTheme&) = delete;
  LightTheme& operator=(const LightTheme&) = delete;

 private:
  QList<std::pair<QWidget*, QPalette>> kept_;
};

struct Layout {
  QFont title, small;
  int width = 0, height = 0;
  QRect title_at, note_at, caption_at;
  QList<QPoint> places;
};

QString signedCaption(const ChartSheet& sheet) {
  const QString program = QStringLiteral("Quantoscope %1").arg(format::utf8(quant::version));
  return sheet.caption.isEmpty() ? program : sheet.caption + QStringLiteral("  ·  ") + program;
}

Layout layOut(const ChartSheet& sheet) {
  Layout l;
  const QFont font = sheet.widgets.isEmpty() ? QApplication::font() : sheet.widgets.front()->font();
  l.title = scaled(font, 1.1, QFont::DemiBold);
  l.small = scaled(font, 0.85);
  int inner = 320;
  for (const QWidget* widget : sheet.widgets) inner = std::max(inner, widget->width());
  l.width = inner + 2 * margin;
  int y = margin;
  const auto text = [&](const QFont& f, const QString& words, int gap) {
    if (words.isEmpty()) return QRect();
    const QRect r = QFontMetrics(f).boundingRect(QRect(0, 0, inner, 10'000), Qt::TextWordWrap, words);
    const QRect at(margin, y, inner, r.height());
    y += r.height() + gap;
    return at;
  };
  l.title_at = text(l.title, sheet.title, 4);
  l.note_at = text(l.small, sheet.note, 8);
  for (const QWidget* widget : sheet.widgets) {
    l.places << QPoint(margin, y);
    y += widget->height() + 8;
  }
  l.caption_at = text(l.small, signedCaption(sheet), 0);
  l.height = y + margin;
  return l;
}

void paint(QPainter& painter, const ChartSheet& sheet, const Layout& l) {
  const Theme& theme = Theme::of(ThemeKind::light);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(QRect(0, 0, l.width, l.height), theme.base);
  const auto text = [&](const QFont& font, const QColor& colour, const QRect& at, const QString& words) {
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(at, Qt::TextWordWrap | Qt::TextDontClip, words);
  };
  text(l.title, theme.text, l.title_at, sheet.title);
  text(l.small, theme.muted, l.note_at, sheet.note);
  for (qsizetype i = 0; i < sheet.widgets.size(); ++i) {
    painter.save();
    painter.translate(l.places[i]);
    sheet.widgets[i]->render(&painter, QPoint(), QRegion(), QWidget::DrawChildren);
    painter.restore();
  }
  text(l.small, theme.muted, l.caption_at, signedCaption(sheet));
}

quant::Error cannotWrite(const QString& path, const QString& why) {
  return {quant::ErrorCode::io, QCoreApplication::translate("charts", "save the chart").toStdString(),
          path.toStdString(), why.toStdString(),
          QCoreApplication::translate("charts", "choose a folder that can be written").toStdString()};
}

void paintSvg(QIODevice& device, const ChartSheet& sheet, const Layout& l) {
  QSvgGenerator svg;
  svg.setOutputDevice(&device);
  svg.setSize(QSize(l.width, l.height));
  svg.setViewBox(QRect(0, 0, l.width, l.height));
  svg.setResolution(dots_per_inch);
  svg.setTitle(sheet.title);
  svg.setDescription(sheet.note + u'\n' + signedCaption(sheet));
  QPainter painter(&svg);
  paint(painter, sheet, l);
}

void paintPdf(QIODevice& device, const ChartSheet& sheet, const Layout& l) {
  QPdfWriter pdf(&device);
  pdf.setResolution(dots_per_inch);
  pdf.setPageSize(
      QPageSize(QSizeF(l.width, l.height) * 72 / dots_per_inch, QPageSize::Point, QString(), QPageSize::ExactMatch));
  pdf.setPageMargins(QMarginsF(0, 0, 0, 0));
  pdf.setTitle(sheet.title);
  pdf.setCreator(signedCaption(sheet));
  QPainter painter(&pdf);
  paint(painter, sheet, l);
}

}  // namespace

QImage chartImage(const ChartSheet& sheet) {
  const LightTheme light(sheet.widgets);
  const Layout l = layOut(sheet);
  QImage image(QSize(l.width, l.height) * 2, QImage::Format_RGB32);
  image.setDevicePixelRatio(2);
  image.setText(QStringLiteral("Title"), sheet.title);
  image.setText(QStringLiteral("Description"), sheet.note);
  image.setText(QStringLiteral("Source"), signedCaption(sheet));
  QPainter painter(&image);
  paint(painter, sheet, l);
  return image;
}

quant::Result<void> saveChart(const ChartSheet& sheet, const QString& path) {
  const QString kind = QFileInfo(path).suffix().toLower();
  QSaveFile file(path);
  if (kind != QLatin1String("png") && kind != QLatin1String("svg") && kind != QLatin1String("pdf"))
    return tl::unexpected(quant::Error{quant::ErrorCode::usage, "save the chart", path.toStdString(),
                                       "its suffix is none of png, svg, pdf, csv", "give it one of these"});
  if (!file.open(QIODevice::WriteOnly)) return tl::unexpected(cannotWrite(path, file.errorString()));
  if (kind == QLatin1String("png")) {
    chartImage(sheet).save(&file, "PNG");
  } else {
    const LightTheme light(sheet.widgets);
    const Layout l = layOut(sheet);
    kind == QLatin1String("svg") ? paintSvg(file, sheet, l) : paintPdf(file, sheet, l);
  }
  if (!file.commit()) return tl::unexpected(cannotWrite(path, file.errorString()));
  return {};
}

QString csvText(const std::vector<QStringList>& rows) {
  QString text;
  for (const QStringList& row : rows) {
    QStringList cells;
    for (QString cell : row) {
      if (cell.contains(u',') || cell.contains(u'"') || cell.contains(u'\n') || cell.contains(u'\r'))
        cell = u'"' + cell.replace(u'"', QLatin1String("\"\"")) + u'"';
      cells << cell;
    }
    text += cells.join(u',') + QStringLiteral("\r\n");
  }
  return text;
}

quant::Result<void> saveCsv(const std::vector<QStringList>& rows, const QString& path) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return tl::unexpected(cannotWrite(path, file.errorString()));
  file.write(csvText(rows).toUtf8());
  if (!file.commit()) return tl::unexpected(cannotWrite(path, file.errorString()));
  return {};
}

QString fileName(const QString& title) {
  QString name;
  for (const QChar c : title.simplified()) name += c.isLetterOrNumber() || c == u'.' ? c : c == u'-' ? c : QChar(u'_');
  while (name.contains(QLatin1String("__"))) name.replace(QLatin1String("__"), QLatin1String("_"));
  return name.left(120);
}

}  // namespace app
