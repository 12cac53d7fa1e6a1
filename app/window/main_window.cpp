#include "app/window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QCoreApplication>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "app/jobs/job_list.h"
#include "app/models/format.h"
#include "app/models/history.h"
#include "app/pages/page.h"
#include "app/views/chart_frame.h"
#include "app/window/context_bar.h"
#include "app/window/context_panel.h"
#include "app/window/deep_link.h"
#include "app/window/icons.h"
#include "app/window/language.h"
#include "app/window/message_bar.h"
#include "app/window/rail.h"
#include "app/window/recent.h"
#include "app/window/role_rules_dialog.h"
#include "app/window/scheme_editor.h"
#include "app/window/status_line.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr int history_limit = 200;
constexpr int panel_width = 36 * grid_px;
// What file dialogs show first; content decides, not the ending.
constexpr QLatin1String checkpoints("*.safetensors *.gguf *.onnx *.npy *.npz *.pt *.pth *.bin *.ckpt *.json");

}  // namespace

MainWindow::MainWindow(Workspace& workspace, QWidget* parent) : QMainWindow(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("window"));
  setWindowTitle(QStringLiteral("Quantoscope"));
  setWindowIcon(icon(QStringLiteral("quantoscope"), Qt::white));
  setAcceptDrops(true);
  history_ = new History(workspace, this);
  build();
  buildKeys();
  connectWorkspace();
  resize(1440, 900);
  stack_->setFocus();
}

/// Everything on screen, in the language of now.
void MainWindow::build() {
  rail_ = new Rail(this);
  bar_ = new ContextBar(workspace_, this);
  messages_ = new MessageBar(this);
  stack_ = new QStackedWidget(this);
  stack_->setObjectName(QStringLiteral("window.pages"));
  stack_->setBackgroundRole(QPalette::Base);
  stack_->setAutoFillBackground(true);
  stack_->setFocusPolicy(Qt::ClickFocus);
  panel_ = new ContextPanel(workspace_, this);
  panel_->setFixedWidth(panel_width);
  status_ = new StatusLine(workspace_, this);

  auto* centre = new QWidget(this);
  auto* rows = new QVBoxLayout(centre);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(0);
  auto* columns = new QHBoxLayout;
  columns->setSpacing(0);
  auto* middle = new QVBoxLayout;
  middle->setSpacing(0);
  middle->addWidget(messages_);
  middle->addWidget(stack_, 1);
  columns->addWidget(rail_);
  columns->addLayout(middle, 1);
  columns->addWidget(panel_);
  rows->addWidget(bar_);
  rows->addLayout(columns, 1);
  rows->addWidget(status_);
  setCentralWidget(centre);
  buildMenus();
  connect(rail_, &Rail::chosen, this, [this](const QString& id) { showPage(id); });
  connect(bar_, &ContextBar::openAsked, this, &MainWindow::chooseFile);
  connect(panel_, &ContextPanel::bitsAsked, this,
          [this] { showPage(QStringLiteral("bits"), QStringLiteral("element")); });
}

void MainWindow::connectWorkspace() {
  connect(&workspace_, &Workspace::sourceChanged, this, &MainWindow::sourceArrived);
  connect(&workspace_, &Workspace::selectionChanged, this, &MainWindow::notePlace);
  connect(&workspace_, &Workspace::openFailed, this,
          [this](const QString&, const quant::Error& error) { messages_->showError(error); });
}

/// The state is the workspace's, so that new widgets show it as the former ones did.
void MainWindow::setLanguage(const QString& language) {
  QSettings().setValue(QStringLiteral("language"), language);
  installLanguage(language);
  qApp->setFont(textFont(language));
  const QString page = page_;
  made_.clear();
  if (auto* rules = findChild<RoleRulesDialog*>()) rules->close();  // it speaks the former language
  setMenuBar(new QMenuBar(this));
  build();
  showPage(page);
  if (workspace_.hasTensors()) setWindowTitle(tr("%1 – Quantoscope").arg(workspace_.sourceName()));
}

