// The way through the window by mouse and keys: start page, demo, table, selection, plan, save.

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QTableView>

#include "app/pages/page.h"
#include "app/pages/plan_page.h"
#include "app/window/main_window.h"
#include "app/window/message_bar.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

using app::MainWindow;
using app::Workspace;

class TestWindow final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    app::applyTheme(*qApp, app::ThemeKind::light, "en");
  }

  void init() {
    // Another shape each time: a model that was seen before comes back with its page and its selection.
    ++runs_;
    model_ = writeModel(folder_.filePath(QStringLiteral("model%1.safetensors").arg(runs_)), 3, 8 + runs_);
    workspace_ = std::make_unique<Workspace>();
    workspace_->setSchemes({"rtn:group=128", "q8_0"});
    window_ = std::make_unique<MainWindow>(*workspace_);
    window_->showPage("start");
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
  }
  void cleanup() {
    window_.reset();
    workspace_.reset();
  }

  void fromTheDemoToASavedPlan() {
    auto* demo = find<QAbstractButton>("start.demo.llama-small");
    QVERIFY2(demo->isEnabled(), "the demo model is missing");
    QTest::mouseClick(demo, Qt::LeftButton);
    QVERIFY(rest());
    QCOMPARE(window_->currentPage(), QString("tensors"));
    auto* table = find<QTableView>("tensors.table");
    QVERIFY(table->model()->rowCount() > 20);
    QTest::mouseClick(find<QAbstractButton>("context.analyze"), Qt::LeftButton);
    QVERIFY(rest());
    QTest::mouseClick(find<QAbstractButton>("rail.plan"), Qt::LeftButton);
    QVERIFY(rest());
    QVERIFY2(workspace_->plan(), "the plan follows from the measurements alone");
    const QString file = folder_.filePath("plan.json");
    qobject_cast<app::PlanPage*>(window_->page())->savePlanTo(file);
    QVERIFY(QFileInfo(file).size() > 1000);
  }

  void everyPageOpensByItsRailEntryAndComesToRest() {
    QVERIFY(openAndRest(*workspace_, model_));
    for (const auto& entry : app::pages()) {
      const QString id = QString::fromLatin1(entry.id);
      QTest::mouseClick(find<QAbstractButton>(qPrintable("rail." + id)), Qt::LeftButton);
      QCOMPARE(window_->currentPage(), id);
      QVERIFY2(rest(), entry.id);
    }
  }

  void openingAModelGoesToItsTable() {
    QVERIFY(openAndRest(*workspace_, model_));
    QCOMPARE(window_->currentPage(), QString("tensors"));
  }

  void aFileDroppedAnywhereOpens() {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(model_)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &enter);
    QVERIFY(enter.isAccepted());
    QSignalSpy opened(workspace_.get(), &Workspace::sourceChanged);
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &drop);
    QVERIFY(opened.wait(10'000));
  }

  void aBadFileSpeaksInTheMessageBarAndNothingIsLost() {
    QVERIFY(openAndRest(*workspace_, model_));
    QFile junk(folder_.filePath("junk.gguf"));
    QVERIFY(junk.open(QIODevice::WriteOnly));
    junk.write("GGUF????");
    junk.close();
    QSignalSpy failed(workspace_.get(), &Workspace::openFailed);
    window_->openPaths({junk.fileName()});
    QVERIFY(failed.wait(10'000));
    QVERIFY(window_->messages().isVisible());
    QVERIFY(window_->messages().text().contains("junk.gguf"));
    QCOMPARE(int(workspace_->tensors().size()), 9);
  }

  void backReturnsToTheFormerSelectionAndPage() {
    QVERIFY(openAndRest(*workspace_, model_));
    const int first = workspace_->selection().tensor, other = workspace_->candidates().back();
    QVERIFY(first != other);
    workspace_->selectTensor(other);
    window_->showPage("bits");
    QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(window_->currentPage(), QString("tensors"));
    QCOMPARE(workspace_->selection().tensor, other);
    QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(workspace_->selection().tensor, first);
    QTest::keyClick(window_.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(workspace_->selection().tensor, other);
  }

  void everyInteractiveWidgetHasANameForTestsAndForReaders() {
    QVERIFY(openAndRest(*workspace_, model_));
    for (const auto& entry : app::pages()) window_->showPage(QString::fromLatin1(entry.id));
    QVERIFY(rest());
    for (const QWidget* w : window_->findChildren<QWidget*>()) {
      const bool interactive = qobject_cast<const QAbstractButton*>(w) || qobject_cast<const QLineEdit*>(w) ||
                               qobject_cast<const QComboBox*>(w) || qobject_cast<const QAbstractSlider*>(w) ||
                               qobject_cast<const QTableView*>(w);
      // Parts that Qt makes inside its own widgets: scroll bars, corner buttons, clear buttons, the popups' lists.
      if (!interactive || w->isHidden() || qobject_cast<const QScrollBar*>(w) || w->objectName().startsWith("qt_") ||
          qobject_cast<const QLineEdit*>(w->parent()) || qobject_cast<const QAbstractItemView*>(w->parent()))
        continue;
      QVERIFY2(!w->objectName().isEmpty(), w->metaObject()->className());
      const auto* button = qobject_cast<const QAbstractButton*>(w);
      QVERIFY2(!w->accessibleName().isEmpty() || (button && !button->text().isEmpty()), qPrintable(w->objectName()));
    }
  }

  void labelsAndButtonsAreNotClipped_data() {
    QTest::addColumn<QSize>("size");
    QTest::newRow("1280 by 720") << QSize(1280, 720);
    QTest::newRow("1440 by 900") << QSize(1440, 900);
  }
  void labelsAndButtonsAreNotClipped() {
    QFETCH(QSize, size);
    QVERIFY(openAndRest(*workspace_, model_));
    workspace_->analyzeAll();
    QVERIFY(rest());
    workspace_->requestPlan("20bpw");
    QVERIFY(rest());
    QVERIFY(workspace_->plan());
    window_->resize(size);
    for (const auto& entry : app::pages()) {
      window_->showPage(QString::fromLatin1(entry.id));
      QVERIFY(rest());
      QApplication::processEvents();  // layouts that are posted
      QCOMPARE(window_->size(), size);
      for (const auto* b : window_->findChildren<QPushButton*>())
        if (b->isVisible() && !b->text().isEmpty())
          QVERIFY2(b->width() >= b->minimumSizeHint().width(),
                   qPrintable(QString::fromLatin1(entry.id) + ": " + b->objectName()));
    }
  }

  void theBudgetSliderPlansWhileItMoves() {
    QVERIFY(openAndRest(*workspace_, model_));
    workspace_->analyzeAll();
    QVERIFY(rest());
    window_->showPage("plan");
    QVERIFY(rest());
    workspace_->requestPlan("20bpw");
    QVERIFY(rest());
    QVERIFY(workspace_->plan());
    auto* slider = find<QSlider>("plan.budgetSlider");
    slider->setValue(0);
    QVERIFY(rest());
    const quint64 smallest = workspace_->plan()->bytes;
    slider->setValue(slider->maximum());
    QVERIFY(rest());
    QVERIFY(workspace_->plan()->bytes > smallest);
    QVERIFY(!workspace_->planError());
  }

 private:
  template <class W>
  W* find(const char* name) {
    auto* widget = window_->findChild<W*>(QString::fromLatin1(name));
    if (!widget) qFatal("no widget %s", name);
    return widget;
  }
  bool rest() {
    return QTest::qWaitFor([this] { return window_->atRest(); }, 30'000);
  }

  QTemporaryDir folder_;
  QString model_;
  int runs_ = 0;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
