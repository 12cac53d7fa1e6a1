#include "app/models/tensor_model.h"

#include <QCollator>
#include <algorithm>
#include <cmath>

#include "app/models/format.h"

namespace app {
namespace {

constexpr std::size_t sparkline_bins = 32;
constexpr std::size_t p99_9 = 8;  // index into quant::value_percentiles

bool numeric(int column) {
  return column == TensorModel::Layer || column == TensorModel::Size || column == TensorModel::Sqnr ||
         column == TensorModel::Clip || column == TensorModel::Kurtosis;
}

}  // namespace

TensorModel::TensorModel(Workspace& workspace, QObject* parent) : QAbstractTableModel(parent), workspace_(workspace) {
  connect(&workspace, &Workspace::sourceChanged, this, [this] { span_ = 0, rebuild(); });
  connect(&workspace, &Workspace::rolesChanged, this, &TensorModel::rebuild);
  connect(&workspace, &Workspace::measurementsChanged, this, [this] {
    if (filter_.usesFigures()) return rebuild();
    refresh(Sqnr, Clip);
  });
  connect(&workspace, &Workspace::selectionChanged, this, [this](const Selection& before) {
    if (before.scheme != workspace_.selection().scheme)
      refresh(Sqnr, Clip), Q_EMIT headerDataChanged(Qt::Horizontal, Sqnr, Clip);
  });
  connect(&workspace, &Workspace::planChanged, this, [this] { refresh(Planned, Planned); });
  connect(&workspace, &Workspace::pinsChanged, this, [this] { refresh(Planned, Planned); });
  connect(&workspace, &Workspace::valuesChanged, this, [this](int tensor) {
    // One scale for all, so that a wide tensor looks wide: the widest 99.9 % of the weights met so far.
    const auto values = workspace_.values(tensor);
    const auto& info = workspace_.tensors()[std::size_t(tensor)];
    if (values && quant::is_candidate(info) && values->percentiles[0] && values->percentiles[p99_9])
      span_ = std::max({span_, std::abs(*values->percentiles[0]), std::abs(*values->percentiles[p99_9])});
    refresh(Values, Kurtosis);
  });
  rebuild();
}

int TensorModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(rows_.size()); }
int TensorModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

QVariant TensorModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const int tensor = tensorAt(index.row()), column = index.column();
  switch (role) {
    case Qt::DisplayRole: return text(tensor, column);
    case SortRole: {
      const QVariant n = number(tensor, column);
      return n.isValid() ? n : QVariant(text(tensor, column));
    }
    case BinsRole: return column == Values ? QVariant::fromValue(bins(tensor)) : QVariant();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (numeric(column) ? Qt::AlignRight : Qt::AlignLeft)));
    case Qt::ToolTipRole: {
      if (column == Name) return format::utf8(workspace_.tensors()[std::size_t(tensor)].name);
      const auto* a = current(tensor);
      if ((column == Sqnr || column == Clip) && a && !a->refused.empty())
        return tr("refused: %1").arg(format::utf8(a->refused));
      return {};
    }
    default: return {};
  }
}

const quant::StoredAnalysis* TensorModel::current(int tensor) const {
  return workspace_.analysis(format::utf8(workspace_.tensors()[std::size_t(tensor)].name),
                             workspace_.selection().scheme);
}

QString TensorModel::text(int tensor, int column) const {
  const auto& t = workspace_.tensors()[std::size_t(tensor)];
  switch (column) {
    case Name: return format::utf8(t.name);
    case Role: return format::utf8(t.also.empty() ? t.role : t.role + ", " + t.also);
    case Layer: return t.layer ? QString::number(*t.layer) : QString();
    case Shape: return format::shape(t.shape);
    case DType: return format::utf8(quant::info(t.dtype).name);
    case Size: return format::mebibytes(t.bytes);
    case Values: {
      const auto v = workspace_.values(tensor);
      const auto b = v && v->mean ? bins(tensor) : std::vector<double>{1};
      const bool beyond = std::all_of(b.begin(), b.end(), [](double n) { return n <= 0; });
      return beyond ? tr("around %1").arg(format::number(*v->mean, 2)) : QString();
    }
    case Kurtosis: {
      const auto v = workspace_.values(tensor);
      return v ? format::fixed(v->kurtosis, 1) : QString();
    }
    case Planned: {
      const QString name = format::utf8(t.name), pin = workspace_.pins().value(name);
      const QString planned = workspace_.planned(name);
      return pin.isEmpty() ? format::scheme(planned) : tr("%1 (pinned)").arg(format::scheme(pin));
    }
    default: break;
  }
  const auto* a = current(tensor);
  if (!a) return {};
  if (!a->refused.empty()) return column == Sqnr ? tr("refused") : QString();
  if (column == Sqnr) return a->figures.exact ? tr("exact") : format::decibel(a->figures.sqnr_db);
  return format::percent(a->figures.clip_share);
}

QVariant TensorModel::number(int tensor, int column) const {
  const auto& t = workspace_.tensors()[std::size_t(tensor)];
  const auto* a = column == Sqnr || column == Clip ? current(tensor) : nullptr;
  const auto or_none = [](const std::optional<double>& v) { return v ? QVariant(*v) : QVariant(std::nan("")); };
  switch (column) {
    case Layer: return t.layer ? QVariant(double(*t.layer)) : QVariant(std::nan(""));
    case Shape: return double(t.elements());
    case Size: return double(t.bytes);
    case Sqnr: return a && a->figures.exact ? QVariant(HUGE_VAL) : or_none(a ? a->figures.sqnr_db : std::nullopt);
    case Clip: return or_none(a ? a->figures.clip_share : std::nullopt);
    case Kurtosis: {
      const auto v = workspace_.values(tensor);
      return or_none(v ? v->kurtosis : std::nullopt);
    }
    default: return {};
  }
}

