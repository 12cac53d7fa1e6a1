#pragma once
// A page of the window: one file pair each, one line in pages.cpp.

#include <QWidget>
#include <span>

#include "core/base/result.h"

namespace app {

class Workspace;

/// A page redraws from the workspace when it is shown or when the workspace says that something changed.
class Page : public QWidget {
  Q_OBJECT
 public:
  explicit Page(Workspace& workspace, QWidget* parent = nullptr) : QWidget(parent), workspace_(workspace) {}
  /// Nothing is pending that a picture should wait for.
  virtual bool atRest() const { return true; }
  /// Called when the page becomes the current one: bring what it needs.
  virtual void activated() {}
  /// Called after activated() where another page asked for this one with something to show: "pi", "element".
  virtual void given(const QString& argument) { Q_UNUSED(argument) }

 Q_SIGNALS:
  void restChanged();
  void pageAsked(const QString& id, const QString& argument = {});  ///< show another page
  void openAsked(bool folder);                                      ///< let the user choose a file, or a folder
  void failed(const quant::Error& error);                           ///< show it in the message bar

 protected:
  Workspace& workspace() const { return workspace_; }

 private:
  Workspace& workspace_;
};

/// How the window lists a page. Titles are translated when shown: QT_TRANSLATE_NOOP("pages", …).
struct PageEntry {
  const char* id;     ///< as --page takes it: "histograms"
  const char* title;  ///< untranslated
  const char* icon;   ///< file in resources/icons without ".svg"
  int group;          ///< 0 look, 1 decide, 2 learn, 3 below
  const char* key;    ///< "Ctrl+2" or ""
  Page* (*make)(Workspace& workspace, QWidget* parent);
};

std::span<const PageEntry> pages();
const PageEntry* findPage(const QString& id);

}  // namespace app
