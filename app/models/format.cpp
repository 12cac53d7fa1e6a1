#include "app/models/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <cmath>

#include "app/models/original.h"
#include "core/methods/scheme.h"

namespace app::format {
namespace {

/// Texts of this file, as the translation tools find them.
struct FormatText {
  Q_DECLARE_TR_FUNCTIONS(FormatText)
};

/// The locale's digits with a true minus sign, which is as wide as the plus.
QString tidy(QString text) { return text.replace(u'-', QChar(0x2212)); }

}  // namespace

QString utf8(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

QString number(double value, int digits) {
  if (std::isnan(value)) return QStringLiteral("NaN");
  if (std::isinf(value)) return value < 0 ? QStringLiteral("−∞") : QStringLiteral("∞");
  QString text = QLocale().toString(value, 'g', digits);
  // "1e-05" → "1e−5": the padding zero of C says nothing.
  if (const qsizetype e = text.indexOf(u'e', 0, Qt::CaseInsensitive); e >= 0) {
    const int exponent = text.mid(e + 1).toInt();
    text = text.left(e) + u'e' + QString::number(exponent);
  }
  return tidy(text);
}

QString number(const std::optional<double>& value, int digits) { return value ? number(*value, digits) : none(); }
QString fixed(double value, int decimals) { return tidy(QLocale().toString(value, 'f', decimals)); }
QString fixed(const std::optional<double>& value, int decimals) { return value ? fixed(*value, decimals) : none(); }

QString count(std::uint64_t n) {
  QString digits = QString::number(n);
  for (qsizetype at = digits.size() - 3; at > 0; at -= 3) digits.insert(at, QChar(0x202f));
  return digits;
}

QString bytes(std::uint64_t n) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = double(n);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) value /= 1024, ++unit;
  const int decimals = unit == 0 ? 0 : value < 100 ? 2 : 1;
  return QLocale().toString(value, 'f', decimals) + QChar(0xa0) + QString::fromLatin1(units[unit]);
}

QString signedBytes(std::int64_t n) {
  const QString size = bytes(std::uint64_t(n < 0 ? -n : n));
  return (n < 0 ? QChar(0x2212) : QChar(u'+')) + size;
}

QString mebibytes(std::uint64_t n) { return QLocale().toString(double(n) / 1048576.0, 'f', n < 10486 ? 3 : 2); }
QString bpw(double bits) { return FormatText::tr("%1 bpw").arg(QLocale().toString(bits, 'f', 3)); }
QString decibel(const std::optional<double>& db) { return db ? FormatText::tr("%1 dB").arg(fixed(*db, 1)) : none(); }

QString percent(const std::optional<double>& share, int decimals) {
  return share ? FormatText::tr("%1 %").arg(fixed(*share * 100, decimals)) : none();
}

QString shape(const std::vector<std::uint64_t>& shape) {
  QStringList parts;
  for (const auto n : shape) parts << QString::number(n);
  return parts.isEmpty() ? QStringLiteral("1") : parts.join(QStringLiteral(" × "));
}

QString milliseconds(double seconds) {
  const double ms = seconds * 1000;
  return FormatText::tr("%1 ms").arg(QLocale().toString(ms, 'f', ms < 10 ? 1 : 0));
}

QString remaining(double seconds) {
  if (seconds < 1.5) return FormatText::tr("about 1 s left");
  if (seconds < 90) return FormatText::tr("about %1 s left").arg(std::lround(seconds));
  return FormatText::tr("about %1 min left").arg(std::lround(seconds / 60));
}

QString scheme(const QString& canonical) {
  if (isStored(canonical)) return FormatText::tr("as stored (%1)").arg(canonical.section(u':', 1, 1));
  const qsizetype colon = canonical.indexOf(u':');
  QString name = canonical.left(colon < 0 ? canonical.size() : colon);
  QStringList rest;
  if (colon >= 0)
    for (const QString& part : canonical.mid(colon + 1).split(u',')) {
      const QString value = part.section(u'=', 1);
      if (part.startsWith(QLatin1String("group=")))
        rest << (value == QLatin1String("0") ? QStringLiteral("row") : u'g' + value);
      else if (part.startsWith(QLatin1String("gran=")))
        rest << value;
      else if (!part.startsWith(QLatin1String("bits=")))
        rest << part;
    }
  // The bits show even where they are the default, which the canonical form leaves out.
  const auto parsed = quant::Scheme::parse(canonical.toStdString());
  if (parsed)
    for (const quant::Param& p : parsed->method().params)
      if (p.name == "bits")
        name += (name.back().isDigit() ? QStringLiteral("-") : QString()) + QString::number(parsed->integer("bits"));
  rest.prepend(name);
  return rest.join(QStringLiteral(" · "));
}

QString error(const quant::Error& e) {
  QString text = FormatText::tr("%1: %2: %3").arg(utf8(e.what), utf8(e.where), utf8(e.why));
  if (!e.hint.empty()) text += QStringLiteral("; ") + utf8(e.hint);
  return text;
}

}  // namespace app::format
