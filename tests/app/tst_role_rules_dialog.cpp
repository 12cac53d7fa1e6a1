// "Role rules…": edited in the table, judged while typing, applied to the open model, undone.

#include <QAbstractButton>
#include <QAction>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QTableView>
#include <QTreeWidget>

#include "app/pages/page.h"
#include "app/user/role_rules_file.h"
#include "app/window/language.h"
#include "app/window/main_window.h"
#include "app/window/role_rules_dialog.h"
#include "app/window/theme.h"
#include "core/sources/names/roles.h"
#include "tests/app/fixture.h"

using app::RoleRulesDialog, app::RoleRulesModel;

class TestRoleRulesDialog final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    app::applyTheme(*qApp, app::ThemeKind::light, "en");
  }
  void init() {
    workspace_ = std::make_unique<app::Workspace>();
    workspace_->setSchemes({"q8_0"});
    QVERIFY(openAndRest(*workspace_, writeModel(folder_.filePath("model.safetensors"))));
    window_ = std::make_unique<app::MainWindow>(*workspace_);
    window_->showPage("tensors");
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    openDialog();
  }
  void cleanup() {
    window_.reset();
    workspace_.reset();
    QVERIFY(user::remove_role_rules());
  }

  void theTableSaysWhatMatches() {
    QCOMPARE(model().rowCount(), int(quant::role_rules_in_force()->table.roles.size()));
    QCOMPARE(cell("attn_q", RoleRulesModel::Matches), QString("3"));  // the model has three layers
    QCOMPARE(cell("norm", RoleRulesModel::Matches), QString("3"));
    QCOMPARE(cell("attn_k", RoleRulesModel::Matches), QString("0"));
    QCOMPARE(groups(), (QStringList{"Several rules match 0 names", "No rule matches 0 names"}));
    QVERIFY(!button("apply")->isEnabled());
  }

  void anEditIsJudgedAppliedAndUndone() {
    QTest::mouseClick(button("add"), Qt::LeftButton);
    const int row = model().rowCount() - 1;
    type(row, RoleRulesModel::Role, "mine");
    type(row, RoleRulesModel::Pattern, "q_proj$");
    QTRY_COMPARE(cell("mine", RoleRulesModel::Matches), QString("3"));
    QTRY_COMPARE(groups().first(), QString("Several rules match 3 names"));
    QCOMPARE(names().first(), QString("model.layers.0.self_attn.q_proj.weight: attn_q, mine"));
    remove("attn_q");
    QTRY_COMPARE(groups().first(), QString("Several rules match 0 names"));

    QTest::mouseClick(button("apply"), Qt::LeftButton);
    QVERIFY(QFile::exists(file()));
    QCOMPARE(roles(), (QStringList{"mine", "mlp_down", "norm"}));
    QVERIFY(shownRoles().contains("mine"));  // the page follows
    QTRY_VERIFY(!button("apply")->isEnabled());

    QTest::keyClick(dialog_, Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(roles(), (QStringList{"attn_q", "mlp_down", "norm"}));
    QVERIFY(!shownRoles().contains("mine"));
    QVERIFY(!QFile::exists(file()));  // the built-in table needs none
    QTest::keyClick(dialog_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(roles(), (QStringList{"mine", "mlp_down", "norm"}));
    QCOMPARE(workspace_->session()->tensors()->front().role,
             workspace_->tensors().front().role);  // what plans are made from

    QTest::mouseClick(button("reset"), Qt::LeftButton);
    QCOMPARE(roles(), (QStringList{"mine", "mlp_down", "norm"}));  // shown, not applied
    QTest::mouseClick(button("apply"), Qt::LeftButton);
    QCOMPARE(roles(), (QStringList{"attn_q", "mlp_down", "norm"}));
    QVERIFY(!QFile::exists(file()));
  }

  void aFaultIsMarkedOnItsRowAndBlocksApply() {
    const int row = rowOf("attn_v");
    type(row, RoleRulesModel::Pattern, "v_pr[oj");
    QTRY_VERIFY2(cell("attn_v", RoleRulesModel::Matches).contains("byte 4: missing ]"),
                 qPrintable(cell("attn_v", RoleRulesModel::Matches)));
    QVERIFY(!button("apply")->isEnabled());
    QVERIFY(dialog_->findChild<QLabel*>("roles.verdict")->text().startsWith("1 problem"));
    type(row, RoleRulesModel::Pattern, "v_proj$");
    QTRY_VERIFY(button("apply")->isEnabled());
    type(row, RoleRulesModel::Role, "attn_q");
    QTRY_VERIFY(model().index(row, RoleRulesModel::Matches).data().toString().contains("stands twice"));
  }

  void theFilterFollows() {
    auto* filter = window_->findChild<QLineEdit*>("tensors.filter");
    QTest::keyClicks(filter, "role:mine");
    auto* table = window_->findChild<QTableView*>("tensors.table");
    QTRY_COMPARE(table->model()->rowCount(), 0);
    type(rowOf("attn_q"), RoleRulesModel::Role, "mine");
    QTRY_VERIFY(button("apply")->isEnabled());
    QTest::mouseClick(button("apply"), Qt::LeftButton);
    QCOMPARE(table->model()->rowCount(), 3);
  }

  /// For a person to look at: beside the test program.
  void picturesAreLeftToLookAt() {
    type(rowOf("attn_v"), RoleRulesModel::Pattern, "v_pr[oj");
    QTRY_VERIFY(cell("attn_v", RoleRulesModel::Matches).contains("missing"));
    table()->setCurrentIndex(model().index(0, 0));
    QVERIFY(dialog_->grab().save(QCoreApplication::applicationDirPath() + "/role_rules.light.png"));
    app::applyTheme(*qApp, app::ThemeKind::dark, "zh_TW");
    window_->setLanguage("zh_TW");
    QTRY_VERIFY(!window_->findChild<RoleRulesDialog*>());
    window_->editRoleRules();
    dialog_ = window_->findChild<RoleRulesDialog*>();
    QTest::mouseClick(button("add"), Qt::LeftButton);
    type(model().rowCount() - 1, RoleRulesModel::Role, "attn_in");
    type(model().rowCount() - 1, RoleRulesModel::Pattern, "q_proj$");
    QTRY_COMPARE(cell("attn_in", RoleRulesModel::Matches), QString("3"));
    QTest::qWait(50);
    QVERIFY(dialog_->grab().save(QCoreApplication::applicationDirPath() + "/role_rules.dark.png"));
    app::applyTheme(*qApp, app::ThemeKind::light, "en");
    window_->setLanguage("en");
  }

 private:
  void openDialog() {
    for (QAction* menu : window_->menuBar()->actions())
      for (QAction* act : menu->menu()->actions())
        if (act->text() == "Role rules…") act->trigger();
    dialog_ = window_->findChild<RoleRulesDialog*>();
    QVERIFY(dialog_);
    QVERIFY(QTest::qWaitForWindowActive(dialog_));
  }
  QAbstractButton* button(const QString& name) const { return dialog_->findChild<QAbstractButton*>("roles." + name); }
  QTableView* table() const { return dialog_->findChild<QTableView*>("roles.table"); }
  RoleRulesModel& model() const { return *dialog_->findChild<RoleRulesModel*>(); }
  int rowOf(const QString& role) const {
    for (int row = 0; row < model().rowCount(); ++row)
      if (model().index(row, RoleRulesModel::Role).data().toString() == role) return row;
    return -1;
  }
  QString cell(const QString& role, int column) const { return model().index(rowOf(role), column).data().toString(); }
  /// As a person does: into the cell, its text replaced, Enter.
  void type(int row, int column, const QString& text) const {
    const QModelIndex at = model().index(row, column);
    table()->setCurrentIndex(at);
    auto* editor = table()->viewport()->findChild<QLineEdit*>();  // a new rule's is open
    if (!editor) table()->edit(at), editor = table()->viewport()->findChild<QLineEdit*>();
    QVERIFY(editor);
    editor->selectAll();
    QTest::keyClicks(editor, text);
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_VERIFY(!table()->viewport()->findChild<QLineEdit*>());
    QCOMPARE(at.data().toString(), text);
  }
  void remove(const QString& role) const {
    table()->setCurrentIndex(model().index(rowOf(role), 0));
    QTest::mouseClick(button("remove"), Qt::LeftButton);
  }
  QStringList groups() const {
    auto* tree = dialog_->findChild<QTreeWidget*>("roles.names");
    QStringList list;
    for (int i = 0; i < tree->topLevelItemCount(); ++i) list << tree->topLevelItem(i)->text(0);
    return list;
  }
  QStringList names() const {
    auto* first = dialog_->findChild<QTreeWidget*>("roles.names")->topLevelItem(0);
    QStringList list;
    for (int i = 0; i < first->childCount(); ++i) list << first->child(i)->text(0) + ": " + first->child(i)->text(1);
    return list;
  }
  /// Of the workspace, each once.
  QStringList roles() const {
    QStringList list;
    for (const auto& t : workspace_->tensors()) list << QString::fromStdString(t.role);
    list.removeDuplicates();
    list.sort();
    if (list.removeAll("mine")) list.prepend("mine");
    return list;
  }
  QStringList shownRoles() const {
    auto* model = window_->findChild<QTableView*>("tensors.table")->model();
    QStringList list;
    for (int row = 0; row < model->rowCount(); ++row) list << model->index(row, 1).data().toString();
    return list;
  }
  static QString file() { return QString::fromStdString(user::role_rules_file().string()); }

  QTemporaryDir folder_;
  std::unique_ptr<app::Workspace> workspace_;
  std::unique_ptr<app::MainWindow> window_;
  QPointer<RoleRulesDialog> dialog_;
};

QTEST_MAIN(TestRoleRulesDialog)
#include "tst_role_rules_dialog.moc"
