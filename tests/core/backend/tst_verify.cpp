// verify finds what differs and passes what does not.

#include <QTest>

#include "core/backend/verify.h"

using namespace quant;

namespace {

/// The reference with one fault: the last code, the last scale, a sum or a counter.
class FaultyBackend final : public Backend {
 public:
  enum class Fault { none, code, scale, sum, counter, failure, runs_nothing };
  explicit FaultyBackend(Fault fault) : fault_(fault) {}

  const std::string& id() const override { return inner_->id(); }
  const std::string& name() const override { return inner_->name(); }
  std::string kind() const override { return inner_->kind(); }
  bool runs(const RowQuantizer&) const override { return fault_ != Fault::runs_nothing; }
  bool offers(const Method& method) const override { return method.id == "rtn"; }
  std::uint64_t tile_weights() const override { return inner_->tile_weights(); }
  int concurrency(int threads) const override { return inner_->concurrency(threads); }

  Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const override {
    if (fault_ == Fault::failure) return failure(ErrorCode::device, "run", "here", "it is broken", "mend it");
    QUANT_CHECK(inner_->analyze(tile, tasks));
    for (const TileTask& task : tasks) {
      if (task.sums && fault_ == Fault::sum) task.sums->e2 *= 1 + 2e-9;
      if (task.counters && fault_ == Fault::counter) ++task.counters->error.counts[7];
    }
    return {};
  }
  Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    auto q = inner_->quantize(quantizer, tile);
    if (q && fault_ == Fault::code) q->codes.back() ^= 1;
    if (q && fault_ == Fault::scale && !q->scales.empty()) q->scales.back() = std::nextafter(q->scales.back(), 9.0f);
    return q;
  }
  Result<void> values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const override {
    return inner_->values(tile, sums, histogram);
  }

 private:
  Fault fault_;
  std::unique_ptr<Backend> inner_ = make_reference_backend();
};

using Fault = FaultyBackend::Fault;

}  // namespace

class TestVerify : public QObject {
  Q_OBJECT
  // The checks of a device; none where one of them failed.
  static std::vector<Check> held(const Backend& device) {
    JobContext job;
    auto checks = verify(device, *make_reference_backend(), job);
    for (const auto& check : checks) {
      if (check.ok) continue;
      QTest::qFail((check.name + ": " + check.detail).c_str(), __FILE__, __LINE__);
      return {};
    }
    return checks;
  }

 private slots:
  void theReferenceHolds() {
    const auto reference = make_reference_backend();
    const auto checks = held(*reference);
    for (const Method* method : methods()) {
      const auto is_of = [&](const Check& c) { return c.name.substr(0, c.name.find(':')) == method->id; };
      QVERIFY2(std::ranges::any_of(checks, is_of), method->id.data());
    }
  }
  void theCpuHolds() { QVERIFY(held(*make_native_backend()).size() > 1); }

  void faultsAreFound_data() {
    QTest::addColumn<int>("fault");
    QTest::addColumn<QString>("detail");
    QTest::newRow("a wrong code") << int(Fault::code) << "codes";
    QTest::newRow("a scale one ulp off") << int(Fault::scale) << "scales";
    QTest::newRow("a sum 2e-9 off") << int(Fault::sum) << "sum of e^2";
    QTest::newRow("a counter one off") << int(Fault::counter) << "error counts";
    QTest::newRow("a device that fails") << int(Fault::failure) << "it is broken";
    QTest::newRow("an offer without a kernel") << int(Fault::runs_nothing) << "runs no scheme";
  }
  void faultsAreFound() {
    QFETCH(int, fault);
    QFETCH(QString, detail);
    JobContext job;
    const auto reference = make_reference_backend();
    const auto checks = verify(FaultyBackend(Fault(fault)), *reference, job);
    const auto found = std::ranges::find(checks, false, &Check::ok);
    QVERIFY(found != checks.end());
    QVERIFY2(QString::fromStdString(found->detail).contains(detail), found->detail.c_str());
    if (Fault(fault) == Fault::scale) QCOMPARE(found->max_ulp, 1.0);
  }

  void aStoppedJobEndsEarly() {
    std::stop_source stop;
    stop.request_stop();
    JobContext job;
    job.stop = stop.get_token();
    const auto reference = make_reference_backend();
    QCOMPARE(verify(*reference, *reference, job).size(), std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(TestVerify)
#include "tst_verify.moc"
