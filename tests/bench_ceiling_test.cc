// The search for a ceiling: what it decides, and what it makes of a server.
#include <algorithm>
#include <map>
#include <set>

#include "bench/ceiling/ceiling.h"
#include "bench/ceiling/ceiling_report.h"
#include "bench/ceiling/prober.h"
#include "bench_ceiling/seen.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

// A server that holds `ceiling`, and at each of `flaky` fails once, the second
// time that it is asked.
struct FakeServer {
  std::uint64_t ceiling = 0;
  std::set<std::uint64_t> flaky;
  std::map<std::uint64_t, int> asked;

  Trial operator()(std::uint64_t concurrency) {
    const bool fails_now =
        flaky.contains(concurrency) && ++asked[concurrency] == 2;
    const bool holds = concurrency <= ceiling && !fails_now;
    return {.requests = concurrency * 2,
            .succeeded = holds ? concurrency * 2 : concurrency,
            .seconds = 2,
            .what_failed = holds ? "" : "some"};
  }
};

SearchResult Search(const CeilingPlan& plan, FakeServer server) {
  const auto result = SearchCeiling(
      plan, [&](std::uint64_t at) -> Result<Trial> { return server(at); });
  REQUIRE(result.has_value());
  return *result;
}

TEST_CASE("The search ends between what holds and what fails") {
  struct Case {
    std::uint64_t lowest, highest;
    double resolution;
    FakeServer server;
    std::uint64_t holds, fails;
  };
  const Case cases[] = {
      {1, 20'000, 0, {252, {}, {}}, 252, 253},
      {1, 20'000, 0, {1, {}, {}}, 1, 2},
      {1, 20'000, 0, {0, {}, {}}, 0, 1},            // even the lowest fails
      {1, 20'000, 0, {20'000, {}, {}}, 20'000, 0},  // nothing fails
      {1, 20'000, 0, {19'999, {}, {}}, 19'999, 20'000},
      {252, 252, 0.05, {252, {}, {}}, 252, 0},
      {10, 20'000, 0.05, {1000, {}, {}}, 1000, 1040},
      {1, 1000, 1, {600, {}, {}}, 512, 1000},      // doubling is enough
      {1, 20'000, 0, {20'000, {64}, {}}, 63, 64},  // fails once in a while
      {1, 20'000, 0, {252, {128, 96}, {}}, 95, 96},
      {1, 20'000, 0, {252, {252}, {}}, 251, 252},
  };
  for (const Case& c : cases) {
    const CeilingPlan plan{
        .lowest = c.lowest, .highest = c.highest, .resolution = c.resolution};
    const SearchResult result = Search(plan, c.server);
    INFO(c.server.ceiling);
    CHECK(result.highest == c.holds);
    CHECK(result.lowest_failing == c.fails);
  }
}

TEST_CASE("The search never takes more loads than it says, nor asks too many") {
  for (const double resolution : {0.0, 0.05, 0.5}) {
    for (const std::uint64_t highest : {1, 2, 7, 252, 1000, 1025}) {
      const CeilingPlan plan{.highest = highest, .resolution = resolution};
      for (std::uint64_t ceiling = 0; ceiling <= highest; ++ceiling) {
        const auto result = Search(plan, {ceiling, {}, {}});
        REQUIRE(result.steps.size() <= MostLoads(plan));
        REQUIRE(std::ranges::all_of(result.steps, [&](const auto& step) {
          return step.concurrency >= 1 && step.concurrency <= highest;
        }));
        REQUIRE(result.highest <= ceiling);
        if (ceiling < highest) REQUIRE(result.lowest_failing > ceiling);
      }
    }
  }
  CHECK(MostLoads({.highest = 20'000, .resolution = 0.05}) == 42);
}

TEST_CASE("Each load is a step, with what came of it") {
  const auto result = Search({.highest = 2, .confirmations = 3}, {1, {}, {}});
  REQUIRE(result.steps.size() == 4);  // three times 1, once 2
  CHECK(result.steps[2].concurrency == 1);
  CHECK(result.steps[2].requests == 2);
  CHECK(result.steps[2].goodput == Approx(1));
  CHECK(result.steps[2].what_failed.empty());
  CHECK(result.steps[3].what_failed == "some");
}

TEST_CASE("A plan that makes no sense is refused by the field's name") {
  const std::pair<CeilingPlan, std::string> cases[] = {
      {{.lowest = 0}, "lowest"},
      {{.lowest = 9, .highest = 8}, "highest"},
      {{.resolution = -0.1}, "resolution"},
      {{.resolution = 1.5}, "resolution"},
      {{.confirmations = 0}, "confirmations"},
      {{.requests_per_connection = 0}, "requests_per_connection"},
  };
  for (const auto& [plan, field] : cases) {
    const auto result = SearchCeiling(
        plan, [](std::uint64_t) -> Result<Trial> { return Trial(); });
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::kInvalid);
    CheckHas(result.error().message, field);
  }
}

TEST_CASE("An attempt that can't be made ends the search") {
  const auto result = SearchCeiling({}, [](std::uint64_t) -> Result<Trial> {
    return Fail(ErrorKind::kUnavailable, "no server");
  });
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "no server");
}

TEST_CASE("What was found until an attempt can't be made is the result") {
  const auto result = SearchCeiling({}, [](std::uint64_t at) -> Result<Trial> {
    if (at == 4) return Fail(ErrorKind::kUnavailable, "no server");
    return Trial{.requests = at, .succeeded = at};
  });
  REQUIRE(result.has_value());
  CHECK(result->highest == 2);
  CHECK(result->lowest_failing == 0);
  CHECK(result->broke_off == "no server");
}

// --- On a server -----------------------------------------------------------

// Answers all up to its ceiling, 502 to the rest, and loses messages past
// another.
class FakeProber final : public Prober {
 public:
  std::uint64_t ceiling = 100;
  std::uint64_t keeps = 1'000'000;  // messages of one load
  bool counts = true;
  std::uint64_t ends_at = 1'000'000;
  std::string calls;

  Result<void> AwaitCalm() override {
    calls += 'c';
    return {};
  }
  Result<Evidence> Load(std::uint64_t concurrency,
                        std::uint64_t requests) override {
    calls += 'l';
    const auto failed = concurrency > ceiling ? concurrency - ceiling : 0;
    Evidence evidence =
        Seen(concurrency, requests - failed,
             failed > 0 ? std::map<int, std::uint64_t>{{502, failed}}
                        : std::map<int, std::uint64_t>{},
             {});
    messages_ += std::min(requests - failed, keeps);
    // nginx says so once.
    if (failed > 0 && !said_) {
      evidence.log_lines = {LineOf("worker_connections")};
      said_ = true;
    }
    if (concurrency >= ends_at) evidence.ended = "nginx has ended: killed";
    return evidence;
  }
  Result<std::optional<std::uint64_t>> CountMessages() override {
    if (!counts) return std::nullopt;
    return messages_;
  }

 private:
  std::uint64_t messages_ = 7;
  bool said_ = false;
};

TEST_CASE("A ceiling has its cause from the lowest load that failed") {
  FakeProber prober;
  std::vector<std::string> said;
  const auto record =
      FindCeiling(prober, {"nginx-fastcgi", "nginx"}, {.resolution = 0},
                  [&](const std::string& line) { said.push_back(line); });
  REQUIRE(record.has_value());
  CHECK(record->highest == 100);
  CHECK(record->lowest_failing == 101);
  CHECK(record->tried == 128);
  CHECK(record->setup == "nginx-fastcgi");
  CHECK(record->cause == "web_connections");
  CheckHas(record->sentence, "for 101 requests");
  CheckHas(record->evidence.at(0), "in a load before");
  CHECK_FALSE(record->remedy.empty());
  CHECK(said.size() == record->steps.size());
  CHECK(said.front() == "1 at once: 2 requests in 2 s, nothing failed");
  CHECK(said.back() == "101 at once: 1 of 202 failed: 1 answered 502");
  // Calm is waited for before each load.
  for (std::size_t i = 0; i < prober.calls.size(); ++i) {
    CHECK(prober.calls[i] == (i % 2 == 0 ? 'c' : 'l'));
  }
}

TEST_CASE("Nothing fails only where nothing is lost") {
  FakeProber prober;
  prober.keeps = 20;
  const auto record = FindCeiling(prober, {"x", "x"}, {.resolution = 0}, {});
  REQUIRE(record.has_value());
  CHECK(record->highest == 10);
  CHECK(record->cause == "messages_lost");
  CHECK(record->steps.back().succeeded == 20);

  FakeProber others;  // whose queue is not ours to count
  others.keeps = 0;
  others.counts = false;
  const auto of_others = FindCeiling(others, {"x", "x"}, {.resolution = 0}, {});
  REQUIRE(of_others.has_value());
  CHECK(of_others->highest == 100);
}

TEST_CASE("A server that ends is a ceiling, and ends the search") {
  FakeProber prober;
  prober.ends_at = 16;
  const auto record = FindCeiling(prober, {"x", "x"}, {}, {});
  REQUIRE(record.has_value());
  CHECK(record->highest == 8);
  CHECK(record->lowest_failing == 16);
  CHECK(record->cause == "program_ended");
  CHECK(record->steps.back().what_failed == "nginx has ended: killed");
  CheckHas(record->evidence.back(), "the search went no further");
}

TEST_CASE("Where nothing failed, no cause is named") {
  FakeProber prober;
  const auto record = FindCeiling(prober, {"x", "x"}, {.highest = 32}, {});
  REQUIRE(record.has_value());
  CHECK(record->highest == 32);
  CHECK(record->lowest_failing == 0);
  CHECK(record->cause.empty());
  CheckHas(record->sentence, "Nothing failed up to 32");
  CheckHas(ToText(*record), "Ceiling: 32 at once, the most that was tried");
}

TEST_CASE("A ceiling is told with its steps, its cause and its remedy") {
  CeilingRecord record{.setup = "paper", .setup_title = "The paper's design"};
  record.highest = 28;
  record.lowest_failing = 29;
  record.steps = {{28, 56, 56, 28, 8, 7, ""},
                  {29, 58, 57, 29, 8.54, 6.67, "1 of 58"}};
  record.cause = "database_locked";
  record.sentence = "The queue's database was locked.";
  record.evidence = {"apache errors: database is locked"};
  record.remedy = "Let one resident program write for all.";
  CHECK(ToText(record) ==
        "The paper's design (paper)\n"
        "\n"
        "    at once connected   requests        2xx      time     2xx/s  what "
        "failed\n"
        "         28        28         56         56       8 s         7  "
        "nothing\n"
        "         29        29         58         57    8.54 s      6.67  1 of "
        "58\n"
        "\n"
        "Ceiling: 28 at once; 29 at once failed.\n"
        "\n"
        "Cause: database_locked\n"
        "  The queue's database was locked.\n"
        "\n"
        "Evidence:\n"
        "  - apache errors: database is locked\n"
        "\n"
        "To raise it:\n"
        "  Let one resident program write for all.\n");
  record.skipped = "uwsgi is not installed";
  CHECK(ToText(record) ==
        "The paper's design (paper)\n  not tried: uwsgi is not installed\n");
}

}  // namespace
}  // namespace smsweb::bench
