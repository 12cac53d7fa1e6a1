#include "app/views/chart_text.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace app {
namespace {

constexpr QChar minus(0x2212);

QString superscript(int exponent) {
  static constexpr char16_t digits[] = u"⁰¹²³⁴⁵⁶⁷⁸⁹";
  QString text;
  for (QChar c : QString::number(std::abs(exponent))) text += QChar(digits[c.digitValue()]);
  return exponent < 0 ? QChar(0x207b) + text : text;
}

QString withMinus(QString text) { return text.replace(QLatin1Char('-'), minus); }

QString scientific(double value, int digits) {
  const QString text = QString::number(value, 'e', std::max(0, digits - 1));
  const auto at = text.indexOf(QLatin1Char('e'));
  const QString factor = text.left(at);
  const int exponent = text.mid(at + 1).toInt();
  return withMinus(factor) + QStringLiteral("×10") + superscript(exponent);
}

}  // namespace

QString tickText(double value, double step) {
  if (value == 0 || std::abs(value) < step * 1e-6) return QStringLiteral("0");
  const double size = std::abs(value);
  if (size >= 1e6 || (step > 0 && step < 1e-5)) {
    const int digits = step > 0 ? int(std::floor(std::log10(size)) - std::floor(std::log10(step))) + 1 : 3;
    return scientific(value, std::clamp(digits, 1, 9));
  }
  const int decimals = step > 0 ? std::max(0, int(-std::floor(std::log10(step) + 1e-9))) : 3;
  return withMinus(QString::number(value, 'f', decimals));
}

QString powerText(int exponent, bool negative) {
  const QString size = exponent == 0   ? QStringLiteral("1")
                       : exponent == 1 ? QStringLiteral("10")
                                       : QStringLiteral("10") + superscript(exponent);
  return negative ? minus + size : size;
}

QString shortText(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return withMinus(QString::number(value));
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 1e6) return scientific(value, digits);
  const int before = int(std::floor(std::log10(size))) + 1;
  return withMinus(QString::number(value, 'f', std::max(0, digits - before)));
}

QString exactText(double value) { return QString::number(value, 'g', QLocale::FloatingPointShortest); }

}  // namespace app
