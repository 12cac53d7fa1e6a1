#include "app/pages/start_page.h"

#include <QDir>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <filesystem>

#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/pages/card.h"
#include "app/window/icons.h"
#include "app/window/recent.h"
#include "app/window/theme.h"
#include "core/base/resources.h"

namespace app {
namespace {

/// The place that says where to drop. The whole window takes drops; this is the sign for it.
class DropArea final : public QWidget {
 public:
  using QWidget::QWidget;

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme& t = Theme::of(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(t.outline, 1.5, Qt::CustomDashLine);
    pen.setDashPattern({5, 4});
    painter.setPen(pen);
    painter.setBrush(t.raised);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 10, 10);
    const int size = 48;
    painter.drawPixmap((width() - size) / 2, 40, iconPixmap(QStringLiteral("open"), t.link, size, devicePixelRatioF()));
  }
};

QLabel* heading(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(scaled(parent->font(), 1.1, QFont::DemiBold));
  return label;
}

QLabel* quiet(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setForegroundRole(QPalette::PlaceholderText);
  label->setWordWrap(true);
  return label;
}

}  // namespace

StartPage::StartPage(Workspace& workspace, QWidget* parent) : Page(workspace, parent) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  auto* scroll = new QScrollArea(this);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidgetResizable(true);
  scroll->viewport()->setAutoFillBackground(false);
  outer->addWidget(scroll);
  auto* page = new QWidget(scroll);
  page->setAutoFillBackground(false);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(6 * grid_px, 5 * grid_px, 6 * grid_px, 3 * grid_px);
  column->setSpacing(grid_px);
  scroll->setWidget(page);

  auto* title = new QLabel(tr("See what quantization does to every weight"), page);
  title->setFont(scaled(font(), 1.9, QFont::DemiBold));
  column->addWidget(title);
  column->addWidget(
      quiet(tr("Open a checkpoint, compare schemes on all of its elements, and get the best bit plan for your budget."),
            page));
  column->addSpacing(3 * grid_px);

  auto* row = new QHBoxLayout;
  row->setSpacing(4 * grid_px);
  row->addWidget(openArea(), 5);
  row->addWidget(cards(), 7);
  column->addLayout(row);
  column->addSpacing(4 * grid_px);

  recent_title_ = heading(tr("Recent"), page);
  column->addWidget(recent_title_);
  recent_ = new QVBoxLayout;
  recent_->setSpacing(0);
  column->addLayout(recent_);

  column->addSpacing(3 * grid_px);
  hints_ = hints(page);
  column->addWidget(hints_);
  column->addStretch(1);
  device_ = quiet({}, page);
  device_->setObjectName(QStringLiteral("start.device"));
  column->addWidget(device_);
  const auto tell = [this] {
    const auto device = this->workspace().device();
    if (device) device_->setText(tr("Device: %1").arg(format::utf8(device->backend->name())));
    device_->setToolTip(this->workspace().deviceText());
  };
  connect(&workspace, &Workspace::devicesChanged, this, tell);
  tell();
}

QWidget* StartPage::hints(QWidget* parent) {
  auto* box = new QWidget(parent);
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4 * grid_px);
  const std::pair<QString, QString> steps[] = {
      {tr("1  Open"), tr("The table of tensors stands there at once; no data is read yet.")},
      {tr("2  Analyze all"),
       tr("Every element under every scheme. Histograms and the sensitivity map fill while it runs.")},
      {tr("3  Plan"),
       tr("Move the budget: the exact best choice of bits follows, with its proof. Save it for your toolchain.")}};
  for (const auto& [name, text] : steps) {
    auto* step = new QVBoxLayout;
    step->setSpacing(4);
    step->addWidget(heading(name, box));
    step->addWidget(quiet(text, box));
    step->addStretch(1);
    row->addLayout(step, 1);
  }
  return box;
}

QWidget* StartPage::openArea() {
  auto* area = new DropArea(this);
  area->setObjectName(QStringLiteral("start.drop"));
  area->setAccessibleName(tr("Drop a file or folder here"));
  auto* column = new QVBoxLayout(area);
  column->setContentsMargins(3 * grid_px, 100, 3 * grid_px, 4 * grid_px);
  column->setSpacing(grid_px);
  auto* title = heading(tr("Drop a file or folder here"), area);
  title->setAlignment(Qt::AlignCenter);
  column->addWidget(title);
  auto* formats = quiet(tr("safetensors and PyTorch (also sharded), GGUF, .npy, .npz, or a .qscope session"), area);
  formats->setAlignment(Qt::AlignCenter);
  column->addWidget(formats);
  column->addSpacing(2 * grid_px);
  auto* buttons = new QHBoxLayout;
  auto* file = new QPushButton(tr("Open file…"), area);
  file->setObjectName(QStringLiteral("start.openFile"));
  file->setAccessibleName(tr("Open file"));
  file->setProperty("accent", true);
  auto* folder = new QPushButton(tr("Open folder…"), area);
  folder->setObjectName(QStringLiteral("start.openFolder"));
  folder->setAccessibleName(tr("Open folder"));
  connect(file, &QPushButton::clicked, this, [this] { Q_EMIT openAsked(false); });
  connect(folder, &QPushButton::clicked, this, [this] { Q_EMIT openAsked(true); });
  buttons->addStretch(1);
  buttons->addWidget(file);
  buttons->addWidget(folder);
  buttons->addStretch(1);
  column->addLayout(buttons);
  column->addStretch(1);
  return area;
}

