// GGUF block types: blocks of one made-up row against ggml's, and what the methods say to tensors that do not suit.

#include <QTest>
#include <cmath>

#include "core/tensor/calibration.h"
#include "tests/support/methods.h"

using namespace quant::test;
using quant::ErrorCode;
using Shape = std::vector<std::uint64_t>;

namespace {

struct Row {
  const char* type;
  bool weighted;
  const char* block;
};

/// ggml's C code without SIMD and without contraction, on x[i] = ((37·i + 11) mod 101 − 50)·(1 + ⌊i/32⌋)/64, where
/// weighted with the importance 1 + (i mod 7)/4.
constexpr Row rows[] = {
    // clang-format off
    {"Q4_0", false,
     "402ef258be1379df359bf147ac0268ce248a"},
    {"Q4_0", true,
     "6a2ef268bd1379df359be147ac0268ce248a"},
    {"Q4_1", false,
     "892e40baf257bd1379cf358ae146ac0268bd2479"},
    {"Q4_1", true,
     "6a2e46baf258bd1379df358be146ac0268ce247a"},
    {"Q5_0", false,
     "402ab4b4a525f4bf7b27e3ae5a16d19d4904c08c38f4"},
    {"Q5_0", true,
     "4f2ab4b4a525f4bf7b27e3ae6a16d19d4905c08c38f3"},
    {"Q5_1", false,
     "532a40bab4b4a525f3bf6b27e2ae5a16d19d4904c07c38f3"},
    {"Q5_1", true,
     "722a25bab4b4a525e3af6a26d29d5915c18c4804b07b37e3"},
    {"Q8_0", false,
     "4d1e9dfb59b61472d02e8be947a50361be1c7ad73593f14fac0a68c62481df3d9af8"},
    {"IQ4_NL", false,
     "981ef157ce137adf249be146bd0258ce137a"},
    {"IQ4_NL", true,
     "971ef157ce137adf249be146bd0258ce137a"},
    {"MXFP4", false,
     "7c7ec056fe9267ec147fda35feb056ed93"},
    {"Q2_K", false,
     "1222443456457756898999abdcbcffce6cb51a6cc51aa0c55cb1da6cb51a6cc51b61c618b1c769b21b6dc618b1c628b2"
     "6cb1d66cb11b6c861bb1c66cb1da6cb11b6d861b71c628b1db6cb61b6d861bb1fd339d36"},
    {"Q2_K", true,
     "1222332355456656897899abacabffcf6cb11a6cc51ab0c52cb1da6cb51a6cc51b61c618b1c76db21b6dc618b1c62cb2"
     "5cb1c66cb11b6c861ba1c65cb1ca6cb11b6c861b71c62cb1cb6cb61b6d861b71d1338536"},
    {"Q3_K", false,
     "66cdb366d9336c9936cc9b66cdb366d94d1ae74cb3e758b3ed18b74c9ae74cb3897833de9d7726ee886be2d97837de9d"
     "df2f7589d8227688df23b5c92f6289d84827e28d7823de897722dd8877e29d785df2b7982db68b5de2f7485d22b7882d"
     "0d0cd837847a630d15f9053adeab"},
    {"Q3_K", true,
     "66cdb366d9336c9936cc9b66cdb366d94d1ae74cb2e758b3ed18b74c9ae74cb3897833dd9d7726ee886be2997837de9d"
     "db2f7684df237588df22b5c82f6285dc4827e28d7823de897722dd8877e29d785df2b79c2db68b5de2f7485d22b7882d"
     "0d0dc846848a530d15f9053abbab"},
    {"Q4_K", false,
     "8022132e88d1d9df888fd7df89e27affc1278dd3499e055ab0167cc2388dd3499f056bb1277cc2388ee45aa0156bb127"
     "48ad0469b0157bd1379cf348ae046ac0268be2379df359be157ac1268ce248ada0156bc1278cd3489e045ab0167bc237"
     "8de349ae056ab1267cd2389de459af15268ce248ad0459b0157bd1379ce348ae046ac0267bd2379df359be156ac1268c"},
    {"Q4_K", true,
     "5922352e88d1d8e0888fd7de7ac05bffc2288dd3499f055bb1167cc2388ee44aaf056bb1277dd3389ee45aa0166cc227"
     "48ae045ab0167cd2379de349af056ac0267cd2389ef459bf156bc1278de248aeb0157bc1278ce348ae045ab0167bd237"
     "9de349ae056ac1267cd2389df459bf15368ce248ad0469c0157bd1379cf358be046ac0268be2479df359be157ad1268c"},
    {"Q5_K", false,
     "531e512e8890d8df888fd7df79df67ff26cc9366c9336499324c9926cd9366c9336c9936cc9b66cdb366d9326c9936cc"
     "a45f1bd7934e0ac6813df9b5602ce8a35f1bd7824e0ac6713df9b4602ce8935f915d09c4803cf8b37f3bf6a26e1ad591"
     "4d08c4704cf7b37f2be6a25e19d5815d702be7a35e1ad6914d09c4813cf8b46f2be7925e1ad5924d08c5703cf8a36f2b"
     "5e1ad5914d09c5803cf8b36f2be6a25e1ad5914d09c4703cf7b36f2be6a25e1a"},
    {"Q5_K", true,
     "8b1e512e8890d7df888fd7df89df67ff26cc9366c9336499324c9926cd9366c9336c99364c9926cd9366d9326c9936cc"
     "945f1ac7824d0ab5713de8a4602bd7935e1bc6824ef9b5712ce8a4602bd7935f914d09c5703cf8a36f2be7925e1ad681"
     "4d09b4703cf7a36f2be6925e1ac5814d602be6935e19c6814c09b4713ce7a46f2ad7925d1ac5824df8b5703be8a36e2b"
     "5e19c5814c08b4703bf7a36f2ad6925d19c5814cf8b47f3be7a36e2ad6925d09"},
    {"Q6_K", false,
     "45df28bc059f137cf18ad367f14ade285fd67df47c048b03aa21b930b85fd65e26ac058d037bf179d258d048ce27af25"
     "83fc641d960eb62fd840b961da43fb74d158bf37be25ad048b047af37ad159d0c941ea63ea74fb741d951ea72fc841c9"
     "bf35ad169b048df26be069d147cf38bd1a922c840d85ed77ff57d038b04aa22b6cb11b6cc61b71c61cb1cb6cb21b6cc6"
     "e74d3ad04d37904ae7913ae44d3a904d18b1c66cb11b6c861b71c61cb1c76cb22453f9248ef9138ef4538d2452f9248e"
     "f1f0e120d22fc13dad53a45f926e80834096"},
    {"Q6_K", true,
     "45df28bc059f137cf18ad367f14ade275fd67df57c048b03aa21b930b85fd65e26ac058d037bf179d258d048ce27af25"
     "83fc741d960eb62fc840c961da53fb74d158bf37be25ad048b047bf37ad159d0d941fa63db84fb642d950eb72fd841b9"
     "bf35ad169b048df26be069d147cf38bd1a922c840d85ed77ff57d038b04aa22b6cb11b6cc61b71c61cb1cb6cb21b6cc6"
     "e74d3ad04d37904ae7913ae44d3a904d18b1c66cb11b6c861b71c61cb1c76cb22453f9248ef9138ef4538d2452f9248e"
     "f1f0e120d22fc13eae52a45f926a80844296"},
    {"IQ4_XS", false,
     "3d96290c8cfc8b03f157ce127aef249cf036bd0258de137a42fd9621ec741fda530eb831fd9620eba721ec751fda530e"
     "b842fd9620ec741f248be035acf157ce137adf249be146bde035acf157ce1369df249be136bdf258630fc942fea721ec"
     "751fda530eb842fd47be1269df248be035adf157ce137adf0269df138be035adf147ce1269df249b"},
    {"IQ4_XS", true,
     "3996e90c8c0d8b03f157ce127aef249cf036bd0258de137a42fd9621ec741fda530eb831fd9620eb9731ec752fca630e"
     "b842ed9621db741fec851fda630eb842fd9620ec741fca53e035acf157ce1369df249be136bdf258630fc942fea721ec"
     "751fda530eb842fd47be1269df248be035adf157ce137adf0269df138be035adf147ce1269df249b"},
    // clang-format on
};

Weights made_up(std::size_t n) {
  Weights x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = float(int((37 * i + 11) % 101) - 50) * float(1 + i / 32) / 64;
  return x;
}

quant::Calibration made_up_importance(std::size_t n) {
  std::vector<float> w(n);
  for (std::size_t i = 0; i < n; ++i) w[i] = 1 + float(i % 7) / 4;
  quant::Calibration out;
  out.set_mean_sq("w", w);
  return out;
}

std::string scheme_of(const char* type) {
  return QString(type) == "MXFP4" ? "gguf-mxfp4" : QString(type).toLower().toStdString();
}

QString hex(const std::vector<std::uint8_t>& bytes) {
  return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())).toHex();
}

