// Errors weighted by what a layer's inputs are like, from the analysis to plans: by hand, and what a session keeps.
#include <QTest>
#include <cmath>

#include "core/methods/scheme.h"
#include "core/plan/plan.h"
#include "core/sensitivity/cost_model.h"
#include "core/sensitivity/evidence_columns.h"
#include "core/tensor/calibration.h"
#include "tests/support/memory_source.h"

using namespace quant;

namespace {

/// The weights 0.9, −0.35, 0.1, −1.4, 0.35, 0.7, −0.05, 1.0 under four bits are 0.8, −0.4, 0, −1.4, 0.4, 0.8, 0, 1.0
/// (the step is 0.2, ties go to even): squared errors 0.01 0.0025 0.01 0 0.0025 0.01 0.0025 0.
const std::vector<float> worked = {0.9f, -0.35f, 0.1f, -1.4f, 0.35f, 0.7f, -0.05f, 1.0f};
const std::vector<float> moments = {4, 1, 0, 2, 2, 1, 0, 10};
constexpr double weighted = 4 * 0.01 + 0.0025 + 2 * 0.0025 + 0.01;
constexpr double of_moments = 20;

struct Backends {
  std::unique_ptr<Backend> cpu = make_native_backend(), reference = make_reference_backend();
  Devices devices(const Calibration* calibration, int threads = 1) const {
    return {cpu.get(), reference.get(), threads, 0, calibration};
  }
};

Calibration calibration_of(const std::string& name, std::vector<float> values) {
  Calibration c;
  c.set_mean_sq(name, std::move(values));
  return c;
}

std::vector<Scheme> schemes_of(std::initializer_list<const char*> texts) {
  std::vector<Scheme> list;
  for (const auto* text : texts) list.push_back(*Scheme::parse(text));
  return list;
}

bool near(std::optional<double> x, double want, double limit = 1e-6) {
  return x && std::abs(*x - want) <= limit * std::abs(want);
}

}  // namespace

class TestWeighted : public QObject {
  Q_OBJECT

  Backends backends_;

  ErrorFigures figures(const TensorView& view, const Calibration* calibration, const char* scheme = "rtn:bits=4",
                       int threads = 1) {
    JobContext job;
    const auto found = analyze(view, schemes_of({scheme}), backends_.devices(calibration, threads), job);
    if (!found) qFatal("%s", one_line(found.error()).c_str());
    return found->front().figures;
  }

 private Q_SLOTS:
  void theWorkedVector() {
    const auto view = memory_tensor("w", {1, 8}, worked);
    const auto c = calibration_of("w", moments);
    const auto f = figures(*view, &c);
    QVERIFY(near(f.weighted_error, weighted));
    QVERIFY(near(f.weighted_mse, weighted / of_moments));
    QVERIFY(!figures(*view, nullptr).weighted_error);
  }

  void equalMomentsGiveThePlainError() {
    const auto view = memory_tensor("w", {2, 4}, worked);
    const auto c = calibration_of("w", {3, 3, 3, 3});
    const auto f = figures(*view, &c);
    QVERIFY(near(f.weighted_mse, *f.mse, 1e-12));
    QVERIFY(near(f.weighted_error, 3 * 8 * *f.mse, 1e-12));
  }

  /// Both rows are the worked vector; the second expert's moments are all alike.
  void expertsHaveMomentsOfTheirOwn() {
    auto both = worked;
    both.insert(both.end(), worked.begin(), worked.end());
    const auto view = memory_tensor("w", {2, 1, 8}, both);
    auto values = moments;
    values.insert(values.end(), 8, 1.0f);
    const auto own = calibration_of("w", values), shared = calibration_of("w", moments);
    QVERIFY(near(figures(*view, &own).weighted_error, weighted + 0.0375));
    QVERIFY(near(figures(*view, &own).weighted_mse, (weighted + 0.0375) / (of_moments + 8)));
    QVERIFY(near(figures(*view, &shared).weighted_error, 2 * weighted));
    QVERIFY(near(figures(*view, &shared).weighted_mse, weighted / of_moments));
  }

