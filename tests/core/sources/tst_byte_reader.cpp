// The checked cursor: nothing is read beyond the file, every refusal names the field and the place.
#include <QTest>

#include "core/sources/bytes/byte_reader.h"

class TestByteReader : public QObject {
  Q_OBJECT

  static quant::ByteReader reader(std::string_view bytes) {
    return quant::ByteReader(std::as_bytes(std::span(bytes)), "model.gguf");
  }

 private slots:
  void numbersComeInTheOrderOfTheFile() {
    auto in = reader(std::string_view("\x01\x02\x03\x04\x00\x00\x80\x3f", 8));
    QCOMPARE(*in.read<std::uint32_t>("count"), 0x04030201u);
    QCOMPARE(*in.read<float>("value"), 1.0f);
    QCOMPARE(in.left(), std::uint64_t{0});
  }
  void bigEndianNumbersAreTurned() {
    auto in = reader(std::string_view("\x01\x02\x03\x04\x3f\x80\x00\x00", 8));
    in.set_big_endian(true);
    QCOMPARE(*in.read<std::uint32_t>("count"), 0x01020304u);
    QCOMPARE(*in.read<float>("value"), 1.0f);
  }
  void theEndOfTheFileIsTheEnd() {
    auto in = reader("12345");
    QVERIFY(in.bytes(3, "start"));
    const auto read = in.read<std::uint32_t>("tensor count");
    QVERIFY(!read);
    QVERIFY(read.error().code == quant::ErrorCode::malformed);
    QCOMPARE(read.error().where, std::string("model.gguf, byte 3"));
    QVERIFY(read.error().why.starts_with("tensor count needs 4 bytes, the file has 2 left of 5"));
    QVERIFY(!in.starved());
    QCOMPARE(in.at(), std::uint64_t{3});  // a failed read moves nothing
  }
  void aLengthThatWouldWrapIsRefused_data() {
    QTest::addColumn<quint64>("length");
    QTest::newRow("2^64 - 1") << quint64{0xffffffffffffffff};
    QTest::newRow("2^64 - 3, which comes to 0 with the position") << quint64{0xfffffffffffffffd};
    QTest::newRow("2^63") << quint64{0x8000000000000000};
    QTest::newRow("one too many") << quint64{3};
  }
  void aLengthThatWouldWrapIsRefused() {
    QFETCH(quint64, length);
    auto in = reader("12345");
    QVERIFY(in.bytes(3, "start"));
    QVERIFY(!in.bytes(length, "key"));
    QVERIFY(!in.need(length, 1, "key"));
    QVERIFY(in.need(2, 1, "key"));
  }
  void aCountIsBelievedAsFarAsBytesExist() {
    const auto in = reader("0123456789");
    QVERIFY(in.need(5, 2, "count"));
    QVERIFY(!in.need(6, 2, "count"));
    QVERIFY(!in.need((1ull << 61) + 1, 8, "count"));  // times 8 it would wrap to 8
  }
  void aShortHeadAsksForMore() {
    const std::string_view head = "12345";
    quant::ByteReader in(std::as_bytes(std::span(head)), "model.gguf", 100);
    QCOMPARE(in.left(), std::uint64_t{100});
    QVERIFY(in.bytes(4, "start"));
    QVERIFY(!in.bytes(20, "header"));
    QVERIFY(in.starved());
    QCOMPARE(in.wanted(), std::uint64_t{24});
    QVERIFY(!in.bytes(97, "header"));  // beyond the file: more of the head does not help
  }
};

QTEST_APPLESS_MAIN(TestByteReader)
#include "tst_byte_reader.moc"
