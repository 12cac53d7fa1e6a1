#include "app/pages/maps_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPushButton>
#include <QStackedLayout>
#include <QStandardItemModel>
#include <algorithm>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/pages/empty_state.h"
#include "app/views/chart_frame.h"
#include "app/views/chart_text.h"
#include "app/views/colour_legend.h"
#include "app/views/figure_row.h"
#include "app/views/heat_map_view.h"
#include "app/views/read_out_line.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr std::uint64_t most_elements = 1u << 24;  // kept one by one: 64 MiB of float32
constexpr std::size_t worst_kept = 500;
constexpr int stored_codes = int(quant::MapView::scale) + 1, views = stored_codes + 2;
constexpr double robust_share = 0.99;
constexpr double element_pixels = 48;

/// What a picture shows of a tensor; `own`: its storage's own codes and scales, whatever the scheme.
quant::Approximation approximation(const Sight::Tensor& tensor, bool own) {
  return own ? quant::Approximation(tensor.w.get()) : tensor.restored();
}

}  // namespace

MapsPage::MapsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, parent),
      stack_(new QStackedLayout(this)),
      empty_(new EmptyState(QStringLiteral("maps"), this)),
      map_(new HeatMapView(this)),
      frame_(new ChartFrame(QStringLiteral("maps.map"), map_, this)),
      legend_(new ColourLegend(this)),
      chain_(new FigureRow(this)),
      what_(new QComboBox(this)),
      reduce_(new QComboBox(this)),
      limits_(new QComboBox(this)),
      fit_(new QPushButton(this)),
      one_(new QPushButton(this)),
      element_(new QPushButton(this)),
      worst_(new QPushButton(this)) {
  const std::pair<QWidget*, const char*> names[] = {
      {map_, "maps.view"},      {what_, "maps.what"},    {reduce_, "maps.reduction"}, {limits_, "maps.limits"},
      {fit_, "maps.fit"},       {one_, "maps.oneToOne"}, {element_, "maps.element"},  {worst_, "maps.nextWorst"},
      {legend_, "maps.legend"}, {chain_, "maps.chain"}};
  for (const auto& [widget, name] : names) widget->setObjectName(QLatin1String(name));
  what_->addItems(QStringList(views));
  reduce_->addItems(QStringList(4));
  limits_->addItems(QStringList(2));
  what_->setCurrentIndex(int(quant::MapView::error));
  for (QWidget* w : std::initializer_list<QWidget*>{what_, reduce_, limits_}) frame_->tools().addWidget(w);
  frame_->tools().addStretch(1);
  for (QPushButton* b : {fit_, one_, element_, worst_}) {
    b->setProperty("quiet", true);
    frame_->tools().addWidget(b);
  }
  frame_->setFooter(legend_);
  frame_->setFooter(chain_);
  auto* body = new QWidget(this);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(3 * grid_px, 2 * grid_px, 3 * grid_px, 2 * grid_px);
  column->addWidget(frame_);
  stack_->addWidget(body);
  stack_->addWidget(empty_);
  empty_->button()->setObjectName(QStringLiteral("maps.open"));
  connectControls();
  retranslate();
}

void MapsPage::connectControls() {
  connect(empty_, &EmptyState::acted, this, [this] { Q_EMIT pageAsked(QStringLiteral("start")); });
  connect(map_, &HeatMapView::readOutChanged, &frame_->readOut(), &ReadOutLine::setText);
  connect(map_, &HeatMapView::viewChanged, this, &MapsPage::startElements);
  connect(map_, &HeatMapView::elementClicked, &workspace(), &Workspace::selectElement);
  for (QComboBox* box : {what_, reduce_}) connect(box, &QComboBox::currentIndexChanged, this, &MapsPage::refresh);
  connect(limits_, &QComboBox::currentIndexChanged, this, [this] { draw(true); });
  connect(fit_, &QPushButton::clicked, map_, &HeatMapView::fit);
  connect(one_, &QPushButton::clicked, this, [this] { map_->zoomTo(1); });
  connect(element_, &QPushButton::clicked, this, [this] { map_->zoomTo(element_pixels); });
  connect(worst_, &QPushButton::clicked, this, [this] { nextWorst(1); });
  const auto renew = [this] {
    if (isVisible()) refresh();
  };
  connect(&workspace(), &Workspace::sourceChanged, this, renew);
  connect(&workspace(), &Workspace::selectionChanged, this, renew);
  frame_->setCaption([this] { return captionOf(workspace(), CaptionOf::scheme); });
  frame_->setTable([this] {
    ChartFrame::Table rows{{tr("row"), tr("RMSE of the row")}};
    if (overview_)
      for (std::size_t r = 0; r < overview_->row_rmse.size(); ++r)
        rows.push_back({QString::number(r), exactText(double(overview_->row_rmse[r]))});
    return rows;
  });
}

