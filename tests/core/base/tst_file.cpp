// Reading by ranges and writing beside: what a cut, odd or unwritable file gives.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/base/file.h"
#include "core/base/resources.h"

namespace fs = std::filesystem;
using quant::ErrorCode;

class TestFile : public QObject {
  Q_OBJECT

  QTemporaryDir dir_;
  fs::path at(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }
  static void put(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  std::size_t files_in(const fs::path& folder) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
  }

 private slots:
  void readsAnyRange() {
    put(at("range"), "0123456789");
    const auto file = quant::InputFile::open(at("range"));
    QVERIFY(file);
    QCOMPARE((*file)->size(), std::uint64_t{10});
    std::string out(4, ' ');
    QVERIFY((*file)->read(3, std::as_writable_bytes(std::span(out))));
    QCOMPARE(out, std::string("3456"));
    QCOMPARE((*file)->head(100)->size(), std::size_t{10});
  }

  void whatIsNoFileIsRefusedWithoutWaiting() {
    const fs::path pipe = at("pipe");
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    QVERIFY(quant::InputFile::open(pipe).error().code == ErrorCode::unsupported);
    QVERIFY(quant::InputFile::open(dir_.path().toStdString()).error().code == ErrorCode::unsupported);
    QVERIFY(quant::InputFile::open("/dev/zero").error().code == ErrorCode::unsupported);
    put(at("empty"), "");
    QVERIFY(quant::InputFile::open(at("empty")).error().code == ErrorCode::malformed);
    QVERIFY(quant::InputFile::open(at("absent")).error().code == ErrorCode::io);
    fs::create_symlink("loop", at("loop"));
    QVERIFY(quant::InputFile::open(at("loop")).error().code == ErrorCode::io);
  }

  void aFileThatShrinksIsAnError() {
    put(at("shrinks"), std::string(100'000, 'x'));
    const auto file = quant::InputFile::open(at("shrinks"));
    QVERIFY(file);
    fs::resize_file(at("shrinks"), 10);
    std::vector<std::byte> out(1000);
    const auto read = (*file)->read(50'000, out);
    QVERIFY(!read);
    QVERIFY(read.error().code == ErrorCode::io);
    QVERIFY(read.error().why.find("100000 bytes") != std::string::npos);
  }

  void textHasALimit() {
    put(at("text"), "hello");
    QCOMPARE(*quant::read_text(at("text")), std::string("hello"));
    QVERIFY(quant::read_text(at("text"), 4).error().code == ErrorCode::malformed);
  }

  void writingReplacesTheWholeFile() {
    put(at("out"), "something much longer than the new text");
    QVERIFY(quant::write_file(at("out"), "new"));
    QCOMPARE(*quant::read_text(at("out")), std::string("new"));
    struct stat status {};
    QCOMPARE(::stat(at("out").c_str(), &status), 0);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    QCOMPARE(status.st_mode & 0777, 0666 & ~mask);
  }

  void writingThroughALinkKeepsTheLink() {
    put(at("real"), "old");
    fs::create_symlink("real", at("link"));
    QVERIFY(quant::write_file(at("link"), "new"));
    QVERIFY(fs::is_symlink(at("link")));
    QCOMPARE(*quant::read_text(at("real")), std::string("new"));
  }

  void anUnwritablePlaceIsAnErrorAndLeavesNothing() {
    const auto missing = quant::write_file(at("no/such/folder/x"), "text");
    QVERIFY(!missing);
    QVERIFY(missing.error().code == ErrorCode::io);
    fs::create_directory(at("taken"));
    fs::create_directory(at("taken/target"));  // a folder cannot be replaced by a file
    QVERIFY(!quant::write_file(at("taken/target"), "text"));
    QCOMPARE(files_in(at("taken")), std::size_t{1});
  }

  void aFullDiskIsAnErrorAndKeepsTheOldFile() {
    fs::create_directory(at("full"));
    put(at("full/x"), "old");
    // A file size limit stands in for a full disk: the write fails in the middle in the same way.
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 4096;
    const auto signal = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto written = quant::write_file(at("full/x"), std::string(100'000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, signal);
    QVERIFY(!written);
    QVERIFY(written.error().code == ErrorCode::io);
    QCOMPARE(files_in(at("full")), std::size_t{1});
    QCOMPARE(*quant::read_text(at("full/x")), std::string("old"));
  }

  void theCacheFolderFollowsTheEnvironment() {
    qputenv("XDG_CACHE_HOME", at("cache").c_str());
    QCOMPARE(quant::cache_folder(), at("cache/quantoscope"));
    QVERIFY(fs::is_directory(at("cache/quantoscope")));
  }

  void resourcesAreFoundInTheSourceFolder() {
    QVERIFY(fs::exists(quant::resource_path("packaging")));
    fs::create_directories(at("mine/packaging"));
    qputenv("QUANTOSCOPE_RESOURCES", at("mine").c_str());
    QCOMPARE(quant::resource_path("packaging"), at("mine/packaging"));
    QCOMPARE(quant::resource_path("nothing"), at("mine/nothing"));
    qunsetenv("QUANTOSCOPE_RESOURCES");
  }
};

QTEST_APPLESS_MAIN(TestFile)
#include "tst_file.moc"
