// The curves of the compare page: against published tables in dB, and against optima found here from the densities.

#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/stats/theory.h"
#include "tests/support/densities.h"

using quant::TheoryLine;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// ∫ of density, x·density, x²·density over [a, b], 0 ≤ a: closed forms of a symmetric density of variance 1.
struct Moments {
  double p, m, q;
};

Moments gauss(double a, double b) {
  const auto cdf = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  const auto pdf = [](double x) { return std::isinf(x) ? 0 : std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); };
  const auto xpdf = [&](double x) { return std::isinf(x) ? 0 : x * pdf(x); };
  const double p = cdf(b) - cdf(a);
  return {p, pdf(a) - pdf(b), p + xpdf(a) - xpdf(b)};
}

Moments laplace(double a, double b) {
  const double l = std::numbers::sqrt2;  // rate of variance 1
  const auto at = [l](double x, int power) {
    if (std::isinf(x)) return 0.0;
    const double e = std::exp(-l * x) / 2;
    return power == 0 ? e : power == 1 ? e * (x + 1 / l) : e * (x * x + 2 * x / l + 2 / (l * l));
  };
  return {at(a, 0) - at(b, 0), at(a, 1) - at(b, 1), at(a, 2) - at(b, 2)};
}

using Density = Moments (*)(double, double);

/// Error of the cell [a, b] restored as y; cells left of zero are mirrored, a cell across zero is cut there.
double cell(Density f, double a, double b, double y) {
  if (a < 0 && b > 0) return cell(f, 0, b, y) + cell(f, 0, -a, -y);
  if (a < 0) return cell(f, -b, -a, -y);
  const Moments k = f(a, b);
  return k.q - 2 * y * k.m + y * y * k.p;
}

/// Two's complement codes of `bits` with step d.
double uniform_error(Density f, int bits, double d) {
  const int lo = -(1 << (bits - 1)), hi = -lo - 1;
  double sum = 0;
  for (int c = lo; c <= hi; ++c) sum += cell(f, c == lo ? -inf : (c - 0.5) * d, c == hi ? inf : (c + 0.5) * d, c * d);
  return sum;
}

double best_uniform(Density f, int bits) {
  double a = 0.01, b = 2;
  constexpr double golden = 0.6180339887498949;
  for (int i = 0; i < 80; ++i) {
    const double x = b - golden * (b - a), y = a + golden * (b - a);
    uniform_error(f, bits, x) < uniform_error(f, bits, y) ? b = y : a = x;
  }
  return uniform_error(f, bits, (a + b) / 2);
}

/// Lloyd's iteration on the positive half of 2^bits levels, from where a dense codebook has them: the quantiles of the
/// density's third root (Panter and Dite), which is the same shape √3 or 3 times as wide.
double best_levels(Density f, double (*start)(double), int bits) {
  const int half = 1 << (bits - 1);
  std::vector<double> level(static_cast<std::size_t>(half));
  for (int i = 0; i < half; ++i) level[std::size_t(i)] = start(0.5 + 0.5 * (i + 0.5) / half);
  double error = 0;
  for (int round = 0; round < 6000; ++round) {
    double a = 0;
    error = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
      const double b = i + 1 < level.size() ? (level[i] + level[i + 1]) / 2 : inf;
      const Moments k = f(a, b);
      if (k.p > 0) level[i] = k.m / k.p;
      error += 2 * (k.q - 2 * level[i] * k.m + level[i] * level[i] * k.p);
      a = b;
    }
  }
  return error;
}

double gauss_start(double p) { return std::numbers::sqrt3 * quant::test::normal_quantile(p); }
double laplace_start(double p) { return -3 / std::numbers::sqrt2 * std::log(2 * (1 - p)); }

double db(const char* line, double bits) {
  return quant::theory_db(*quant::find_theory_line(line), bits).value_or(std::nan(""));
}

}  // namespace

