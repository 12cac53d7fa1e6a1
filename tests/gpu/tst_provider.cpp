// Devices are listed and made, or refused with a reason; a damaged cache of programs costs time and nothing else.

#include <QProcess>
#include <QTemporaryDir>
#include <fstream>

#include "core/backend/verify.h"
#include "gpu/provider.h"
#include "tests/gpu/twins.h"

using namespace quant;

namespace {

constexpr auto alone = "QUANT_TEST_WITHOUT_DRIVER";  // set in the child process of withoutADriverTheMessageSaysWhatToDo

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::filesystem::path> files_in(const QTemporaryDir& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path().toStdString()))
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

// Codes of a small tensor under rtn, on a device with this cache of programs.
Result<QuantizedTile> run_with_cache(const QTemporaryDir& folder) {
  auto device = Device::open(opencl_devices().at(0), "opencl:0", ProgramCache(folder.path().toStdString()));
  if (!device) return tl::unexpected(device.error());
  const auto backend = make_opencl_backend(std::move(*device), "first device", "cpu");
  const auto weights = twins::odd_weights(4, 64);
  const auto view = memory_tensor("w", {4, 64}, weights);
  return backend->quantize(*twins::fit("rtn:group=32", *view), {weights, 4, 64, 0});
}

}  // namespace

class TestProvider : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    if (!qEnvironmentVariableIsSet(alone)) QVERIFY2(!opencl_devices().empty(), "install pocl-opencl-icd");
  }

  void devicesHaveIdsInOrder() {
    if (qEnvironmentVariableIsSet(alone)) return;
    const auto entries = make_opencl_provider()->list();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      QCOMPARE(entries[i].id, "opencl:" + std::to_string(i));
      QVERIFY(!entries[i].name.empty());
      QVERIFY(entries[i].available == entries[i].why.empty());
    }
  }

  void theFirstDeviceAnswersToBothNames() {
    if (qEnvironmentVariableIsSet(alone)) return;
    const auto provider = make_opencl_provider();
    for (const char* id : {"opencl", "opencl:0"}) {
      const auto backend = provider->make(id);
      QVERIFY2(backend, backend ? "" : one_line(backend.error()).c_str());
      QCOMPARE((*backend)->id(), std::string("opencl:0"));
      QVERIFY((*backend)->offers(*find_method("rtn")));
    }
  }

  void unknownDevicesAreNotFound_data() {
    QTest::addColumn<QString>("id");
    for (const char* id : {"opencl:99", "opencl:-1", "opencl:", "opencl:x", "cuda", ""})
      QTest::newRow(id) << QString(id);
  }
  void unknownDevicesAreNotFound() {
    if (qEnvironmentVariableIsSet(alone)) return;
    QFETCH(QString, id);
    const auto backend = make_opencl_provider()->make(id.toStdString());
    QVERIFY(!backend);
    QCOMPARE(backend.error().code, ErrorCode::not_found);
  }

  void withoutADriverTheMessageSaysWhatToDo() {
    if (!qEnvironmentVariableIsSet(alone)) {  // the ICD loader reads its folder once a process
      QTemporaryDir empty;
      QProcess child;
      auto environment = QProcessEnvironment::systemEnvironment();
      environment.insert(alone, "1");
      environment.insert("OCL_ICD_VENDORS", empty.path());
      environment.insert("OPENCL_VENDOR_PATH", empty.path());
      child.setProcessEnvironment(environment);
      child.start(QCoreApplication::applicationFilePath(), {"withoutADriverTheMessageSaysWhatToDo"});
      QVERIFY(child.waitForFinished(60000));
      QVERIFY2(child.exitCode() == 0, child.readAllStandardOutput().constData());
      return;
    }
    const auto provider = make_opencl_provider();
    QVERIFY(provider->list().empty());
    const auto backend = provider->make("opencl");
    QVERIFY(!backend);
    QCOMPARE(backend.error().code, ErrorCode::not_found);
    const auto line = QString::fromStdString(one_line(backend.error()));
    QVERIFY2(line.contains("OpenCL") && line.contains("pocl-opencl-icd"), qPrintable(line));
  }

  void damagedProgramsAreBuiltAgain_data() {
    QTest::addColumn<int>("keep");
    QTest::addColumn<int>("flip");
    QTest::newRow("an empty file") << 0 << -1;
    QTest::newRow("a header alone") << 24 << -1;
    QTest::newRow("a file cut in the middle") << 1000 << -1;
    QTest::newRow("another magic number") << -1 << 0;
    QTest::newRow("a wrong length") << -1 << 9;
    QTest::newRow("one bit of the program") << -1 << 500;
  }
  void damagedProgramsAreBuiltAgain() {
    if (qEnvironmentVariableIsSet(alone)) return;
    QFETCH(int, keep);
    QFETCH(int, flip);
    QTemporaryDir folder;
    const auto first = run_with_cache(folder);
    QVERIFY2(first, first ? "" : one_line(first.error()).c_str());
    const auto files = files_in(folder);
    QCOMPARE(files.size(), std::size_t(1));
    const std::string sound = file_text(files[0]);
    std::string damaged = keep < 0 ? sound : sound.substr(0, std::size_t(keep));
    if (flip >= 0) damaged[std::size_t(flip)] = char(damaged[std::size_t(flip)] ^ 4);
    std::ofstream(files[0], std::ios::binary) << damaged;
    const auto again = run_with_cache(folder);
    QVERIFY2(again, again ? "" : one_line(again.error()).c_str());
    QCOMPARE(twins::difference(*again, *first), QString());
    QVERIFY(ProgramCache(folder.path().toStdString()).load(files[0].stem().string()));
  }

  void aSoundProgramIsReadBack() {
    QTemporaryDir folder;
    const ProgramCache cache(folder.path().toStdString());
    const std::vector<unsigned char> binary = {1, 0, 255, 10, 13};
    const auto key = ProgramCache::key({"source", "options"});
    QVERIFY(!cache.load(key));
    cache.store(key, binary);
    QVERIFY(cache.load(key) == binary);
  }
  void eachPartOfAKeyCounts() {
    QVERIFY(ProgramCache::key({"ab", "c"}) != ProgramCache::key({"a", "bc"}));
    QVERIFY(ProgramCache::key({"a", "b"}) != ProgramCache::key({"a", "c"}));
  }
  void aProgramOfNoDriverIsBuiltAgain() {
    if (qEnvironmentVariableIsSet(alone)) return;
    QTemporaryDir folder;
    const auto first = run_with_cache(folder);
    QVERIFY(first);
    const auto key = files_in(folder)[0].stem().string();
    const std::vector<unsigned char> nonsense(300, 7);
    ProgramCache(folder.path().toStdString()).store(key, nonsense);  // a right checksum over wrong bytes
    const auto again = run_with_cache(folder);
    QVERIFY2(again, again ? "" : one_line(again.error()).c_str());
    QCOMPARE(twins::difference(*again, *first), QString());
  }
  void aFolderThatCannotBeWrittenIsNoFailure() {
    if (qEnvironmentVariableIsSet(alone)) return;
    QTemporaryDir folder;
    const auto blocked = folder.filePath("file");
    std::ofstream(blocked.toStdString()) << "in the way";
    const ProgramCache cache(blocked.toStdString() + "/below");
    cache.store("key", std::vector<unsigned char>{1});
    QVERIFY(!cache.load("key"));
  }
};

QTEST_GUILESS_MAIN(TestProvider)
#include "tst_provider.moc"
