// The report: complete, self-contained, safe against names.

#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>

#include "core/report/report.h"
#include "core/report/svg.h"
#include "core/sensitivity/metric.h"
#include "tests/support/memory_source.h"

using namespace quant;

namespace {

struct Prepared {
  std::unique_ptr<Session> session;
  Plan plan;
};

Prepared prepared(const test::MemorySource& source) {
  Prepared p{*Session::in_memory(), {}};
  const auto reference = make_reference_backend();
  const Devices devices{reference.get(), reference.get(), 1, 0};
  JobContext job;
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < source.tensors().size(); ++i)
    if (is_candidate(source.tensors()[i])) some.push_back(i);
  std::vector<Scheme> schemes;
  for (const auto* text : {"rtn:bits=2", "rtn:bits=4,group=32", "q8_0"}) schemes.push_back(*Scheme::parse(text));
  if (!measure_sensitivity(source, *p.session, schemes, some, devices, job)) qFatal("measure");
  const auto problem = *make_problem(*p.session, *find_metric("mse"), {}, {}, {});
  p.plan = *solve(problem, *parse_budget("5bpw", problem.elements()), {}, job);
  return p;
}

QString page(const Session& session, const Plan* plan) {
  const auto html = html_report(session, plan);
  if (!html) qFatal("%s", one_line(html.error()).c_str());
  return QString::fromStdString(*html);
}

}  // namespace

class TestReport : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTensorAndChartIsThere() {
    const auto source = test::small_llama();
    const auto p = prepared(source);
    const auto html = page(*p.session, &p.plan);
    for (const auto& t : source.tensors()) QVERIFY2(html.contains(QString::fromStdString(t.name)), t.name.c_str());
    QVERIFY(html.count("<svg") >= 5);
    for (const auto* text : {"this plan", "rtn:bits=2 for all", "dB, worst", "bits per weight", "memory.safetensors"})
      QVERIFY2(html.contains(text), text);
  }

  void itNeedsNoPlan() {
    const auto p = prepared(test::small_llama());
    const auto html = page(*p.session, nullptr);
    QVERIFY(html.count("<svg") >= 3 && !html.contains("this plan"));
  }

  void nothingRefersOutside() {
    const auto p = prepared(test::small_llama());
    const auto html = page(*p.session, &p.plan);
    QVERIFY(!html.contains("http") && !html.contains("src=") && !html.contains("url(") && !html.contains("@import"));
    QVERIFY(!html.contains(QRegularExpression("//[A-Za-z0-9.-]+\\.[A-Za-z]")));
    QVERIFY(html.contains("prefers-color-scheme: dark"));
  }

  // HTML of this plain kind is well-formed XML but for its doctype and void elements.
  void itIsWellFormed() {
    const auto p = prepared(test::small_llama());
    auto html = page(*p.session, &p.plan);
    html.remove(0, html.indexOf("<html")).replace(QRegularExpression("<meta[^>]*>"), "");
    QXmlStreamReader xml(html);
    while (!xml.atEnd()) xml.readNext();
    QVERIFY2(!xml.hasError(), qPrintable(QString("%1, line %2").arg(xml.errorString()).arg(xml.lineNumber())));
  }

  void namesCannotBreakOut() {
    test::MemorySource source("/models/<b>&\"'.safetensors");
    const std::string name = "<script>alert('1')</script>\"&\x01.weight";
    source.add(name, {32, 64}, "mlp_up", 0);
    const auto p = prepared(source);
    const auto html = page(*p.session, &p.plan);
    QVERIFY(!html.contains("<script>") && html.contains("&lt;script&gt;"));
    QVERIFY(!html.contains("<b>&\"") && !html.contains(QChar(1)));
  }

  void noFigureIsNotANumber() {
    const auto p = prepared(test::small_llama());
    const auto html = page(*p.session, &p.plan);
    QVERIFY(!html.contains(QRegularExpression("[\"> ,](-?nan|-?inf)[\"< ,]")));
  }

  void anEmptySessionIsRefused() {
    auto session = *Session::in_memory();
    const auto html = html_report(*session, nullptr);
    QVERIFY(!html && html.error().code == ErrorCode::refused && !html.error().hint.empty());
  }

  void exactSchemesAndZerosAreDrawn() {
    auto session = *Session::in_memory();
    test::MemorySource source;
    source.add("w", {4, 8});
    QVERIFY(session->bind(source));
    Analysis a;
    a.tensor = "w", a.scheme = "fp32", a.figures.exact = true, a.figures.mse = 0, a.figures.bpw = 32,
    a.figures.bytes = 128;
    QVERIFY(session->store(std::span(&a, 1)));
    Plan plan;
    plan.assignments = {{.tensor = "w", .scheme = "fp32", .bytes = 128, .elements = 32, .up = {}, .down = {}}};
    plan.optimal = true;
    QVERIFY(page(*session, &plan).contains("exact"));
  }

  void ticksAreRound_data() {
    QTest::addColumn<double>("lo");
    QTest::addColumn<double>("hi");
    QTest::addColumn<bool>("logarithmic");
    QTest::addColumn<QVector<double>>("ticks");
    QTest::newRow("bits") << 2.0 << 8.6 << false << QVector<double>{2, 3, 4, 5, 6, 7, 8};
    QTest::newRow("through zero") << -1.0 << 1.0 << false << QVector<double>{-1, -0.5, 0, 0.5, 1};
    QTest::newRow("decades") << 0.02 << 300.0 << true << QVector<double>{0.1, 1, 10, 100};
  }
  void ticksAreRound() {
    QFETCH(double, lo);
    QFETCH(double, hi);
    QFETCH(bool, logarithmic);
    QFETCH(QVector<double>, ticks);
    const auto got = report::Scale(lo, hi, 0, 100, logarithmic).ticks();
    QCOMPARE(got.size(), std::size_t(ticks.size()));
    for (int i = 0; i < ticks.size(); ++i) QVERIFY(std::abs(got[std::size_t(i)] - ticks[i]) < 1e-9);
  }

  // The ends of d3-scale-chromatic's cividis, which is the same fit.
  void cividisHasItsEnds() {
    const auto near = [](const std::string& a, int r, int g, int b) {
      const auto part = [&](std::size_t at) { return std::stoi(a.substr(at, 2), nullptr, 16); };
      return std::abs(part(1) - r) <= 1 && std::abs(part(3) - g) <= 1 && std::abs(part(5) - b) <= 1;
    };
    QVERIFY(near(report::cividis(0), 0x00, 0x20, 0x51));
    QVERIFY2(near(report::cividis(1), 0xfd, 0xea, 0x45), report::cividis(1).c_str());
  }
};

QTEST_APPLESS_MAIN(TestReport)
#include "tst_report.moc"
