// Metrics by their formulas, and sensitivity runs that measure only what is missing.

#include <QTest>
#include <cmath>

#include "core/methods/scheme.h"
#include "core/sensitivity/metric.h"
#include "tests/support/memory_source.h"

using namespace quant;

namespace {

ErrorFigures figures_of(std::optional<double> mse, std::optional<double> sqnr_db) {
  ErrorFigures f;
  f.count = 8, f.bytes = 6, f.bpw = 6, f.mse = mse, f.sqnr_db = sqnr_db;
  return f;
}

TensorInfo tensor_of(std::vector<std::uint64_t> shape) {
  TensorInfo t;
  t.shape = std::move(shape);
  return t;
}

double cost(const char* id, const ErrorFigures& f) {
  const auto* metric = find_metric(id);
  const auto tensor = tensor_of({2, 4});
  return metric->cost(metric->value(f, tensor), f, tensor);
}

std::vector<Scheme> schemes_of(std::initializer_list<const char*> texts) {
  std::vector<Scheme> list;
  for (const auto* text : texts) list.push_back(*Scheme::parse(text));
  return list;
}

}  // namespace

class TestMetrics : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // On the vector 0.9, −0.35, 0.1, −1.4, 0.35, 0.7, −0.05, 1.0 under 4 bits: n = 8, mse 0.0046875, sqnr 20.8087 dB.
  void costsFollowTheirFormulas() {
    const auto f = figures_of(0.0046875, 20.8087);
    QVERIFY(std::abs(cost("mse", f) - 0.0375) < 1e-15);
    QVERIFY(std::abs(cost("sqnr", f) - 8 * 0.0911101 * 0.0911101) < 1e-6);  // n·rel_fro²
    QVERIFY(std::abs(cost("size", f) - 8 / 4096.0) < 1e-15);
    QVERIFY2(std::abs(cost("imatrix", f) - 0.0375) < 1e-15, "inputs of which nothing is known weigh 1");
    auto weighted = f;
    weighted.weighted_error = 0.0575;
    QCOMPARE(cost("imatrix", weighted), 0.0575);
  }

  void exactSchemesCostNothing() {
    auto f = figures_of(0.0, std::nullopt);
    f.exact = true;
    QCOMPARE(cost("mse", f), 0.0);
    QCOMPARE(cost("sqnr", f), 0.0);
  }

  void undefinedFiguresHaveFiniteCosts() {
    QCOMPARE(cost("mse", figures_of({}, {})), 0.0);    // no element
    QCOMPARE(cost("sqnr", figures_of(0.5, {})), 8.0);  // zeros that were not kept
  }

  void aWrongMetricIsAnsweredByTheNearest() {
    const auto metric = metric_named("sqrn");
    QVERIFY(!metric && metric.error().code == ErrorCode::usage);
    QVERIFY(metric.error().hint.find("sqnr") != std::string::npos);
    QVERIFY(metric_named("mse") && (*metric_named("mse"))->id == "mse");
  }

  void everyMetricSaysWhatItIs() {
    for (const auto* m : metrics()) QVERIFY(!m->title.empty() && !m->formula.empty() && m->value && m->cost);
  }

  void onlyWhatIsMissingIsMeasured() {
    const auto source = test::small_llama();
    auto session = Session::in_memory();
    const auto reference = make_reference_backend();
    const Devices devices{reference.get(), reference.get(), 1, 0};
    const std::vector<std::size_t> some{0, 2, 3};
    JobContext job;
    int calls = 0;
    const auto two = schemes_of({"rtn:bits=4,gran=row,sym", "rtn:bits=8,gran=row,sym"});
    const auto first =
        measure_sensitivity(source, **session, two, some, devices, job, [&](const std::string&) { ++calls; });
    QVERIFY2(first, first ? "" : one_line(first.error()).c_str());
    QVERIFY(first->measured == 6 && first->reused == 0 && calls == 3);
    const auto again = measure_sensitivity(source, **session, two, some, devices, job);
    QVERIFY(again->measured == 0 && again->reused == 6);
    const auto three = schemes_of({"rtn:bits=4,gran=row,sym", "rtn:bits=3,gran=row,sym", "rtn:bits=8,gran=row,sym"});
    const auto more = measure_sensitivity(source, **session, three, some, devices, job);
    QVERIFY(more->measured == 3 && more->reused == 6);
  }

  void rowsStandInFileOrderMetricByMetric() {
    const auto source = test::small_llama();
    auto session = Session::in_memory();
    const auto reference = make_reference_backend();
    const Devices devices{reference.get(), reference.get(), 1, 0};
    JobContext job;
    QVERIFY(measure_sensitivity(source, **session, schemes_of({"rtn:bits=4,gran=row,sym"}),
                                std::vector<std::size_t>{3, 0}, devices, job));
    const auto rows = measurements(**session, metrics());
    QCOMPARE(rows->size(), 2 * metrics().size());
    QCOMPARE((*rows)[0].tensor, source.tensors()[0].name);
    QCOMPARE((*rows)[1].tensor, source.tensors()[3].name);
    QCOMPARE((*rows)[0].metric, "mse");
    QCOMPARE((*rows)[2].metric, "sqnr");
    QVERIFY(*(*rows)[0].value > 0 && *(*rows)[2].value > 10);
  }

  // A scheme that cannot take a tensor: q8_0 stores blocks of 32 along the row.
  void refusedPairsAreNeitherMeasuredNorTriedAgain() {
    test::MemorySource source;
    source.add("odd.weight", {4, 33});
    source.add("even.weight", {4, 64});
    auto session = Session::in_memory();
    const auto reference = make_reference_backend();
    const Devices devices{reference.get(), reference.get(), 1, 0};
    JobContext job;
    const auto schemes = schemes_of({"q8_0"});
    const auto run = measure_sensitivity(source, **session, schemes, std::vector<std::size_t>{0, 1}, devices, job);
    QVERIFY(run && run->measured == 1 && run->refused == 1);
    const auto again = measure_sensitivity(source, **session, schemes, std::vector<std::size_t>{0, 1}, devices, job);
    QVERIFY(again && again->measured == 0 && again->reused == 1 && again->refused == 1);
    const auto rows = measurements(**session, metrics().first(1));
    QVERIFY(rows->size() == 2 && !(*rows)[0].value && (*rows)[1].value);
  }

  void aStopKeepsWhatWasMeasured() {
    const auto source = test::small_llama();
    auto session = Session::in_memory();
    const auto reference = make_reference_backend();
    const Devices devices{reference.get(), reference.get(), 1, 0};
    std::stop_source stop;
    JobContext job;
    job.stop = stop.get_token();
    const auto schemes = schemes_of({"rtn:bits=4,gran=row,sym"});
    const std::vector<std::size_t> all{0, 2, 3, 4};
    const auto run = measure_sensitivity(source, **session, schemes, all, devices, job, [&](const std::string& name) {
      if (name == source.tensors()[2].name) stop.request_stop();
    });
    QVERIFY(!run && run.error().code == ErrorCode::cancelled);
    QCOMPARE((*session)->analyses()->size(), std::size_t(2));
    JobContext fresh;
    QCOMPARE(measure_sensitivity(source, **session, schemes, all, devices, fresh)->measured, std::uint64_t(2));
  }
};

QTEST_APPLESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
