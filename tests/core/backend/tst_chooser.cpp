#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "core/backend/bench/bench.h"
#include "core/backend/chooser.h"
#include "core/base/file.h"

using namespace quant;

namespace {

/// Lists one device that cannot be made, and counts how often it is asked.
class FakeProvider final : public DeviceProvider {
 public:
  explicit FakeProvider(bool works, std::string kind = "gpu") : works_(works), kind_(std::move(kind)) {}

  std::vector<DeviceEntry> list() const override {
    ++asked;
    DeviceEntry e;
    e.id = "opencl:0", e.name = "Fake " + kind_, e.kind = kind_, e.available = true;
    return {e};
  }
  Result<std::unique_ptr<Backend>> make(const std::string& id) const override {
    ++asked, ++made;
    if (works_) return make_native_backend();
    return failure(ErrorCode::not_found, "open the OpenCL device", id, "no OpenCL driver", "install pocl-opencl-icd");
  }

  mutable int asked = 0, made = 0;

 private:
  bool works_;
  std::string kind_;
};

}  // namespace

class TestChooser : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    QVERIFY(folder_.isValid());
    qputenv("XDG_CACHE_HOME", folder_.path().toUtf8());
  }

  void smallWorkTakesTheCpuAtOnce() {
    const FakeProvider provider(true);
    const auto chosen = *choose_device("auto", 49'999'999, provider);
    QCOMPARE(chosen.backend->id(), std::string("cpu"));
    QCOMPARE(provider.asked, 0);
    QVERIFY(chosen.why.starts_with("cpu: ") && chosen.why.find('\n') == std::string::npos);
    QCOMPARE(chosen.reference->id(), std::string("reference"));
  }

  void namedDevicesAreTakenAsAsked() {
    const FakeProvider provider(false);
    QCOMPARE((*choose_device("cpu", 1, provider)).backend->id(), std::string("cpu"));
    QCOMPARE((*choose_device("reference", 1, provider)).backend->id(), std::string("reference"));
    QCOMPARE(provider.asked, 0);
  }

  void unknownWordsNameTheChoices_data() {
    QTest::addColumn<QString>("asked");
    QTest::newRow("a typing error") << "opncl";
    QTest::newRow("an index that is none") << "opencl:x";
    QTest::newRow("a negative index") << "opencl:-1";
    QTest::newRow("nothing") << "";
  }
  void unknownWordsNameTheChoices() {
    QFETCH(QString, asked);
    const auto got = choose_device(asked.toStdString(), 1, FakeProvider(true));
    QVERIFY(!got);
    QVERIFY(got.error().code == ErrorCode::usage);
    QVERIFY(got.error().hint.find("reference") != std::string::npos);
  }

  void aMissingDriverSaysOpenCL() {
    const auto got = choose_device("opencl", 1, FakeProvider(false));
    QVERIFY(!got);
    QVERIFY(got.error().code == ErrorCode::not_found);
    QVERIFY(one_line(got.error()).find("OpenCL") != std::string::npos);
    QVERIFY(got.error().hint.find("pocl-opencl-icd") != std::string::npos);
  }

  void largeWorkTakesTheFastestDeviceThatWorks() {
    const FakeProvider provider(false);
    const auto chosen = *choose_device("auto", 50'000'000, provider);
    QCOMPARE(chosen.backend->id(), std::string("cpu"));
    QVERIFY(provider.asked > 0);
    QVERIFY2(chosen.why.find("measured") != std::string::npos, chosen.why.c_str());
  }

  void autoDoesNotLoadOpenCLForTheSameProcessor() {
    const FakeProvider provider(true, "cpu");
    const auto chosen = *choose_device("auto", 50'000'000, provider);
    QCOMPARE(chosen.backend->id(), std::string("cpu"));
    QCOMPARE(provider.made, 0);
    QVERIFY2(chosen.why.find("OpenCL has only this processor") != std::string::npos, chosen.why.c_str());
    QCOMPARE(measured_devices(provider).size(), std::size_t{3});  // `devices` lists and measures it all the same
    QVERIFY(measured_devices(provider).back().weights_per_second > 0);
  }

  void speedsAreMeasuredOnceAndKept() {
    const auto first = measured_devices(FakeProvider(false));
    const auto path = cache_folder() / "devices.json";
    QVERIFY(std::filesystem::exists(path));
    const auto again = measured_devices(FakeProvider(false));
    QCOMPARE(again.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      QCOMPARE(again[i].weights_per_second, first[i].weights_per_second);
      QCOMPARE(again[i].available, first[i].id != "opencl:0");
      QCOMPARE(again[i].why.empty(), again[i].available);
    }
  }

  void aDamagedCacheIsMeasuredAgain() {
    QVERIFY(write_file(cache_folder() / "devices.json", "{\"machine\": 3, \"devices\": [}"));
    const auto list = measured_devices(FakeProvider(false));
    QVERIFY(list.front().weights_per_second > 0);
  }

  void benchesRunByName() {
    const auto native = make_native_backend(), reference = make_reference_backend();
    const Devices devices{native.get(), reference.get(), 1, 0};
    JobContext job;
    for (const Bench& b : benches()) {
      const auto r = run_bench(b.id, 256, 2, devices, job);  // rows that every block divides
      QVERIFY2(r.has_value(), b.id.c_str());
      QCOMPARE(r->seconds.size(), std::size_t{2});
      QCOMPARE(r->weights, 65536u);
      QVERIFY(r->extras.front().second > 0);
    }
    QVERIFY(run_bench("analyse-nf4", 64, 1, devices, job).error().code == ErrorCode::not_found);
    QVERIFY(run_bench("stats", 0, 1, devices, job).error().code == ErrorCode::usage);
  }

 private:
  QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(TestChooser)
#include "tst_chooser.moc"
