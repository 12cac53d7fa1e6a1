// The exact solver against worked numbers, proven optima of other programs, and enumeration.

#include <QTest>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include <nlohmann/json.hpp>

#include "core/plan/plan.h"

using namespace quant;

namespace {

using Bytes = std::vector<std::vector<std::uint64_t>>;
using Costs = std::vector<std::vector<double>>;

Problem problem_of(const Bytes& bytes, const Costs& costs) {
  Problem p;
  p.metric = "mse";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Item item;
    item.tensor = "t" + std::to_string(i), item.elements = 8;
    for (std::size_t k = 0; k < bytes[i].size(); ++k)
      item.choices.push_back({"s" + std::to_string(k), bytes[i][k], costs[i][k]});
    p.items.push_back(std::move(item));
  }
  std::size_t most = 0;
  for (const auto& row : bytes) most = std::max(most, row.size());
  for (std::size_t k = 0; k < most; ++k) p.candidates.push_back("s" + std::to_string(k));
  return p;
}

Result<Plan> solved(const Problem& p, std::uint64_t budget, bool explain = true) {
  JobContext job;
  return solve(p, {budget, std::to_string(budget) + "B"}, {.time_limit_s = 10, .explain = explain}, job);
}

/// All (bytes, cost) sums that no other sum beats: complete, by merging item after item.
std::map<std::uint64_t, double> frontier(const Problem& p) {
  std::map<std::uint64_t, double> states{{0, 0.0}};
  for (const auto& item : p.items) {
    std::map<std::uint64_t, double> next;
    for (const auto& [bytes, cost] : states)
      for (const auto& c : item.choices) {
        const auto [at, fresh] = next.try_emplace(bytes + c.bytes, cost + c.cost);
        if (!fresh) at->second = std::min(at->second, cost + c.cost);
      }
    double best = std::numeric_limits<double>::infinity();
    std::erase_if(next, [&](const auto& s) { return s.second >= best ? true : (best = s.second, false); });
    states = std::move(next);
  }
  return states;
}

double optimum(const std::map<std::uint64_t, double>& states, std::uint64_t budget) {
  return std::prev(states.upper_bound(budget))->second;
}

bool close(double a, double b, double tolerance = 1e-9) {
  return std::abs(a - b) <= tolerance * std::max({std::abs(a), std::abs(b), 1e-300});
}

/// Rate–distortion shaped items of several sizes: bytes grow with the bits, cost falls about fourfold a bit.
Problem random_problem(unsigned seed, std::size_t items, std::size_t choices, bool monotone) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  Bytes bytes(items);
  Costs costs(items);
  for (std::size_t i = 0; i < items; ++i) {
    const std::uint64_t size = 16 * (1 + random() % 40);
    const double scale = std::pow(10.0, 4 * unit(random) - 2);
    for (std::size_t k = 0; k < choices; ++k) {
      const auto bits = 2 + k;
      bytes[i].push_back(size * bits / 8 + random() % 7);
      costs[i].push_back(monotone ? scale * std::pow(4.0, -double(bits)) * (0.5 + unit(random)) : scale * unit(random));
    }
  }
  return problem_of(bytes, costs);
}

}  // namespace