void MapsPage::activated() { refresh(); }

/// The tensor on the map, as background work sees it; no source where there is none.
Sight MapsPage::sight() const {
  const Selection& s = workspace().selection();
  return s.tensor < 0 ? Sight() : workspace().sight(ofStorage() ? QString() : s.scheme);
}

void MapsPage::refresh() {
  const bool any = workspace().hasTensors();
  stack_->setCurrentIndex(any ? 0 : 1);
  if (!any) {
    empty_->say(
        tr("Maps of a tensor"),
        tr("Open a model: here stands each tensor as a picture, weights, errors, codes and scales, from the whole "
           "matrix down to one element."),
        tr("Open a model"));
    return;
  }
  const Selection& s = workspace().selection();
  const QString tensor = QStringLiteral("%1/%2/").arg(workspace().sourcePath()).arg(s.tensor);
  const QString key =
      tensor + QStringLiteral("%1/%2/%3").arg(s.scheme).arg(what_->currentIndex()).arg(reduce_->currentIndex());
  map_->setCurrent(s.row, s.col);
  const bool quantized = s.tensor >= 0 && !workspace().tensors()[std::size_t(s.tensor)].quantized.empty();
  for (int i = stored_codes; i < views; ++i)
    qobject_cast<QStandardItemModel*>(what_->model())->item(i)->setEnabled(quantized);
  if (key != key_) {
    const bool same_tensor = key_.startsWith(tensor);
    key_ = key;
    elements_.reset(), elements_job_.reset(), detailing_ = false;
    if (!same_tensor) overview_.reset(), draw(false);
    startOverview();
  }
  startChain();
}

quant::MapView MapsPage::view() const {
  const int index = what_->currentIndex();
  if (!ofStorage()) return quant::MapView(index);
  return index == stored_codes ? quant::MapView::code : quant::MapView::scale;
}

/// The work of one picture.
MapsPage::Reduce MapsPage::reducing(quant::Reduction how, std::uint64_t rows, std::uint64_t cols) const {
  return [seen = sight(), index = workspace().selection().tensor, what = view(), own = ofStorage(), how, rows,
          cols](quant::JobContext& job) -> quant::Result<Grid> {
    QUANT_TRY(tensor, seen.tensor(std::size_t(index)));
    const auto of = approximation(tensor, own);
    QUANT_TRY(map, quant::reduce_map(*tensor.w, of, what, how, rows, cols, seen.devices, job));
    if (own) map.row_rmse.clear(), map.col_rmse.clear();  // it has no error against itself
    return std::make_shared<const quant::MapGrid>(std::move(map));
  };
}

void MapsPage::startOverview() {
  reducing_ = false;
  overview_job_.reset();
  note_.clear();
  if (!sight().source) {
    overview_.reset();
    note_ = workspace().source() ? tr("select a tensor") : tr("the checkpoint of this session is not where it was");
    return draw(false);
  }
  reducing_ = true;
  note_ = tr("reading every element …");
  const QSize most = map_->overviewCells();
  overview_job_ = std::make_unique<RunningJob<Grid>>(
      workspace().jobs().pool(), reducing(reduction(), std::uint64_t(most.height()), std::uint64_t(most.width())));
  overview_job_->then(this, [this](quant::Result<Grid> map) {
    reducing_ = false;
    overview_ = map ? *map : nullptr;
    note_ = map ? QString() : format::error(map.error());
    if (overview_ &&
        std::none_of(overview_->cells.begin(), overview_->cells.end(), [](float x) { return std::isfinite(x); })) {
      overview_.reset();
      note_ =
          view() == quant::MapView::code ? tr("this scheme has no codes of at most 8 bits") : tr("no finite values");
    }
    draw(true);
    startElements();
    Q_EMIT restChanged();
  });
}

/// The elements one by one, once the zoom asks for them and they fit into memory.
void MapsPage::startElements() {
  if (!overview_ || elements_ || detailing_ || !map_->wantsElements()) return;
  if (!workspace().source() || map_->picture().rows * map_->picture().cols > most_elements) return;
  detailing_ = true;
  elements_job_ = std::make_unique<RunningJob<Grid>>(
      workspace().jobs().pool(), reducing(quant::Reduction::peak, map_->picture().rows, map_->picture().cols));
  elements_job_->then(this, [this](quant::Result<Grid> map) {
    detailing_ = false;
    if (map) elements_ = *map;
    draw(true);
    Q_EMIT restChanged();
  });
}

bool MapsPage::isSigned() const {
  if (view() == quant::MapView::scale) return false;
  return reduction() == quant::Reduction::peak || reduction() == quant::Reduction::mean;
}