std::vector<std::uint8_t> bytes_of(const Fitted& f) { return f.rows->pack(f.whole()); }

constexpr const char* searched[] = {"q4_1", "q5_0", "q5_1",   "q2_k",   "q3_k",      "q4_k",
                                    "q5_k", "q6_k", "iq4_nl", "iq4_xs", "gguf-mxfp4"};

}  // namespace

class TestGgufTypes : public QObject {
  Q_OBJECT

 private slots:
  void blocksAreGgmls_data() {
    QTest::addColumn<const Row*>("row");
    for (const Row& r : rows) QTest::newRow((std::string(r.type) + (r.weighted ? ", weighted" : "")).c_str()) << &r;
  }
  void blocksAreGgmls() {
    QFETCH(const Row*, row);
    const std::size_t n = quant::info(*quant::dtype_named(row->type)).block;
    const auto importance = made_up_importance(n);
    const Fitted f = fit(scheme_of(row->type) + (row->weighted ? ":imatrix" : ""), {n}, made_up(n), &importance);
    QCOMPARE(hex(f.rows->pack(f.whole())), QString(row->block));
  }

  /// Blocks of a batch of eight are as if they were alone, also where the batch is not full.
  void blocksDoNotSeeTheirNeighbours() {
    quant::Calibration all_columns, one_block;
    all_columns.set_mean_sq("w", std::vector<float>(32 * 11, 2.0f));
    one_block.set_mean_sq("w", std::vector<float>(32, 2.0f));
    const Weights x = made_up(32 * 11);
    for (const char* scheme : {"iq4_nl", "iq4_nl:imatrix", "q4_1"}) {
      const auto all = fit(scheme, {1, 32 * 11}, x, &all_columns).whole().packed;
      for (std::size_t b = 0; b < 11; ++b) {
        const auto at = std::ptrdiff_t(b * 32);
        const auto alone =
            fit(scheme, {1, 32}, Weights(x.begin() + at, x.begin() + at + 32), &one_block).whole().packed;
        const auto first = std::ptrdiff_t(b * alone.size());
        QCOMPARE(std::vector<std::uint8_t>(all.begin() + first, all.begin() + first + std::ptrdiff_t(alone.size())),
                 alone);
      }
    }
  }

