// Names of twenty families of models → role, layer, expert.
#include <QTest>
#include <fstream>

#include "core/base/text.h"
#include "core/sources/names/roles.h"

class TestRoles : public QObject {
  Q_OBJECT

  static quant::TensorInfo assigned(const std::string& name) {
    std::vector<quant::TensorInfo> tensors(1);
    tensors[0].name = name;
    quant::assign_roles(tensors);
    return tensors[0];
  }
  static QString text(std::optional<int> number) { return number ? QString::number(*number) : QString("-"); }

 private slots:
  void everyKnownNameHasItsRole_data() {
    QTest::addColumn<QString>("role");
    QTest::addColumn<QString>("layer");
    QTest::addColumn<QString>("expert");
    std::ifstream table(QUANT_TEST_DATA "/formats/role_names.tsv");
    for (std::string line; std::getline(table, line);) {
      if (line.empty() || line.front() == '#') continue;
      const auto cells = quant::split(line, '\t');
      const auto cell = [&cells](std::size_t i) {
        return QString::fromUtf8(cells[i].data(), static_cast<qsizetype>(cells[i].size()));
      };
      QTest::newRow(qPrintable(cell(0))) << cell(1) << cell(2) << cell(3);
    }
  }
  void everyKnownNameHasItsRole() {
    QFETCH(QString, role);
    QFETCH(QString, layer);
    QFETCH(QString, expert);
    const quant::TensorInfo tensor = assigned(QTest::currentDataTag());
    QCOMPARE(QString::fromStdString(tensor.role), role);
    QCOMPARE(text(tensor.layer), layer);
    QCOMPARE(text(tensor.expert), expert);
  }

  void oddNamesAreOther_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("no name") << "";
    QTest::newRow("only a suffix") << ".weight";
    QTest::newRow("a number beyond all layers") << "model.layers.99999999999999999999.q";
    QTest::newRow("a long name") << QString(100'000, 'a');
  }
  void oddNamesAreOther() {
    QFETCH(QString, name);
    const quant::TensorInfo tensor = assigned(name.toStdString());
    QCOMPARE(tensor.role, std::string("other"));
    QVERIFY(!tensor.layer && !tensor.expert);
  }
};

QTEST_APPLESS_MAIN(TestRoles)
#include "tst_roles.moc"
