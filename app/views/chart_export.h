#pragma once
// A chart as a picture for a paper: its title above, what it was made from below, on white; and its data as CSV.

#include <QImage>
#include <QString>
#include <QStringList>
#include <vector>

#include "core/base/result.h"

class QWidget;

namespace app {

/// What a saved picture consists of, from above to below.
struct ChartSheet {
  QString title, note;      ///< the note is wrapped
  QList<QWidget*> widgets;  ///< the chart, then its legend and figures, in their present sizes
  QString caption;          ///< what it was made from
};

/// Twice the size on screen, in the light theme.
QImage chartImage(const ChartSheet& sheet);

/// Writes PNG, SVG or PDF by the suffix of `path`, beside and renamed. Errors: usage (another suffix), io.
quant::Result<void> saveChart(const ChartSheet& sheet, const QString& path);

/// Rows with commas, quoted where they must be (RFC 4180), C locale. Errors: io.
QString csvText(const std::vector<QStringList>& rows);
quant::Result<void> saveCsv(const std::vector<QStringList>& rows, const QString& path);

/// A file name out of a title: no slashes, no spaces at its ends.
QString fileName(const QString& title);

}  // namespace app