class TestPlan : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Worked by hand: sizes [2, 4, 8], [2, 4, 8], [1, 2, 4].
  void workedNumbers_data() {
    QTest::addColumn<quint64>("budget");
    QTest::addColumn<QVector<int>>("choices");
    QTest::addColumn<double>("cost");
    QTest::addColumn<double>("bound");
    QTest::newRow("8 bytes: the hull's own plan") << quint64(8) << QVector<int>{1, 0, 1} << 7.8 << 7.8;
    QTest::newRow("10 bytes: the hull's own plan") << quint64(10) << QVector<int>{1, 1, 1} << 5.8 << 5.8;
    QTest::newRow("12 bytes: above the bound") << quint64(12) << QVector<int>{1, 1, 2} << 5.2 << 4.55;
    QTest::newRow("14 bytes: the hull's own plan") << quint64(14) << QVector<int>{2, 1, 1} << 3.3 << 3.3;
  }
  void workedNumbers() {
    QFETCH(quint64, budget);
    QFETCH(QVector<int>, choices);
    QFETCH(double, cost);
    QFETCH(double, bound);
    const auto p = problem_of({{2, 4, 8}, {2, 4, 8}, {1, 2, 4}}, {{9, 3, .5}, {4, 2, .1}, {5, .8, .2}});
    const auto plan = solved(p, budget);
    QVERIFY(plan);
    for (int i = 0; i < choices.size(); ++i)
      QCOMPARE(plan->assignments[std::size_t(i)].scheme, "s" + std::to_string(choices[i]));
    QVERIFY(close(plan->objective, cost));
    QVERIFY(close(plan->bound, bound));
    QVERIFY(close(plan->gap, (cost - bound) / cost) || plan->gap < 1e-15);
    QVERIFY(plan->optimal);
    if (budget == 12) QVERIFY(close(plan->price, 0.625) && close(plan->gap, 0.125));
  }

  void belowTheSmallestPlanIsInfeasible() {
    const auto p = problem_of({{2, 4, 8}, {2, 4, 8}, {1, 2, 4}}, {{9, 3, .5}, {4, 2, .1}, {5, .8, .2}});
    const auto plan = solved(p, 4);
    QVERIFY(!plan);
    QVERIFY(plan.error().code == ErrorCode::infeasible);
    QVERIFY(one_line(plan.error()).find("1.667") != std::string::npos);  // 8 · 5 bytes / 24 elements
    const auto two = problem_of({{4, 8}, {4, 8}}, {{1, .25}, {2, .5}});
    QVERIFY(!solved(two, 7));
    QVERIFY(close(solved(two, 12)->objective, 1.5));
  }

  void infeasiblePinsAreNamed() {
    auto p = problem_of({{16}, {2, 4}}, {{0}, {1, .5}});
    p.items[0].pin = "down_proj", p.items[0].free_bytes = 2;
    const auto plan = solved(p, 10);
    QVERIFY(!plan);
    const auto line = one_line(plan.error());
    QVERIFY2(line.find("down_proj=s0") != std::string::npos && line.find("9.000") != std::string::npos, line.c_str());
  }

  // Exact dynamic programming in numpy, checked with CBC: tests/data/goldens/knapsack.
  void provenOptima_data() {
    QTest::addColumn<int>("instance");
    QTest::addColumn<int>("budget");
    const auto all = instances();
    for (int i = 0; i < int(all.size()); ++i)
      for (int b = 0; b < int(all[std::size_t(i)]["budgets"].size()); ++b)
        QTest::addRow("%s %d, budget %d", all[std::size_t(i)]["name"].get<std::string>().c_str(), i, b) << i << b;
  }
  void provenOptima() {
    QFETCH(int, instance);
    QFETCH(int, budget);
    const auto all = instances();
    const auto& one = all[std::size_t(instance)];
    const auto p = problem_of(one["sizes"].get<Bytes>(), one["losses"].get<Costs>());
    const auto& want = one["budgets"][std::size_t(budget)];
    const auto plan = solved(p, want["budget"].get<std::uint64_t>());
    QCOMPARE(plan.has_value(), !want["optimum"].is_null());
    if (!plan) return;
    QVERIFY2(close(plan->objective, want["optimum"].get<double>()),
             qPrintable(QString::number(plan->objective, 'g', 17)));
    QVERIFY(plan->optimal && plan->bytes <= want["budget"].get<std::uint64_t>());
  }

  void randomProblemsEqualEnumeration_data() {
    QTest::addColumn<unsigned>("seed");
    QTest::addColumn<bool>("monotone");
    for (unsigned seed = 1; seed <= 30; ++seed) {
      QTest::addRow("rate and distortion, seed %u", seed) << seed << true;
      QTest::addRow("costs at random, seed %u", seed) << seed << false;
    }
  }
  void randomProblemsEqualEnumeration() {
    QFETCH(unsigned, seed);
    QFETCH(bool, monotone);
    const auto p = random_problem(seed, 3 + seed % 7, 2 + seed % 5, monotone);
    const auto states = frontier(p);
    const auto low = states.begin()->first, high = std::prev(states.end())->first;
    QVERIFY(!solved(p, low - 1));
    for (const auto budget : {low, low + 1, low + (high - low) / 3, (low + high) / 2, high - 1, high, high + 1000}) {
      if (budget < low) continue;
      const auto plan = solved(p, budget);
      QVERIFY(plan);
      checkPlan(p, *plan, budget, optimum(states, budget));
      for (const auto& point : plan->pareto) {
        QVERIFY(states.contains(point.bytes));
        QVERIFY(close(states.at(point.bytes), point.objective));
      }
    }
  }

  void flipsAreConfirmedBySolvingAgain() {
    const auto p = random_problem(5, 9, 5, true);
    const auto states = frontier(p);
    const auto budget = (states.begin()->first + std::prev(states.end())->first) / 2;
    const auto plan = solved(p, budget);
    QVERIFY(plan);
    int flips = 0;
    for (std::size_t i = 0; i < plan->assignments.size(); ++i) {
      const auto& a = plan->assignments[i];
      for (const auto* why : {&a.up, &a.down}) {
        if (!why->flips_at_bpw) continue;
        const auto bytes = std::uint64_t(std::llround(*why->flips_at_bpw * double(p.elements()) / 8));
        const auto other = solved(p, bytes, false);
        QVERIFY(other);
        QVERIFY(why == &a.up ? bytes > budget && other->assignments[i].bytes > a.bytes
                             : bytes < budget && other->assignments[i].bytes < a.bytes);
        ++flips;
      }
    }
    QVERIFY(flips >= 9);
  }

  void neighboursSayWhatTheyWouldCost() {
    const auto p = problem_of({{2, 4, 8}}, {{9, 3, .5}});
    const auto plan = solved(p, 5);
    QVERIFY(plan);
    const auto& a = plan->assignments[0];
    QCOMPARE(a.up.scheme, "s2");
    QCOMPARE(a.up.bytes, std::int64_t(4));
    QVERIFY(close(a.up.cost, -2.5));
    QVERIFY(close(*a.up.flips_at_bpw, 8.0));
    QCOMPARE(a.down.scheme, "s0");
    QCOMPARE(a.down.bytes, std::int64_t(-2));
    QVERIFY(close(a.down.cost, 6.0));
    QVERIFY(close(*a.down.flips_at_bpw, 2.0));
  }

  void groupsTakeOneScheme() {
    auto p = problem_of({{2, 4, 8}, {2, 4, 8}, {1, 2, 4}}, {{9, 3, .5}, {4, 2, .1}, {5, .8, .2}});
    p.items[0].group = p.items[2].group = 3;
    for (std::uint64_t budget = 5; budget <= 22; ++budget) {
      const auto plan = solved(p, budget);
      QVERIFY(plan);
      QCOMPARE(plan->assignments[0].scheme, plan->assignments[2].scheme);
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
          const auto &a = p.items[0].choices[i], &b = p.items[1].choices[j], &c = p.items[2].choices[i];
          if (a.bytes + b.bytes + c.bytes <= budget) best = std::min(best, a.cost + b.cost + c.cost);
        }
      QVERIFY(close(plan->objective, best));
    }
    p.items[2].choices = {{"other", 1, 1}};
    QVERIFY(solved(p, 20).error().code == ErrorCode::infeasible);
  }

  void uniformPlansCountEveryItem() {
    auto p = problem_of({{2, 4}, {3, 6}}, {{9, 3}, {4, 2}});
    p.items.push_back({.tensor = "norm", .elements = 2, .choices = {{"none", 8, 0}}, .group = -1, .pin = {}});
    const auto plan = solved(p, 15);
    QVERIFY(plan);
    QCOMPARE(plan->uniform.size(), std::size_t(2));
    QCOMPARE(plan->uniform[0].bytes, std::uint64_t(13));
    QVERIFY(plan->uniform[0].fits && plan->uniform[0].complete && close(plan->uniform[0].objective, 13));
    QCOMPARE(plan->uniform[1].bytes, std::uint64_t(18));
    QVERIFY(!plan->uniform[1].fits);
    p.items[1].choices.erase(p.items[1].choices.begin());  // s0 is refused there
    QVERIFY(!solved(p, 20)->uniform[0].complete);
  }

  void aUniformSchemeThatIsAsGoodIsSaid() {
    const auto p = problem_of({{2, 4}, {2, 4}}, {{9, 3}, {9, 3}});
    QCOMPARE(solved(p, 8)->guard, "s1");
    QCOMPARE(solved(p, 4)->guard, "s0");
    QCOMPARE(solved(p, 6)->guard, "");
  }

  void zeroCostsHaveNoGap() {
    const auto plan = solved(problem_of({{2, 4}, {2, 4}}, {{1, 0}, {1, 0}}), 100);
    QVERIFY(plan);
    QCOMPARE(plan->objective, 0.0);
    QCOMPARE(plan->gap, 0.0);
    QVERIFY(plan->optimal);
  }

  void ofEqualCostsFewerBytesWin() {
    const auto plan = solved(problem_of({{2, 4, 6}, {3, 5, 9}}, {{1, 0, 0}, {1, 0, 0}}), 100);
    QVERIFY(plan);
    QCOMPARE(plan->bytes, std::uint64_t(9));
  }

  void aCostThatIsNoNumberIsRefused() {
    auto p = problem_of({{2, 4}}, {{1, std::numeric_limits<double>::quiet_NaN()}});
    QVERIFY(!solved(p, 4));
  }

  void aStopIsObeyed() {
    const auto p = random_problem(9, 60, 6, true);
    JobContext job;
    std::stop_source stop;
    stop.request_stop();
    job.stop = stop.get_token();
    std::uint64_t low = 0;
    for (const auto& item : p.items) low += item.choices.front().bytes;
    const auto plan = solve(p, {low * 3 / 2, ""}, {}, job);
    QVERIFY(!plan && plan.error().code == ErrorCode::cancelled);
  }

  void atTheTimeLimitTheBestPlanSoFarIsGiven() {
    const auto p = random_problem(9, 60, 6, true);
    std::uint64_t low = 0;
    for (const auto& item : p.items) low += item.choices.front().bytes;
    JobContext job;
    const auto plan = solve(p, {low * 3 / 2, ""}, {.time_limit_s = 0, .explain = true}, job);
    QVERIFY(plan && !plan->optimal && plan->bytes <= low * 3 / 2);
    QVERIFY(plan->objective >= plan->bound && plan->gap > 0);
  }

  // Sizes without a common divisor and costs that follow them: the hard case of knapsacks.
  void correlatedCostsAreSolvedToo() {
    std::mt19937_64 random(4);
    Bytes bytes(200);
    Costs costs(200);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (std::uint64_t k = 0, b = 1000; k < 5; ++k) {
        b += 1 + random() % 1000000;
        bytes[i].push_back(b), costs[i].push_back(6e6 - double(b) - double(random() % 1000));
      }
    const auto p = problem_of(bytes, costs);
    std::uint64_t low = 0, high = 0;
    for (const auto& item : p.items) low += item.choices.front().bytes, high += item.choices.back().bytes;
    const auto plan = solved(p, (low + high) / 2);
    QVERIFY(plan && plan->optimal);
    QVERIFY2(plan->seconds < 2, qPrintable(QString::number(plan->seconds)));
  }

  void theAnswerIsTheSameEachTime() {
    const auto p = random_problem(2, 80, 6, true);
    const auto a = solved(p, 20000), b = solved(p, 20000);
    QVERIFY(a && b);
    for (std::size_t i = 0; i < a->assignments.size(); ++i)
      QCOMPARE(a->assignments[i].scheme, b->assignments[i].scheme);
  }

  // 432 tensors × 6 schemes: under 150 ms with every explanation; the window's slider asks without.
  void aLargeModelIsSolvedWhileASliderMoves() {
    const auto p = random_problem(23, 432, 6, true);
    std::uint64_t low = 0, high = 0;
    for (const auto& item : p.items) low += item.choices.front().bytes, high += item.choices.back().bytes;
    for (const double part : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      const auto budget = low + std::uint64_t(part * double(high - low));
      double with = 1e9, without = 1e9;
      for (int repeat = 0; repeat < 3; ++repeat) {
        with = std::min(with, solved(p, budget)->seconds);
        without = std::min(without, solved(p, budget, false)->seconds);
      }
      const auto plan = solved(p, budget);
      QVERIFY(plan->optimal);
      qInfo("%.0f %%: %.1f ms, without explanations %.1f ms, gap %.2g", 100 * part, 1e3 * with, 1e3 * without,
            plan->gap);
      QVERIFY2(with < 0.15, qPrintable(QString::number(with)));
    }
  }

 private:
  static nlohmann::json instances() {
    std::ifstream file(QUANT_TEST_DATA "/goldens/knapsack/instances.json");
    return nlohmann::json::parse(file);
  }

  static void checkPlan(const Problem& p, const Plan& plan, std::uint64_t budget, double best) {
    std::uint64_t bytes = 0;
    double cost = 0;
    for (std::size_t i = 0; i < p.items.size(); ++i) {
      const auto& a = plan.assignments[i];
      const auto& c = p.items[i].choices;
      QVERIFY(std::any_of(c.begin(), c.end(), [&](const Choice& x) {
        return x.scheme == a.scheme && x.bytes == a.bytes && x.cost == a.cost;
      }));
      bytes += a.bytes, cost += a.cost;
    }
    QCOMPARE(plan.bytes, bytes);
    QVERIFY(plan.bytes <= budget && plan.optimal);
    QVERIFY(close(plan.objective, cost) && close(plan.objective, best));
    QVERIFY(plan.bound <= best * (1 + 1e-9) && plan.gap >= 0);
    for (const auto& u : plan.uniform) QVERIFY(!u.fits || plan.objective <= u.objective * (1 + 1e-9));
  }
};

QTEST_APPLESS_MAIN(TestPlan)
#include "tst_plan.moc"
