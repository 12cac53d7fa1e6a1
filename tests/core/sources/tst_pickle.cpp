// Pickles are read as data: nothing is called, names outside a table are refused on sight, work and memory are bounded.
#include <QTest>

#include "core/sources/pytorch/pickle.h"
#include "core/sources/pytorch/state_dict.h"
#include "tests/support/pickle.h"

using namespace pickle;
using quant::ErrorCode;
using Kind = quant::PickleValue::Kind;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// The root of a pickle that holds one value.
quant::PickleValue root(const std::string& body) {
  const std::string bytes = whole(body);
  const auto read = quant::read_pickle(bytes_of(bytes), "m.pt, data.pkl");
  return read ? read->root : quant::PickleValue();
}

quant::Result<quant::StateDict> state_dict(const std::string& body) {
  const std::string bytes = whole(body);
  return quant::read_state_dict(bytes_of(bytes), "m.pt, data.pkl", "stem");
}

QStringList names(const std::string& body) {
  const auto dict = state_dict(body);
  QStringList all;
  if (!dict) return {"refused: " + QString::fromStdString(dict.error().why)};
  for (const quant::NamedTensor& tensor : dict->tensors) all << QString::fromStdString(tensor.name);
  return all;
}

std::string repeated(const std::string& text, int times) {
  return QString::fromStdString(text).repeated(times).toStdString();
}

}  // namespace

class TestPickle : public QObject {
  Q_OBJECT

 private slots:
  void integersOfAllOpcodesAreRead_data() {
    QTest::addColumn<QByteArray>("opcode");
    QTest::addColumn<qint64>("value");
    const auto row = [](const char* name, const QByteArray& opcode, qint64 value) {
      QTest::newRow(name) << opcode << value;
    };
    row("BININT, negative", QByteArray("J\xfe\xff\xff\xff", 5), -2);
    row("BININT1", "K\xff", 255);
    row("BININT2", "M\xff\xff", 65535);
    row("LONG1 of no byte", QByteArray("\x8a\0", 2), 0);
    row("LONG1 of one byte", "\x8a\x01\x80", -128);
    row("LONG1 of two bytes", QByteArray("\x8a\x02\x80\0", 4), 128);
    row("LONG1 with a byte more than it needs", QByteArray("\x8a\x09\1\0\0\0\0\0\0\0\0", 11), 1);
    row("LONG1, negative, with bytes more than it needs", "\x8a\x0a\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff", -2);
    row("LONG4", QByteArray("\x8b\2\0\0\0\1\1", 7), 257);
    row("INT", "I-17\n", -17);
    row("LONG", "L123456789012L\n", 123456789012);
    row("the largest", "L36028797018963967L\n", (qint64{1} << 55) - 1);
  }
  void integersOfAllOpcodesAreRead() {
    QFETCH(QByteArray, opcode);
    QFETCH(qint64, value);
    const quant::PickleValue got = root(opcode.toStdString());
    QVERIFY(got.is(Kind::integer));
    QCOMPARE(qint64{got.number()}, value);
  }
  void largeIntegersAreKeptAsNothingToUse() {
    QVERIFY(root("L36028797018963968L\n").is(Kind::opaque));
    QVERIFY(root("L99999999999999999999\n").is(Kind::opaque));
    QVERIFY(root(integer(INT64_MIN)).is(Kind::opaque));
    QVERIFY(root(std::string("\x8a\x09\0\0\0\0\0\0\0\x80\0", 11)).is(Kind::opaque));  // 2^63
    QVERIFY(root("\x8a\x10" + std::string(16, '\x55')).is(Kind::opaque));
  }
  void otherAtomsAreRead() {
    QVERIFY(root("N").is(Kind::none));
    QVERIFY(root("\x88") == quant::PickleValue(Kind::boolean, 1));
    QVERIFY(root("I00\n") == quant::PickleValue(Kind::boolean, 0));
    QVERIFY(root("G" + std::string(8, '\0')).is(Kind::opaque));
    QVERIFY(root("F1.5\n").is(Kind::opaque));
    QVERIFY(root(text("層")).is(Kind::text));
    QVERIFY(root(std::string("\x8c\1a", 3)).is(Kind::text));
    QVERIFY(root("Vabc\n").is(Kind::text));
    QVERIFY(root(std::string("U\1a", 3)).is(Kind::text));
    QVERIFY(root(std::string("U\1\xff", 3)).is(Kind::bytes));  // a str of Python 2
    QVERIFY(root(std::string("C\1\xff", 3)).is(Kind::bytes));
    QVERIFY(root("(NNd").is(Kind::dict));
    QVERIFY(root("(Nl").is(Kind::list));
    QVERIFY(root("(N\x91").is(Kind::set));
    QVERIFY(root("\x8f(N\x90").is(Kind::set));
    QVERIFY(root("N0\x88").is(Kind::boolean));
    QVERIFY(root("((NN1N").is(Kind::nothing));  // a mark is left
    QVERIFY(root("(NN1N").is(Kind::none));
    QVERIFY(root("N2\x86").is(Kind::tuple));
  }

