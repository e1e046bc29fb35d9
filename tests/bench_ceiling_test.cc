// The ceiling: its search, its causes, and the paper's 252.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "bench/ceiling/ceiling.h"
#include "bench/ceiling/ceiling_report.h"
#include "bench/ceiling/connections.h"
#include "bench/ceiling/failures.h"
#include "bench/ceiling/log_signs.h"
#include "bench/ceiling/new_lines.h"
#include "bench/ceiling/prober.h"
#include "bench/ceiling/processor_use.h"
#include "bench/ceiling/reproduce.h"
#include "bench_ceiling_evidence.h"
#include "catch.h"
#include "temp_folder.h"

namespace smsweb::bench {
namespace {

void CheckHas(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  CHECK(text.contains(part));
}

// --- The search ------------------------------------------------------------

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

// --- Logs ------------------------------------------------------------------

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

// --- Connections -----------------------------------------------------------

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

// --- Causes ----------------------------------------------------------------

struct CauseCase {
  std::string what;
  Evidence evidence;
  std::vector<std::string> names;  // of all causes, the likeliest first
  std::string sentence;            // a part of the first
  std::string remedy;
};

std::string LineOf(const std::string& words) {
  for (const LogCase& c : kLogCases) {
    if (c.line.find(words) != c.line.npos) return "web errors: " + c.line;
  }
  FAIL("no such line: " + words);
  return {};
}

Evidence Seen(std::uint64_t concurrency, std::uint64_t succeeded,
              std::map<int, std::uint64_t> errors,
              std::map<RequestFault, std::uint64_t> faults) {
  Evidence evidence{.concurrency = concurrency};
  evidence.load.seconds = 2;
  evidence.load.asked = succeeded;
  evidence.load.statuses = std::move(errors);
  evidence.load.statuses[202] = succeeded;
  evidence.load.faults = std::move(faults);
  for (const auto& [status, count] : evidence.load.statuses) {
    if (status != 202) evidence.load.asked += count;
  }
  for (const auto& [fault, count] : evidence.load.faults) {
    evidence.load.asked += count;
  }
  evidence.kernel_settings = {{"net.core.somaxconn", "4096"},
                              {"net.ipv4.ip_local_port_range", "32768\t60999"}};
  return evidence;
}

Evidence With(Evidence evidence, std::vector<std::string> lines) {
  for (const std::string& line : lines) {
    evidence.log_lines.push_back(LineOf(line));
  }
  return evidence;
}

void Check(const CauseCase& c) {
  INFO(c.what);
  const auto causes = NameCauses(c.evidence);
  std::vector<std::string> names;
  for (const Cause& cause : causes) names.push_back(cause.name);
  CHECK(names == c.names);
  CheckHas(causes[0].sentence, c.sentence);
  CheckHas(causes[0].remedy, c.remedy);
  for (const Cause& cause : causes) CHECK_FALSE(cause.evidence.empty());
}

TEST_CASE("The client's own limits are named from its own errors") {
  Evidence descriptors =
      Seen(300, 252, {}, {{RequestFault::kNoDescriptor, 48}});
  descriptors.descriptors["load"] = {.used = 252, .limit = 256};
  Check({"EMFILE",
         descriptors,
         {"client_descriptors"},
         "no descriptor left for 48 of 300 requests",
         "ulimit -Hn"});
  CheckHas(NameCauses(descriptors)[0].sentence, "256 a process");

  Evidence ports = Seen(30'000, 28'232, {}, {{RequestFault::kNoPort, 1768}});
  ports.load.sources = 1;
  Check({"EADDRNOTAVAIL",
         ports,
         {"client_ports"},
         "28,232 ports (32768 to 60999) x 1 source address are 28,232",
         "source addresses"});
}

TEST_CASE("A full listen queue is named from what the kernel counted") {
  Evidence evidence =
      Seen(500, 900, {}, {{RequestFault::kConnectTimeout, 100}});
  evidence.kernel = {{"TcpExt.ListenOverflows", 812},
                     {"TcpExt.ListenDrops", 812}};
  evidence.sizes["ListenBacklog"] = 4;
  evidence.load.connect.Record(1'030'000, 40);
  evidence.load.connect.Record(20'000, 800);
  Check({"overflow",
         evidence,
         {"listen_queue", "timeout"},
         "overflowed at 500",
         "ListenBacklog"});
  const auto cause = NameCauses(evidence)[0];
  CheckHas(cause.sentence, "It holds 4");
  CHECK(std::ranges::count(cause.evidence,
                           "kernel: TcpExt.ListenOverflows grew by 812 (of the "
                           "whole machine)") == 1);
  CHECK(std::ranges::any_of(cause.evidence, [](const std::string& line) {
    return line.starts_with("load: 40 connections took about 1 s, 3 s or 7 s");
  }));
}

TEST_CASE("An overflow is another server's where the queue held all clients") {
  Evidence evidence = Seen(272, 416, {}, {{RequestFault::kAnswerTimeout, 128}});
  evidence.kernel = {{"TcpExt.ListenOverflows", 812}};
  evidence.sizes["listen"] = 4096;
  Check({"other's", evidence, {"timeout"}, "128 requests had no answer", ""});
  evidence.sizes["listen"] = 100;
  CHECK(NameCauses(evidence)[0].name == "listen_queue");
}

TEST_CASE("Limits of web servers are named from their logs") {
  Evidence workers = Seen(25, 48, {}, {{RequestFault::kAnswerTimeout, 2}});
  workers.sizes["MaxRequestWorkers"] = 4;
  Check({"Apache",
         With(workers, {"AH00161"}),
         {"web_workers", "timeout"},
         "4 of them for 25 requests",
         "MaxRequestWorkers"});
  Check({"uWSGI",
         With(workers, {"uWSGI listen queue"}),
         {"web_workers", "timeout"},
         "uWSGI were busy",
         "uwsgi.ini"});

  Evidence connections =
      Seen(30, 58, {},
           {{RequestFault::kConnectReset, 1}, {RequestFault::kClosedEarly, 1}});
  connections.sizes["worker_connections"] = 64;
  Check({"nginx",
         With(connections, {"worker_connections"}),
         {"web_connections"},
         "nginx had no connection left",
         "worker_rlimit_nofile"});
  CheckHas(NameCauses(With(connections, {"worker_connections"}))[0].sentence,
           "it is 64, for 30 requests");

  Check({"lighttpd",
         With(Seen(100, 90, {}, {{RequestFault::kAnswerTimeout, 10}}),
              {"connection limit"}),
         {"web_connections", "timeout"},
         "lighttpd had as many",
         "server.max-connections"});
}

TEST_CASE("What Apache says once is remembered from the load in which it did") {
  Evidence evidence = Seen(25, 48, {}, {{RequestFault::kAnswerTimeout, 2}});
  evidence.earlier_lines = {LineOf("AH00161")};
  evidence.kernel = {{"TcpExt.ListenOverflows", 12}};
  Check({"earlier",
         evidence,
         {"web_workers", "listen_queue", "timeout"},
         "All workers of Apache",
         ""});
  CheckHas(NameCauses(evidence)[0].evidence[0],
           "in a load before: web errors:");
}

TEST_CASE("More workers do not help where the processors are busy") {
  Evidence evidence = With(
      Seen(2000, 56, {}, {{RequestFault::kAnswerTimeout, 500}}), {"AH00484"});
  evidence.busy = 0.97;
  evidence.busy_others = 0.01;
  Check({"busy",
         evidence,
         {"timeout", "web_workers"},
         "It answers 28 requests/s, at which 2,000 at once wait for up to 71.4 "
         "s. Server and load had 97 % of the processors",
         "Time-outs"});
  evidence.busy_others = 0.6;
  CheckHas(NameCauses(evidence)[0].sentence, "too noisy to tell");
}

TEST_CASE("A full queue before the endpoint is named from who was refused") {
  Evidence nginx = Seen(100, 190, {{502, 10}}, {});
  nginx.load.problems["endpoint_unreachable"] = 10;
  nginx.sizes["endpoint.backlog"] = 4;
  Check({"nginx",
         With(nginx, {"(11: Resource"}),
         {"upstream_queue"},
         "10 requests answered with an error. The endpoint's backlog is 4, cut "
         "to net.core.somaxconn (4,096)",
         "endpoint.backlog"});
  Check({"only the code", nginx, {"upstream_queue"}, "could not connect", ""});
  Check({"mod_fcgid",
         With(Seen(40, 27, {{503, 13}}, {}), {"process slot"}),
         {"upstream_queue"},
         "FcgidMaxProcesses",
         "smsweb-fcgid.conf"});
  Check({"lighttpd",
         With(Seen(100, 6, {{503, 94}}, {}), {"gw_backend.c.2026"}),
         {"upstream_queue"},
         "lighttpd's connections",
         "endpoint.backlog"});
}

TEST_CASE("Descriptors of the server are named from its words, or as used up") {
  Check({"said",
         With(Seen(16, 15, {{500, 17}}, {}), {"socket() failed (24"}),
         {"process_descriptors"},
         "no descriptor left",
         "worker_rlimit_nofile"});
  Evidence used = Seen(2000, 1500, {}, {{RequestFault::kAnswerTimeout, 500}});
  used.descriptors = {{"smsweb-cgi", {.used = 1024, .limit = 1024}},
                      {"load", {.used = 1024, .limit = 1024}},
                      {"nginx", {.used = 1000, .limit = 20'000}}};
  Check({"used",
         used,
         {"process_descriptors", "timeout"},
         "smsweb-cgi had 1,024 of 1,024 descriptors in use",
         "hard limit"});
}

TEST_CASE("What programs say stands before how it shows") {
  Check({"the paper's",
         With(Seen(29, 57, {{500, 1}}, {}),
              {"Traceback", "database is locked", "End of script output"}),
         {"database_locked", "program_failed"},
         "database was locked",
         "bench/paper/smsweb.py"});
  Check({"memory",
         With(Seen(29, 57, {{500, 1}}, {}),
              {"Traceback", "MemoryError", "End of script output"}),
         {"memory", "program_failed"},
         "Memory ran short",
         "MaxRequestWorkers"});
  Check({"no processes",
         With(Seen(60, 0, {{500, 120}}, {}), {"couldn't create child"}),
         {"program_failed"},
         "Apache could not start a process",
         "ulimit -u"});
}

TEST_CASE("smsweb's own refusals are named by their codes") {
  Evidence overloaded = Seen(12'000, 11'000, {{503, 1000}}, {});
  overloaded.load.problems["overloaded"] = 1000;
  overloaded.sizes["endpoint.max_waiting"] = 10'000;
  Check({"overloaded",
         overloaded,
         {"overload_answer"},
         "refused 1,000 requests with 503 and Retry-After: more than "
         "endpoint.max_waiting (10,000)",
         "endpoint.max_waiting"});
  Evidence unavailable = Seen(32, 31, {{503, 1}}, {});
  unavailable.load.problems["store_unavailable"] = 1;
  Check({"store", unavailable, {"database_locked"}, "locked", ""});
}

TEST_CASE("Memory is named from kills, and from what was left") {
  Evidence killed = Seen(100, 90, {}, {{RequestFault::kClosedEarly, 10}});
  killed.oom_kills = 1;
  Check({"killed", killed, {"memory"}, "Memory ran short at 100", "cgroup"});
  Evidence scarce = Seen(100, 90, {}, {{RequestFault::kClosedEarly, 10}});
  scarce.memory_total = 1ULL << 30;
  scarce.memory_available = 4ULL << 20;
  Check({"scarce", scarce, {"memory"}, "", ""});
  CHECK(NameCauses(scarce)[0].evidence[0] ==
        "4 MiB of 1 GiB of memory were available at the least");
}

TEST_CASE("It says whose time-out it was") {
  Check({"client",
         Seen(100, 90, {}, {{RequestFault::kAnswerTimeout, 10}}),
         {"timeout"},
         "within 30 s, the client's own",
         "Time-outs"});
  Check({"nginx",
         With(Seen(9, 16, {{504, 2}}, {}), {"upstream timed out"}),
         {"timeout"},
         "fastcgi_read_timeout",
         "fastcgi_read_timeout"});
  Check(
      {"mod_fcgid",
       With(Seen(4, 0, {{500, 4}}, {}), {"read data timeout", "End of script"}),
       {"timeout", "program_failed"},
       "FcgidIOTimeout",
       "FcgidIOTimeout"});
  Check({"some server",
         Seen(9, 16, {{504, 2}}, {}),
         {"timeout"},
         "answered 504",
         ""});
}

TEST_CASE("A lost message is a failure with a cause of its own") {
  Evidence evidence = Seen(10, 20, {}, {});
  evidence.lost = 2;
  Check({"lost",
         evidence,
         {"messages_lost"},
         "2 of 20 answers with 2xx",
         "docs/internals.md"});
  CHECK(WhatFailed(evidence) ==
        "2 of 20 failed: 2 answered 2xx without a message in the queue");
}

TEST_CASE("What nothing explains is unknown, with all that was seen") {
  Evidence evidence = Seen(10, 18, {{418, 2}}, {});
  evidence.load.problems["teapot"] = 2;
  evidence = With(evidence, {"AH00161"});  // explains no answer of 418
  Check({"unknown",
         evidence,
         {"unknown"},
         "2 of 20 failed: 2 answered 418",
         "logs"});
  const auto seen = NameCauses(evidence)[0].evidence;
  CHECK(std::ranges::count(seen, "2 answers said \"teapot\"") == 1);
  CheckHas(seen.back(), "beside them: web errors:");
}

// --- The search on a server ------------------------------------------------

// Answers all up to its ceiling, 502 to the rest, and loses messages past
// another.
class FakeProber final : public Prober {
 public:
  std::uint64_t ceiling = 100;
  std::uint64_t keeps = 1'000'000;  // messages of one load
  bool counts = true;
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

TEST_CASE("Where nothing failed, no cause is named") {
  FakeProber prober;
  const auto record = FindCeiling(prober, {"x", "x"}, {.highest = 32}, {});
  REQUIRE(record.has_value());
  CHECK(record->highest == 32);
  CHECK(record->lowest_failing == 0);
  CHECK(record->cause.empty());
  CheckHas(record->sentence, "Nothing failed up to 32");
  CheckHas(ToText(*record), "Ceiling: 32 at once, and more");
}

// --- The paper's 252 -------------------------------------------------------

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

// --- For a person ----------------------------------------------------------

TEST_CASE("A ceiling is told with its steps, its cause and its remedy") {
  CeilingRecord record{.setup = "paper", .setup_title = "The paper's design"};
  record.highest = 28;
  record.lowest_failing = 29;
  record.steps = {{28, 56, 56, 8, 7, ""}, {29, 58, 57, 8.54, 6.67, "1 of 58"}};
  record.cause = "database_locked";
  record.sentence = "The queue's database was locked.";
  record.evidence = {"apache errors: database is locked"};
  record.remedy = "Let one resident program write for all.";
  CHECK(ToText(record) ==
        "The paper's design (paper)\n"
        "\n"
        "    at once   requests        2xx      time     2xx/s  what failed\n"
        "         28         56         56       8 s         7  nothing\n"
        "         29         58         57    8.54 s      6.67  1 of 58\n"
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
