// Storage types, matrix shapes, candidates, tensors in memory and the ranges that schemes share.

#include <QTest>
#include <cmath>
#include <limits>

#include "core/methods/quantizer.h"
#include "core/tensor/tensor.h"

using namespace quant;
using Shape = std::vector<std::uint64_t>;

class TestTensor : public QObject {
  Q_OBJECT

 private slots:
  /// Bits per weight of GGUF's own table.
  void bytesOfStorageTypes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("bits");
    const std::pair<const char*, double> rows[] = {
        {"F64", 64},        {"F32", 32},         {"F16", 16},       {"BF16", 16},      {"F8_E4M3", 8},
        {"F8_E8M0", 8},     {"F6_E2M3", 6},      {"F4", 4},         {"I64", 64},       {"BOOL", 8},
        {"I4", 4},          {"C64", 64},         {"Q4_0", 4.5},     {"Q4_1", 5},       {"Q5_0", 5.5},
        {"Q5_1", 6},        {"Q8_0", 8.5},       {"Q8_1", 9},       {"Q2_K", 2.625},   {"Q3_K", 3.4375},
        {"Q4_K", 4.5},      {"Q5_K", 5.5},       {"Q6_K", 6.5625},  {"Q8_K", 9.125},   {"IQ2_XXS", 2.0625},
        {"IQ2_XS", 2.3125}, {"IQ3_XXS", 3.0625}, {"IQ1_S", 1.5625}, {"IQ4_NL", 4.5},   {"IQ3_S", 3.4375},
        {"IQ2_S", 2.5625},  {"IQ4_XS", 4.25},    {"IQ1_M", 1.75},   {"TQ1_0", 1.6875}, {"TQ2_0", 2.0625},
        {"MXFP4", 4.25},    {"NVFP4", 4.5},      {"Q1_0", 1.125},   {"Q2_0", 2.25}};
    for (const auto& [name, bits] : rows) QTest::newRow(name) << name << bits;
  }
  void bytesOfStorageTypes() {
    QFETCH(QString, name);
    QFETCH(double, bits);
    const auto dtype = dtype_named(name.toStdString());
    QVERIFY(dtype);
    QCOMPARE(QString::fromUtf8(info(*dtype).name.data()), name);
    QCOMPARE(double(*bytes_of(*dtype, 1024)), 128 * bits);
  }

  void bytesAreRefusedWhereTheyCannotBe() {
    QVERIFY(!bytes_of(DType::q4_k, 255));
    QVERIFY(!bytes_of(DType::f64, std::numeric_limits<std::uint64_t>::max()));
    QCOMPARE(*bytes_of(DType::i4, 3), std::uint64_t(2));
    QCOMPARE(*bytes_of(DType::q4_0, 0), std::uint64_t(0));
    QVERIFY(!dtype_named("f32"));
    QVERIFY(!dtype_named("Q4_2"));
  }

  void shapesAreSeenAsMatrices_data() {
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<Shape>("want");  // matrices, rows, cols
    QTest::newRow("0-D is one weight") << Shape{} << Shape{1, 1, 1};
    QTest::newRow("1-D is one row") << Shape{7} << Shape{1, 1, 7};
    QTest::newRow("2-D") << Shape{3, 5} << Shape{1, 3, 5};
    QTest::newRow("3-D is a matrix per expert") << Shape{2, 3, 5} << Shape{2, 3, 5};
    QTest::newRow("4-D is out × (in·kh·kw)") << Shape{8, 3, 2, 2} << Shape{1, 8, 12};
    QTest::newRow("nothing") << Shape{0, 5} << Shape{1, 0, 5};
  }
  void shapesAreSeenAsMatrices() {
    QFETCH(Shape, shape);
    QFETCH(Shape, want);
    const MatrixShape got = matrix_shape(shape);
    QCOMPARE((Shape{got.matrices, got.rows, got.cols}), want);
    QCOMPARE(got.elements(), want[0] * want[1] * want[2]);
    QCOMPARE(got.all_rows(), want[0] * want[1]);
  }

  void candidates_data() {
    QTest::addColumn<QString>("role");
    QTest::addColumn<int>("dtype");
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<bool>("want");
    QTest::newRow("a linear weight") << "mlp_down" << int(DType::f16) << Shape{4, 4} << true;
    QTest::newRow("an embedding") << "embed" << int(DType::f32) << Shape{4, 4} << true;
    QTest::newRow("a matrix of no known role") << "other" << int(DType::f32) << Shape{4, 4} << true;
    QTest::newRow("a GGUF block type") << "attn_q" << int(DType::q4_k) << Shape{4, 256} << true;
    QTest::newRow("a bias") << "attn_q" << int(DType::f16) << Shape{4} << false;
    QTest::newRow("a norm") << "norm" << int(DType::f32) << Shape{4, 4} << false;
    QTest::newRow("a router") << "router" << int(DType::f32) << Shape{4, 4} << false;
    QTest::newRow("position embeddings") << "pos_embed" << int(DType::f32) << Shape{4, 4} << false;
    QTest::newRow("integers") << "other" << int(DType::i64) << Shape{4, 4} << false;
    QTest::newRow("nothing") << "embed" << int(DType::f32) << Shape{0, 4} << false;
  }
  void candidates() {
    QFETCH(QString, role);
    QFETCH(int, dtype);
    QFETCH(Shape, shape);
    QFETCH(bool, want);
    TensorInfo tensor;
    tensor.role = role.toStdString();
    tensor.dtype = DType(dtype);
    tensor.shape = shape;
    QCOMPARE(is_candidate(tensor), want);
  }

  void rowsOfMemoryAreNotCopied() {
    const auto view = memory_tensor("t", {2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    std::vector<float> scratch;
    const auto tile = read_tile(*view, 1, 2, scratch);
    QVERIFY(tile && scratch.empty());
    QCOMPARE(std::vector<float>(tile->w.begin(), tile->w.end()), (std::vector<float>{4, 5, 6, 7, 8, 9}));
    QCOMPARE(tile->first_row, std::uint64_t(1));
    std::vector<float> copy(3);
    QVERIFY(view->read_rows(3, 1, copy));
    QCOMPARE(copy, (std::vector<float>{10, 11, 12}));
    QCOMPARE(view->tensor().bytes, std::uint64_t(48));
  }

  void rangesLeaveOutWhatIsNotFinite() {
    const float inf = INFINITY;
    const auto view = memory_tensor("t", {2, 2, 2}, {1, NAN, -3, inf, -inf, 2, 5, NAN});
    TensorFacts facts(*view);
    JobContext job;
    const auto matrices = facts.per_matrix(job);
    QVERIFY(matrices && matrices->size() == 2);
    QCOMPARE((*matrices)[0].lo, -3.0f);
    QCOMPARE((*matrices)[0].hi, 1.0f);
    QCOMPARE((*matrices)[0].nan + (*matrices)[0].inf, std::uint64_t(2));
    QCOMPARE((*matrices)[1].lo, 2.0f);
    const auto columns = facts.per_column(job);
    QVERIFY(columns && columns->size() == 4);
    QCOMPARE((*columns)[1].lo, 0.0f);  // no finite element
    QCOMPARE((*columns)[1].hi, 0.0f);
    QCOMPARE((*columns)[2].lo, 5.0f);
    QCOMPARE((*columns)[3].nan, std::uint64_t(1));
  }

  void rangesStopWhenAsked() {
    const auto view = memory_tensor("t", {2, 2}, {1, 2, 3, 4});
    TensorFacts facts(*view);
    JobContext job;
    std::stop_source stop;
    job.stop = stop.get_token();
    stop.request_stop();
    QVERIFY(facts.per_matrix(job).error().code == ErrorCode::cancelled);
    QVERIFY(facts.per_column(job).error().code == ErrorCode::cancelled);
  }
};

QTEST_APPLESS_MAIN(TestTensor)
#include "tst_tensor.moc"