  void namesOutsideTheTableAreRefusedOnSight_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& body, const char* says) {
      QTest::newRow(name) << QByteArray::fromStdString(body) << says;
    };
    row("never called", dict({{"x", global("os", "system")}}), "os.system");
    row("called", global("os", "system") + tuple({text("true")}) + "R", "os.system");
    row("popped again", global("posix", "system") + "0}", "posix.system");
    row("by STACK_GLOBAL", text("os") + text("system") + "\x93", "os.system");
    row("by a dotted attribute", global("torch._utils", "os.system"), "torch._utils.os.system");
    row("by a dotted module", global("torch", "_utils._rebuild_tensor_v2"), "torch._utils._rebuild_tensor_v2");
    row("a builtin", global("builtins", "getattr"), "builtins.getattr");
    row("a class of the trainer's", global("argparse", "Namespace"), "argparse.Namespace");
    row("torch.load", global("torch", "load"), "torch.load");
    row("with control characters", global("os\x1b[2J", "x"), "\\u001b");
    row("INST", "(ios\nsystem\n", "INST");
    row("OBJ", "(No", "OBJ");
    row("NEWOBJ_EX", "N)}\x92", "NEWOBJ_EX");
    row("EXT1", "\x82\x01", "EXT1");
    row("PERSID", "Pabc\n", "PERSID");
    row("NEXT_BUFFER", "\x97", "NEXT_BUFFER");
    row("BYTEARRAY8", "\x96", "BYTEARRAY8");
  }
  void namesOutsideTheTableAreRefusedOnSight() {
    QFETCH(QByteArray, body);
    QFETCH(QString, says);
    const auto dict = state_dict(body.toStdString());
    QVERIFY(!dict);
    QVERIFY(dict.error().code == ErrorCode::unsafe);
    QVERIFY2(QString::fromStdString(dict.error().why).contains(says), dict.error().why.c_str());
    QVERIFY(QString::fromStdString(dict.error().hint).contains("state_dict"));
  }

  void brokenPicklesAreRefused_data() {
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char* name, const std::string& body) {
      QTest::newRow(name) << QByteArray::fromStdString(body);
    };
    row("an unknown opcode", "\xfe");
    row("nothing on the stack", "");
    row("two values on the stack", "}}");
    row("an open mark", "(}");
    row("POP of nothing", "0");
    row("an end without a mark", "]e");
    row("a tuple from below a mark", "NN(\x86");
    row("a key without a value", "}(Nu");
    row("a list as key", "}(]Nu");
    row("a dict as key", "}}Ns");
    row("items for a list", "](NNu");
    row("an item for a dict", "}Na");
    row("a memo that is empty", std::string("h\7", 2));
    row("a memo beyond all steps", std::string("Nr\0\0\0\x80", 6));
    row("a negative memo", "Np-1\n");
    row("a text longer than the pickle", std::string("X\xff\xff\xff\xff", 5) + "a");
    row("a text of 2^62 bytes", std::string("\x8d\0\0\0\0\0\0\0\x40", 9));
    row("bytes of 2^62", std::string("\x8e\0\0\0\0\0\0\0\x40", 9));
    row("a text that is not UTF-8", text("\xff\xfe"));
    row("a negative length of an integer", std::string("\x8b\xfb\xff\xff\xff", 5));
    row("an integer of 50,000 digits", "L" + std::string(50'000, '9') + "L\n");
    row("an integer that is none", "Iabc\n");
    row("a number that is none", "F1e\n");
    row("a frame beyond the end", std::string("\x95\0\0\0\0\0\0\0\x40", 9) + "N");
    row("a line without an end", "c" + std::string(70'000, 'x'));
    row("protocol 9", "\x80\x09}");
    row("protocol 1", "\x80\x01}");
    row("a persistent id that is a number", "K\1Q");
    row("a persistent id of another kind", tuple({text("module"), "N", "N", "N", "N"}) + "Q");
    row("a call of a text", text("x") + ")R");
    row("a call of a type", global("torch", "float32") + ")R");
    row("arguments that are no tuple", global("collections", "OrderedDict") + "}R");
    row("attributes of a list", "]}b");
    row("a dict of things that are no pairs", global("collections", "OrderedDict") + tuple({"](Ne"}) + "R");
    row("a parameter around a text", global("torch._utils", "_rebuild_parameter") + tuple({text("x")}) + "R");
    row("a tensor of too few values", global("torch._utils", "_rebuild_tensor_v2") + ")R");
    row("a tensor of a number", tensor({}, "K\3"));
    row("a tensor with a text as size", global("torch._utils", "_rebuild_tensor") +
                                            tuple({storage(), integer(0), tuple({text("3")}), integers({1})}) + "R");
    row("an element type that is none", typed_tensor({}, storage(), "Size"));
    row("a negative number of elements", storage({.elements = -1}));
    row("a root that is a number", "K\5");
    row("a root that is a text", text("x"));
  }
  void brokenPicklesAreRefused() {
    QFETCH(QByteArray, body);
    const auto dict = state_dict(body.toStdString());
    QVERIFY(!dict);
    QVERIFY(dict.error().code == ErrorCode::malformed);
    QVERIFY(QString::fromStdString(dict.error().why).startsWith("data.pkl "));
  }
  void everyCutAndEveryTailIsRefused() {
    const std::string bytes = whole(dict({{"w", tensor()}}));
    QVERIFY(quant::read_pickle(bytes_of(bytes), ""));
    for (std::size_t n = 0; n < bytes.size(); ++n) QVERIFY(!quant::read_pickle(bytes_of(bytes).first(n), ""));
    QVERIFY(!quant::read_pickle(bytes_of(bytes + "."), ""));
  }

  void structuresThatExplodeAreRefusedSoon_data() {
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char* name, const std::string& body) {
      QTest::newRow(name) << QByteArray::fromStdString(body);
    };
    row("tuples 70,000 deep", ")" + std::string(70'000, '\x85'));
    row("lists 50,000 deep", std::string(50'000, ']') + std::string(49'999, 'a'));
    row("dicts 8,000 deep", repeated("}" + text("k"), 8000) + "}" + std::string(8000, 's'));
    row("a list that holds itself", std::string("]q\0h\0a", 6));
    row("a dict that holds itself", std::string("}q\0", 3) + text("k") + std::string("h\0s", 3));
    row("a list in itself through a tuple", std::string("]q\0h\0\x85"
                                                        "a",
                                                        7));
    row("pairs doubled 60 times", tensor() + repeated("2\x86", 60));
    row("100,000 values on the stack", std::string(100'000, 'N'));
    std::string doubled = dict({{"w", tensor()}}) + std::string("q\0", 2);
    for (char i = 1; i < 50; ++i) {
      const std::string last{'h', static_cast<char>(i - 1)};
      doubled += "0" + dict({{"a", last}, {"b", last}}) + std::string{'q', i};
    }
    row("dicts doubled 50 times", doubled);
    row("one key of a megabyte used 20,000 times",
        text(std::string(1'000'000, 'k')) + std::string("q\0", 2) + "0](" + repeated("}(hXNu", 20'000) + "e");
  }
  void structuresThatExplodeAreRefusedSoon() {
    QFETCH(QByteArray, body);
    std::string text = body.toStdString();
    std::size_t at = 0;
    while ((at = text.find("hX", at)) != std::string::npos) text[at + 1] = '\0';  // the memo's first place
    QVERIFY(!state_dict(text));
  }

  void stateDictsOfAllShapesGiveNames_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char* name, const std::string& body, const QStringList& expected) {
      QTest::newRow(name) << QByteArray::fromStdString(body) << expected;
    };
    const std::string w = tensor();
    row("a dict", dict({{"a.w", w}, {"b", w}}), {"a.w", "b"});
    row("an empty dict", "}", {});
    row("an ordered dict with the attributes of a module",
        ordered_dict() + "(" + text("w") + w + "u" + dict({{"_metadata", ordered_dict()}}) + "b", {"w"});
    row("an ordered dict of pairs, as Python 2 wrote it",
        global("collections", "OrderedDict") + tuple({"](" + tuple({text("w"), w}) + "e"}) + "R", {"w"});
    row("nested dicts and plain values", dict({{"model", dict({{"w", w}})}, {"epoch", "K\3"}, {"note", text("x")}}),
        {"model.w"});
    row("integers as keys", "}(K\7" + dict({{"exp_avg", w}}) + "u", {"7.exp_avg"});
    row("other keys by their number", "}(N" + w + tuple({"N"}) + w + "u", {"#0", "#1"});
    row("lists", dict({{"params", "](" + w + w + "e"}}), {"params.0", "params.1"});
    row("tuples", tuple({w, w}), {"0", "1"});
    row("a single tensor", w, {"stem"});
    row("a parameter",
        dict({{"w", global("torch._utils", "_rebuild_parameter") + tuple({w, "\x88", ordered_dict()}) + "R"}}), {"w"});
    row("attributes of a tensor", dict({{"w", w + "}b"}}), {"w"});
    row("the state of numpy's random numbers",
        dict({{"rng", global("numpy._core.multiarray", "_reconstruct") +
                          tuple({global("numpy", "ndarray"), integers({0}), std::string("C\1b", 3)}) + "R" +
                          tuple({"N"}) + "b"},
              {"w", w}}),
        {"w"});
    row("a counter and a default dict",
        dict({{"c", global("collections", "Counter") + tuple({"}"}) + "R"},
              {"d", global("collections", "defaultdict") + tuple({global("builtins", "list")}) + "R(" + text("w") + w +
                        "u"}}),
        {"d.w"});
    row("one dict under two names",
        dict({{"model", dict({{"w", w}}) + std::string("q\1", 2)}, {"ema", std::string("h\1", 2)}}),
        {"model.w", "ema.w"});
  }
  void stateDictsOfAllShapesGiveNames() {
    QFETCH(QByteArray, body);
    QFETCH(QStringList, expected);
    QCOMPARE(names(body.toStdString()), expected);
  }

  void tensorsThatAreNotReadAreNoted() {
    const std::string quantized = global("torch._utils", "_rebuild_qtensor") +
                                  tuple({storage({.type = "QInt8Storage"}), integer(0), integers({3}), integers({1}),
                                         tuple({global("torch", "per_tensor_affine")})}) +
                                  "R";
    const std::string complex = tensor({}, storage({.type = "ComplexDoubleStorage"}));
    const auto found = state_dict(dict({{"q", quantized}, {"c", complex}, {"w", tensor()}}));
    QVERIFY(found);
    QCOMPARE(found->tensors.size(), std::size_t{1});
    QCOMPARE(found->notes.size(), std::size_t{2});
    QVERIFY(found->notes[0].starts_with("\"q\" is not read: it is a tensor quantized by PyTorch"));
    QVERIFY(found->notes[1].find("complex") != std::string::npos);
  }
  void typesComeFromTheStorageOrTheThirdVersion() {
    const std::string untyped = storage({.type = "UntypedStorage", .elements = 24, .module = "torch.storage"});
    const auto found = state_dict(dict({{"h", tensor({}, storage({.type = "HalfStorage"}))},
                                        {"f8", typed_tensor({}, untyped, "float8_e4m3fn")},
                                        {"u16", typed_tensor({}, untyped, "uint16")}}));
    QVERIFY(found);
    QVERIFY(found->tensors[0].dtype == quant::DType::f16);
    QCOMPARE(found->tensors[0].storage_bytes, std::uint64_t{24});
    QVERIFY(found->tensors[1].dtype == quant::DType::f8_e4m3);
    QVERIFY(found->tensors[2].dtype == quant::DType::u16);
    QCOMPARE(found->tensors[2].storage_bytes, std::uint64_t{24});
  }
};

QTEST_APPLESS_MAIN(TestPickle)
#include "tst_pickle.moc"