  void hardTensorsStayFinite_data() {
    QTest::addColumn<QString>("scheme");
    for (const char* s : searched) {
      QTest::newRow(s) << s;
      if (QString(s) != "gguf-mxfp4") QTest::newRow((std::string(s) + ":imatrix").c_str()) << QString(s) + ":imatrix";
    }
  }
  void hardTensorsStayFinite() {
    QFETCH(QString, scheme);
    const auto importance = made_up_importance(256);
    Weights ramp = made_up(256), tiny(256), denormal(256, 0x1p-149f), one(256, 0.0f), step(256, 3.0f);
    for (std::size_t i = 0; i < 256; ++i) tiny[i] = ramp[i] * 1e-12f;
    one[77] = -60000;
    for (const Weights& w : {Weights(256, 0.0f), Weights(256, 1.5f), Weights(256, -1.5f), tiny, denormal, one, step}) {
      const auto fitted = try_fit(scheme.toStdString(), {1, 256}, w, &importance);
      QVERIFY(fitted);
      const auto q = fitted->whole();
      Weights steps(256);
      fitted->rows->steps({w, 1, 256, 0}, q, steps);
      for (std::size_t i = 0; i < 256; ++i) QVERIFY(std::isfinite(q.values[i]) && std::isfinite(steps[i]));
    }
  }

