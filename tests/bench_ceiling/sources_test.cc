// Where evidence comes from: logs, connections, processors.
#include <algorithm>
#include <fstream>

#include "bench/ceiling/connections.h"
#include "bench/ceiling/log_signs.h"
#include "bench/ceiling/new_lines.h"
#include "bench/ceiling/processor_use.h"
#include "bench_ceiling/seen.h"
#include "catch.h"
#include "temp_folder.h"

namespace smsweb::bench {
namespace {

TEST_CASE("What servers write of their limits names the cause") {
  for (const LogCase& c : kLogCases) {
    INFO(c.line);
    const LogSign* sign = SignOf(c.line);
    CHECK((sign ? std::string(sign->cause) : std::string()) == c.cause);
  }
}

TEST_CASE("A thousand lines of a kind are quoted once") {
  const std::vector<std::string> lines(1000, "nginx: " + kLogCases[1].line);
  const Said said = WhatLogsSay(lines, "upstream_queue");
  CHECK(said.lines == 1000);
  REQUIRE(said.quotes.size() == 1);
  CheckHas(said.quotes[0], "1,000 times: nginx: 2026/11/26");
  CHECK_FALSE(WhatLogsSay(lines, "timeout"));
}

TEST_CASE("Numbers and texts in the queries of URLs are not shown") {
  const std::pair<std::string, std::string> cases[] = {
      {R"(request: "GET /s.py?rcpt=0896&msg=pesan HTTP/1.0", host: "a")",
       R"(request: "GET /s.py?... HTTP/1.0", host: "a")"},
      {"for /s.py?rcpt=0896&msg=a?b, reconnecting",
       "for /s.py?... reconnecting"},
      {"GET /a?x=1 and GET /b?y=2", "GET /a?... and GET /b?..."},
      {"why? because", "why? because"},
      {"", ""},
  };
  for (const auto& [line, shown] : cases) CHECK(WithoutQueries(line) == shown);
}

TEST_CASE("Of a log only what is new is read, in whole lines") {
  const TempFolder folder;
  const std::string path = folder / "error.log";
  std::ofstream(path) << "old\n";
  NewLines lines({{"nginx", path}, {"late", folder / "late.log"}});
  CHECK(lines.Take().empty());
  std::ofstream(path, std::ios::app) << "new\nGET /s.py?msg=a HTTP\nhalf";
  CHECK(lines.Take() ==
        std::vector<std::string>{"nginx: new", "nginx: GET /s.py?... HTTP"});
  std::ofstream(path, std::ios::app) << " a line\n";
  std::ofstream(folder / "late.log") << "first\n";
  CHECK(lines.Take() ==
        std::vector<std::string>{"nginx: half a line", "late: first"});
  std::ofstream(path, std::ios::trunc) << "anew\n";
  CHECK(lines.Take() == std::vector<std::string>{"nginx: anew"});
}

// Port 9180 is 23DC.
constexpr const char* kTcpTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"
    "   0: 0100007F:23DC 00000000:0000 0A 00000000:00000000 00:00000000\n"
    "   1: 0100007F:A447 0100007F:AB72 01 00000000:00000000 00:00000000\n"
    "   4: 0100007F:23DC 0100007F:C36E 06 00000000:00000000 03:00000E8E\n"
    "   5: 0100007F:23DC 0100007F:C370 01 00000000:00000000 00:00000000\n"
    "   6: 0100007F:C370 0100007F:23DC 01 00000000:00000000 00:00000000\n"
    "   7: 0100007F:23DC 0100007F:C371 08 00000000:00000000 00:00000000\n"
    "   8: 0000000000000000FFFF00000100007F:23DC "
    "0000000000000000FFFF00000100007F:C372 03 00000000:00000000\n"
    "garbage\n\n";

TEST_CASE("What listens, and what rests after its end, is no connection") {
  CHECK(CountConnections(kTcpTable, 9180) == 4);
  CHECK(CountConnections(kTcpTable, 9181) == 0);
  CHECK(CountConnections("", 9180) == 0);
  CHECK(CountConnections(9180, "/nonexistent") == 0);
}

// Says these numbers one after the other, and then the last for ever.
std::function<std::uint64_t()> Saying(std::vector<std::uint64_t> counts) {
  return [counts = std::move(counts), at = std::size_t{0}]() mutable {
    return counts[std::min(at++, counts.size() - 1)];
  };
}

TEST_CASE("The next load waits for the connections of the last") {
  int pauses = 0;
  const auto pause = [&] { ++pauses; };
  CHECK(AwaitCalm(0, 3, Saying({0}), pause));
  CHECK(pauses == 0);
  // Each that goes renews the patience.
  CHECK(AwaitCalm(0, 3, Saying({9, 9, 9, 8, 8, 8, 2, 2, 0}), pause));
  CHECK(pauses == 8);
  CHECK(AwaitCalm(2, 3, Saying({9, 2}), pause));
  const auto stuck = AwaitCalm(2, 3, Saying({9, 7}), pause);
  REQUIRE_FALSE(stuck.has_value());
  CheckHas(stuck.error().message, "5 connections");
}

TEST_CASE("Shares of the processors tell the server's from those of others") {
  const ProcessorLook before{.machine = {.user = 1000, .idle = 1000},
                             .groups_us = 5'000'000};
  // Two seconds of all cores: 1.5 in use, of which 0.5 + 0.2 are ours.
  const ProcessorLook after{.machine = {.user = 1150, .idle = 1050},
                            .groups_us = 5'500'000};
  const auto shares = SharesBetween(before, after, 0.2);
  CHECK(shares.ours == Approx(0.35));
  CHECK(shares.others == Approx(0.4));
  CHECK(SharesBetween(before, before, 0.2).ours == 0);
}

}  // namespace
}  // namespace smsweb::bench