quant::Reduction MapsPage::reduction() const {
  constexpr quant::Reduction kinds[] = {quant::Reduction::peak, quant::Reduction::max_abs, quant::Reduction::rms,
                                        quant::Reduction::mean};
  return kinds[std::clamp(reduce_->currentIndex(), 0, 3)];
}

QString MapsPage::quantity() const {
  switch (view()) {
    case quant::MapView::weight: return tr("weight w");
    case quant::MapView::value: return tr("restored ŵ");
    case quant::MapView::error: return tr("error ŵ − w");
    case quant::MapView::error_steps: return tr("error in steps Δ");
    case quant::MapView::code: return tr("code");
    case quant::MapView::scale: return tr("scale");
  }
  return {};
}

QString MapsPage::reductionText() const {
  if (!overview_ || (overview_->block_rows == 1 && overview_->block_cols == 1)) return tr("each element");
  const QString block = tr("%1 × %2").arg(overview_->block_rows).arg(overview_->block_cols);
  switch (reduction()) {
    case quant::Reduction::peak: return tr("largest of %1, with its sign").arg(block);
    case quant::Reduction::max_abs: return tr("largest magnitude of %1").arg(block);
    case quant::Reduction::rms: return tr("root mean square of %1").arg(block);
    case quant::Reduction::mean: return tr("mean of %1").arg(block);
  }
  return {};
}

void MapsPage::draw(bool keep_view) {
  const Selection& s = workspace().selection();
  HeatMapPicture picture;
  picture.note = note_;
  if (s.tensor >= 0) {
    const auto& tensor = workspace().tensors()[std::size_t(s.tensor)];
    picture.rows = tensor.matrix().all_rows();
    picture.cols = tensor.matrix().cols;
    frame_->setTitle(tr("%1 of %2").arg(what_->currentText(), format::utf8(tensor.name)));
    const QString under = ofStorage() ? format::utf8(tensor.quantized) : format::scheme(s.scheme);
    frame_->setNote(
        tr("%1 · %2 · all %3 elements").arg(format::shape(tensor.shape), under, format::count(tensor.elements())));
  }
  picture.overview = overview_;
  picture.elements = elements_;
  picture.magnitudes = !isSigned();
  picture.quantity = quantity();
  picture.reduction = reductionText();
  if (overview_) {
    const double full = quant::robust_limit(overview_->cells, 1);
    const double robust = quant::robust_limit(overview_->cells, robust_share);
    const double limit = limits_->currentIndex() == 0 && robust > 0 ? robust : full;
    picture.colours =
        ColourScale(isSigned() ? ColourKind::diverging : ColourKind::sequential, 0, limit, Theme::of(this).isDark());
  }
  map_->show(std::move(picture), keep_view);
  drawLegend();
}

void MapsPage::drawLegend() {
  ColourLegend::Content content;
  const ColourScale& colours = map_->picture().colours;
  content.kind = colours.kind();
  if (overview_) {
    content.ticks = ColourLegend::ticksOf(colours);
    content.above = quant::robust_limit(overview_->cells, 1) > colours.hi();
    content.below = content.above && colours.kind() == ColourKind::diverging;
  }
  content.title = tr("%1, %2").arg(quantity(), reductionText());
  legend_->show(std::move(content));
}

void MapsPage::startChain() {
  const Selection& s = workspace().selection();
  const Sight seen = sight();
  const bool own = ofStorage();
  const QString key = QStringLiteral("%1/%2/%3/%4").arg(s.tensor).arg(own ? QString() : s.scheme).arg(s.row).arg(s.col);
  if (key == chain_key_) return;
  chain_key_ = key;
  chaining_ = false;
  chain_job_.reset();
  if (!seen.source || !(own || seen.restores())) return chain_->show({});
  chaining_ = true;
  using Chain = std::shared_ptr<const quant::ElementChain>;
  chain_job_ = std::make_unique<RunningJob<Chain>>(
      workspace().jobs().pool(), [seen, s, own](quant::JobContext& job) -> quant::Result<Chain> {
        QUANT_TRY(tensor, seen.tensor(std::size_t(s.tensor)));
        const auto of = approximation(tensor, own);
        QUANT_TRY(chain, quant::element_chain(*tensor.w, of, s.row, s.col, job, seen.devices.calibration));
        return std::make_shared<const quant::ElementChain>(chain);
      });
  chain_job_->then(this, [this, row = s.row, col = s.col](quant::Result<Chain> result) {
    chaining_ = false;
    Q_EMIT restChanged();
    if (!result) return chain_->show({});
    const quant::ElementChain& c = **result;
    const auto text = [](std::optional<double> x) { return x ? format::number(*x, 5) : format::none(); };
    const QString code = c.code ? QString::number(*c.code).replace(u'-', QChar(0x2212)) : format::none();
    chain_->show({{tr("row %1, column %2").arg(row).arg(col), text(double(c.value)), tr("The stored weight w.")},
                  {tr("÷ scale"), text(c.scale ? std::optional<double>(*c.scale) : std::nullopt),
                   tr("The step Δ of its region.")},
                  {tr("= before rounding"), text(c.quotient),
                   c.minimum ? tr("(w + minimum %1) ÷ scale").arg(text(double(*c.minimum))) : tr("w ÷ scale")},
                  {tr("code"), c.clipped ? tr("%1, clipped").arg(code) : code,
                   tr("Rounded to a whole number, then kept inside the range.")},
                  {tr("zero point"), text(c.zero ? std::optional<double>(*c.zero) : std::nullopt), {}},
                  {tr("restored"), text(double(c.dequantized)),
                   c.minimum ? tr("scale × code − minimum") : tr("scale × (code − zero)")},
                  {tr("error ŵ − w"), text(c.error), {}},
                  {tr("error in Δ"), text(c.error_steps), tr("Rounding alone stays within ±½.")}});
  });
}

