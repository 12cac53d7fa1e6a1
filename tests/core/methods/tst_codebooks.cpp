// k-means, Huffman, Deep Compression, BitNet, binary and HQQ against the worked numbers of the methods' definitions.

#include <QTest>
#include <cmath>

#include "core/methods/codebook/huffman.h"
#include "core/methods/codebook/optimal_codebook.h"
#include "core/methods/codebook/value_counts.h"
#include "core/tensor/calibration.h"
#include "tests/support/methods.h"

using namespace quant::test;
using quant::WeightedValue;

namespace {

double squared_error(std::span<const WeightedValue> points, std::size_t levels) {
  const auto book = quant::optimal_codebook(points, levels);
  double sum = 0;
  for (const auto& p : points) {
    double least = std::numeric_limits<double>::infinity();
    for (const float level : book) least = std::min(least, (p.value - double(level)) * (p.value - double(level)));
    sum += p.weight * least;
  }
  return sum;
}

bool near(double a, double b, double t) { return std::fabs(a - b) <= t; }

const std::vector<WeightedValue> nine = {{-2, 1},  {-1.9, 1}, {-1, 1},  {0, 1}, {0.1, 1},
                                         {0.2, 1}, {1.5, 1},  {1.6, 1}, {3, 1}};

}  // namespace

class TestCodebooks : public QObject {
  Q_OBJECT

 private slots:
  void kmeansWorkedValues() {
    QVERIFY(near(squared_error(nine, 2), 6.54, 1e-6));
    QVERIFY(near(squared_error(nine, 3), 2.0333333, 1e-6));
    QVERIFY(near(squared_error(nine, 4), 0.6316667, 1e-6));
    auto heavy = nine;
    heavy.back().weight = 10;
    QVERIFY(near(squared_error(heavy, 3), 3.1546667, 1e-6));
    const Fitted f = fit("kmeans:bits=2", {8}, v8);
    const auto q = f.whole();
    QVERIFY(near(mse(f, q) * 8, 0.1229167, 1e-6));
    const Weights want = {-1.4f, -0.2f, 0.225f, 0.866667f};
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(near(double(f.rows->codebook()[i]), double(want[i]), 1e-6));
  }

  /// The dynamic programme without any of its shortcuts.
  void kmeansIsTheGlobalMinimum() {
    std::vector<WeightedValue> points;
    for (int i = 0; i < 60; ++i) points.push_back({std::sin(i * 1.7) * i, 1.0 + i % 3});
    std::sort(points.begin(), points.end(), [](auto a, auto b) { return a.value < b.value; });
    const std::size_t n = points.size();
    const auto cost = [&](std::size_t a, std::size_t b) {
      double w = 0, s = 0, e = 0;
      for (std::size_t i = a; i < b; ++i) w += points[i].weight, s += points[i].weight * points[i].value;
      for (std::size_t i = a; i < b; ++i) e += points[i].weight * (points[i].value - s / w) * (points[i].value - s / w);
      return e;
    };
    std::vector<double> before(n + 1, std::numeric_limits<double>::infinity());
    before[0] = 0;
    for (std::size_t levels = 1; levels <= 9; ++levels) {
      std::vector<double> now(n + 1, std::numeric_limits<double>::infinity());
      for (std::size_t j = 1; j <= n; ++j)
        for (std::size_t i = 0; i < j; ++i) now[j] = std::min(now[j], before[i] + cost(i, j));
      before = now;
      QVERIFY(near(squared_error(points, levels), now[n], 1e-4));
    }
  }

  void fewValuesAreKeptExactly() {
    const Fitted f = fit("kmeans:bits=3", {2, 4}, {1, 2, 1, 2, -0.0f, 2, 1, 5});
    QCOMPARE(mse(f, f.whole()), 0.0);
    QCOMPARE(quant::optimal_codebook({}, 2), (Weights{0, 0}));
  }

  void rowsAndGroupsHaveTheirOwnLevels() {
    const auto q = fit("kmeans:bits=1,gran=row", {2, 3}, {1, 2, 1, -5, 7, 7}).whole();
    QCOMPARE(q.values, (Weights{1, 2, 1, -5, 7, 7}));
    QCOMPARE(q.codebooks, (Weights{1, 2, -5, 7}));
    QCOMPARE(fit("kmeans:bits=1,group=2", {3}, {1, 2, 9}).whole().codebooks, (Weights{1, 2, 9, 9}));
  }

