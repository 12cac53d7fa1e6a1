#pragma once
// The window: rail, context bar, pages, context panel, status line. Pages are made when first shown.

#include <QHash>
#include <QMainWindow>
#include <QStringList>
#include <vector>

#include "app/models/workspace.h"
#include "app/window/command_palette.h"

class QAction;
class QStackedWidget;

namespace app {

class ContextBar;
class ContextPanel;
class History;
class MessageBar;
class Page;
class Rail;
class StatusLine;

class MainWindow final : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(Workspace& workspace, QWidget* parent = nullptr);

  /// Shows a page of this id; `argument` goes to Page::given.
  void showPage(const QString& id, const QString& argument = {});
  QString currentPage() const { return page_; }
  Page* page() const;
  /// Keeps the current page when a model is opened, instead of going to its table.
  void stayOnPage() { stay_ = true; }
  /// Opens the first of them; further models are left out with a notice. `original`: what it was made from, or empty.
  void openPaths(const QStringList& paths, const QString& original = {});
  MessageBar& messages() { return *messages_; }
  /// Nothing is running that a picture should wait for.
  bool atRest() const;

  /// Goes to the state that a link names; waits for the model that is being opened.
  void follow(const QString& link);
  void setLanguage(const QString& language);
  void searchAnything();
  void editRoleRules();
  void chooseFile();
  void chooseFolder();
  void chooseOriginal();
  void saveSession();
  void back() { travel(-1); }
  void forward() { travel(+1); }

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  struct Place {
    QString page;
    Selection selection;
    friend bool operator==(const Place&, const Place&) = default;
  };
  void build();
  void buildMenus();
  void buildEditMenu();
  std::vector<PaletteEntry> paletteEntries();
  void buildKeys();
  void connectWorkspace();
  void sourceArrived();
  void offerComparison();
  void notePlace();
  void travel(int step);
  void cyclePanes();
  void setTheme(bool dark);

  Workspace& workspace_;
  Rail* rail_;
  ContextBar* bar_;
  MessageBar* messages_;
  QStackedWidget* stack_;
  ContextPanel* panel_;
  StatusLine* status_;
  History* history_;
  QAction *undo_ = nullptr, *redo_ = nullptr;
  QHash<QString, Page*> made_;
  QString page_;
  QString link_;  ///< to be followed once a model is open
  bool stay_ = false;
  QString former_;  ///< what was opened last
  bool former_quantized_ = false;
  std::vector<Place> places_;  ///< like a browser's history
  int at_ = -1;
  bool travelling_ = false;
};

}  // namespace app
