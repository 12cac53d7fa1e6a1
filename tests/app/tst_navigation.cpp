// Ways through the window: search, links, undo, another language.

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QTreeWidget>

#include "app/models/history.h"
#include "app/window/command_palette.h"
#include "app/window/deep_link.h"
#include "app/window/language.h"
#include "app/window/main_window.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

class TestNavigation : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QVERIFY(folder_.isValid());
    app::installLanguage(QStringLiteral("en"));
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
    window_ = std::make_unique<app::MainWindow>(*workspace_);
    window_->resize(1200, 760);
    window_->show();
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("m.safetensors"))));
  }

  void fitPrefersWhatBeginsWithTheWord_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("score");
    QTest::newRow("begins") << "maps" << 4;
    QTest::newRow("a word inside begins") << "layer.map" << 3;
    QTest::newRow("stands inside") << "bitmap" << 2;
    QTest::newRow("letters in order") << "mlp.attn_proj" << 1;
    QTest::newRow("not there") << "q8_0" << 0;
  }
  void fitPrefersWhatBeginsWithTheWord() {
    QFETCH(QString, text);
    QFETCH(int, score);
    QCOMPARE(app::fit("map", text), score);
  }

  void searchFindsPagesTensorsAndSchemes() {
    type("compare", "Compare");
    QTRY_COMPARE(window_->currentPage(), QString("compare"));
    type("layers.2.mlp", "model.layers.2.mlp.down_proj.weight");
    QTRY_COMPARE(workspace_->selection().tensor, workspace_->indexOf("model.layers.2.mlp.down_proj.weight"));
    type("q8_0", "q8_0");
    QTRY_COMPARE(workspace_->selection().scheme, QString("q8_0"));
  }

  void aLinkLeadsBack() {
    workspace_->selectTensor(workspace_->indexOf("model.layers.1.self_attn.q_proj.weight"));
    workspace_->selectScheme("nf4");
    workspace_->selectElement(3, 17);
    const QString link = app::linkTo(*workspace_, "maps");
    QCOMPARE(link, QString("qscope:maps?t=model.layers.1.self_attn.q_proj.weight&s=nf4&r=3&c=17&m=mse"));
    const app::Selection wanted = workspace_->selection();
    workspace_->selectTensor(workspace_->candidates()[0]);
    workspace_->selectScheme("q8_0");
    window_->showPage("tensors");
    type(link, link);
    QTRY_COMPARE(window_->currentPage(), QString("maps"));
    QVERIFY(workspace_->selection() == wanted);
  }

  void unknownPartsOfALinkAreNamedAndLeftOut() {
    const auto before = workspace_->selection();
    const auto followed = app::followLink(*workspace_, "qscope:nowhere?t=absent&s=rtn:bit=4&zoom=3&r=99999");
    QVERIFY(followed.page.isEmpty());
    QCOMPARE(followed.ignored.mid(0, 4), (QStringList{"nowhere", "t=absent", "s=rtn:bit=4", "zoom=3"}));
    QCOMPARE(workspace_->selection().tensor, before.tensor);
    QCOMPARE(workspace_->selection().row, quint64(0));
  }

  void aSchemeOfALinkJoinsTheCandidates() {
    app::followLink(*workspace_, "qscope:compare?s=rtn:bits=7,group=64");
    QVERIFY(workspace_->schemes().contains(workspace_->selection().scheme));
    QCOMPARE(workspace_->selection().scheme, QString("rtn:bits=7,group=64"));
  }

  void decisionsAreUndone() {
    workspace_->setSchemes({"q8_0", "nf4"});
    workspace_->analyzeAll();
    QVERIFY(waitForRest(*workspace_));
    workspace_->requestPlan("8bpw");
    QVERIFY(waitForRest(*workspace_));
    QTest::qWait(600);  // a budget counts once the hand is still
    const QString tensor = "model.layers.0.mlp.down_proj.weight";
    workspace_->pin(tensor, "nf4");
    QVERIFY(waitForRest(*workspace_));
    workspace_->setSchemes({"q8_0", "nf4", "q4_0"});
    QVERIFY(waitForRest(*workspace_));
    act("Undo")->trigger();
    QCOMPARE(workspace_->schemes(), (QStringList{"q8_0", "nf4"}));
    QCOMPARE(workspace_->pins().value(tensor), QString("nf4"));
    act("Undo")->trigger();
    QVERIFY(workspace_->pins().isEmpty());
    QCOMPARE(workspace_->budget(), QString("8bpw"));
    act("Undo")->trigger();
    QCOMPARE(workspace_->budget(), QString("4.5bpw"));
    for (int i = 0; i < 3; ++i) act("Redo")->trigger();
    QCOMPARE(workspace_->budget(), QString("8bpw"));
    QCOMPARE(workspace_->pins().value(tensor), QString("nf4"));
    QCOMPARE(workspace_->schemes(), (QStringList{"q8_0", "nf4", "q4_0"}));
    QVERIFY(!act("Redo")->isEnabled());
    QVERIFY(waitForRest(*workspace_));
  }

  void theThemeChangesWhileItRuns() {
    window_->showPage("compare");
    act("Dark theme")->trigger();
    QTRY_VERIFY(app::Theme::of(window_->page()).isDark());
    act("Dark theme")->trigger();
    QTRY_VERIFY(!app::Theme::of(window_->page()).isDark());
  }

  void theLanguageChangesWhileItRuns() {
    window_->showPage("compare");
    const auto selection = workspace_->selection();
    window_->setLanguage(QStringLiteral("zh_TW"));
    QCOMPARE(window_->currentPage(), QString("compare"));
    QVERIFY(workspace_->selection() == selection);
    QTest::qWait(50);
    QStringList menus;
    for (const QAction* menu : window_->menuBar()->actions()) menus << menu->text();
    QVERIFY2(menus.join(' ').contains(u"檔案"), qPrintable(menus.join(' ')));
    window_->setLanguage(QStringLiteral("en"));
    QTest::qWait(50);
    QVERIFY(act("Undo"));
    QCOMPARE(window_->findChildren<QMenuBar*>().size(), 1);
  }

 private:
  /// Opens the search, types, and takes the entry of this text.
  void type(const QString& typed, const QString& wanted) {
    window_->searchAnything();
    auto* palette = window_->findChild<app::CommandPalette*>();
    QVERIFY(palette);
    auto* line = palette->findChild<QLineEdit*>("palette.line");
    QTest::keyClicks(line, typed);
    auto* list = palette->findChild<QTreeWidget*>("palette.list");
    QVERIFY(list->currentItem());
    QCOMPARE(list->currentItem()->text(0), wanted);
    QTest::keyClick(line, Qt::Key_Return);
    QTRY_VERIFY(!window_->findChild<app::CommandPalette*>());
  }
  QAction* act(const QString& text) {
    for (const QAction* menu : window_->menuBar()->actions())
      for (QAction* a : menu->menu()->actions())
        if (a->text() == text) return a;
    return nullptr;
  }
  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::MainWindow> window_;
};

QTEST_MAIN(TestNavigation)
#include "tst_navigation.moc"