std::vector<double> TensorModel::bins(int tensor) const {
  const auto v = workspace_.values(tensor);
  if (!v || !v->absmax) return {};
  const double half = span_ > 0 ? span_ : *v->absmax;
  return half > 0 ? quant::spread(v->histogram, -half, half, sparkline_bins) : std::vector<double>{};
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (numeric(section) ? Qt::AlignRight : Qt::AlignLeft)));
  const QString scheme = format::scheme(workspace_.selection().scheme);
  if (role == Qt::ToolTipRole) {
    switch (section) {
      case Values:
        return tr("All values in 32 bins over one scale for every row: %1")
            .arg(span_ > 0 ? QStringLiteral("±") + format::number(span_, 3) : format::none());
      case Sqnr: return tr("Signal to quantization noise under %1: 10·log₁₀(Σw² / Σe²)").arg(scheme);
      case Clip: return tr("Share of the elements that %1 clips").arg(scheme);
      case Kurtosis: return tr("Excess kurtosis of the values: 0 for a normal distribution, larger with heavy tails");
      default: return {};
    }
  }
  if (role != Qt::DisplayRole) return {};
  const QString names[] = {tr("Tensor"), tr("Role"), tr("Layer"),   tr("Shape"),    tr("Type"), tr("MiB"),
                           tr("Values"), tr("SQNR"), tr("Clipped"), tr("Kurtosis"), tr("Plan")};
  return names[section];
}

TensorFacts TensorModel::facts(int tensor) const {
  const auto& t = workspace_.tensors()[std::size_t(tensor)];
  TensorFacts f;
  f.name = format::utf8(t.name), f.role = format::utf8(t.role), f.dtype = format::utf8(quant::info(t.dtype).name);
  f.side = format::utf8(t.side);
  f.plan = workspace_.planned(f.name);
  if (const auto* source = workspace_.source(); source && t.file < source->files().size())
    f.file = QString::fromStdString(source->files()[t.file].path.filename().string());
  if (t.layer) f.layer = *t.layer;
  f.bytes = double(t.bytes), f.elements = double(t.elements()), f.rank = double(t.shape.size());
  if (!filter_.usesFigures()) return f;
  if (const auto* a = workspace_.analysis(f.name, f.plan.isEmpty() ? workspace_.selection().scheme : f.plan))
    f.bits = a->figures.bpw;
  if (const auto* a = current(tensor))
    f.mse = a->figures.mse, f.sqnr = a->figures.sqnr_db, f.clip = a->figures.clip_share;
  if (const auto v = workspace_.values(tensor)) f.kurtosis = v->kurtosis;
  return f;
}

void TensorModel::setFilter(const TensorFilter& filter) {
  filter_ = filter;
  rebuild();
}

void TensorModel::rebuild() {
  beginResetModel();
  rows_.clear();
  shown_bytes_ = 0;
  for (int i = 0; i < int(workspace_.tensors().size()); ++i)
    if (filter_.accepts(facts(i))) rows_.push_back(i), shown_bytes_ += workspace_.tensors()[std::size_t(i)].bytes;
  order(rows_);
  endResetModel();
}

void TensorModel::order(std::vector<int>& rows) const {
  if (sort_column_ < 0) return;
  const bool up = sort_order_ == Qt::AscendingOrder;
  // Keys are made once a row; rows without a figure stay at the end in both directions.
  struct Key {
    double number;
    QString text;
  };
  std::vector<Key> keys(workspace_.tensors().size());
  const bool by_number = !rows.empty() && number(rows.front(), sort_column_).isValid();
  for (const int i : rows)
    keys[std::size_t(i)] = by_number ? Key{number(i, sort_column_).toDouble(), {}} : Key{0, text(i, sort_column_)};
  QCollator natural(QLocale(QLocale::English));  // "layers.2" before "layers.10"
  natural.setNumericMode(true);
  std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) {
    const Key &x = keys[std::size_t(a)], &y = keys[std::size_t(b)];
    if (!by_number) return up ? natural.compare(x.text, y.text) < 0 : natural.compare(y.text, x.text) < 0;
    if (std::isnan(x.number) || std::isnan(y.number)) return !std::isnan(x.number) && std::isnan(y.number);
    return up ? x.number < y.number : y.number < x.number;
  });
}

void TensorModel::sort(int column, Qt::SortOrder direction) {
  sort_column_ = column, sort_order_ = direction;
  Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
  const auto before = rows_;
  if (column < 0)
    std::sort(rows_.begin(), rows_.end());
  else
    order(rows_);
  std::vector<int> place(workspace_.tensors().size(), -1);
  for (int row = 0; row < int(rows_.size()); ++row) place[std::size_t(rows_[std::size_t(row)])] = row;
  const QModelIndexList old = persistentIndexList();
  QModelIndexList moved;
  for (const QModelIndex& i : old) moved << index(place[std::size_t(before[std::size_t(i.row())])], i.column());
  changePersistentIndexList(old, moved);
  Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

int TensorModel::rowOf(int tensor) const {
  const auto at = std::find(rows_.begin(), rows_.end(), tensor);
  return at == rows_.end() ? -1 : int(at - rows_.begin());
}

void TensorModel::refresh(int first, int last) {
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, first), index(rowCount() - 1, last));
}

}  // namespace app
