// The tensor table: its model, its filter language, its order.

#include <QAbstractItemModelTester>
#include <QApplication>

#include "app/models/plan_model.h"
#include "app/models/tensor_model.h"
#include "tests/app/fixture.h"

using app::TensorFacts;
using app::TensorFilter;
using app::TensorModel;

class TestTensors final : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    privateFolders();
    QLocale::setDefault(QLocale::c());
    QVERIFY(openAndRest(workspace_, writeModel(folder_.filePath("m.safetensors"), 12, 8)));
  }

  void filtersJoinTheirWordsByAnd_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("nothing typed accepts all") << "" << true;
    QTest::newRow("a word is looked for in the name, in any case") << "DOWN" << true;
    QTest::newRow("both words must be there") << "down q_proj" << false;
    QTest::newRow("a regex searches") << "/layers\\.1\\d\\./" << true;
    QTest::newRow("a regex may hold spaces") << "/a b/" << false;
    QTest::newRow("a key that is a word") << "role:mlp_down" << true;
    QTest::newRow("not this word") << "role!=mlp_down" << false;
    QTest::newRow("a number below") << "bits<5" << true;
    QTest::newRow("a number not below") << "bits<4" << false;
    QTest::newRow("an exponent") << "mse>1e-4" << true;
    QTest::newRow("a size with its unit") << "bytes>=1KiB" << true;
    QTest::newRow("a percentage") << "clip<1%" << true;
    QTest::newRow("what is not measured is not below anything") << "sqnr<100" << false;
  }
  void filtersJoinTheirWordsByAnd() {
    QFETCH(QString, text);
    QFETCH(bool, accepted);
    TensorFacts f;
    f.name = "model.layers.11.mlp.down_proj.weight", f.role = "mlp_down", f.dtype = "F32";
    f.bytes = 1024, f.bits = 4.125, f.mse = 2e-4, f.clip = 0.005;
    std::optional<TensorFilter::Problem> problem;
    const TensorFilter filter = TensorFilter::parse(text, &problem);
    QVERIFY2(!problem, problem ? qPrintable(problem->why) : "");
    QCOMPARE(filter.accepts(f), accepted);
  }

  void aBrokenFilterSaysWhere_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("at");
    QTest::newRow("a bracket that never closes") << "down /a(b/" << 5;
    QTest::newRow("an unknown key") << "colour:red" << 0;
    QTest::newRow("a number that is none") << "layer:1 mse>tiny" << 8;
  }
  void aBrokenFilterSaysWhere() {
    QFETCH(QString, text);
    QFETCH(int, at);
    std::optional<TensorFilter::Problem> problem;
    TensorFilter::parse(text, &problem);
    QVERIFY(problem);
    QCOMPARE(problem->at, at);
    QVERIFY(!problem->why.isEmpty());
  }

  void theModelKeepsQtsRules() {
    TensorModel model(workspace_);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.sort(TensorModel::Size, Qt::DescendingOrder);
    model.setFilter(TensorFilter::parse("q_proj", nullptr));
    model.sort(TensorModel::Name);
    model.sort(-1);
    model.setFilter({});
    workspace_.selectScheme(workspace_.schemes().back());
    QVERIFY(waitForRest(workspace_));
  }

  void rowsSortByNumbersNotByText() {
    TensorModel model(workspace_);
    model.setFilter(TensorFilter::parse("q_proj", nullptr));
    model.sort(TensorModel::Name, Qt::DescendingOrder);
    QCOMPARE(model.index(0, TensorModel::Layer).data().toString(), QString("11"));
    QCOMPARE(model.index(1, TensorModel::Layer).data().toString(), QString("10"));
    QCOMPARE(model.index(2, TensorModel::Layer).data().toString(), QString("9"));
    model.sort(TensorModel::Layer, Qt::AscendingOrder);
    QCOMPARE(model.index(11, TensorModel::Layer).data().toString(), QString("11"));
  }

  void rowsWithoutAFigureStandAtTheEndBothWays() {
    TensorModel model(workspace_);
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
      model.sort(TensorModel::Sqnr, order);
      QVERIFY(!model.index(0, TensorModel::Sqnr).data().toString().isEmpty());
      QVERIFY(model.index(model.rowCount() - 1, TensorModel::Sqnr).data().toString().isEmpty());
    }
  }

  void anAssignmentModelKeepsQtsRules() {
    app::PlanModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto plan = [](const char* scheme) {
      auto p = std::make_shared<quant::Plan>();
      p->objective = 2;
      p->assignments.resize(3);
      for (int i = 0; i < 3; ++i) {
        auto& a = p->assignments[std::size_t(i)];
        a.tensor = "t" + std::to_string(i), a.scheme = i == 2 ? "none" : scheme, a.bytes = 100, a.elements = 200,
        a.cost = i;
      }
      return p;
    };
    model.show(plan("q4_0"));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.without(), 1);
    QCOMPARE(model.index(1, app::PlanModel::Bits).data().toString(), QString("4.000"));
    QCOMPARE(model.index(1, app::PlanModel::Share).data().toString(), QString("50.0 %"));
    model.sort(app::PlanModel::Damage, Qt::DescendingOrder);
    QCOMPARE(model.index(0, 0).data().toString(), QString("t1"));
    model.show(plan("q8_0"));
    QVERIFY(model.index(0, 0).data(app::PlanModel::ChangedRole).toBool());
    QCOMPARE(model.index(0, 0).data().toString(), QString("t1"));
    model.show(nullptr);
    QCOMPARE(model.rowCount(), 0);
  }

 private:
  QTemporaryDir folder_;
  app::Workspace workspace_;
};

int main(int argc, char** argv) {
  privateFolders();
  QApplication application(argc, argv);
  TestTensors test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_tensors.moc"