  void weightsThatAreNoNumbersAreLeftOut() {
    auto w = worked;
    w[0] = std::numeric_limits<float>::quiet_NaN();
    const auto view = memory_tensor("w", {1, 8}, w);
    const auto c = calibration_of("w", moments);
    QVERIFY(near(figures(*view, &c).weighted_error, weighted - 4 * 0.01));
  }

  void anotherNumberOfColumnsGivesNothing() {
    const auto view = memory_tensor("w", {1, 8}, worked);
    const auto c = calibration_of("w", {1, 2, 3});
    QVERIFY(!figures(*view, &c).weighted_mse);
  }

  void threadsDoNotChangeTheDigits() {
    test::MemorySource source;
    source.add("w", {1024, 1024});
    const auto view = *source.view(0);
    std::vector<float> a(1024);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = float(i % 13) + 0.5f;
    const auto c = calibration_of("w", a);
    const auto one = figures(*view, &c, "nf4", 1), four = figures(*view, &c, "nf4", 4);
    QCOMPARE(std::bit_cast<std::uint64_t>(*one.weighted_error), std::bit_cast<std::uint64_t>(*four.weighted_error));
  }

  void storedTensorsBesideTheirOriginal() {
    const auto original = memory_tensor("w", {1, 8}, worked);
    const auto stored = memory_tensor("w", {1, 8}, {0.8f, -0.4f, 0, -1.4f, 0.4f, 0.8f, 0, 1.0f});
    const auto c = calibration_of("w", moments);
    JobContext job;
    const auto found = compare(*stored, *original, backends_.devices(&c), job);
    QVERIFY(found && near(found->figures.weighted_mse, weighted / of_moments));
  }

  /// What was measured without moments, or with others, is measured again; the same moments are not.
  void aSessionKnowsItsCalibration() {
    const auto source = test::small_llama();
    const std::vector<std::size_t> some = {0, 3};
    const auto session = *Session::in_memory();
    const auto schemes = schemes_of({"rtn:bits=4"});
    const auto cols = [&](std::size_t i) { return source.tensors()[i].matrix().cols; };
    Calibration first;
    first.set_mean_sq(source.tensors()[0].name, std::vector<float>(cols(0), 1.0f));
    Calibration second = first;
    second.set_mean_sq(source.tensors()[3].name, std::vector<float>(cols(3), 2.0f));
    const auto measured = [&](const Calibration* calibration) {
      JobContext job;
      return measure_sensitivity(source, *session, schemes, some, backends_.devices(calibration), job)->measured;
    };
    QCOMPARE(measured(nullptr), std::uint64_t(2));
    QVERIFY(!cost_model(*session, "imatrix"));
    QCOMPARE(measured(&first), std::uint64_t(1));
    QCOMPARE(measured(&first), std::uint64_t(0));
    QCOMPARE(measured(&second), std::uint64_t(1));
    QCOMPARE(measured(nullptr), std::uint64_t(0));
    const auto rows = *session->analyses();
    QVERIFY(near(rows[1].figures.weighted_error, 2 * double(rows[1].figures.count) * *rows[1].figures.mse, 1e-12));
    QCOMPARE(rows[0].calibration, first.fingerprint(source.tensors()[0].name));
    QVERIFY(rows[0].calibration != rows[1].calibration);
    const auto model = cost_model(*session, "imatrix");
    QVERIFY(model && near(model->cost(rows[1], source.tensors()[3]), *rows[1].figures.weighted_error, 1e-15));
  }

  /// Without a calibration the scheme is refused; with one that does not know the tensor it is the plain variant.
  void aRefusalForWantOfACalibrationIsTriedAgain() {
    test::MemorySource source;
    source.add("w.weight", {4, 64});
    source.add("known.weight", {4, 64});
    const auto session = *Session::in_memory();
    const auto run = [&](const Calibration* calibration) {
      JobContext job;
      return *measure_sensitivity(source, *session, schemes_of({"q4_0:imatrix", "q8_0"}),
                                  std::vector<std::size_t>{0, 1}, backends_.devices(calibration), job);
    };
    QCOMPARE(run(nullptr).refused, std::uint64_t(2));
    const auto c = calibration_of("known.weight", std::vector<float>(64, 1.0f));
    QCOMPARE(run(&c).measured, std::uint64_t(3));  // q8_0 of the tensor that it does not know is as it was
    QCOMPARE(run(&c).measured, std::uint64_t(0));
    QCOMPARE(run(nullptr).reused, std::uint64_t(4));
  }