  void manyValuesAreMergedWithinTwelveBits() {
    quant::ValueCounts counts;
    Weights w(1100000);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = 1.0f + float(i) * 0x1p-21f;
    counts.add(w);
    QVERIFY(counts.approximate());
    const auto points = counts.take();
    QVERIFY(points.size() <= 4096);
    double n = 0;
    for (const auto& p : points) n += p.weight;
    QCOMPARE(n, double(w.size()));
  }

  void huffmanWorkedCounts() {
    const std::vector<std::uint64_t> counts = {10, 1, 5, 2, 2, 30};
    const auto lengths = quant::huffman_lengths(counts);
    QCOMPARE(std::vector<int>(lengths.begin(), lengths.end()), (std::vector<int>{2, 5, 3, 5, 4, 1}));
    QCOMPARE(quant::coded_bits(counts, lengths), std::uint64_t{88});
    QCOMPARE(quant::canonical_codes(lengths), (std::vector<std::uint64_t>{0b10, 0b11110, 0b110, 0b11111, 0b1110, 0}));
    QCOMPARE(int(quant::huffman_lengths(std::vector<std::uint64_t>{0, 7})[1]), 1);
    QVERIFY(quant::huffman_lengths({}).empty());
  }

  void deepcompWorkedVector() {
    const Fitted f = fit("deepcomp:prune=0.5,bits=1", {8}, v8);
    const auto q = f.whole();
    QCOMPARE(codes(f, q), (std::vector<int>{2, 0, 0, 1, 0, 2, 0, 2}));
    QVERIFY(near(double(q.values[0]), 0.8666667, 1e-6));
    // 4 + 6 bits, code lengths of 3 values and 32 gaps, two centroids.
    QCOMPARE(f.rows->stored_bytes({1, 1, 8}), std::uint64_t{2 + 3 + 32 + 4});
    QCOMPARE(std::uint64_t(f.rows->pack(q).size()), std::uint64_t{2 + 3 + 32 + 4});
    QCOMPARE(fit("deepcomp:prune=0.5,bits=1,huffman=off", {8}, v8).rows->stored_bytes({1, 1, 8}), std::uint64_t{3 + 4});
  }

  void deepcompTiesGoByIndex() {
    const auto q = fit("deepcomp:prune=0.5,bits=1", {4}, {1, -1, 1, 1}).whole();
    QCOMPARE(q.values, (Weights{0, 0, 1, 1}));
  }

  void deepcompBridgesLongGaps() {
    Weights w(100, 0.0f);
    w[70] = 1;
    const Fitted f = fit("deepcomp:prune=0.99,bits=1,index=5", {100}, w);
    // Two fillers (gap 31 each, values 0…63) and the weight after 6 more zeros: 3 value bits, 3 gap bits.
    QCOMPARE(f.rows->stored_bytes({1, 1, 100}), std::uint64_t{1 + 3 + 32 + 4});
    QCOMPARE(f.whole().values, w);
  }

  void packedStreamHasTheMeasuredSize() {
    Weights w(3000);
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = float(std::sin(double(i * i))) / float(1 + i % 13);
    for (const char* scheme :
         {"deepcomp", "deepcomp:prune=0", "deepcomp:bits=7,index=2", "deepcomp:prune=0.3,bits=2"}) {
      const Fitted f = fit(scheme, {30, 100}, w);
      QCOMPARE(std::uint64_t(f.rows->pack(f.whole()).size()), f.rows->stored_bytes({1, 30, 100}));
    }
  }

  void bitnetWorkedVector() {
    const Fitted f = fit("bitnet", {8}, v8);
    const auto q = f.whole();
    QCOMPARE(f.rows->shared().scales, Weights{0.60625f});
    QCOMPARE(codes(f, q), (std::vector<int>{1, -1, 0, -1, 1, 1, 0, 1}));
    QVERIFY(near(mse(f, q), 0.1279980, 1e-7));
    QCOMPARE(f.rows->pack(q), (std::vector<std::uint8_t>{0x12, 0x9a}));
    QCOMPARE(f.rows->stored_bytes({1, 1, 8}), std::uint64_t{2 + 2});
    const Fitted five = fit("bitnet:pack=5", {8}, v8);
    QCOMPARE(five.rows->pack(q), (std::vector<std::uint8_t>{2 + 0 * 3 + 1 * 9 + 0 * 27 + 2 * 81, 2 + 1 * 3 + 2 * 9}));
  }

