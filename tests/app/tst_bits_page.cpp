// The bit lab by mouse and keys. Expected strings: IEEE 754 by the article (π, 30.2 → 30 → 7).

#include <QApplication>
#include <QLabel>
#include <QLineEdit>

#include "app/pages/bits_page.h"
#include "app/views/bit_row.h"
#include "app/window/theme.h"
#include "tests/app/fixture.h"

class TestBitsPage final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { app::applyTheme(*qApp, app::ThemeKind::light, "en"); }
  void init() {
    page_ = std::make_unique<app::BitsPage>(workspace_);
    page_->resize(1000, 800);
    page_->show();
    QVERIFY(QTest::qWaitForWindowExposed(page_.get()));
  }
  void cleanup() { page_.reset(); }

  void piIsTheArticlesThreeStrings() {
    page_->given("pi");
    QCOMPARE(bits("fp64"), QString("0100000000001001001000011111101101010100010001000010110100011000"));
    QCOMPARE(bits("fp32"), QString("01000000010010010000111111011011"));
    QCOMPARE(bits("fp16"), QString("0100001001001000"));
  }

  void thirtyPointTwoBecomesThirtyAndIsClippedToSeven() {
    page_->given("30.2");
    QCOMPARE(row("int8")->layout().value, 30.0);
    QCOMPARE(row("int4")->layout().value, 7.0);
    QVERIFY(row("int4")->layout().clipped);
    QVERIFY(!row("int8")->layout().clipped);
  }

  void aClickFlipsABitAndEveryFormatFollows() {
    page_->given("1");
    app::BitRow* fp32 = row("fp32");
    QTest::mouseClick(fp32, Qt::LeftButton, {}, fp32->cell(0).center());
    QCOMPARE(fp32->layout().value, -1.0);
    QCOMPARE(row("fp64")->layout().value, -1.0);
    QCOMPARE(page_->findChild<QLineEdit*>("bits.value")->text(), QString("-1"));
  }

  void draggingPaintsTheValueOfTheFirstBit() {
    page_->given("0");
    app::BitRow* row16 = row("fp16");
    QTest::mousePress(row16, Qt::LeftButton, {}, row16->cell(6).center());
    for (int bit = 7; bit <= 9; ++bit) QTest::mouseMove(row16, row16->cell(bit).center());
    QTest::mouseRelease(row16, Qt::LeftButton, {}, row16->cell(9).center());
    QVERIFY(bits("fp16").mid(6, 1) == "1");
  }

  void spaceFlipsTheBitUnderTheCursor() {
    page_->given("1");
    app::BitRow* fp16 = row("fp16");
    fp16->setFocus();
    QTest::keyClick(fp16, Qt::Key_Home);
    QTest::keyClick(fp16, Qt::Key_Space);
    QCOMPARE(fp16->layout().value, -1.0);
    QTest::keyClick(fp16, Qt::Key_End);
    QTest::keyClick(fp16, Qt::Key_Space);
    QCOMPARE(fp16->layout().value, -(1.0 + 1.0 / 1024));
  }

  void aHalfTypedNumberKeepsTheLastOne() {
    page_->given("2");
    auto* field = page_->findChild<QLineEdit*>("bits.value");
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, "zwei");
    QVERIFY(page_->findChild<QLabel*>("bits.problem")->isVisible());
    QCOMPARE(row("fp32")->layout().value, 2.0);
  }

  void oddNumbersAreTaken_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("fp32");
    QTest::newRow("a float32 pattern") << "0x40490fdb"
                                       << "01000000010010010000111111011011";
    QTest::newRow("negative zero") << "-0"
                                   << "10000000000000000000000000000000";
    QTest::newRow("the smallest subnormal") << "1e-45"
                                            << "00000000000000000000000000000001";
    QTest::newRow("infinity") << "inf"
                              << "01111111100000000000000000000000";
  }
  void oddNumbersAreTaken() {
    QFETCH(QString, text);
    QFETCH(QString, fp32);
    page_->given(text);
    QCOMPARE(bits("fp32"), fp32);
  }

 private:
  app::BitRow* row(const char* format) {
    return page_->findChild<app::BitRow*>(QStringLiteral("bits.row.") + QLatin1String(format));
  }
  QString bits(const char* format) { return QString::fromStdString(row(format)->layout().bits); }

  app::Workspace workspace_;
  std::unique_ptr<app::BitsPage> page_;
};

int main(int argc, char** argv) {
  privateFolders();
  QApplication application(argc, argv);
  TestBitsPage test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_bits_page.moc"
