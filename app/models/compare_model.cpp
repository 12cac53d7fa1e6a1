#include "app/models/compare_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/models/format.h"
#include "core/methods/scheme.h"
#include "core/stats/theory.h"

namespace app {
namespace {

QString exact(const std::optional<double>& value) {
  return value ? QString::number(*value, 'g', QLocale::FloatingPointShortest) : QString();
}
QString exact(double value) { return exact(std::optional(value)); }

}  // namespace

CompareModel::CompareModel(Workspace& workspace, QObject* parent)
    : QAbstractTableModel(parent), workspace_(workspace) {}

void CompareModel::compare(std::vector<int> tensors) {
  const QStringList& list = workspace_.schemes();
  std::vector<std::string> names;
  for (const QString& scheme : list) names.push_back(scheme.toStdString());
  QStringList tensor_names;
  for (const int t : tensors) tensor_names << format::utf8(workspace_.tensors()[std::size_t(t)].name);
  tensors_ = std::move(tensors);
  current_ = int(list.indexOf(workspace_.selection().scheme));
  auto compared = quant::compare_schemes(
      names, tensors_.size(),
      [&](std::size_t t, std::size_t s) { return workspace_.analysis(tensor_names[qsizetype(t)], list[qsizetype(s)]); },
      current_);
  // The same rows with other figures keep the view as it is: it may be in the middle of a click.
  const bool same = std::equal(compared.begin(), compared.end(), schemes_.begin(), schemes_.end(),
                               [](const auto& a, const auto& b) { return a.scheme == b.scheme; });
  if (same) {
    const auto before = rows_;
    schemes_ = std::move(compared);
    findSteps();
    if (before == ordered()) {
      Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
      return Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    }
  }
  beginResetModel();
  if (!same) schemes_ = std::move(compared);
  findSteps();
  findLooks();
  rows_ = ordered();
  endResetModel();
}

/// The counters of many tensors would have to be read from the session: one tensor's are at hand.
void CompareModel::findSteps() {
  steps_.assign(schemes_.size(), {});
  if (tensors_.size() != 1) return;
  const QString tensor = format::utf8(workspace_.tensors()[std::size_t(tensors_[0])].name);
  for (std::size_t s = 0; s < schemes_.size(); ++s)
    if (schemes_[s].measured > 0)
      if (const auto counters = workspace_.counters(tensor, format::utf8(schemes_[s].scheme)))
        steps_[s] = quant::step_error(*counters);
}

void CompareModel::findLooks() {
  std::vector<const quant::Method*> methods;
  looks_.clear();
  for (const auto& s : schemes_) {
    const auto scheme = quant::Scheme::parse(s.scheme);
    const quant::Method* method = scheme ? &scheme->method() : nullptr;
    const auto at = std::find(methods.begin(), methods.end(), method);
    looks_.push_back(int(at - methods.begin()));
    if (at == methods.end()) methods.push_back(method);
  }
}

std::vector<std::size_t> CompareModel::ordered() const {
  std::vector<std::size_t> rows(schemes_.size());
  std::iota(rows.begin(), rows.end(), std::size_t(0));
  if (sort_column_ < 0) return rows;
  const bool up = sort_order_ == Qt::AscendingOrder;
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    const QVariant x = number(a, sort_column_), y = number(b, sort_column_);
    if (x.isValid() != y.isValid()) return x.isValid();  // without a figure: last, whichever way
    if (x.typeId() == QMetaType::QString) return up ? x.toString() < y.toString() : y.toString() < x.toString();
    return up ? x.toDouble() < y.toDouble() : y.toDouble() < x.toDouble();
  });
  return rows;
}

void CompareModel::sort(int column, Qt::SortOrder order) {
  sort_column_ = column, sort_order_ = order;
  beginResetModel();
  rows_ = ordered();
  endResetModel();
}

int CompareModel::rowOf(const QString& scheme) const {
  for (std::size_t row = 0; row < rows_.size(); ++row)
    if (format::utf8(schemes_[rows_[row]].scheme) == scheme) return int(row);
  return -1;
}

int CompareModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(rows_.size()); }
int CompareModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant CompareModel::number(std::size_t s, int column) const {
  const auto& c = schemes_[s];
  const auto maybe = [](const std::optional<double>& value) { return value ? QVariant(*value) : QVariant(); };
  if (column == Name) return format::utf8(c.scheme);
  if (c.measured == 0) return {};
  switch (column) {
    case Bpw: return c.bpw;
    case Size: return QVariant::fromValue(quint64(c.bytes));
    case Sqnr: return c.sqnr_db ? QVariant(c.sqnr_db->median) : QVariant();
    case BelowBound: return maybe(c.below_bound_db);
    case Rmse: return maybe(c.rmse);
    case StepRms: return steps_[s] ? QVariant(steps_[s]->rms) : QVariant();
    case MaxAbs: return maybe(c.max_abs);
    case P99: return maybe(c.p99_abs);
    case Clip: return maybe(c.clip_share);
    case Entropy: return maybe(c.mean_entropy);
    case Wins: return c.duels > 0 ? QVariant(double(c.wins) / double(c.duels)) : QVariant();
    case Remark: return remark(s);
    default: return {};
  }
}

