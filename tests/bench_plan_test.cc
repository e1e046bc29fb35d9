// Capacity plans: the paper's, the knee, the cost of a message, and modems.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>

#include "bench/plan/plan.h"
#include "bench/plan/plan_report.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kGib = 1ULL << 30;

TEST_CASE("The paper's plan comes out of the paper's table") {
  const PaperPlan plan = PlanAsThePaper(
      {
          {53.8, 7.1, 0, 138'909, 8'947},
          {64.8, 7.3, 0, 372'805, 16'516},
          {61.9, 7.8, 0, 2'608'036, 84'917},
          {67.5, 8.7, 0, 468'111, 98'007},
          {64.9, 9.7, 0, 1'126'441, 124'025},
          {70, 10.4, 0, 1'133'967, 158'956},
      },
      1000, kGib);
  CHECK(plan.mhz == Approx(700));
  CHECK(plan.memory_mb == Approx(106.496));
  CHECK(plan.mbit_per_second == Approx(19.90).margin(0.005));
}

TEST_CASE("What is sent counts as bandwidth where it is more than what comes") {
  const auto plan = PlanAsThePaper({{0, 0, 0, 10, 1 << 20}}, 1000, kGib);
  CHECK(plan.mbit_per_second == Approx(8));
  CHECK(PlanAsThePaper({}, 1000, kGib).mhz == 0);
}

// The first rows are in textbooks; all are from the sum of fractions, exactly.
TEST_CASE("Erlang's formula C gives the tables' values, up to thousands") {
  struct Row {
    int servers;
    double offered;
    double share;
  };
  const Row rows[] = {
      {1, 0.5, 0.5},
      {2, 1, 0.3333333333},
      {3, 2, 0.4444444444},
      {5, 4, 0.5541125541},
      {11, 10, 0.6821182047},
      {12, 10, 0.4493882243},
      {13, 10, 0.2852704530},
      {14, 10, 0.1741319336},
      {20, 15, 0.1604293874},
      {100, 90, 0.2169404809},
      {1000, 950, 0.0682534154},
      {1000, 990, 0.6590804219},
      {4000, 3900, 0.0697391650},
  };
  for (const Row& row : rows) {
    INFO(row.servers << " servers, " << row.offered << " Erlang");
    CHECK(ErlangC(row.servers, row.offered) == Approx(row.share).epsilon(1e-9));
  }
}

TEST_CASE("With too few servers everything waits, without work nothing does") {
  CHECK(ErlangC(4, 4) == 1);
  CHECK(ErlangC(4, 5) == 1);
  CHECK(ErlangC(0, 0) == 1);
  CHECK(ErlangC(4, 0) == 0);
  CHECK(ErlangC(100'000, 1) == 0);
}

// M/M/1 has closed forms: with 0.75 Erlang 3/4 wait, the mean of all waits is
// 0.75 / (1/s - rate).
TEST_CASE("A forecast for one modem is the textbook's") {
  const QueueForecast one = Forecast(1, 0.25, 3);
  CHECK(one.utilisation == Approx(0.75));
  CHECK(one.waiting_share == Approx(0.75));
  CHECK(one.mean_wait == Approx(9));
  CHECK(one.p95_wait == Approx(std::log(0.75 / 0.05) * 12));
  CHECK(one.p99_wait == Approx(std::log(0.75 / 0.01) * 12));
}

TEST_CASE("Percentiles are 0 where fewer wait at all") {
  const QueueForecast many = Forecast(20, 1, 5);
  CHECK(many.waiting_share < 0.01);
  CHECK(many.p95_wait == 0);
  CHECK(many.p99_wait == 0);
  CHECK(many.mean_wait > 0);
}

TEST_CASE("A queue that can't keep up grows without end") {
  for (const QueueForecast& full : {Forecast(3, 1, 3), Forecast(2, 1, 3)}) {
    CHECK(full.utilisation == 1);
    CHECK(full.waiting_share == 1);
    CHECK(std::isinf(full.mean_wait));
    CHECK(std::isinf(full.p99_wait));
  }
}

// Waits of messages that come at random to modems whose times are exponential,
// one by one.
std::vector<double> SimulatedWaits(int modems, double rate, double seconds) {
  std::mt19937 random(252);
  std::exponential_distribution<double> gap(rate);
  std::exponential_distribution<double> time(1 / seconds);
  std::vector<double> free_at(static_cast<std::size_t>(modems), 0.0);
  std::vector<double> waits;
  for (double now = 0; waits.size() < 400'000; now += gap(random)) {
    const auto first = std::ranges::min_element(free_at);
    waits.push_back(std::max(0.0, *first - now));
    *first = std::max(*first, now) + time(random);
  }
  std::ranges::sort(waits);
  return waits;
}

TEST_CASE("A forecast is what a simulation of the queue shows") {
  const auto waits = SimulatedWaits(3, 0.8, 3);
  const auto size = static_cast<double>(waits.size());
  const QueueForecast forecast = Forecast(3, 0.8, 3);
  const auto waiting =
      std::ranges::count_if(waits, [](double w) { return w > 0; });
  CHECK(static_cast<double>(waiting) / size ==
        Approx(forecast.waiting_share).epsilon(0.03));
  CHECK(std::accumulate(waits.begin(), waits.end(), 0.0) / size ==
        Approx(forecast.mean_wait).epsilon(0.08));
  CHECK(waits[static_cast<std::size_t>(size * 0.95)] ==
        Approx(forecast.p95_wait).epsilon(0.08));
}

TEST_CASE("Modems needed are the fewest with which so many wait no longer") {
  struct Row {
    ModemNeed need;
    int modems;
  };
  const Row rows[] = {
      {{.rate = 0.001, .seconds = 3, .wait = 10}, 1},
      {{.rate = 0.25, .seconds = 3, .wait = 32}, 2},
      {{.rate = 0.25, .seconds = 3, .wait = 33}, 1},
      {{.rate = 1, .seconds = 10, .wait = 0, .share = 0.8}, 14},
      {{.rate = 1, .seconds = 10, .wait = 0, .share = 0.83}, 15},
      {{.rate = 390, .seconds = 10, .wait = 0, .share = 0.93}, 4000},
  };
  for (const Row& row : rows) {
    const auto needed = ModemsNeeded(row.need);
    REQUIRE(needed);
    CHECK(needed->modems == row.modems);
  }
}

TEST_CASE("One modem fewer than needed is not enough") {
  for (const double rate : {0.1, 0.7, 3.0, 12.5, 200.0}) {
    const ModemNeed need{.rate = rate, .seconds = 4, .wait = 5};
    const int modems = ModemsNeeded(need)->modems;
    CHECK(Forecast(modems, rate, 4).p95_wait <= 5);
    CHECK((modems == 1 || Forecast(modems - 1, rate, 4).p95_wait > 5));
  }
}

TEST_CASE("What is no need is refused by its name") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<ModemNeed, std::string> rows[] = {
      {{.rate = 0, .seconds = 3, .wait = 1}, "rate: "},
      {{.rate = kInfinity, .seconds = 3, .wait = 1}, "rate: "},
      {{.rate = 1, .seconds = -3, .wait = 1}, "seconds: "},
      {{.rate = 1, .seconds = 3, .wait = -1}, "wait: "},
      {{.rate = 1, .seconds = 3, .wait = kInfinity}, "wait: "},
      {{.rate = 1, .seconds = 3, .wait = 1, .share = 1}, "share: "},
      {{.rate = 1, .seconds = 3, .wait = 1, .share = std::nan("")}, "share: "},
      {{.rate = 1e6, .seconds = 3, .wait = 1}, "rate x seconds: "},
  };
  for (const auto& [need, beginning] : rows) {
    const auto refused = ModemsNeeded(need);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::kInvalid);
    CHECK(refused.error().message.starts_with(beginning));
  }
}

TEST_CASE(
    "The knee is the lowest concurrency that is nearly as good as the best") {
  const std::vector<CurvePoint> curve{
      {1, 100, 1}, {64, 980, 7}, {8, 900, 2}, {16, 950, 4}, {512, 1000, 90}};
  CHECK(Knee(curve)->concurrency == 8);
  CHECK(Knee(curve, 0.95)->concurrency == 16);
  CHECK(Knee(curve, 1)->concurrency == 512);
  CHECK_FALSE(Knee({{1, 100, 1}, {2, 200, 1}}));
  CHECK_FALSE(Knee({{1, 0, 0}, {2, 0, 0}, {3, 0, 0}}));
}

TEST_CASE("The paper's own curve of goodput has its knee at one request") {
  CHECK(Knee({{1, 0.68, 0},
              {5, 0.86, 0},
              {50, 0.87, 0},
              {100, 0.86, 0},
              {250, 0.56, 0},
              {252, 0.57, 0}})
            ->concurrency == 5);
}

TEST_CASE("A message's cost is the service's, not that of load and modem") {
  RunRecord run;
  run.succeeded = 1000;
  run.cpu_seconds = {{"web", 0.1}, {"endpoint", 0.3}, {"spooler", 0.1},
                     {"load", 5},  {"modem", 7},      {"machine", 13}};
  const auto cost = CostPerMessage(run);
  REQUIRE(cost);
  CHECK(cost->cpu_ms.size() == 3);
  CHECK(cost->cpu_ms.at("endpoint") == Approx(0.3));
  CHECK(cost->total_ms == Approx(0.5));
  CHECK(cost->per_second_per_core == Approx(2000));
}

TEST_CASE("There is no cost where nothing was accepted, or seen") {
  RunRecord run;
  run.cpu_seconds = {{"web", 0.1}};
  CHECK_FALSE(CostPerMessage(run));
  run.succeeded = 1;
  run.cpu_seconds = {{"web", 0}, {"load", 3}};
  CHECK_FALSE(CostPerMessage(run));
}

ModemPlan PlanFor(double rate, double seconds, double wait) {
  return *MakeModemPlan({.rate = rate, .seconds = seconds, .wait = wait});
}

TEST_CASE("A plan shows a few numbers of modems about the chosen one") {
  for (const double rate : {0.001, 0.3, 1.0, 9.0, 5000.0}) {
    const ModemPlan plan = PlanFor(rate, 3, 10);
    CHECK(plan.rows.size() <= kPlanRows);
    const auto chosen = std::ranges::find(plan.rows, plan.chosen.modems,
                                          &QueueForecast::modems);
    REQUIRE(chosen != plan.rows.end());
    CHECK(plan.rows.end() - chosen == 3);
    CHECK(std::ranges::is_sorted(plan.rows, {}, &QueueForecast::modems));
    CHECK(plan.rows.front().modems >= 1);
  }
}

TEST_CASE("A plan as text marks the chosen number and says what it assumes") {
  const std::string text = ToText(PlanFor(1, 3, 5));
  CHECK(text.find("1 message a second, at 3 s each: ") != std::string::npos);
  CHECK(text.find("\n*      5     60 %       23.6 %") != std::string::npos);
  CHECK(text.find("\n* 5 modems are needed") != std::string::npos);
  CHECK(text.find("grows") != std::string::npos);
  CHECK(text.find("Poisson") != std::string::npos);
  CHECK(text.find("overestimated") != std::string::npos);
  CHECK(text.find("batch") != std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 80);
}

TEST_CASE("A plan as JSON has null where a queue grows") {
  const auto json = ToJson(PlanFor(1, 3, 5));
  CHECK(json["needed"]["modems"] == 5);
  CHECK(json["offered"] == Approx(3));
  CHECK(json["rows"][0]["modems"] == 3);
  CHECK(json["rows"][0]["mean_wait"].is_null());
  CHECK(json["rows"][1]["mean_wait"].is_number());
  CHECK_FALSE(MakeModemPlan({.rate = -1}));
}

}  // namespace
}  // namespace smsweb::bench
