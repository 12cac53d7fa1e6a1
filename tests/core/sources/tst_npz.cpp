// .npz: arrays of an archive under the names of its members.
#include <QTest>

#include "core/sources/numpy/npz.h"
#include "tests/support/samples.h"
#include "tests/support/zip.h"

namespace {

std::string npy(const std::string& shape, std::size_t data, const std::string& descr = "'<f4'",
                std::size_t padding = 0) {
  const std::string header =
      "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }" + std::string(padding, ' ') + "\n";
  std::string bytes("\x93NUMPY\x02\0", 8);
  zip::add(bytes, static_cast<std::uint32_t>(header.size()));
  return bytes + header + std::string(data, '\1');
}

auto list(const std::vector<zip::Part>& parts) {
  const std::string file = zip::archive(parts);
  const auto bytes = std::as_bytes(std::span(file));
  return quant::list_npz(quant::memory_bytes("a.npz", {bytes.begin(), bytes.end()}));
}

}  // namespace

class TestNpz : public QObject {
  Q_OBJECT

 private slots:
  void samplesOfNumpyReadBitForBit_data() { samples::rows("npz/"); }
  void samplesOfNumpyReadBitForBit() {
    QFETCH(QString, file);
    samples::compare(file.toStdString());
  }

  void namesAreThoseOfTheMembers() {
    const auto content = list({{.name = "a/b/w.npy", .data = npy("(3, 4)", 48)},
                               {.name = "層.npy", .data = npy("()", 4), .deflate = true},
                               {.name = "notes.txt", .data = "text"}});
    QVERIFY(content);
    QCOMPARE(content->tensors.size(), std::size_t{2});
    QCOMPARE(content->tensors[0].info.name, std::string("a/b/w"));
    QCOMPARE(content->tensors[1].info.name, std::string("層"));
    QCOMPARE(content->notes.size(), std::size_t{1});  // the text
  }
  void headersBeyondTheFirstReadAreFound() {
    for (const bool deflate : {false, true}) {
      const auto content = list({{.name = "w.npy", .data = npy("(3, 4)", 48, "'<f4'", 70'000), .deflate = deflate}});
      QVERIFY(content);
      QCOMPARE(content->tensors[0].info.shape, (std::vector<std::uint64_t>{3, 4}));
    }
  }
  void arraysThatHoldNoNumbersAreLeftOutWithANote() {
    const zip::Part object{.name = "o.npy", .data = npy("()", 4, "'|O'")};
    const auto content = list({{.name = "w.npy", .data = npy("(2,)", 8)}, object});
    QVERIFY(content);
    QCOMPARE(content->tensors.size(), std::size_t{1});
    QVERIFY(content->notes[0].find("'|O'") != std::string::npos);
    const auto alone = list({object});
    QVERIFY(!alone);
    QVERIFY(alone.error().code == quant::ErrorCode::unsupported);
    QVERIFY(alone.error().why.starts_with("descr"));
  }

  void membersMustBeArraysToTheByte_data() {
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QString>("field");
    const auto row = [](const char* name, const std::string& member, const char* field) {
      QTest::newRow(name) << QByteArray::fromStdString(member) << field;
    };
    row("one byte more", npy("(3, 4)", 49), "data");
    row("one byte less", npy("(3, 4)", 47), "shape");
    row("a text", "hello, this is text", "magic");
    row("nothing", "", "magic");
    row("a negative size", npy("(-3, 4)", 48), "shape");
  }
  void membersMustBeArraysToTheByte() {
    QFETCH(QByteArray, member);
    QFETCH(QString, field);
    for (const bool deflate : {false, true}) {
      const auto content = list({{.name = "w.npy", .data = member.toStdString(), .deflate = deflate}});
      QVERIFY(!content);
      QVERIFY(content.error().code == quant::ErrorCode::malformed);
      QVERIFY2(QString::fromStdString(content.error().why).startsWith(field), content.error().why.c_str());
    }
  }
  void anArchiveWithoutArraysIsRefusedAndAnEmptyOneIsNot() {
    QVERIFY(list({}));
    QVERIFY(list({{.name = "a.txt", .data = "x"}}).error().code == quant::ErrorCode::unsupported);
  }
};

QTEST_APPLESS_MAIN(TestNpz)
#include "tst_npz.moc"