void MapsPage::nextWorst(int by) {
  const Selection& s = workspace().selection();
  const QString key = QStringLiteral("%1/%2/%3").arg(workspace().sourcePath()).arg(s.tensor).arg(s.scheme);
  wanted_step_ = by;
  if (key == worst_key_ && worst_list_) return stepWorst(by);
  worst_key_ = key;
  worst_list_.reset();
  worst_at_ = -1;
  findWorst();
}

void MapsPage::findWorst() {
  const Sight seen = sight();
  if (!seen.source || !seen.restores()) return;
  worst_job_ = std::make_unique<RunningJob<Worst>>(
      workspace().jobs().pool(),
      [seen, index = workspace().selection().tensor](quant::JobContext& job) -> quant::Result<Worst> {
        QUANT_TRY(tensor, seen.tensor(std::size_t(index)));
        QUANT_TRY(list, quant::worst_elements(*tensor.w, tensor.restored(), worst_kept, seen.devices, job));
        return std::make_shared<const std::vector<quant::WorstElement>>(std::move(list));
      });
  worst_job_->then(this, [this](quant::Result<Worst> list) {
    if (!list) return;
    worst_list_ = *list;
    stepWorst(wanted_step_);
  });
}

void MapsPage::stepWorst(int by) {
  if (!worst_list_ || worst_list_->empty()) return;
  const int n = int(worst_list_->size());
  worst_at_ = ((worst_at_ + by) % n + n) % n;
  const auto& at = (*worst_list_)[std::size_t(worst_at_)];
  workspace().selectElement(at.row, at.col);
  map_->reveal(at.row, at.col);
  frame_->readOut().setText(tr("worst %1 of %2 kept: %3").arg(worst_at_ + 1).arg(n).arg(map_->readOut(at.row, at.col)));
}

void MapsPage::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_N) return nextWorst(event->modifiers() & Qt::ShiftModifier ? -1 : 1);
  Page::keyPressEvent(event);
}

void MapsPage::changeEvent(QEvent* event) {
  Page::changeEvent(event);
  if (event->type() == QEvent::LanguageChange) retranslate();
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::LanguageChange) draw(true);
}

void MapsPage::retranslate() {
  const QStringList what{tr("Weights w"), tr("Restored ŵ"), tr("Error ŵ − w"),  tr("Error in steps Δ"),
                         tr("Codes"),     tr("Scales"),     tr("Stored codes"), tr("Stored scales")};
  const QStringList reduce{tr("largest, with sign"), tr("largest magnitude"), tr("root mean square"), tr("mean")};
  const QStringList limits{tr("colours to 99 %"), tr("colours to the largest")};
  for (int i = 0; i < what.size(); ++i) what_->setItemText(i, what[i]);
  for (int i = 0; i < reduce.size(); ++i) reduce_->setItemText(i, reduce[i]);
  for (int i = 0; i < limits.size(); ++i) limits_->setItemText(i, limits[i]);
  what_->setAccessibleName(tr("What the map shows"));
  reduce_->setAccessibleName(tr("What a cell of many elements shows"));
  limits_->setAccessibleName(tr("Limits of the colours"));
  const std::tuple<QPushButton*, QString, QString> buttons[] = {
      {fit_, tr("Whole"), tr("Show the whole tensor (0)")},
      {one_, tr("1 : 1"), tr("One pixel an element")},
      {element_, tr("Element"), tr("Zoom to the current element, with numbers in the cells")},
      {worst_, tr("Next worst"), tr("Go to the element of the next largest error (N); Shift+N goes back")}};
  for (const auto& [button, text, help] : buttons) {
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(text);
  }
  frame_->readOut().setHint(tr("point at the map, click an element; wheel zooms, drag pans, N goes to the next worst"));
}

}  // namespace app
