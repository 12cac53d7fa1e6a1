#pragma once
// The one home of number formats in the window. Text for people: the locale's signs, true minus, aligned digits.
// What is copied or saved goes through core instead, with full digits and the C locale.

#include <QString>
#include <QStringList>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"

namespace app::format {

/// What stands where there is nothing to show.
inline const QString& none() {
  static const QString dash = QStringLiteral("–");
  return dash;
}

/// `digits` significant digits, as short as they allow: "0.01234", "1.234e−5", "1 234".
QString number(double value, int digits = 4);
QString number(const std::optional<double>& value, int digits = 4);
/// Fixed decimals: columns line up.
QString fixed(double value, int decimals);
QString fixed(const std::optional<double>& value, int decimals);
QString count(std::uint64_t n);                                         ///< "1 204 118"
QString bytes(std::uint64_t n);                                         ///< "6.00 MiB": powers of 1024
QString signedBytes(std::int64_t n);                                    ///< "+0.90 MiB"
QString mebibytes(std::uint64_t n);                                     ///< "6.00", for a column whose title says MiB
QString bpw(double bits);                                               ///< "4.125 bpw"
QString decibel(const std::optional<double>& db);                       ///< "19.8 dB"
QString percent(const std::optional<double>& share, int decimals = 2);  ///< 0.383 → "38.30 %"
QString shape(const std::vector<std::uint64_t>& shape);                 ///< "1024 × 3072"; a scalar is "1"
QString milliseconds(double seconds);                                   ///< "38 ms"
QString remaining(double seconds);                                      ///< "about 40 s left"
/// A canonical scheme in short: "rtn:bits=4,group=128,sym" → "rtn4 · g128 · sym"; "stored:gptq:…" → "as stored (gptq)".
QString scheme(const QString& canonical);
/// The four parts of a failure as one paragraph of plain text.
QString error(const quant::Error& error);
QString utf8(std::string_view text);

}  // namespace app::format
