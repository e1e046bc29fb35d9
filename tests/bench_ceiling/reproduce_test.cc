// The paper's 252, with an ab that the test brings.
#include "bench/ceiling/reproduce.h"

#include <algorithm>
#include <array>

#include "bench/ceiling/ceiling_report.h"
#include "bench_ceiling/seen.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

// An ab that has so many descriptors of its own; `resets` times before that it
// is told that a connection was reset.
struct FakeAb {
  std::uint64_t own = 4;
  int resets = 0;
  std::vector<std::string> urls;

  AbTrials Trials(std::uint64_t hard_limit = 20'000) {
    return {.run = [this](const std::string& url, std::uint64_t concurrency,
                          std::uint64_t descriptors) -> Result<AbRun> {
              urls.push_back(url);
              AbRun run{.command = "(ulimit -n ...; ab ...)"};
              if (resets > 0) {
                --resets;
                run.words = "apr_socket_recv: Connection reset by peer (104)";
              } else if (concurrency + own > descriptors) {
                run.out_of_descriptors = true;
                run.words = "socket: Too many open files (24)";
              } else {
                run.completed = true;
              }
              return run;
            },
            .hard_limit = hard_limit};
  }
};

struct FakeStart {
  std::vector<std::uint64_t> limits;
  Reproduce252Plan Plan() {
    return {.url = {},
            .server = "nginx",
            .start = [this](std::uint64_t limit) -> Result<std::string> {
              limits.push_back(limit);
              return "http://127.0.0.1:9/s.py";
            },
            .folder = {}};
  }
};

using Row = std::array<std::uint64_t, 4>;  // client, server, at once, completed
std::vector<Row> RowsOf(const Reproduction& reproduction) {
  std::vector<Row> rows;
  for (const auto& trial : reproduction.trials) {
    rows.push_back({trial.client_descriptors, trial.server_descriptors,
                    trial.concurrency, trial.completed ? 1U : 0U});
  }
  return rows;
}