QString CompareModel::text(std::size_t s, int column) const {
  const auto& c = schemes_[s];
  if (column == Name) return format::scheme(format::utf8(c.scheme));
  if (column == Remark) return remark(s);
  if (c.measured == 0) return format::none();
  switch (column) {
    case Bpw: return format::fixed(c.bpw, 3);
    case Size: return format::bytes(c.bytes);
    case Sqnr:
      return !c.sqnr_db                      ? format::none()
             : std::isinf(c.sqnr_db->median) ? tr("exact")
                                             : format::fixed(c.sqnr_db->median, 2);
    case BelowBound: return format::fixed(c.below_bound_db, 2);
    case Rmse: return format::number(c.rmse, 3);
    case StepRms:
      return !steps_[s] ? format::none()
                        : (steps_[s]->beyond > 0 ? QStringLiteral("≥ ") : QString()) + format::fixed(steps_[s]->rms, 3);
    case MaxAbs: return format::number(c.max_abs, 3);
    case P99: return format::number(c.p99_abs, 3);
    case Clip: return format::percent(c.clip_share);
    case Entropy: return format::fixed(c.mean_entropy, 2);
    case Wins: return c.duels > 0 ? tr("%1 of %2").arg(c.wins).arg(c.duels) : format::none();
    default: return {};
  }
}

QString CompareModel::remark(std::size_t s) const {
  const auto& c = schemes_[s];
  QStringList parts;
  if (c.dominated_by >= 0)
    parts << tr("dominated by %1").arg(format::scheme(format::utf8(schemes_[std::size_t(c.dominated_by)].scheme)));
  if (c.refused > 0)
    parts << (several() ? tr("refused on %1 of %2: %3").arg(c.refused).arg(tensors_.size()).arg(format::utf8(c.reason))
                        : tr("refused: %1").arg(format::utf8(c.reason)));
  if (c.missing > 0)
    parts << (several()                ? tr("%1 of %2 measured").arg(c.measured).arg(tensors_.size())
              : workspace_.measuring() ? tr("being measured…")
                                       : tr("not measured yet"));
  return parts.join(QStringLiteral("; "));
}

QString CompareModel::tip(std::size_t s, int column) const {
  const auto& c = schemes_[s];
  if (column == Name) return format::utf8(c.scheme);
  if (column == Remark) return remark(s);
  if (column == Sqnr && several() && c.sqnr_db)
    return tr("median of %n tensors", nullptr, int(c.measured)) + u'\n' +
           tr("least %1, quartiles %2 and %3, most %4")
               .arg(format::decibel(c.sqnr_db->least), format::decibel(c.sqnr_db->lower),
                    format::decibel(c.sqnr_db->upper), format::decibel(c.sqnr_db->most));
  if (column == StepRms && steps_[s] && steps_[s]->beyond > 0)
    return tr("%1 errors are larger than one step and count as one").arg(format::count(steps_[s]->beyond));
  if (column == Size && c.measured > 0) return format::count(c.bytes) + QStringLiteral(" B");
  return {};
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const std::size_t s = rows_[std::size_t(index.row())];
  switch (role) {
    case Qt::DisplayRole: return text(s, index.column());
    case Qt::ToolTipRole: return tip(s, index.column());
    case Qt::TextAlignmentRole:
      return int(Qt::AlignVCenter |
                 (index.column() == Name || index.column() == Remark ? Qt::AlignLeft : Qt::AlignRight));
    case SortRole: return number(s, index.column());
    case SchemeRole: return format::utf8(schemes_[s].scheme);
    case DimRole: return schemes_[s].dominated_by >= 0 || schemes_[s].measured == 0;
    case LookRole: return looks_[s];
    default: return {};
  }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return int(Qt::AlignVCenter | (section == Name || section == Remark ? Qt::AlignLeft : Qt::AlignRight));
  const bool tip = role == Qt::ToolTipRole;
  if (role != Qt::DisplayRole && !tip) return {};
  const QString current =
      current_ < 0 ? QString() : format::scheme(format::utf8(schemes_[std::size_t(current_)].scheme));
  switch (section) {
    case Name: return tip ? tr("A click selects the scheme everywhere") : tr("scheme");
    case Bpw: return tip ? tr("Real bits per weight: 8 · bytes / weights, scales and padding included") : tr("bpw");
    case Size: return tip ? tr("Bytes with scales, zeros, codebooks and padding") : tr("size");
    case Sqnr:
      return tip ? tr("Signal to noise, 10 log₁₀(Σw² / Σe²) in dB; of several tensors the median") : tr("SQNR, dB");
    case BelowBound:
      return tip ? tr("6.02 · bpw − SQNR: what the rate–distortion bound of Gauss data has ahead of it at this size. "
                      "Scales per group follow spreads that differ, so real weights may come below 0.")
                 : tr("to bound, dB");
    case Rmse: return tip ? tr("Root of the mean squared error, √(Σe²/n)") : tr("RMSE");
    case StepRms:
      return tip ? tr("Root mean square of the error in local steps; even rounding has 1/√12 = 0.289. Of one tensor.")
                 : tr("RMSE/Δ");
    case MaxAbs: return tip ? tr("Largest |ŵ − w|") : tr("max |e|");
    case P99: return tip ? tr("99 % of |e| are below; of several tensors the largest") : tr("99 % |e|");
    case Clip: return tip ? tr("Share of the weights whose code was clipped") : tr("clipped");
    case Entropy:
      return tip ? tr("Entropy of the codes in bits: what ideal compression would leave of them") : tr("entropy");
    case Wins: return tip ? tr("Tensors with less squared error than %1").arg(current) : tr("beats current");
    case Remark:
      return tip ? tr("Dominated: another scheme is no larger and no worse, and better in one") : tr("remark");
    default: return {};
  }
}