void MainWindow::buildMenus() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(tr("Open file…"), QKeySequence(Qt::CTRL | Qt::Key_O), this, &MainWindow::chooseFile);
  file->addAction(tr("Open folder…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), this, &MainWindow::chooseFolder);
  QMenu* recent = file->addMenu(tr("Open recent"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] {
    recent->clear();
    for (const RecentFile& f : recentFiles())
      recent->addAction(QDir::toNativeSeparators(f.path), this, [this, path = f.path] { workspace_.open(path); });
    if (recent->isEmpty()) recent->addAction(tr("Nothing yet"))->setEnabled(false);
  });
  file->addAction(tr("Compare with original…"), this, &MainWindow::chooseOriginal);
  file->addSeparator();
  file->addAction(tr("Save session as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), this,
                  &MainWindow::saveSession);
  file->addSeparator();
  file->addAction(tr("Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);

  buildEditMenu();
  QMenu* view = menuBar()->addMenu(tr("&View"));
  for (const PageEntry& page : pages()) {
    const QString id = QString::fromLatin1(page.id);
    view->addAction(QCoreApplication::translate("pages", page.title), QKeySequence(QString::fromLatin1(page.key)), this,
                    [this, id] { showPage(id); });
  }
  view->addSeparator();
  view->addAction(tr("Back"), QKeySequence(Qt::ALT | Qt::Key_Left), this, &MainWindow::back);
  view->addAction(tr("Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), this, &MainWindow::forward);
  view->addSeparator();
  QAction* panel = view->addAction(tr("Context panel"), panel_, &QWidget::setVisible);
  panel->setShortcut(QKeySequence(Qt::Key_F9));
  panel->setCheckable(true);
  panel->setChecked(true);
  QAction* dark = view->addAction(tr("Dark theme"), this, &MainWindow::setTheme);
  dark->setCheckable(true);
  dark->setChecked(Theme::of(this).isDark());
  QMenu* language = view->addMenu(tr("Language"));
  for (const QString& code : languages())
    // Later: the menu that was clicked goes with the former language.
    language->addAction(languageName(code), this,
                        [this, code] { QTimer::singleShot(0, this, [this, code] { setLanguage(code); }); });

  QMenu* analyze = menuBar()->addMenu(tr("&Analyze"));
  analyze->addAction(tr("Analyze all tensors"), QKeySequence(Qt::CTRL | Qt::Key_Return), &workspace_,
                     &Workspace::analyzeAll);
  analyze->addAction(tr("Analyze this tensor"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return), this,
                     [this] { workspace_.analyzeTensor(workspace_.selection().tensor); });
  analyze->addAction(tr("Cancel what runs"), this, [this] { workspace_.jobs().cancelAll(); });
  menuBar()->setObjectName(QStringLiteral("window.menu"));
}

void MainWindow::buildEditMenu() {
  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  undo_ = edit->addAction(tr("Undo"), QKeySequence(Qt::CTRL | Qt::Key_Z), history_, &History::undo);
  redo_ = edit->addAction(tr("Redo"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), history_, &History::redo);
  const auto refresh = [this, undo = undo_, redo = redo_] {
    undo->setEnabled(history_->canUndo());
    redo->setEnabled(history_->canRedo());
  };
  connect(history_, &History::changed, undo_, refresh);
  refresh();
  edit->addSeparator();
  edit->addAction(tr("Copy link"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this, [this] {
    const QString link = linkTo(workspace_, page_);
    QGuiApplication::clipboard()->setText(link);
    status_->say(tr("Copied %1").arg(link));
  });
  edit->addAction(tr("Search anything…"), QKeySequence(Qt::CTRL | Qt::Key_K), this, &MainWindow::searchAnything);
  edit->addSeparator();
  edit->addAction(tr("Role rules…"), this, &MainWindow::editRoleRules);
}

void MainWindow::editRoleRules() {
  if (auto* open = findChild<RoleRulesDialog*>()) return open->raise(), open->activateWindow();
  auto* dialog = new RoleRulesDialog(workspace_, this);
  dialog->addActions({undo_, redo_});  // their keys work there too
  connect(dialog, &RoleRulesDialog::failed, this, [this](const quant::Error& error) { messages_->showError(error); });
  dialog->show();
}

// ── search and links ──

void MainWindow::follow(const QString& link) {
  if (!workspace_.hasTensors()) {
    link_ = link;  // waits for the model that is being opened
    return;
  }
  link_.clear();
  const FollowedLink followed = followLink(workspace_, link);
  if (!followed.page.isEmpty()) showPage(followed.page);
  if (!followed.ignored.isEmpty())
    status_->say(tr("Not known here, left out: %1").arg(followed.ignored.join(QStringLiteral(", "))));
}

std::vector<PaletteEntry> MainWindow::paletteEntries() {
  std::vector<PaletteEntry> entries;
  for (const PageEntry& p : pages()) {
    const QString id = QString::fromLatin1(p.id), key = QString::fromLatin1(p.key);
    entries.push_back({QCoreApplication::translate("pages", p.title),
                       key.isEmpty() ? tr("page") : tr("page, %1").arg(key), [this, id] { showPage(id); }});
  }
  for (const QAction* menu : menuBar()->actions())
    for (QAction* act : menu->menu() ? menu->menu()->actions() : QList<QAction*>()) {
      const QString text = act->text().remove(u'&');
      if (act->isSeparator() || act->menu() || !act->isEnabled() || text.isEmpty()) continue;
      if (std::any_of(entries.begin(), entries.end(), [&](const PaletteEntry& e) { return e.text == text; })) continue;
      const QString key = act->shortcut().toString(QKeySequence::NativeText);
      entries.push_back({text, key.isEmpty() ? tr("act") : tr("act, %1").arg(key), [act] { act->trigger(); }});
    }
  for (const QString& scheme : workspace_.choices())
    entries.push_back({isStored(scheme) ? format::scheme(scheme) : scheme, tr("scheme"),
                       [this, scheme] { workspace_.selectScheme(scheme); }});
  for (const quant::Method* method : quant::methods())
    entries.push_back({QStringLiteral("%1   %2").arg(format::utf8(method->id), format::utf8(method->title)),
                       tr("add a scheme"), [this, method] {
                         auto* editor = new SchemeEditor(workspace_, this);
                         editor->showMethod(*method);
                         editor->popup(bar_->mapToGlobal(QPoint(20 * grid_px, bar_->height())));
                       }});
  for (std::size_t i = 0; i < workspace_.tensors().size(); ++i)
    entries.push_back(
        {format::utf8(workspace_.tensors()[i].name), tr("tensor"), [this, i] { workspace_.selectTensor(int(i)); }});
  return entries;
}

void MainWindow::searchAnything() {
  auto* palette = new CommandPalette(
      paletteEntries(), [this](const QString& link) { follow(link); }, this);
  palette->popup(*this);
}

void MainWindow::buildKeys() {
  const auto key = [this](const QKeySequence& sequence, auto act) {
    auto* shortcut = new QShortcut(sequence, this);
    connect(shortcut, &QShortcut::activated, this, act);
  };
  key(Qt::Key_Escape, [this] { workspace_.jobs().cancelAll(); });
  key(Qt::Key_B, [this] { showPage(QStringLiteral("bits"), QStringLiteral("element")); });
  key(Qt::Key_F6, [this] { cyclePanes(); });
}

Page* MainWindow::page() const { return made_.value(page_); }

void MainWindow::showPage(const QString& id, const QString& argument) {
  const PageEntry* entry = findPage(id);
  if (!entry) return;
  Page*& page = made_[id];
  if (!page) {
    page = entry->make(workspace_, stack_);
    page->setObjectName(QStringLiteral("page.") + id);
    stack_->addWidget(page);
    connect(page, &Page::pageAsked, this, &MainWindow::showPage);
    connect(page, &Page::openAsked, this, [this](bool folder) { folder ? chooseFolder() : chooseFile(); });
    connect(page, &Page::failed, this, [this](const quant::Error& error) { messages_->showError(error); });
    for (const ChartFrame* chart : page->findChildren<ChartFrame*>()) {
      connect(chart, &ChartFrame::failed, this, [this](const quant::Error& error) { messages_->showError(error); });
      connect(chart, &ChartFrame::saved, this, [this](const QString& path) { status_->say(tr("Saved %1").arg(path)); });
    }
  }
  page_ = id;
  rail_->setCurrent(id);
  stack_->setCurrentWidget(page);
  page->activated();
  if (!argument.isEmpty()) page->given(argument);
  notePlace();
  if (id != QLatin1String("start")) workspace_.remember(QStringLiteral("page"), id);
  // The panel speaks of the open model; the start page comes before there is one.
  panel_->setVisible(id != QLatin1String("start"));
}

bool MainWindow::atRest() const {
  const Page* current = page();
  return workspace_.atRest() && panel_->atRest() && (!current || current->atRest());
}

void MainWindow::sourceArrived() {
  messages_->hide();
  if (!link_.isEmpty()) {
    stay_ = true;
    follow(link_);
  }
  setWindowTitle(tr("%1 – Quantoscope").arg(workspace_.sourceName()));
  rememberFile(workspace_.openedPath(), int(workspace_.tensors().size()), workspace_.storedBytes());
  if (workspace_.sourceMissing())
    messages_->showNotice(tr("The checkpoint of this session is not where it was"),
                          tr("%1\nIts measurements and plans are here; histograms in detail and maps need the file.")
                              .arg(workspace_.sourcePath()),
                          tr("Locate…"), [this] {
                            const QString path = QFileDialog::getOpenFileName(this, tr("Locate the checkpoint"));
                            if (!path.isEmpty()) workspace_.relocate(path);
                          });
  offerComparison();
  if (!stay_ && page_ == QLatin1String("start")) {
    const QString kept = workspace_.remembered(QStringLiteral("page"));
    showPage(findPage(kept) ? kept : QStringLiteral("tensors"));
  } else if (Page* current = page()) {
    current->activated();
  }
}

/// A plain model opened after a quantized one may be what that one was made from.
void MainWindow::offerComparison() {
  const QString former = std::exchange(former_, workspace_.openedPath()), now = former_;
  const auto& tensors = workspace_.tensors();
  const bool quantized =
      std::any_of(tensors.begin(), tensors.end(), [](const auto& t) { return !t.quantized.empty(); });
  const bool was_quantized = std::exchange(former_quantized_, quantized);
  if (!was_quantized || quantized || former == now || !workspace_.source()) return;
  messages_->showNotice(tr("Was %1 made from this model?").arg(QFileInfo(former).fileName()),
                        tr("What it stores can be compared with this original, layer by layer."), tr("Compare"),
                        [this, former, now] { workspace_.open(former, now); });
}

void MainWindow::notePlace() {
  if (travelling_) return;
  Place place{page_, workspace_.selection()};
  if (at_ >= 0 && places_[std::size_t(at_)] == place) return;
  places_.resize(std::size_t(at_ + 1));
  places_.push_back(std::move(place));
  if (int(places_.size()) > history_limit) places_.erase(places_.begin());
  at_ = int(places_.size()) - 1;
}

void MainWindow::travel(int step) {
  const int to = at_ + step;
  if (to < 0 || to >= int(places_.size())) return;
  at_ = to;
  const Place place = places_[std::size_t(to)];
  travelling_ = true;
  workspace_.select(place.selection);
  showPage(place.page);
  travelling_ = false;
}

void MainWindow::cyclePanes() {
  QWidget* const panes[] = {rail_, bar_, stack_, panel_, status_};
  const QWidget* focus = QApplication::focusWidget();
  int now = -1;
  for (int i = 0; i < int(std::size(panes)); ++i)
    if (focus && panes[i]->isAncestorOf(focus)) now = i;
  for (int i = 1; i <= int(std::size(panes)); ++i) {
    const QWidget* pane = panes[(now + i) % int(std::size(panes))];
    for (QWidget* child : pane->findChildren<QWidget*>())
      if (child->isVisible() && child->isEnabled() && child->focusPolicy() & Qt::TabFocus)
        return child->setFocus(Qt::TabFocusReason);
  }
}

void MainWindow::setTheme(bool dark) {
  QSettings().setValue(QStringLiteral("theme"), dark ? QStringLiteral("dark") : QStringLiteral("light"));
  qApp->setPalette(paletteOf(Theme::of(dark ? ThemeKind::dark : ThemeKind::light)));
}

// ── files ──

void MainWindow::openPaths(const QStringList& paths, const QString& original) {
  if (paths.isEmpty()) return;
  workspace_.open(paths.front(), original);
  if (paths.size() > 1)
    status_->say(
        tr("%1 is being opened; one model at a time, so %n files were left out.", nullptr, int(paths.size()) - 1)
            .arg(QFileInfo(paths.front()).fileName()));
}

void MainWindow::chooseFile() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open a checkpoint or a session"), {},
                                   tr("Checkpoints and sessions (%1)").arg(checkpoints + QStringLiteral(" *.qscope")) +
                                       QStringLiteral(";;") + tr("All files (*)"));
  if (!path.isEmpty()) workspace_.open(path);
}

void MainWindow::chooseOriginal() {
  if (!workspace_.source()) return workspace_.compareWith({});
  const QString path = QFileDialog::getOpenFileName(
      this, tr("Open the checkpoint that this model was made from"), {},
      tr("Checkpoints (%1)").arg(checkpoints) + QStringLiteral(";;") + tr("All files (*)"));
  if (!path.isEmpty()) workspace_.compareWith(path);
}

void MainWindow::chooseFolder() {
  const QString path = QFileDialog::getExistingDirectory(this, tr("Open a folder that holds a model"));
  if (!path.isEmpty()) workspace_.open(path);
}

void MainWindow::saveSession() {
  QString path = QFileDialog::getSaveFileName(this, tr("Save the session"), {}, tr("Sessions (*.qscope)"));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".qscope"))) path += QLatin1String(".qscope");
  if (const auto saved = workspace_.saveSession(path); !saved)
    messages_->showError(saved.error());
  else
    status_->say(tr("Saved %1; it is kept up to date from now on.").arg(path));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList paths;
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) paths << url.toLocalFile();
  if (paths.isEmpty())
    return messages_->showError({quant::ErrorCode::usage, "cannot open what was dropped", "the drop",
                                 "it names no file of this machine", "drop a file or a folder, or download it first"});
  event->acceptProposedAction();
  openPaths(paths);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  workspace_.jobs().cancelAll();
  event->accept();
}

}  // namespace app