  void rowsOfTheWrongLength_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("cols");
    QTest::addColumn<QString>("block");
    QTest::addColumn<QString>("instead");
    QTest::newRow("q2_k") << "q2_k" << 384 << "256"
                          << "q4_0";
    QTest::newRow("q3_k") << "q3_k" << 384 << "256"
                          << "q4_0";
    QTest::newRow("q4_k") << "q4_k" << 384 << "256"
                          << "q5_0";
    QTest::newRow("q5_k") << "q5_k" << 384 << "256"
                          << "q5_1";
    QTest::newRow("q6_k") << "q6_k" << 384 << "256"
                          << "q8_0";
    QTest::newRow("iq4_xs") << "iq4_xs" << 384 << "256"
                            << "iq4_nl";
    QTest::newRow("nor of the replacement's block") << "q4_k" << 40 << "256"
                                                    << "F16";
    QTest::newRow("blocks of 32") << "q5_0" << 40 << "32"
                                  << "F16";
  }
  void rowsOfTheWrongLength() {
    QFETCH(QString, scheme);
    QFETCH(int, cols);
    QFETCH(QString, block);
    QFETCH(QString, instead);
    const auto fitted = try_fit(scheme.toStdString(), {2, std::uint64_t(cols)}, Weights(std::size_t(2 * cols), 1.0f));
    QVERIFY(!fitted && fitted.error().code == ErrorCode::refused);
    QCOMPARE(QString::fromStdString(fitted.error().why),
             QString("row %1 is not a multiple of %2").arg(cols).arg(block));
    QVERIFY(QString::fromStdString(fitted.error().hint).contains(instead));
  }

  void importanceMustSuit() {
    const Weights w = made_up(512);
    const Shape shape = {2, 256};
    QVERIFY(try_fit("q4_k:imatrix", shape, w).error().code == ErrorCode::unsupported);
    quant::Calibration c;
    c.set_mean_sq("w", std::vector<float>(255, 1.0f));
    QVERIFY(try_fit("q4_k:imatrix", shape, w, &c).error().code == ErrorCode::refused);
    for (const float wrong : {-1.0f, not_a_number, infinity}) {
      std::vector<float> values(256, 1.0f);
      values[3] = wrong;
      c.set_mean_sq("w", values);
      QVERIFY(try_fit("q4_k:imatrix", shape, w, &c).error().why.find("column 3") != std::string::npos);
    }
    c.set_mean_sq("w", std::vector<float>(256, 1.0f));
    QVERIFY(try_fit("q4_k:imatrix", shape, w, &c));
    QVERIFY(try_fit("q4_k", shape, w));
  }

  /// llama-quantize goes on without importance where the matrix has no entry; zeros count as none in ggml.
  void tensorsThatTheMatrixLacksArePlain_data() {
    QTest::addColumn<QString>("type");
    for (const char* type :
         {"q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl", "iq4_xs"})
      QTest::newRow(type) << type;
  }
  void tensorsThatTheMatrixLacksArePlain() {
    QFETCH(QString, type);
    const Weights w = made_up(512);
    const std::string plain = type.toStdString(), weighted = plain + ":imatrix";
    const auto want = hex(bytes_of(fit(plain, {2, 256}, w)));
    quant::Calibration none, zeros;
    zeros.set_mean_sq("w", std::vector<float>(256, 0.0f));
    QCOMPARE(hex(bytes_of(fit(weighted, {2, 256}, w, &none))), want);
    QCOMPARE(hex(bytes_of(fit(weighted, {2, 256}, w, &zeros))), want);
  }

  /// Stacked experts have importance of their own.
  void expertsHaveTheirOwnImportance() {
    const Weights one = made_up(256);
    Weights both = one;
    both.insert(both.end(), one.begin(), one.end());
    std::vector<float> values(512, 1.0f);
    for (std::size_t i = 256; i < 512; ++i) values[i] = 1 + float(i % 7) / 4;
    quant::Calibration c, second;
    c.set_mean_sq("w", values);
    second.set_mean_sq("w", std::vector<float>(values.begin() + 256, values.end()));
    const auto q = fit("q4_k:imatrix", {2, 1, 256}, both, &c).whole().packed;
    const auto alone = fit("q4_k:imatrix", {1, 256}, one, &second).whole().packed;
    QCOMPARE(std::vector<std::uint8_t>(q.begin() + 144, q.end()), alone);
    QVERIFY(std::vector<std::uint8_t>(q.begin(), q.begin() + 144) != alone);
  }

  void weightsBeyondFp16AreRefused() {
    Weights w = made_up(256);
    w[0] = 1e9f;
    QVERIFY(try_fit("q4_k", {1, 256}, w).error().code == ErrorCode::refused);
    QVERIFY(try_fit("gguf-mxfp4", {1, 256}, w));
  }
};

QTEST_APPLESS_MAIN(TestGgufTypes)
#include "tst_gguf_types.moc"
