#include "app/views/axis_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/views/chart_text.h"

namespace app {
namespace {

// 1, 2 or 5 times a power of ten: the smallest of which at most `most` multiples lie in [lo, hi].
double roundStep(double lo, double hi, int most) {
  const double power = std::pow(10, std::floor(std::log10((hi - lo) / std::max(1, most))));
  for (double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    const double step = factor * power;
    if (std::floor(hi / step + 1e-9) - std::ceil(lo / step - 1e-9) < most) return step;
  }
  return 50 * power;
}

QList<AxisTick> linearTicks(double lo, double hi, int most) {
  QList<AxisTick> ticks;
  if (!(hi > lo)) return {{lo, tickText(lo, 0)}};
  const double step = roundStep(lo, hi, most);
  for (double k = std::ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; ++k)
    ticks.append({k * step, tickText(k * step, step)});
  return ticks;
}

// Powers of ten in [lo, hi] (both positive), every n-th so that there are at most `most`.
QList<int> decades(double lo, double hi, int most) {
  const int first = int(std::ceil(std::log10(lo) - 1e-9)), last = int(std::floor(std::log10(hi) + 1e-9));
  const int every = std::max(1, (last - first + std::max(1, most)) / std::max(1, most));
  QList<int> out;
  for (int k = first; k <= last; ++k)
    if (k % every == 0) out.append(k);
  return out;
}

QList<AxisTick> logTicks(double lo, double hi, int most) {
  QList<AxisTick> ticks;
  lo = std::max(lo, std::numeric_limits<double>::min());
  if (!(hi > lo)) return ticks;
  for (int k : decades(lo, hi, most)) ticks.append({std::pow(10, k), powerText(k, false)});
  if (ticks.size() >= 3) return ticks;
  ticks.clear();  // less than three decades: 1, 2, 5 of each
  for (int k = int(std::floor(std::log10(lo))); k <= int(std::ceil(std::log10(hi))); ++k)
    for (double factor : {1.0, 2.0, 5.0}) {
      const double at = factor * std::pow(10, k);
      if (at >= lo * (1 - 1e-9) && at <= hi * (1 + 1e-9)) ticks.append({at, shortText(at)});
    }
  return ticks.size() > 1 && ticks.size() <= std::max(3, most) ? ticks : linearTicks(lo, hi, most);
}

QList<AxisTick> symlogTicks(double lo, double hi, double threshold, int most) {
  const double reach = std::max(std::abs(lo), std::abs(hi));
  if (reach < 3 * threshold) return linearTicks(lo, hi, most);
  QList<AxisTick> ticks;
  const QList<int> powers = decades(5 * threshold, reach, std::max(1, most / 2));
  for (auto k = powers.rbegin(); k != powers.rend(); ++k)
    if (-std::pow(10, *k) >= lo) ticks.append({-std::pow(10, *k), powerText(*k, true)});
  if (lo <= 0 && hi >= 0) ticks.append({0, QStringLiteral("0")});
  for (int k : powers)
    if (std::pow(10, k) <= hi) ticks.append({std::pow(10, k), powerText(k, false)});
  ticks.removeIf([&](const AxisTick& t) { return t.at < lo || t.at > hi; });
  return ticks.size() >= 3 ? ticks : linearTicks(lo, hi, most);
}

}  // namespace

double AxisScale::position(double value) const {
  switch (kind_) {
    case AxisKind::log: return std::log10(std::max(value, std::numeric_limits<double>::min()));
    case AxisKind::symlog: return std::copysign(std::log10(1 + std::abs(value) / threshold_), value);
    case AxisKind::linear: break;
  }
  return value;
}

double AxisScale::value(double position) const {
  switch (kind_) {
    case AxisKind::log: return std::pow(10, position);
    case AxisKind::symlog: return std::copysign((std::pow(10, std::abs(position)) - 1) * threshold_, position);
    case AxisKind::linear: break;
  }
  return position;
}

QList<AxisTick> AxisScale::ticks(double lo, double hi, int most) const {
  switch (kind_) {
    case AxisKind::log: return logTicks(lo, hi, most);
    case AxisKind::symlog: return symlogTicks(lo, hi, threshold_, most);
    case AxisKind::linear: break;
  }
  return linearTicks(lo, hi, most);
}

}  // namespace app
