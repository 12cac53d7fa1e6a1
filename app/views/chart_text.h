#pragma once
// Numbers as axes write them: true minus signs, powers with superscripts. Other text comes from models/format.

#include <QString>

namespace app {

/// A tick of a linear axis whose ticks are `step` apart: as many decimals as the step needs; 0 = as many as it has.
QString tickText(double value, double step);
/// 10⁻³, −10²; 1 and 10 as such.
QString powerText(int exponent, bool negative);
/// About `digits` digits, plain or as 1.2×10⁻⁵, whichever is shorter to read.
QString shortText(double value, int digits = 3);
/// The shortest text that reads back as the same number, C locale: for copied data.
QString exactText(double value);

}  // namespace app