class TestTheoryLines : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void publishedTables_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QList<double>>("want");  // dB at 1 … 8 bits
    QTest::newRow("best levels of Gauss")
        << "gauss-levels" << QList<double>{4.396, 9.300, 14.616, 20.222, 26.012, 31.910, 37.865, 43.853};
    QTest::newRow("best levels of Laplace")
        << "laplace-levels" << QList<double>{3.010, 7.540, 12.638, 18.133, 23.870, 29.743, 35.688, 41.671};
    QTest::newRow("best even steps of Gauss")
        << "gauss-uniform" << QList<double>{2.254, 8.256, 13.911, 19.258, 24.527, 29.818, 35.163, 40.570};
    QTest::newRow("best even steps of Laplace")
        << "laplace-uniform" << QList<double>{1.992, 6.840, 11.427, 15.976, 20.609, 25.361, 30.231, 35.209};
  }
  void publishedTables() {
    QFETCH(QString, line);
    QFETCH(QList<double>, want);
    for (int bits = 1; bits <= 8; ++bits) {
      const double got = db(line.toLatin1().constData(), bits);
      QVERIFY2(std::fabs(got - want[bits - 1]) < 0.0011,
               qPrintable(QString("%1 bits: %2").arg(bits).arg(got, 0, 'g', 8)));
    }
  }

  void maxOf1960() {
    const double error[] = {0.3634, 0.1175, 0.03454, 0.009497, 0.002499};  // Max 1960, table I, N = 2 … 32
    for (int bits = 1; bits <= 5; ++bits)
      QVERIFY(std::fabs(std::pow(10, -db("gauss-levels", bits) / 10) / error[bits - 1] - 1) < 0.0035);
  }

  void optimaFoundHere_data() {
    QTest::addColumn<int>("bits");
    for (int bits = 1; bits <= 8; ++bits) QTest::addRow("%d bits", bits) << bits;
  }
  void optimaFoundHere() {
    QFETCH(int, bits);
    const auto near = [&](const char* line, double error, double within) {
      const double got = db(line, bits), want = -10 * std::log10(error);
      return std::fabs(got - want) < within ? QString() : QString("%1: %2, found %3").arg(line).arg(got).arg(want);
    };
    const double slack = bits < 7 ? 0.001 : 0.01;  // Lloyd's iteration creeps with many levels
    for (const QString& wrong : {near("gauss-uniform", best_uniform(gauss, bits), 0.001),
                                 near("laplace-uniform", best_uniform(laplace, bits), 0.001),
                                 near("gauss-levels", best_levels(gauss, gauss_start, bits), slack),
                                 near("laplace-levels", best_levels(laplace, laplace_start, bits), slack)})
      QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
  }

  void aBitIsWorthSixDecibel() {
    QVERIFY(std::fabs(quant::db_per_bit - 20 * std::log10(2)) < 1e-12);
    QVERIFY(std::fabs(quant::even_rounding - 1 / std::sqrt(12)) < 1e-15);
    QVERIFY(std::fabs(db("gauss-bound", 4.25) - 4.25 * quant::db_per_bit) < 1e-9);
    QVERIFY(std::fabs(db("laplace-bound", 3) - db("gauss-bound", 3) +
                      10 * std::log10(std::numbers::e / std::numbers::pi)) < 1e-3);
    QVERIFY(std::fabs(db("entropy-coded", 3) - db("gauss-bound", 3) +
                      10 * std::log10(std::numbers::e * std::numbers::pi / 6)) < 1e-3);
  }

  void nothingPassesItsBound() {
    for (double bits = 1; bits <= 16; bits += 0.125) {
      for (const char* line : {"gauss-levels", "gauss-uniform", "entropy-coded"})
        if (const auto at = quant::theory_db(*quant::find_theory_line(line), bits))
          QVERIFY(*at < db("gauss-bound", bits));
      QVERIFY(db("laplace-levels", bits) < db("laplace-bound", bits));
    }
  }

  void tablesGoOverIntoTheHighRateLine() {
    for (const char* line : {"gauss-levels", "laplace-levels"}) {
      QVERIFY(std::fabs(db(line, 8.0001) - db(line, 8)) < 0.05);
      QVERIFY(std::fabs(db(line, 7.9999) - db(line, 8)) < 0.001);
    }
    QVERIFY(!quant::theory_db(*quant::find_theory_line("gauss-uniform"), 8.5));
    QVERIFY(!quant::theory_db(*quant::find_theory_line("gauss-levels"), 0.5));
    QVERIFY(!quant::theory_db(*quant::find_theory_line("gauss-bound"), -1));
  }

  void linesHaveTheirCornersAndSayWhereTheyComeFrom() {
    const auto points = quant::theory_points(*quant::find_theory_line("gauss-levels"), 2.5, 10);
    QCOMPARE(points.size(), std::size_t(8));  // 2.5, 3 … 8, 10
    QCOMPARE(points.front().bits, 2.5);
    QCOMPARE(points.back().bits, 10.0);
    QCOMPARE(quant::theory_points(*quant::find_theory_line("gauss-levels"), 0, 10).front().bits, 1.0);
    QVERIFY(quant::theory_points(*quant::find_theory_line("gauss-levels"), 3, 3).empty());
    for (const TheoryLine& line : quant::theory_lines()) QVERIFY(!line.title.empty() && !line.source.empty());
    QVERIFY(quant::theory_lines().front().bound);
  }
};

QTEST_APPLESS_MAIN(TestTheoryLines)
#include "tst_theory_lines.moc"
