#pragma once
// From values to positions along an axis and back: linear, logarithmic, symmetric logarithmic; and where ticks stand.

#include <QList>
#include <QString>

namespace app {

enum class AxisKind { linear, log, symlog };

struct AxisTick {
  double at = 0;  ///< value, not position
  QString text;
};

/// A monotone map. Positions are values (linear), decades (log), or decades beyond the threshold with a linear middle
/// (symlog: sign(x)·log10(1 + |x|/threshold)).
class AxisScale {
 public:
  AxisScale() = default;
  explicit AxisScale(AxisKind kind, double threshold = 1) : kind_(kind), threshold_(threshold > 0 ? threshold : 1) {}

  AxisKind kind() const { return kind_; }
  double threshold() const { return threshold_; }
  /// Log: values at or below zero go to the position of the smallest positive double.
  double position(double value) const;
  double value(double position) const;

  /// At most `most` round values in [lo, hi], ascending, with their texts. Texts of one axis differ from one another.
  QList<AxisTick> ticks(double lo, double hi, int most) const;

  friend bool operator==(const AxisScale&, const AxisScale&) = default;

 private:
  AxisKind kind_ = AxisKind::linear;
  double threshold_ = 1;
};

}  // namespace app
