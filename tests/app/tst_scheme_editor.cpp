// The scheme picker over all methods: controls from metadata, defaults that say nothing, search, typed schemes, the
// page.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>

#include "app/window/method_page.h"
#include "app/window/scheme_editor.h"
#include "app/window/theme.h"
#include "core/methods/scheme.h"
#include "tests/app/fixture.h"

Q_DECLARE_METATYPE(const quant::Method*)

namespace {
QString utf8(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }
}  // namespace

class TestSchemeEditor : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    app::applyTheme(*qApp, app::ThemeKind::light, QStringLiteral("en"));
    workspace_ = std::make_unique<app::Workspace>();
  }
  void init() {
    workspace_->setSchemes({"nf4"});
    editor_ = new app::SchemeEditor(*workspace_);
    editor_->popup(QPoint(10, 10));
    text_ = editor_->findChild<QLineEdit*>("schemes.text");
    search_ = editor_->findChild<QLineEdit*>("schemes.search");
    list_ = editor_->findChild<QListWidget*>("schemes.method");
    verdict_ = editor_->findChild<QLabel*>("schemes.verdict");
    add_ = editor_->findChild<QPushButton*>("schemes.add");
    QVERIFY(text_ && search_ && list_ && verdict_ && add_);
  }
  void cleanup() {
    if (editor_) editor_->close();
    QTRY_VERIFY(!editor_);
  }

  void everyMethod_data() {
    QTest::addColumn<const quant::Method*>("method");
    for (const auto* m : quant::methods()) QTest::newRow(utf8(m->id).toLatin1()) << m;
  }
  void everyMethod() {
    QFETCH(const quant::Method*, method);
    editor_->showMethod(*method);
    QCOMPARE(text_->text(), utf8(method->id));  // untouched controls say nothing
    QVERIFY2(add_->isEnabled() || method->id == "nf4", qPrintable(verdict_->text()));
    for (const quant::Param& p : method->params) {
      auto* control = editor_->findChild<QWidget*>("schemes.param." + utf8(p.name));
      QVERIFY2(control, p.name.data());
      QVERIFY(!control->accessibleName().isEmpty() && !control->toolTip().isEmpty());
    }
    const QString page = editor_->findChild<QLabel*>("schemes.page")->text();
    for (const auto part : {method->when, method->cost, method->fails})
      QVERIFY2(part.empty() || page.contains(utf8(part).toHtmlEscaped()), qPrintable(page));
    QVERIFY(page.contains(app::techniqueTitle(method->technique).toHtmlEscaped()));
    QVERIFY(page.contains("reference"));  // the device that runs everything
    QVERIFY(app::familyTitle(method->family) != utf8(method->family));
  }

  void everyChoiceGivesASchemeOrAReason() {
    for (const auto* m : quant::methods()) {
      editor_->showMethod(*m);
      for (const quant::Param& p : m->params) {
        auto* control = editor_->findChild<QWidget*>("schemes.param." + utf8(p.name));
        if (auto* box = qobject_cast<QComboBox*>(control)) {
          for (int i = 0; i < box->count(); ++i) {
            box->setCurrentIndex(i);
            const auto scheme = quant::Scheme::parse(text_->text().toStdString());
            QVERIFY2(scheme || !verdict_->text().isEmpty(), qPrintable(text_->text()));
          }
        } else if (auto* check = qobject_cast<QCheckBox*>(control)) {
          check->toggle();
          QVERIFY2(text_->text().contains(utf8(p.name)), qPrintable(text_->text()));
        }
        editor_->showMethod(*m);
      }
    }
  }

  void searchNarrowsTheListAndEnterAdds() {
    QTest::keyClicks(search_, "q6_k");
    QCOMPARE(editor_->method()->id, std::string_view("q6_k"));
    int shown = 0;
    for (int i = 0; i < list_->count(); ++i) shown += !list_->item(i)->isHidden();
    QCOMPARE(shown, 2);  // its family's title and itself
    QTest::keyClick(search_, Qt::Key_Return);
    QCOMPARE(workspace_->schemes(), (QStringList{"nf4", "q6_k"}));
    QCOMPARE(workspace_->selection().scheme, QString("q6_k"));
  }

  void wordsOfTheSummaryFindMethodsToo() {
    QTest::keyClicks(search_, "ternary");
    QCOMPARE(editor_->method()->id, std::string_view("bitnet"));
  }

  void aTypedSchemeSetsTheControls() {
    QTest::keyClicks(search_, "rtn:bits=3,group=64,asym");
    QCOMPARE(editor_->method()->id, std::string_view("rtn"));
    QCOMPARE(editor_->findChild<QSpinBox*>("schemes.param.bits")->value(), 3);
    QCOMPARE(editor_->findChild<QLineEdit*>("schemes.param.group")->text(), QString("64"));
    QCOMPARE(editor_->findChild<QComboBox*>("schemes.param.symmetry")->currentText(), QString("asym"));
    QTest::keyClick(search_, Qt::Key_Return);
    QCOMPARE(workspace_->schemes().last(), QString("rtn:asym,bits=3,group=64"));
  }

  void aMistakeSaysWhatIsNear() {
    text_->setText("rtn:bit=4");
    QVERIFY(!add_->isEnabled());
    QVERIFY2(verdict_->text().contains("bits"), qPrintable(verdict_->text()));
    text_->setText("nf4");
    QVERIFY(!add_->isEnabled());
    QVERIFY(verdict_->text().contains("already"));
  }

  void controlsWriteTheText() {
    editor_->showMethod(*quant::find_method("rtn"));
    editor_->findChild<QSpinBox*>("schemes.param.bits")->setValue(5);
    editor_->findChild<QLineEdit*>("schemes.param.group")->setText("32");
    QCOMPARE(text_->text(), QString("rtn:bits=5,group=32"));
    add_->click();
    QCOMPARE(workspace_->schemes().last(), QString("rtn:bits=5,group=32"));
  }

  /// For a person to look at: beside the test program, one picture a theme.
  void picturesAreLeftToLookAt() {
    for (const auto kind : {app::ThemeKind::light, app::ThemeKind::dark}) {
      editor_->setPalette(app::paletteOf(app::Theme::of(kind)));
      editor_->showMethod(*quant::find_method("rtn"));
      QTest::qWait(20);
      const QString name = kind == app::ThemeKind::light ? "scheme_editor.light.png" : "scheme_editor.dark.png";
      QVERIFY(editor_->grab().save(QCoreApplication::applicationDirPath() + "/" + name));
    }
  }

  void theLastSchemeStays() {
    QVERIFY(!editor_->findChild<QPushButton*>("schemes.remove.nf4")->isEnabled());
    workspace_->setSchemes({"nf4", "q8_0"});
    app::SchemeEditor other(*workspace_);
    auto* gone = other.findChild<QPushButton*>("schemes.remove.nf4");
    QVERIFY(gone->isEnabled());
    gone->click();
    QCOMPARE(workspace_->schemes(), QStringList{"q8_0"});
  }

 private:
  std::unique_ptr<app::Workspace> workspace_;
  QPointer<app::SchemeEditor> editor_;
  QLineEdit *text_ = nullptr, *search_ = nullptr;
  QListWidget* list_ = nullptr;
  QLabel* verdict_ = nullptr;
  QPushButton* add_ = nullptr;
};

QTEST_MAIN(TestSchemeEditor)
#include "tst_scheme_editor.moc"