  void binaryWorkedVector() {
    const Fitted f = fit("binary", {8}, v8);
    QVERIFY(near(mse(f, f.whole()), 0.1971484, 1e-7));
    const auto q = fit("binary:center", {4}, {1, 1, 3, 3}).whole();
    QCOMPARE(q.values, (Weights{1, 1, 3, 3}));
    QVERIFY(!quant::Scheme::parse("binary:gran=tensor,center"));
  }

  void hqqWorkedVector_data() {
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<std::vector<int>>("want");
    QTest::addColumn<double>("zero");
    using Codes = std::vector<int>;
    QTest::newRow("4 bits") << "hqq:group=8" << Codes{14, 6, 9, 0, 11, 13, 8, 15} << 8.5234375;
    QTest::newRow("before the search") << "hqq:group=8,opt=off" << Codes{14, 7, 9, 0, 11, 13, 8, 15} << 8.75;
    QTest::newRow("3 bits") << "hqq:group=8,bits=3" << Codes{7, 3, 4, 0, 5, 6, 4, 7} << 4.0442710;
    QTest::newRow("2 bits") << "hqq:group=8,bits=2" << Codes{3, 1, 2, 0, 2, 3, 2, 3} << 1.7943494;
    QTest::newRow("down, one group") << "hqq:group=8,axis=0" << Codes{14, 6, 9, 0, 11, 13, 8, 15} << 8.5234375;
  }
  void hqqWorkedVector() {
    QFETCH(QString, scheme);
    QFETCH(std::vector<int>, want);
    QFETCH(double, zero);
    const Fitted f = fit(scheme.toStdString(), {8}, v8);
    QVERIFY2(near(double(f.rows->shared().zeros[0]), zero, 2e-6),
             qPrintable(QString::number(double(f.rows->shared().zeros[0]), 'g', 9)));
    QCOMPARE(codes(f, f.whole()), want);
  }

  /// Cells {0, 1} and {10, 11}: means 0.5 and 10.5, and 0.75 where the second column counts three times.
  void kmeansCountsColumnsByTheirInputs() {
    const Weights w = {0, 1, 10, 11};
    const auto book = [](const Fitted& f) {
      const auto all = f.rows->codebook();
      return Weights(all.begin(), all.end());
    };
    quant::Calibration calibration;
    calibration.set_mean_sq("w", {1, 3, 1, 1});
    QCOMPARE(book(fit("kmeans:bits=1", {1, 4}, w, &calibration)), (Weights{0.5f, 10.5f}));
    QCOMPARE(book(fit("kmeans:bits=1,weight=imatrix", {1, 4}, w, &calibration)), (Weights{0.75f, 10.5f}));
    const Fitted rows =
        fit("kmeans:bits=1,gran=row,weight=imatrix", {2, 4}, {0, 1, 10, 11, 11, 10, 1, 0}, &calibration);
    QCOMPARE(rows.whole().codebooks, (Weights{0.75f, 10.5f, 0.5f, 10.25f}));
    for (const char* scheme : {"kmeans:weight=imatrix", "kmeans:weight=fisher"}) {
      const auto refused = try_fit(scheme, {1, 4}, w);
      QVERIFY(!refused && refused.error().code == quant::ErrorCode::unsupported);
    }
    calibration.set_mean_sq("w", {1, 3});
    QVERIFY(try_fit("kmeans:weight=imatrix", {1, 4}, w, &calibration).error().code == quant::ErrorCode::refused);
  }

  void hqqDownRefusesWhatItsGroupDoesNotDivide() {
    const auto f = try_fit("hqq:axis=0", {65}, Weights(65, 1.0f));
    QVERIFY(!f && f.error().code == quant::ErrorCode::refused);
  }
};

QTEST_APPLESS_MAIN(TestCodebooks)
#include "tst_codebooks.moc"