QString CompareModel::readOut(std::size_t s) const {
  const auto& c = schemes_[s];
  QStringList parts{format::scheme(format::utf8(c.scheme)), format::bpw(c.bpw)};
  if (c.exact)
    parts << tr("exact");
  else if (c.sqnr_db)
    parts << (several() ? tr("%1 (%2 … %3)")
                              .arg(format::decibel(c.sqnr_db->median), format::fixed(c.sqnr_db->least, 1),
                                   format::fixed(c.sqnr_db->most, 1))
                        : format::decibel(c.sqnr_db->median));
  if (c.below_bound_db) parts << tr("%1 dB to the bound").arg(format::fixed(*c.below_bound_db, 1));
  if (c.rmse) parts << tr("RMSE %1").arg(format::number(*c.rmse, 3));
  if (steps_[s]) parts << tr("%1 Δ").arg(text(s, StepRms));
  if (c.duels > 0)
    parts << tr("beats %1 on %2 of %3")
                 .arg(format::scheme(format::utf8(schemes_[std::size_t(current_)].scheme)))
                 .arg(c.wins)
                 .arg(c.duels);
  if (const QString said = remark(s); !said.isEmpty()) parts << said;
  return parts.join(QStringLiteral("  ·  "));
}

std::vector<QStringList> CompareModel::table() const {
  std::vector<QStringList> rows{{"scheme",
                                 "bits_per_weight",
                                 "bytes",
                                 "weights",
                                 "tensors",
                                 "sqnr_db",
                                 "sqnr_db_least",
                                 "sqnr_db_lower_quartile",
                                 "sqnr_db_upper_quartile",
                                 "sqnr_db_most",
                                 "below_bound_db",
                                 "mse",
                                 "rmse",
                                 "rmse_per_step",
                                 "max_abs",
                                 "p99_abs",
                                 "clip_share",
                                 "code_entropy",
                                 "wins",
                                 "duels",
                                 "dominated_by",
                                 "refused",
                                 "reason"}};
  for (const std::size_t s : rows_) {
    const auto& c = schemes_[s];
    QStringList row{format::utf8(c.scheme)};
    if (c.measured == 0) {
      while (row.size() < rows.front().size() - 2) row << QString();
    } else {
      row << exact(c.bpw) << QString::number(c.bytes) << QString::number(c.elements) << QString::number(c.measured);
      if (c.sqnr_db)
        row << exact(c.sqnr_db->median) << exact(c.sqnr_db->least) << exact(c.sqnr_db->lower) << exact(c.sqnr_db->upper)
            << exact(c.sqnr_db->most);
      else
        row << QString() << QString() << QString() << QString() << QString();
      row << exact(c.below_bound_db) << exact(c.mse) << exact(c.rmse) << (steps_[s] ? exact(steps_[s]->rms) : QString())
          << exact(c.max_abs) << exact(c.p99_abs) << exact(c.clip_share) << exact(c.mean_entropy)
          << QString::number(c.wins) << QString::number(c.duels)
          << (c.dominated_by < 0 ? QString() : format::utf8(schemes_[std::size_t(c.dominated_by)].scheme));
    }
    rows.push_back(row << QString::number(c.refused) << format::utf8(c.reason));
  }
  return rows;
}

}  // namespace app
