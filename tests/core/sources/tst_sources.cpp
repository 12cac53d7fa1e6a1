// Opening by content, folders, shards; reading rows of any order and type; finding tensors.
#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/sources/bytes/inner_path.h"
#include "core/sources/safetensors/sharded.h"
#include "core/sources/source.h"

namespace fs = std::filesystem;
using quant::ErrorCode;

namespace {

/// JSON written with single quotes.
std::string quoted(std::string text) {
  std::ranges::replace(text, '\'', '"');
  return text;
}

/// A safetensors file of float32 tensors of 12 elements, 0 … 11 in eighths.
std::string safetensors(const std::vector<std::string>& names) {
  std::string header = "{", data;
  for (const std::string& name : names) {
    header += quoted(header.size() > 1 ? ",'" : "'") + name +
              quoted("':{'dtype':'F32','shape':[3,4],'data_offsets':[") + std::to_string(data.size()) + "," +
              std::to_string(data.size() + 48) + "]}";
    for (int i = 0; i < 12; ++i) {
      const float value = static_cast<float>(i) / 8;
      data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  header += "}";
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

std::string npy(const std::string& descr, const std::string& order, const std::string& shape, const std::string& data) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  const auto length = static_cast<std::uint16_t>(header.size());
  return std::string("\x93NUMPY\x01\0", 8) + std::string(reinterpret_cast<const char*>(&length), 2) + header + data;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::vector<float> all_rows(const quant::Source& source, std::size_t index = 0) {
  const auto view = source.view(index);
  if (!view) return {};
  const quant::MatrixShape shape = (*view)->matrix();
  std::vector<float> values(shape.elements());
  if (!(*view)->read_rows(0, shape.all_rows(), values)) return {};
  return values;
}

}  // namespace

class TestSources : public QObject {
  Q_OBJECT

  QTemporaryDir dir_;
  fs::path at(const std::string& name) const { return fs::path(dir_.path().toStdString()) / name; }
  fs::path put(const std::string& name, const std::string& content) const {
    fs::create_directories(at(name).parent_path());
    std::ofstream(at(name), std::ios::binary) << content;
    return at(name);
  }
  ErrorCode refusal(const fs::path& path) const {
    const auto source = quant::open_source(path);
    return source ? ErrorCode::cancelled : source.error().code;
  }

 private slots:
  void whatIsOpenedByMistakeIsNamed_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    QTest::newRow("a Git LFS pointer") << QByteArray("version https://git-lfs.github.com/spec/v1\n") << "git lfs pull";
    QTest::newRow("a web page") << QByteArray("<!DOCTYPE html><html></html>") << "web page";
    QTest::newRow("a gzip archive") << QByteArray("\x1f\x8b\x08\0\0\0\0\0\0\0", 10) << "unpack";
    QTest::newRow("a pickle") << QByteArray("\x80\x02\x8a\x0a", 4) << "pickle";
    QTest::newRow("an HDF5 file") << QByteArray("\x89HDF\r\n\x1a\n", 8) << "HDF5";
    QTest::newRow("a tar archive") << QByteArray(257, 'a') + "ustar"
                                   << "tar archive";
    QTest::newRow("GGJT") << QByteArray("tjgg\3\0\0\0", 8) << "GGJT";
    QTest::newRow("JSON") << QByteArray("{\"model_type\": \"bert\"}") << "JSON";
    QTest::newRow("plain text") << QByteArray("no tensors here\n") << "no known container";
  }
  void whatIsOpenedByMistakeIsNamed() {
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    const auto source = quant::open_source(put("mistake.safetensors.bin", content.toStdString()));
    QVERIFY(!source);
    QVERIFY(source.error().code == ErrorCode::unsupported);
    const QString line = QString::fromStdString(quant::one_line(source.error()));
    QVERIFY2(line.contains(says), qPrintable(line));
  }

  void aUrlIsAWrongArgument() { QVERIFY(refusal("https://example.org/model.safetensors") == ErrorCode::usage); }
  void aFileUrlNamesItsPath() {
    const auto source = quant::open_source("file:///models/a.gguf");
    QVERIFY(source.error().code == ErrorCode::usage);
    QVERIFY(source.error().hint.find("\"/models/a.gguf\"") != std::string::npos);
  }
  void aMissingFileIsAnIoError() { QVERIFY(refusal(at("absent.safetensors")) == ErrorCode::io); }
  void aFolderWithoutWeightsSaysWhatToGive() {
    fs::create_directory(at("empty.safetensors"));
    const auto source = quant::open_source(at("empty.safetensors"));
    QVERIFY(source.error().code == ErrorCode::unsupported);
    QVERIFY(!source.error().hint.empty());
    QVERIFY(source.error().hint.find(", as") == std::string::npos);
    put("empty.safetensors/snapshots/rev/model.safetensors", safetensors({"w"}));
    const auto hint = quant::open_source(at("empty.safetensors")).error().hint;
    QVERIFY2(hint.find("\"snapshots/rev\"") != std::string::npos, hint.c_str());
  }

  void contentDecidesNotTheEnding() {
    const auto source = quant::open_source(put("wrong.gguf", safetensors({"w"})));
    QVERIFY(source);
    QCOMPARE((*source)->format(), std::string_view("safetensors"));
  }
  void aDamagedFileGetsTheWordsOfItsEnding() {
    const auto source = quant::open_source(put("short.gguf", "GGU"));
    QVERIFY(source.error().code == ErrorCode::malformed);
    QVERIFY(source.error().why.find("magic") != std::string::npos);
  }

  void aModelFolderOpensByItsFile() {
    put("hf/model.safetensors", safetensors({"w"}));
    put("hf/config.json", "{}");
    const auto source = quant::open_source(at("hf"));
    QVERIFY(source);
    QCOMPARE((*source)->tensors().size(), std::size_t{1});
    QCOMPARE((*source)->path(), at("hf"));
  }

  void anIndexBringsAllShardsFromAnyOfThem() {
    put("two/model-00001-of-00002.safetensors", safetensors({"a"}));
    put("two/model-00002-of-00002.safetensors", safetensors({"b", "extra"}));
    put("two/model.safetensors.index.json",
        quoted("{'metadata':{'total_size':96},'weight_map':{'a':'model-00001-of-00002.safetensors',"
               "'b':'./model-00002-of-00002.safetensors'}}"));
    for (const char* name : {"two", "two/model.safetensors.index.json", "two/model-00002-of-00002.safetensors"}) {
      const auto source = quant::open_source(at(name));
      QVERIFY2(source, name);
      QCOMPARE((*source)->tensors().size(), std::size_t{3});
      QCOMPARE((*source)->files().size(), std::size_t{2});
      QVERIFY(!(*source)->notes().empty());  // "extra" is in no map
      for (std::size_t i = 0; i < 3; ++i) QCOMPARE(all_rows(**source, i)[11], 11.0f / 8);
    }
  }
  void numberedShardsWithoutAnIndexFindEachOther() {
    put("siblings/m-00001-of-00002.safetensors", safetensors({"a"}));
    put("siblings/m-00002-of-00002.safetensors", safetensors({"b"}));
    QCOMPARE((*quant::open_source(at("siblings/m-00002-of-00002.safetensors")))->tensors().size(), std::size_t{2});
    QCOMPARE((*quant::open_source(at("siblings")))->tensors().size(), std::size_t{2});
    fs::remove(at("siblings/m-00001-of-00002.safetensors"));
    const auto source = quant::open_source(at("siblings/m-00002-of-00002.safetensors"));
    QVERIFY(!source);
    QVERIFY(source.error().why.find("m-00001-of-00002") != std::string::npos);
  }
  void theSameNameInTwoShardsIsRefused() {
    put("dup/m-00001-of-00002.safetensors", safetensors({"a"}));
    put("dup/m-00002-of-00002.safetensors", safetensors({"a"}));
    QVERIFY(refusal(at("dup/m-00001-of-00002.safetensors")) == ErrorCode::malformed);
  }

  void namesInFilesCannotLeaveTheirFolder_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("up") << "../outside/x";
    QTest::newRow("up in the middle") << "sub/../../outside/x";
    QTest::newRow("absolute") << "/etc/passwd";
    QTest::newRow("backslashes") << "..\\outside\\x";
    QTest::newRow("a URL") << "http://127.0.0.1/x";
    QTest::newRow("a drive") << "C:x";
    QTest::newRow("a zero byte") << QString::fromLatin1("x\0.y", 4);
    QTest::newRow("nothing") << "";
    QTest::newRow("a link out") << "link";
  }
  void namesInFilesCannotLeaveTheirFolder() {
    QFETCH(QString, name);
    put("home/x", "x");
    put("outside/x", "x");
    if (!fs::is_symlink(at("home/link"))) fs::create_symlink("../outside/x", at("home/link"));
    const auto path = quant::inner_path(at("home"), name.toStdString(), "weight_map", "index");
    QVERIFY(!path);
    QVERIFY(path.error().code == ErrorCode::unsafe);
  }
  void namesInFilesMayPointBeneath() {
    put("home/sub/y", "y");
    QVERIFY(quant::inner_path(at("home"), "sub/y", "weight_map", "index"));
    QVERIFY(quant::inner_path(at("home"), "./sub/y", "weight_map", "index"));
    QVERIFY(quant::inner_path(at("home"), "sub", "weight_map", "index").error().code == ErrorCode::malformed);
    QVERIFY(quant::inner_path(at("home"), "none", "weight_map", "index").error().code == ErrorCode::malformed);
  }
  void linksIntoTheHubCacheAreFollowed() {
    put("models--x--y/blobs/0a1b", safetensors({"a"}));
    fs::create_directories(at("models--x--y/snapshots/rev"));
    fs::create_symlink("../../blobs/0a1b", at("models--x--y/snapshots/rev/model-00001-of-00001.safetensors"));
    put("models--x--y/snapshots/rev/model.safetensors.index.json",
        quoted("{'weight_map':{'a':'model-00001-of-00001.safetensors'}}"));
    QVERIFY(quant::open_source(at("models--x--y/snapshots/rev")));
  }

  void everyPlainTypeReadsAsFloat_data() {
    QTest::addColumn<QString>("descr");
    QTest::addColumn<QByteArray>("data");
    const auto row = [](const char* name, const char* descr, const std::string& data) {
      QTest::newRow(name) << QString(descr) << QByteArray(data.data(), static_cast<qsizetype>(data.size()));
    };
    row("float64", "<f8", raw<double>({0, 1, 2, 3, 4, 5}));
    row("float32", "<f4", raw<float>({0, 1, 2, 3, 4, 5}));
    row("float16", "<f2", raw<std::uint16_t>({0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500}));
    row("int64", "<i8", raw<std::int64_t>({0, 1, 2, 3, 4, 5}));
    row("uint32", "<u4", raw<std::uint32_t>({0, 1, 2, 3, 4, 5}));
    row("int16", "<i2", raw<std::int16_t>({0, 1, 2, 3, 4, 5}));
    row("uint8", "|u1", raw<std::uint8_t>({0, 1, 2, 3, 4, 5}));
    row("big-endian int16", ">i2", std::string("\0\0\0\1\0\2\0\3\0\4\0\5", 12));
    row("big-endian float16", ">f2", std::string("\0\0\x3c\0\x40\0\x42\0\x44\0\x45\0", 12));
    row("big-endian float32", ">f4",
        std::string("\0\0\0\0\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0\x40\x80\0\0\x40\xa0\0\0", 24));
  }
  void everyPlainTypeReadsAsFloat() {
    QFETCH(QString, descr);
    QFETCH(QByteArray, data);
    const auto source =
        quant::open_source(put("plain.npy", npy(descr.toStdString(), "False", "(2, 3)", data.toStdString())));
    QVERIFY(source);
    QCOMPARE(all_rows(**source), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  }

  void everyHalfIsExact() {
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    const auto source = quant::open_source(put("halves.npy", npy("<f2", "False", "(65536,)", raw(halves))));
    QVERIFY(source);
    const std::vector<float> got = all_rows(**source);
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const int exponent = (halves[i] >> 10) & 31;
      const double mantissa = halves[i] & 1023, sign = (halves[i] & 0x8000) != 0 ? -1 : 1;
      if (exponent == 31) {
        QVERIFY(mantissa == 0 ? std::isinf(got[i]) && std::signbit(got[i]) == (sign < 0) : std::isnan(got[i]));
        continue;
      }
      const double want =
          sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
      QVERIFY(static_cast<double>(got[i]) == want && std::signbit(got[i]) == std::signbit(want));
    }
  }

  void fortranOrderReadsTheSameRows_data() {
    QTest::addColumn<QString>("shape");
    QTest::addColumn<QList<int>>("dims");
    QTest::newRow("a row of numbers") << "(7,)" << QList<int>{7};
    QTest::newRow("a matrix") << "(5, 3)" << QList<int>{5, 3};
    QTest::newRow("a stack of matrices") << "(2, 3, 4)" << QList<int>{2, 3, 4};
    QTest::newRow("a convolution") << "(3, 2, 2, 5)" << QList<int>{3, 2, 2, 5};
  }
  void fortranOrderReadsTheSameRows() {
    QFETCH(QString, shape);
    QFETCH(QList<int>, dims);
    int elements = 1;
    for (const int d : dims) elements *= d;
    // Element number k in row-major order has the value k; its place has the first index running fastest.
    std::vector<float> stored(static_cast<std::size_t>(elements)), want(stored.size());
    for (int k = 0; k < elements; ++k) {
      int rest = k, place = 0, stride = elements;
      for (qsizetype i = dims.size() - 1; i >= 0; --i) {
        stride /= dims[i];
        place += rest % dims[i] * stride;
        rest /= dims[i];
      }
      stored[static_cast<std::size_t>(place)] = want[static_cast<std::size_t>(k)] = static_cast<float>(k);
    }
    const auto source = quant::open_source(put("fortran.npy", npy("<f4", "True", shape.toStdString(), raw(stored))));
    QVERIFY(source);
    QCOMPARE(all_rows(**source), want);
    const auto view = (*source)->view(0);
    const quant::MatrixShape matrix = (*view)->matrix();
    std::vector<float> row(matrix.cols);
    for (std::uint64_t i = 0; i < matrix.all_rows(); ++i) {  // one by one as well
      QVERIFY((*view)->read_rows(i, 1, row));
      QVERIFY(std::equal(row.begin(), row.end(), want.begin() + static_cast<std::ptrdiff_t>(i * matrix.cols)));
    }
  }

  void aFileThatShrinksWhileItIsReadIsAnError() {
    const fs::path path = put("shrinks.safetensors", safetensors({"a"}));
    const auto source = quant::open_source(path);
    QVERIFY(source);
    const auto view = (*source)->view(0);
    QVERIFY(view);
    fs::resize_file(path, fs::file_size(path) - 20);
    std::vector<float> rows(12);
    const auto read = (*view)->read_rows(0, 3, rows);
    QVERIFY(!read);
    QVERIFY(read.error().code == ErrorCode::io);
  }

  void whatOnceBrokeAReaderDoesNoHarm_data() {
    QTest::addColumn<QString>("file");
    for (const char* folder : {QUANT_TEST_DATA "/hostile", QUANT_TEST_DATA "/../fuzz/corpus"}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
        QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().string());
      }
    }
  }
  void whatOnceBrokeAReaderDoesNoHarm() {
    QFETCH(QString, file);
    const auto source = quant::open_source(file.toStdString());
    if (!source) return;  // refusing is fine
    for (std::size_t i = 0; i < (*source)->tensors().size(); ++i) all_rows(**source, i);
  }

  void tensorsAreFoundByNameAndRegex() {
    const auto source = quant::open_source(put("find.safetensors", safetensors({"a.weight", "b.weight", "a.bias"})));
    QVERIFY(source);
    QCOMPARE(*quant::find_tensor(**source, "b.weight"), std::size_t{1});
    const auto missing = quant::find_tensor(**source, "b.weigth");
    QVERIFY(missing.error().code == ErrorCode::not_found);
    QVERIFY(missing.error().hint.find("b.weight") != std::string::npos);
    QCOMPARE(*quant::match_tensors(**source, "^a"), (std::vector<std::size_t>{0, 2}));
    QCOMPARE(*quant::match_tensors(**source, ""), (std::vector<std::size_t>{0, 1, 2}));
    const auto bad = quant::match_tensors(**source, "(");
    QVERIFY(bad.error().code == ErrorCode::usage);
    QVERIFY(bad.error().where.find('(') != std::string::npos);
  }

  void theHeaderHashTellsModelsApart() {
    const auto hash = [this](const std::vector<std::string>& names) {
      return quant::header_hash(**quant::open_source(put("hash.safetensors", safetensors(names))));
    };
    QCOMPARE(hash({"a", "b"}), hash({"a", "b"}));
    QVERIFY(hash({"a", "b"}) != hash({"ab"}));
    QVERIFY(hash({"a", "b"}) != hash({"b", "a"}));
  }
};

QTEST_APPLESS_MAIN(TestSources)
#include "tst_sources.moc"