QWidget* StartPage::cards() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(grid_px);
  auto* cells = new QGridLayout;
  cells->setSpacing(grid_px);
  const auto demo = [&](const QString& id, const QString& title, const QString& text) {
    auto* card = new Card(QStringLiteral("cube"), title, text, box);
    card->setObjectName(QStringLiteral("start.demo.") + id);
    std::error_code none;
    card->setEnabled(std::filesystem::exists(quant::resource_path("demo/" + id.toStdString()), none));
    connect(card, &Card::clicked, this, [this, id] { workspace().openDemo(id); });
    return card;
  };
  const auto lesson = [&](const QString& argument, const QString& title, const QString& text) {
    auto* card = new Card(QStringLiteral("bits"), title, text, box);
    card->setObjectName(QStringLiteral("start.bits.") + argument);
    connect(card, &Card::clicked, this, [this, argument] { Q_EMIT pageAsked(QStringLiteral("bits"), argument); });
    return card;
  };
  column->addWidget(heading(tr("Try it on a real model"), box));
  cells->addWidget(demo(QStringLiteral("llama-small"), tr("Small Llama"),
                        tr("A trained 5 M language model. Map and plan in a few seconds.")),
                   0, 0);
  cells->addWidget(demo(QStringLiteral("minilm"), tr("MiniLM encoder"),
                        tr("Six blocks of a sentence encoder that is used every day.")),
                   0, 1);
  cells->setColumnStretch(0, 1);
  cells->setColumnStretch(1, 1);
  column->addLayout(cells);
  column->addSpacing(2 * grid_px);
  column->addWidget(heading(tr("Learn what a bit does"), box));
  auto* lessons = new QGridLayout;
  lessons->setSpacing(grid_px);
  lessons->addWidget(lesson(QStringLiteral("pi"), tr("π in bits"),
                            tr("The same number in FP64, FP32, BF16, FP16 and below: flip a bit and see it move.")),
                     0, 0);
  lessons->addWidget(
      lesson(QStringLiteral("30.2"), tr("30.2 → 30 → 7"), tr("What INT8 keeps of it, and why INT4 clips it.")), 0, 1);
  lessons->setColumnStretch(0, 1);
  lessons->setColumnStretch(1, 1);
  column->addLayout(lessons);
  column->addStretch(1);
  return box;
}

void StartPage::activated() { fillRecent(); }

void StartPage::fillRecent() {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    item->widget()->deleteLater();
    delete item;
  }
  const auto files = recentFiles();
  recent_title_->setVisible(!files.isEmpty());
  hints_->setVisible(files.size() < 4);  // whoever has opened more knows the way
  for (const RecentFile& file : files.mid(0, 6)) recent_->addWidget(recentRow(file));
}

QWidget* StartPage::recentRow(const RecentFile& file) {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  const QFileInfo info(file.path);
  const bool there = info.exists();
  auto* open = new QPushButton(icon(QStringLiteral("file"), Theme::of(this).muted), info.fileName(), row);
  open->setObjectName(QStringLiteral("start.recent.") + info.fileName());
  open->setAccessibleName(tr("Open %1").arg(info.fileName()));
  open->setToolTip(QDir::toNativeSeparators(file.path));
  open->setProperty("quiet", true);
  open->setEnabled(there);
  connect(open, &QPushButton::clicked, this, [this, path = file.path] { workspace().open(path); });
  auto* folder = quiet(there ? QDir::toNativeSeparators(info.absolutePath()) : tr("not there any more"), row);
  folder->setWordWrap(false);
  auto* note = quiet(tr("%n tensors", nullptr, file.tensors) + QStringLiteral(" · ") + format::bytes(file.bytes), row);
  note->setWordWrap(false);
  auto* when = quiet(QLocale().toString(file.when, QLocale::ShortFormat), row);
  when->setWordWrap(false);
  auto* forget = new QPushButton(icon(QStringLiteral("close"), Theme::of(this).muted), {}, row);
  forget->setObjectName(QStringLiteral("start.forget.") + info.fileName());
  forget->setAccessibleName(tr("Forget %1").arg(info.fileName()));
  forget->setToolTip(forget->accessibleName());
  forget->setProperty("quiet", true);
  forget->setFixedWidth(32);
  connect(forget, &QPushButton::clicked, this, [this, path = file.path] { forgetFile(path), fillRecent(); });
  line->addWidget(open);
  line->addWidget(folder, 1);
  line->addWidget(note);
  line->addSpacing(2 * grid_px);
  line->addWidget(when);
  line->addWidget(forget);
  return row;
}

}  // namespace app