TEST_CASE("The client's limit moves the 252, the server's does not") {
  FakeAb ab;
  FakeStart start;
  const auto done = Reproduce252(start.Plan(), ab.Trials(), {});
  REQUIRE(done.has_value());
  CHECK(done->AsSaid());
  CHECK(start.limits == std::vector<std::uint64_t>{20'000, 1024});
  CHECK(RowsOf(*done) == std::vector<Row>{{256, 20'000, 252, 1},
                                          {256, 20'000, 253, 0},
                                          {1024, 20'000, 1020, 1},
                                          {1024, 20'000, 1021, 0},
                                          {256, 1024, 252, 1},
                                          {256, 1024, 253, 0}});
  CHECK(done->trials[1].words == "socket: Too many open files (24)");
  CHECK(done->trials[0].what ==
        "256 descriptors for ab, 20,000 for the server: 4 are its own, 252 are "
        "left for connections");
  const std::string text = ToText(*done);
  CheckHas(text, "252 at once: completes\n");
  CheckHas(text, "ab says: socket: Too many open files (24)");
  CheckHas(text, "server's limit does not.");
}

TEST_CASE("With a URL, the server's limit is left as it is, and that is said") {
  FakeAb ab;
  std::vector<std::string> said;
  const auto done = Reproduce252(
      {.url = "http://127.0.0.1:9",
       .server = "static",
       .start = {},
       .folder = {}},
      ab.Trials(), [&](const std::string& line) { said.push_back(line); });
  REQUIRE(done.has_value());
  CHECK(done->AsSaid());
  CHECK(done->trials.size() == 4);
  CHECK(done->url == "http://127.0.0.1:9/");  // ab wants a path
  CHECK(ab.urls[0] == done->url);
  CheckHas(said.back(), "not ours to start");
  CheckHas(ToText(*done), "left as it is");
}

TEST_CASE("An ab with other descriptors of its own is found out, and said") {
  for (const std::uint64_t own : {3, 6}) {
    FakeAb ab{.own = own, .resets = 0, .urls = {}};
    FakeStart start;
    std::vector<std::string> said;
    const auto done =
        Reproduce252(start.Plan(), ab.Trials(),
                     [&](const std::string& line) { said.push_back(line); });
    REQUIRE(done.has_value());
    CHECK_FALSE(done->AsSaid());
    const auto rows = RowsOf(*done);
    REQUIRE(rows.size() == 8);
    CHECK(rows[2] == Row{256, 20'000, 256 - own, 1});
    CHECK(rows[3] == Row{256, 20'000, 257 - own, 0});
    CHECK(rows[4] == Row{1024, 20'000, 1024 - own, 1});
    CHECK(rows[7] == Row{256, 1024, 257 - own, 0});
    CHECK(std::ranges::any_of(said, [&](const std::string& line) {
      return line.starts_with("this ab has " + std::to_string(own) +
                              " descriptors of its own, not 4");
    }));
    CheckHas(ToText(*done), "(unexpected)");
  }
}

TEST_CASE("A failure of another kind is tried again, and said") {
  FakeAb ab{.own = 4, .resets = 2, .urls = {}};
  FakeStart start;
  const auto done = Reproduce252(start.Plan(), ab.Trials(), {});
  REQUIRE(done.has_value());
  CHECK(done->AsSaid());
  CheckHas(done->trials[0].words,
           "attempt 2 ended in \"apr_socket_recv: Connection reset "
           "by peer (104)\"");
  ab.resets = 3;
  const auto given_up = Reproduce252(start.Plan(), ab.Trials(), {});
  REQUIRE_FALSE(given_up.has_value());
  CHECK(given_up.error().kind == ErrorKind::kUnavailable);
  CheckHas(given_up.error().message, "attempt 3");
}

TEST_CASE("Limits that can't be had are left out, or refused") {
  FakeAb ab;
  FakeStart start;
  std::vector<std::string> said;
  const auto low =
      Reproduce252(start.Plan(), ab.Trials(512),
                   [&](const std::string& line) { said.push_back(line); });
  REQUIRE(low.has_value());
  CHECK(low->trials.size() == 4);
  CHECK(std::ranges::any_of(said, [](const std::string& line) {
    return line.starts_with("1,024 descriptors for ab are left out");
  }));
  CHECK_FALSE(Reproduce252(start.Plan(), ab.Trials(255), {}).has_value());
  CHECK_FALSE(Reproduce252({}, ab.Trials(), {}).has_value());
}

// What ab 2.3 (Apache 2.4.71) wrote.
constexpr const char* kAbCompleted =
    "This is ApacheBench, Version 2.3 <$Revision$>\n"
    "Copyright 1996 Adam Twiss, Zeus Technology Ltd, "
    "http://www.zeustech.net/\n"
    "Licensed to The Apache Software Foundation, http://www.apache.org/\n\n"
    "Benchmarking 127.0.0.1 (be patient)\n\n\n"
    "Server Software:        nginx/1.22.1\n"
    "Server Hostname:        127.0.0.1\n"
    "Server Port:            9180\n\n"
    "Document Path:          /\n"
    "Document Length:        6 bytes\n\n"
    "Concurrency Level:      252\n"
    "Time taken for tests:   0.042 seconds\n"
    "Complete requests:      252\n"
    "Failed requests:        0\n"
    "Non-2xx responses:      3\n"
    "Total transferred:      13160 bytes\n"
    "HTML transferred:       336 bytes\n"
    "Requests per second:    6052.75 [#/sec] (mean)\n"
    "Time per request:       41.634 [ms] (mean)\n"
    "Time per request:       0.165 [ms] (mean, across all concurrent "
    "requests)\n"
    "Transfer rate:          308.68 [Kbytes/sec] received\n";

TEST_CASE("What ab left says whether it completed, and else why not") {
  const AbRun completed =
      ReadAbRun("ab", 252,
                {.output = kAbCompleted,
                 .errors = "Completed 100 requests\nFinished 252 requests\n"});
  CHECK(completed.completed);
  CHECK(completed.words == "0 of its requests failed, 3 answers were not 2xx");
  const AbRun refused =
      ReadAbRun("ab", 253,
                {.exit_code = 24,
                 .output = "Benchmarking 127.0.0.1 (be patient)\n",
                 .errors = "socket: Too many open files (24)\n"});
  CHECK_FALSE(refused.completed);
  CHECK(refused.out_of_descriptors);
  CHECK(refused.words == "socket: Too many open files (24)");
  const AbRun reset =
      ReadAbRun("ab", 252,
                {.exit_code = 104,
                 .output = "",
                 .errors = "Completed 100 requests\n"
                           "apr_socket_recv: Connection reset by peer (104)"});
  CHECK_FALSE(reset.completed);
  CHECK_FALSE(reset.out_of_descriptors);
  CHECK(reset.words == "apr_socket_recv: Connection reset by peer (104)");
}

}  // namespace
}  // namespace smsweb::bench