  void evidenceIsACost_data() {
    QTest::addColumn<bool>("complete");
    QTest::newRow("as it is where it has every pair") << true;
    QTest::newRow("else as the weight of relative errors") << false;
  }
  void evidenceIsACost() {
    QFETCH(bool, complete);
    const auto source = test::small_llama();
    const auto session = *Session::in_memory();
    JobContext job;
    const std::vector<std::size_t> some = {0, 3};
    QVERIFY(measure_sensitivity(source, *session, schemes_of({"q8_0"}), some, backends_.devices(nullptr), job));
    std::vector<Measurement> rows = {{source.tensors()[0].name, "q8_0", "kld", 0.25, "/a/kld.csv"}};
    if (complete) rows.push_back({source.tensors()[3].name, "q8_0", "kld", -0.5, "/a/kld.csv"});
    QVERIFY(session->store_evidence(rows));
    const auto model = cost_model(*session, "kld");
    QVERIFY2(model, model ? "" : one_line(model.error()).c_str());
    const auto pairs = *session->analyses();
    const auto cost = [&](std::size_t i) { return model->cost(pairs[i], source.tensors()[some[i]]); };
    const auto relative = [&](std::size_t i) { return *pairs[i].figures.rel_fro * *pairs[i].figures.rel_fro; };
    QCOMPARE(cost(0), complete ? 0.25 : 0.25 * relative(0));
    QCOMPARE(cost(1), complete ? 0.0 : 0.25 * relative(1));  // negative counts as 0; unknown as the average
  }

  void evidenceOfTwoFilesMustBeNamed() {
    const auto source = test::small_llama();
    const auto session = *Session::in_memory();
    QVERIFY(session->bind(source));
    const auto& name = source.tensors()[0].name;
    QVERIFY(session->store_evidence(std::vector<Measurement>{
        {name, "", "kld", 1, "/a/one.csv"}, {name, "", "kld", 2, "/a/two.csv"}, {name, "", "mse", 3, "/a/one.csv"}}));
    const std::vector<std::string> names = {"kld@one.csv", "kld@two.csv", "mse@one.csv"};
    const auto columns = evidence_columns(*session->evidence());
    for (std::size_t i = 0; i < names.size(); ++i) QCOMPARE(columns[i].name, names[i]);
    QCOMPARE(*columns[1].value(name, "q4_0"), 2.0);
    QVERIFY(!columns[1].value("another", "q4_0"));
    QVERIFY(!cost_model(*session, "kld") &&
            cost_model(*session, "kld").error().hint.find("kld@one.csv") != std::string::npos);
    for (const auto& n : names) QVERIFY(cost_model(*session, n));
    QVERIFY(cost_model(*session, "kdl").error().code == ErrorCode::usage);
  }

  void evidenceStandsBesideMetrics() {
    std::vector<Measurement> rows;
    for (const int i : {1, 2, 3}) {
      const std::string tensor = "t" + std::to_string(i);
      rows.push_back({tensor, "q8_0", "mse", double(i), {}});
      rows.push_back({tensor, "", "mse", double(-i), "/a/other.csv"});
      rows.push_back({tensor, "q4_0", "kld", double(i), "/a/other.csv"});
    }
    const auto pairs = rank_correlations(rows);
    QCOMPARE(pairs.size(), std::size_t(3));
    QCOMPARE(pairs[0].a + "/" + pairs[0].b, std::string("mse/mse@other.csv"));
    QCOMPARE(*pairs[0].spearman, -1.0);
    QCOMPARE(pairs[1].a + "/" + pairs[1].b, std::string("mse/kld"));  // of another scheme: how much a tensor can hurt
    QCOMPARE(*pairs[1].spearman, 1.0);
  }
};

QTEST_APPLESS_MAIN(TestWeighted)
#include "tst_weighted.moc"
