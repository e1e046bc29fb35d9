// The load: its parts as tables, and all of it against servers on loopback.
#include <sys/epoll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "ab_outputs.h"
#include "bench/load/ab_report.h"
#include "bench/load/answer_problem.h"
#include "bench/load/apache_bench.h"
#include "bench/load/board.h"
#include "bench/load/deadline_queue.h"
#include "bench/load/http_answer.h"
#include "bench/load/latency.h"
#include "bench/load/load.h"
#include "bench/load/load_report.h"
#include "bench/load/load_sizes.h"
#include "bench/load/request_fault.h"
#include "bench/load/request_text.h"
#include "bench/load/schedule.h"
#include "bench/load/tally.h"
#include "catch.h"
#include "loopback_server.h"
#include "temp_folder.h"

namespace smsweb::bench {
namespace {

using std::chrono::milliseconds;

// --- Latencies
// ---------------------------------------------------------------------

LatencyHistogram HistogramOf(const std::vector<std::int64_t>& values) {
  LatencyHistogram histogram;
  for (const std::int64_t value : values) histogram.Record(value);
  return histogram;
}

TEST_CASE(
    "a latency is kept exactly up to 2,047 us, and to three digits above") {
  for (const std::int64_t micros : {0, 1, 999, 2'047}) {
    CHECK(HistogramOf({micros}).Max() == micros);
  }
  for (std::int64_t micros = 2'048; micros < 4'000'000'000;
       micros += micros / 7 + 1) {
    const auto kept = HistogramOf({micros});
    CHECK(kept.Max() >= micros);
    CHECK(static_cast<double>(kept.Max() - micros) <= 0.001 * micros);
    CHECK(kept.Min() <= micros);
  }
}

TEST_CASE(
    "a latency outside the histogram's range counts as its first or last") {
  CHECK(HistogramOf({-5}).Max() == 0);
  CHECK(HistogramOf({1LL << 50}).Max() == (1LL << 32) - 1);
}

TEST_CASE("a percentile is the value at or under which so many lie") {
  std::vector<std::int64_t> values;
  for (std::int64_t value = 1; value <= 1000; ++value) values.push_back(value);
  const auto histogram = HistogramOf(values);
  CHECK(histogram.Percentile(0) == 1);
  CHECK(histogram.Percentile(50) == 500);
  CHECK(histogram.Percentile(99.9) == 999);
  CHECK(histogram.Percentile(100) == 1000);
  CHECK(histogram.Mean() == Approx(500.5));
  CHECK(histogram.Deviation() == Approx(288.675).epsilon(0.001));
  CHECK(LatencyHistogram().Percentile(50) == 0);
}

TEST_CASE("histograms add up") {
  auto histogram = HistogramOf({1, 5'000});
  histogram.Add(HistogramOf({5'000, 70'000'000}));
  CHECK(histogram.count() == 4);
  CHECK(histogram.Buckets().size() == 3);
  CHECK(histogram.Buckets()[1].count == 2);
}

TEST_CASE("a histogram survives as text and as counters") {
  const auto histogram = HistogramOf({0, 3, 3, 2'048, 123'456, 1LL << 40});
  const auto from_text = LatencyHistogram::FromText(histogram.ToText());
  REQUIRE(from_text);
  CHECK(from_text->ToText() == histogram.ToText());
  CHECK(from_text->count() == 6);
  CHECK(LatencyHistogram::FromCounters(histogram.counters()).ToText() ==
        histogram.ToText());
  CHECK(LatencyHistogram::FromText("")->count() == 0);
}

TEST_CASE("text that is no histogram is refused, with the place") {
  for (const std::string_view text : {"1", "1:", "1:2,3:4", "x:1", "1:-1"}) {
    const auto histogram = LatencyHistogram::FromText(text);
    REQUIRE_FALSE(histogram);
    CHECK(histogram.error().kind == ErrorKind::kInvalid);
  }
  CHECK(LatencyHistogram::FromText("1:2 3;4").error().message.ends_with(
      "wrong at character 6"));
}

// --- Requests
// ----------------------------------------------------------------------

std::string Written(const RequestTemplate& request, std::uint64_t number,
                    bool keep_alive = true) {
  std::string text = "what was in it before";
  RequestText(request, "host", keep_alive).Write(number, text);
  return text;
}

TEST_CASE("a request's number stands in its target and body") {
  CHECK(Written({.target = "/s.py?rcpt=08{n7}&msg=pesan%20{n}"}, 42) ==
        "GET /s.py?rcpt=080000042&msg=pesan%2042 HTTP/1.1\r\n"
        "Host: host\r\n\r\n");
  CHECK(Written({.method = "POST",
                 .target = "/{n}{n7}{n}",
                 .headers = {{"Content-Type", "text/plain"}},
                 .body = "{n}{m}{n7}"},
                12'345'678) ==
        "POST /123456781234567812345678 HTTP/1.1\r\nHost: host\r\n"
        "Content-Type: text/plain\r\nContent-Length: 19\r\n\r\n"
        "12345678{m}12345678");
}

TEST_CASE("a request asks to close unless connections are kept") {
  CHECK(Written({}, 0, false) ==
        "GET / HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a POST without a body says so") {
  CHECK(Written({.method = "POST"}, 0).ends_with("Content-Length: 0\r\n\r\n"));
}

// --- Answers
// -----------------------------------------------------------------------

struct AnswerRow {
  std::string_view bytes;
  bool closes;  // after them
  HttpAnswer::Progress progress;
  int status = 0;
  bool keeps = false;
  std::string_view body = {};
};
using enum HttpAnswer::Progress;

const AnswerRow kAnswers[] = {
    {"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", false, kWhole, 202,
     true},
    {"HTTP/1.1 202\nContent-Length:2\n\nok", false, kWhole, 202, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, kWhole, 200, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", false, kMore, 200},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", true, kMore, 200},
    {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false,
     kWhole, 200, false},
    {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, kWhole, 200, false},
    {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
     false, kWhole, 200, true},
    {"HTTP/1.1 200 OK\r\n\r\nto the end", false, kMore, 200},
    {"HTTP/1.1 200 OK\r\n\r\nto the end", true, kWhole, 200, false},
    {"HTTP/1.1 204 No Content\r\n\r\n", false, kWhole, 204, true},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, kWhole,
     304, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nok\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
     false, kWhole, 200, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
     "1\r\no\r\n0\r\nTrailer: 1\r\n\r\n",
     false, kWhole, 200, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", true,
     kMore, 200},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nok\r\n", false,
     kBroken, 200},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n",
     false, kWhole, 202, true},
    {"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", false, kWhole, 503,
     true, "busy"},
    {"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nbu\r\n2\r\nsy\r\n0\r\n\r\n",
     false, kWhole, 503, true, "busy"},
    {"HTTP/1.1 502 Bad Gateway\r\n\r\nbad", true, kWhole, 502, false, "bad"},
    {"SSH-2.0-OpenSSH_9.2\r\n", false, kBroken},
    {"HTTP/2 200\r\n\r\n", false, kBroken},
    {"HTTP/1.1 20\r\n\r\n", false, kBroken},
    {"HTTP/1.1 20299 A\r\n\r\n", false, kBroken},
    {"HTTP/1.1 -20 A\r\n\r\n", false, kBroken},
    {"HTTP/1.1 200 OK\r\nno header\r\n\r\n", false, kBroken, 200},
    {"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", false, kBroken, 200},
};

// Fed in pieces of `size` bytes.
void CheckAnswer(const AnswerRow& row, std::size_t size) {
  INFO(row.bytes << " in pieces of " << size);
  HttpAnswer answer;
  answer.Expect(false);
  auto progress = kMore;
  for (std::size_t at = 0; at < row.bytes.size() && progress == kMore;
       at += size) {
    progress = answer.Feed(row.bytes.substr(at, size));
  }
  if (row.closes) progress = answer.Close();
  CHECK(progress == row.progress);
  if (row.progress == kBroken) return;
  CHECK(answer.status() == row.status);
  CHECK(answer.body() == row.body);
  if (row.progress == kWhole) CHECK(answer.keeps() == row.keeps);
}

TEST_CASE("an answer ends where HTTP says, however its bytes come") {
  for (const AnswerRow& row : kAnswers) {
    for (std::size_t size = 1; size <= row.bytes.size(); ++size) {
      CheckAnswer(row, size);
    }
  }
}

TEST_CASE("an answer to HEAD has no body, whatever it says") {
  HttpAnswer answer;
  answer.Expect(true);
  CHECK(answer.Feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") == kWhole);
}

TEST_CASE("what is not HTTP is known by its first bytes") {
  HttpAnswer answer;
  CHECK(answer.Feed("SSH") == kBroken);
}

TEST_CASE("bytes after an answer end the connection") {
  HttpAnswer answer;
  CHECK(answer.Feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok") ==
        kWhole);
  CHECK_FALSE(answer.keeps());
}

TEST_CASE(
    "of a long complaint the beginning is kept, and no line without end") {
  HttpAnswer answer;
  answer.Feed("HTTP/1.1 500 Oh\r\n\r\n");
  answer.Feed(std::string(100'000, 'x'));
  CHECK(answer.body().size() == 4096);
  answer.Expect(false);
  CHECK(answer.Feed("HTTP/1.1 " + std::string(100'000, '2')) == kBroken);
}

TEST_CASE("a complaint is named by its code, title or first words") {
  const std::string_view rows[][2] = {
      {R"({"code":"queue_full","title":"The queue is full"})", "queue_full"},
      {R"({"title":"The queue is full"})", "The queue is full"},
      {R"({"code":7})", R"({"code":7})"},
      {R"({"code":"cut o)", R"({"code":"cut o)"},
      {"<html>\r\n<head><title>502 Bad Gateway</title></head>",
       "502 Bad Gateway"},
      {"  database \n is\tlocked ", "database is locked"},
      {"caf\xC3\xA9\x01", "caf???"},
      {"", "503, no body"},
      {" \r\n", "503, no body"},
  };
  for (const auto& [body, name] : rows) CHECK(NameProblem(503, body) == name);
  CHECK(NameProblem(500, std::string(200, 'x')).size() == 60);
}

TEST_CASE("a fault is named by what the system said, and when") {
  CHECK(FaultOf(ECONNREFUSED, false) == RequestFault::kConnectRefused);
  CHECK(FaultOf(ECONNRESET, false) == RequestFault::kConnectReset);
  CHECK(FaultOf(ECONNRESET, true) == RequestFault::kClosedEarly);
  CHECK(FaultOf(EMFILE, false) == RequestFault::kNoDescriptor);
  CHECK(FaultOf(EADDRNOTAVAIL, false) == RequestFault::kNoPort);
  CHECK(FaultOf(ENOBUFS, false) == RequestFault::kNoMemory);
  CHECK(FaultOf(EPERM, false) == RequestFault::kOther);
  std::set<std::string_view> names;
  for (const RequestFault fault : kRequestFaults) names.insert(ToString(fault));
  CHECK(names.size() == kRequestFaults.size());
}

// --- Whose turn it is
// --------------------------------------------------------------

TEST_CASE("requests run out of time in the order in which they began") {
  DeadlineQueue queue(4);
  CHECK_FALSE(queue.Oldest());
  queue.Append(2, 10);
  queue.Append(0, 20);
  queue.Append(3, 30);
  queue.Remove(0);
  CHECK(queue.Oldest()->slot == 2);
  queue.Remove(2);
  CHECK(queue.Oldest()->slot == 3);
  CHECK(queue.Oldest()->began == 30);
  queue.Append(2, 40);
  queue.Remove(3);
  CHECK(queue.Oldest()->slot == 2);
  queue.Remove(2);
  CHECK_FALSE(queue.Oldest());
}

TEST_CASE("an open loop's requests are due at fixed times, without drift") {
  CHECK(DueTime(1'000, 3, 0) == 1'000);
  CHECK(DueTime(1'000, 3, 1) == 334'333);
  CHECK(DueTime(1'000, 3, 3) == 1'001'000);
  CHECK(DueTime(0, 3, 3'000'000) == 1'000'000'000'000);
}

TEST_CASE("each request is handed out once, those kept for a process to it") {
  std::atomic<std::uint64_t> next = 0;
  Schedule fast(next, 6, 0);
  Schedule slow(next, 6, 0);
  slow.Reserve(2);
  std::vector<std::uint64_t> taken;
  while (const auto ticket = fast.Take()) taken.push_back(ticket->index);
  CHECK(taken == std::vector<std::uint64_t>{2, 3, 4, 5});
  CHECK(slow.Take()->index == 0);
  CHECK_FALSE(slow.over());
  CHECK(slow.Take()->index == 1);
  CHECK_FALSE(slow.Take());
  CHECK(slow.over());
}

// --- Sizes
// -------------------------------------------------------------------------

constexpr ClientLimits kLimits{.descriptors = 20'000,
                               .system_files = 2'000'000,
                               .ports = 28'232,
                               .cores = 2};

TEST_CASE("a load takes as many processes and addresses as it needs") {
  struct Row {
    LoadPlan plan;
    int processes;
    int sources;
  };
  const Row rows[] = {
      {{}, 1, 1},
      {{.requests = 252, .concurrency = 252}, 2, 1},
      {{.requests = 100'000, .concurrency = 50'000}, 3, 11},
      {{.requests = 1'000'000, .concurrency = 500'000}, 26, 102},
      {{.requests = 100'000, .concurrency = 10, .keep_alive = true}, 2, 1},
      {{.requests = 9, .concurrency = 9, .processes = 4, .sources = 3}, 4, 3},
      {{.address = "192.0.2.1", .requests = 50'000, .concurrency = 9}, 2, 1},
  };
  for (const Row& row : rows) {
    const auto sizes = SizeLoad(row.plan, kLimits);
    REQUIRE(sizes);
    CHECK(sizes->processes == row.processes);
    CHECK(sizes->sources == row.sources);
  }
}

TEST_CASE("what a plan leaves open follows from the rest") {
  using std::chrono::seconds;
  struct Row {
    LoadPlan plan;
    std::uint64_t requests;
    std::uint64_t concurrency;
  };
  const Row rows[] = {
      {{.requests = 0, .concurrency = 0}, 1, 1},
      {{.requests = 7, .concurrency = 3}, 7, 3},
      {{.requests = 0, .duration = seconds(2), .concurrency = 4},
       1'000'000'000,
       4},
      {{.requests = 0, .duration = seconds(2), .concurrency = 0, .rate = 100},
       200,
       200},
      {{.requests = 50'000, .concurrency = 0, .rate = 100}, 50'000, 10'000},
  };
  for (const Row& row : rows) {
    LoadPlan plan = row.plan;
    FillIn(plan);
    CHECK(plan.requests == row.requests);
    CHECK(plan.concurrency == row.concurrency);
  }
}

TEST_CASE("connections are shared out to all processes, and to the last one") {
  const LoadSizes sizes{.connections = 11, .processes = 4};
  std::vector<std::uint32_t> shares;
  for (int i = 0; i < 4; ++i) shares.push_back(sizes.ConnectionsOf(i));
  CHECK(shares == std::vector<std::uint32_t>{3, 3, 3, 2});
}

TEST_CASE("an open loop of a time asks for what is due in it") {
  LoadPlan plan{.requests = 1'000'000, .duration = milliseconds(500)};
  plan.rate = 25;
  CHECK(SizeLoad(plan, kLimits)->requests == 13);
  plan.requests = 7;
  CHECK(SizeLoad(plan, kLimits)->requests == 7);
}

TEST_CASE(
    "more connections than can be held are refused, with how many could") {
  LoadPlan plan{.requests = 50'000, .concurrency = 50'000, .processes = 1};
  const auto sizes = SizeLoad(plan, kLimits);
  REQUIRE_FALSE(sizes);
  CHECK(sizes.error().kind == ErrorKind::kUnavailable);
  CHECK(sizes.error().message.find("hold 19968 connections") !=
        std::string::npos);
  plan.processes = 0;
  const auto small_system = SizeLoad(plan, {.descriptors = 20'000,
                                            .system_files = 30'000,
                                            .ports = 28'232,
                                            .cores = 2});
  REQUIRE_FALSE(small_system);
  CHECK(small_system.error().message.find("fs.file-max") != std::string::npos);
}

TEST_CASE("a plan that makes no sense is refused by the field's name") {
  const std::pair<LoadPlan, std::string_view> rows[] = {
      {{.address = "localhost"}, "address"},
      {{.port = 0}, "port"},
      {{.host = "a\r\nb"}, "host"},
      {{.request = {.method = ""}}, "request.method"},
      {{.request = {.target = "s.py"}}, "request.target"},
      {{.request = {.target = "/a b"}}, "request.target"},
      {{.request = {.headers = {{"X", "a\nb"}}}}, "request.headers"},
      {{.request = {.headers = {{"Content-Length", "1"}}}}, "request.headers"},
      {{.first_number = ~0ULL}, "first_number"},
      {{.requests = 0}, "requests"},
      {{.requests = ~0ULL}, "requests"},
      {{.requests = 1'000'000'001}, "requests"},
      {{.concurrency = 0}, "concurrency"},
      {{.concurrency = ~0ULL}, "concurrency"},
      {{.rate = -1}, "rate"},
      {{.rate = 1e300}, "rate"},
      {{.rate = 1e-300}, "rate"},
      {{.rate = std::numeric_limits<double>::infinity()}, "rate"},
      {{.rate = std::numeric_limits<double>::quiet_NaN()}, "rate"},
      {{.requests = 1'000'000'000,
        .duration = std::chrono::hours(1),
        .rate = 1e6},
       "rate"},
      {{.timeout = milliseconds(0)}, "timeout"},
      {{.limit = milliseconds(0)}, "limit"},
      {{.processes = -1}, "processes"},
      {{.address = "192.0.2.1", .sources = 2}, "sources"},
  };
  for (const auto& [plan, field] : rows) {
    const auto done = RunLoad(plan);
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::kInvalid);
    CHECK(done.error().message.starts_with("load: " + std::string(field)));
  }
}

// --- Counts
// ------------------------------------------------------------------------

HttpAnswer Complaint(const std::string& body) {
  HttpAnswer answer;
  answer.Feed("HTTP/1.1 500 Oh\r\n\r\n" + body);
  answer.Close();
  return answer;
}

TEST_CASE(
    "what all workers counted is added up, and what nobody ended not sent") {
  const LoadPlan plan{.first_number = 100, .requests = 6};
  const auto board = Board::Make(2, plan.requests);
  REQUIRE(board);
  Tally one(board->reports()[0], board->records());
  Tally other(board->reports()[1], board->records());
  HttpAnswer good;
  good.Feed("HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n");
  one.OnAnswered({0, 1'000, 1'010}, good, 1'500);
  one.OnAnswered({1, 2'000, 2'010}, Complaint("locked"), 2'700);
  other.OnAnswered({2, 3'000, 3'010}, Complaint("locked"), 3'800);
  other.OnFailed({3, 4'000}, RequestFault::kConnectRefused, 2'001'000);
  one.Finish({10, 20});
  other.Finish({1, 2});

  const auto result = Gather(*board, plan, {.requests = 6, .processes = 2});
  CHECK(result.asked == 6);
  CHECK(result.statuses == std::map<int, std::uint64_t>{{202, 1}, {500, 2}});
  CHECK(result.faults ==
        std::map<RequestFault, std::uint64_t>{
            {RequestFault::kConnectRefused, 1}, {RequestFault::kNotSent, 2}});
  CHECK(result.problems == std::map<std::string, std::uint64_t>{{"locked", 2}});
  CHECK(result.latency.Max() == 500);
  CHECK(result.refused_latency.Max() == 800);
  CHECK(result.seconds == Approx(2));
  CHECK(result.bytes_sent == 11);
  CHECK(result.bytes_received == 22);
  REQUIRE(result.records.size() == 4);
  CHECK(result.records[1].number == 101);
  CHECK(result.records[1].status == 500);
  CHECK(result.records[3].answered_us == 0);
}

TEST_CASE("at most 32 kinds of problems are told apart") {
  const LoadPlan plan{.requests = 200};
  const auto board = Board::Make(2, 0);
  REQUIRE(board);
  for (std::uint64_t i = 0; i < plan.requests; ++i) {
    Tally tally(board->reports()[i % 2], {});
    tally.OnAnswered({i, 1}, Complaint("problem " + std::to_string(i % 100)),
                     2);
  }
  const auto result = Gather(*board, plan, {.requests = 200, .processes = 2});
  CHECK(result.problems.size() == 32);
  std::uint64_t all = 0;
  for (const auto& [name, count] : result.problems) all += count;
  CHECK(all == 200);
}

// --- Against a server
// --------------------------------------------------------------

constexpr std::string_view kAccepted =
    "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok";

std::string Accept(const std::string&) { return std::string(kAccepted); }

LoadPlan PlanFor(const LoopbackServer& server, std::uint64_t requests,
                 std::uint64_t concurrency) {
  LoadPlan plan{.port = server.port()};
  plan.requests = requests;
  plan.concurrency = concurrency;
  plan.record = true;
  return plan;
}

LoadResult Loaded(const LoadPlan& plan) {
  const auto result = RunLoad(plan);
  if (!result) FAIL(result.error().message);
  CHECK(result->Answered() + result->Failed() == result->asked);
  return *result;
}

TEST_CASE("each number is asked exactly once, whichever process asks it") {
  Shared<std::array<int, 600>> seen;
  const LoopbackServer server(AnswerEach([&](const std::string& request) {
    ++(*seen)[std::stoul(request.substr(5))];  // "GET /7 HTTP/1.1"
    return std::string(kAccepted);
  }));
  auto plan = PlanFor(server, 500, 40);
  plan.request.target = "/{n}";
  plan.first_number = 100;
  plan.processes = 3;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() == 500);
  CHECK(result.processes == 3);
  CHECK(result.latency.count() == 500);
  CHECK(result.connect.count() == 500);
  CHECK(result.bytes_received == 500 * kAccepted.size());
  CHECK(std::ranges::count(*seen, 0) == 100);
  CHECK(std::ranges::count(*seen, 1) == 500);
  CHECK(result.records.size() == 500);
  for (const RequestRecord& record : result.records) {
    CHECK(record.due_us <= record.sent_us);
    CHECK(record.sent_us <= record.answered_us);
    CHECK(record.status == 202);
  }
}

TEST_CASE("a load comes from many addresses") {
  Shared<std::array<int, 256>> from;
  const LoopbackServer server([&](int listener) {
    while (true) {
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      const UniqueFd connection(
          ::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size));
      ++(*from)[ntohl(peer.sin_addr.s_addr) & 0xFF];
      ReadRequest(connection.get());
      WriteAll(connection.get(), kAccepted);
    }
  });
  auto plan = PlanFor(server, 50, 10);
  plan.sources = 5;
  plan.processes = 1;
  CHECK(Loaded(plan).Succeeded() == 50);
  for (int source = 1; source <= 5; ++source) CHECK((*from)[source] == 10);
}

TEST_CASE("what becomes of a request without an answer is told apart") {
  struct Row {
    std::string_view answer;
    RequestFault fault;
  };
  const Row rows[] = {
      {"", RequestFault::kClosedEarly},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
       RequestFault::kClosedEarly},
      {"220 mail.example\r\n", RequestFault::kNotHttp},
  };
  for (const Row& row : rows) {
    const LoopbackServer server(AnswerEach(
        [&](const std::string&) { return std::string(row.answer); }));
    const auto result = Loaded(PlanFor(server, 10, 3));
    CHECK(result.faults ==
          std::map<RequestFault, std::uint64_t>{{row.fault, 10}});
  }
}

TEST_CASE("where nobody listens, every request is refused") {
  const UniqueFd taken = ListenOnLoopback();
  ::shutdown(taken.get(), SHUT_RDWR);
  LoadPlan plan{.port = PortOf(taken)};
  plan.requests = 10;
  plan.concurrency = 3;
  for (const bool together : {false, true}) {
    plan.together = together;
    CHECK(Loaded(plan).faults == std::map<RequestFault, std::uint64_t>{
                                     {RequestFault::kConnectRefused, 10}});
  }
}

TEST_CASE("a connection that is reset before an answer is told as such") {
  const LoopbackServer server([](int listener) {
    while (true) {
      const UniqueFd connection(::accept(listener, nullptr, nullptr));
      ReadRequest(connection.get());
      const linger reset{1, 0};
      ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &reset,
                   sizeof reset);
    }
  });
  CHECK(
      Loaded(PlanFor(server, 4, 2)).faults ==
      std::map<RequestFault, std::uint64_t>{{RequestFault::kConnectReset, 4}});
}

TEST_CASE("answers that are not 2xx are counted by status and problem") {
  const LoopbackServer server(AnswerEach([](const std::string& request) {
    const bool is_even = (request[5] - '0') % 2 == 0;
    return is_even
               ? std::string(kAccepted)
               : std::string("HTTP/1.1 503 Busy\r\n\r\n{\"code\":\"full\"}");
  }));
  auto plan = PlanFor(server, 10, 4);
  plan.request.target = "/{n}";
  const auto result = Loaded(plan);
  CHECK(result.statuses == std::map<int, std::uint64_t>{{202, 5}, {503, 5}});
  CHECK(result.problems == std::map<std::string, std::uint64_t>{{"full", 5}});
  CHECK(result.latency.count() == 5);
  CHECK(result.refused_latency.count() == 5);
}

TEST_CASE("together, no request is sent before all connections are there") {
  const LoopbackServer server(AnswerEach(Accept));
  auto plan = PlanFor(server, 100, 40);
  plan.together = true;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() == 100);
  CHECK(result.peak_connected == 40);
  std::map<std::int64_t, int> due;
  for (const RequestRecord& record : result.records) ++due[record.due_us];
  CHECK(due.begin()->second == 40);
}

TEST_CASE("together, a connection that the server closes is not made anew") {
  Shared<std::atomic<int>> accepted;
  const LoopbackServer server([&](int listener) {
    while (true) {
      const UniqueFd closed(::accept(listener, nullptr, nullptr));
      ++*accepted;
    }
  });
  auto plan = PlanFor(server, 10, 10);
  plan.together = true;
  const auto result = Loaded(plan);
  CHECK(result.Failed() == 10);
  CHECK(*accepted <= 10);
  CHECK_FALSE(result.faults.contains(RequestFault::kNotSent));
}

constexpr std::string_view kAcceptedLast =
    "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

TEST_CASE("a kept connection is made anew when the server says it closes it") {
  Shared<int> accepted;
  const LoopbackServer server([&](int listener) {
    while (true) {
      const UniqueFd connection(::accept(listener, nullptr, nullptr));
      ++*accepted;
      for (int i = 0; i < 3; ++i) {
        if (ReadRequest(connection.get()).empty()) break;
        WriteAll(connection.get(), i < 2 ? kAccepted : kAcceptedLast);
      }
    }
  });
  auto plan = PlanFor(server, 10, 1);
  plan.keep_alive = true;
  for (const double rate : {0.0, 1000.0}) {
    *accepted = 0;
    plan.rate = rate;
    CHECK(Loaded(plan).Succeeded() == 10);
    CHECK(*accepted == 4);
  }
}

TEST_CASE("a kept connection that was closed while idle is made anew") {
  Shared<std::atomic<int>> requests;
  const LoopbackServer server(AnswerEach([&](const std::string&) {
    ++*requests;
    return std::string(kAccepted);
  }));
  auto plan = PlanFor(server, 4, 1);
  plan.keep_alive = true;
  plan.rate = 20;
  CHECK(Loaded(plan).Succeeded() == 4);
  CHECK(*requests == 4);
}

TEST_CASE("a request that a kept connection swallows is not sent again") {
  Shared<std::atomic<int>> requests;
  const LoopbackServer server([&](int listener) {
    while (true) {
      const UniqueFd connection(::accept(listener, nullptr, nullptr));
      for (int i = 0; i < 2 && !ReadRequest(connection.get()).empty(); ++i) {
        ++*requests;
        if (i == 0) WriteAll(connection.get(), kAccepted);
      }
    }
  });
  auto plan = PlanFor(server, 10, 1);
  plan.keep_alive = true;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() == 5);
  CHECK(result.faults ==
        std::map<RequestFault, std::uint64_t>{{RequestFault::kClosedKept, 5}});
  CHECK(*requests == 10);
}

TEST_CASE("a large body is sent whole, and its number with it") {
  const LoopbackServer server([](int listener) {
    while (true) {
      const UniqueFd connection(::accept(listener, nullptr, nullptr));
      std::string all = ReadRequest(connection.get());
      std::array<char, 65536> buffer{};
      while (!all.ends_with("-end")) {
        const ssize_t size =
            ::read(connection.get(), buffer.data(), buffer.size());
        if (size <= 0) break;
        all.append(buffer.data(), static_cast<std::size_t>(size));
      }
      if (all.size() > 8'000'000) WriteAll(connection.get(), kAccepted);
    }
  });
  auto plan = PlanFor(server, 3, 2);
  plan.request = {.method = "POST",
                  .body = std::string(8'000'000, 'x') + "{n7}-end"};
  CHECK(Loaded(plan).Succeeded() == 3);
}

TEST_CASE("an open loop asks on while the server stands still") {
  constexpr int kAtOnce = 20;
  // Answers nobody before all have asked.
  const LoopbackServer server([](int listener) {
    std::vector<UniqueFd> connections;
    while (connections.size() < kAtOnce) {
      connections.emplace_back(::accept(listener, nullptr, nullptr));
      ReadRequest(connections.back().get());
    }
    for (const UniqueFd& fd : connections) WriteAll(fd.get(), kAccepted);
    connections.clear();
    StaySilent(listener);
  });
  auto plan = PlanFor(server, kAtOnce, kAtOnce);
  plan.rate = 1000;
  plan.processes = 1;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() == kAtOnce);
  CHECK(result.peak_connected == kAtOnce);
  CHECK(result.lateness.count() == kAtOnce);
  for (std::size_t i = 1; i < kAtOnce; ++i) {
    CHECK(result.records[i].due_us - result.records[i - 1].due_us == 1'000);
  }
  CHECK(result.records[0].answered_us >= result.records[kAtOnce - 1].sent_us);
  CHECK(result.latency.Max() >= 19'000);
}

TEST_CASE(
    "a request that waits for a connection is late by the server's doing") {
  Shared<bool> stood_still;
  const LoopbackServer server(AnswerEach([&](const std::string&) {
    if (!*stood_still) ::usleep(50'000);
    *stood_still = true;
    return std::string(kAccepted);
  }));
  auto plan = PlanFor(server, 5, 1);
  plan.rate = 1000;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() == 5);
  const auto& last = result.records.back();
  CHECK(last.due_us - result.records.front().due_us == 4'000);
  CHECK(last.answered_us - last.due_us >= 46'000);
}

TEST_CASE("a load of a time ends with it, and nothing is missing") {
  const LoopbackServer server(AnswerEach(Accept));
  auto plan = PlanFor(server, 1'000'000'000, 4);
  plan.duration = milliseconds(300);
  plan.record = false;
  const auto result = Loaded(plan);
  CHECK(result.Succeeded() > 0);
  CHECK(result.asked == result.Succeeded());
}

TEST_CASE("what is not answered in time has timed out") {
  const LoopbackServer server(StaySilent);
  auto plan = PlanFor(server, 6, 3);
  plan.timeout = milliseconds(50);
  CHECK(Loaded(plan).faults == std::map<RequestFault, std::uint64_t>{
                                   {RequestFault::kAnswerTimeout, 6}});
}

TEST_CASE("when the limit is over, the rest is not sent") {
  const LoopbackServer server(StaySilent);
  auto plan = PlanFor(server, 10, 3);
  plan.limit = milliseconds(1000);
  CHECK(Loaded(plan).faults ==
        std::map<RequestFault, std::uint64_t>{{RequestFault::kAnswerTimeout, 3},
                                              {RequestFault::kNotSent, 7}});
}

TEST_CASE("SIGINT ends a load in order") {
  const LoopbackServer server(StaySilent);
  const auto plan = PlanFor(server, 10, 3);
  bool is_asked = false;
  const auto result = RunLoad(plan, [&](const LoadProgress& progress) {
    if (progress.connected < 3 || is_asked) return;
    ::kill(::getpid(), SIGINT);
    is_asked = true;
  });
  REQUIRE(result);
  CHECK(result->interrupted);
  CHECK(result->faults ==
        std::map<RequestFault, std::uint64_t>{{RequestFault::kAnswerTimeout, 3},
                                              {RequestFault::kNotSent, 7}});
}

// Our children, by the system's own book.
std::vector<pid_t> Children() {
  std::ifstream file("/proc/thread-self/children");
  return {std::istream_iterator<pid_t>(file), {}};
}

TEST_CASE(
    "a process that dies ends the load with an error, and no other stays") {
  const LoopbackServer server(StaySilent);
  const auto plan = PlanFor(server, 10, 4);
  const auto result = RunLoad(plan, [&](const LoadProgress& progress) {
    for (const pid_t child : Children()) {
      if (progress.connected == 4 && child != server.pid()) {
        ::kill(child, SIGKILL);
        return;
      }
    }
  });
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::kUnavailable);
  CHECK(result.error().message.find("killed by signal 9") != std::string::npos);
  CHECK(Children() == std::vector<pid_t>{server.pid()});
}

// --- The report
// --------------------------------------------------------------------

LoadResult SomeResult() {
  LoadResult result{.seconds = 2, .asked = 40};
  result.statuses = {{202, 30}, {503, 8}};
  result.faults = {{RequestFault::kAnswerTimeout, 2}};
  result.problems = {{"queue_full", 8}};
  result.latency = HistogramOf({900, 1'500, 2'500'000});
  return result;
}

TEST_CASE("a load is told with throughput, goodput, and what went wrong") {
  const std::string text =
      LoadText({.requests = 40, .concurrency = 4}, SomeResult());
  for (const std::string_view part :
       {"closed loop, 4 connections", "Answers:                19.00/s",
        "Goodput (2xx):          15.00/s", "  503\n", "8  queue_full\n",
        "2  answer_timeout\n", "50 %  1.50 ms", "100 %  2.50 s"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(text.find("late") == std::string::npos);
}

TEST_CASE("a load that did not begin requests in time says so") {
  auto result = SomeResult();
  result.lateness = HistogramOf({80'000});
  result.interrupted = true;
  const std::string text = LoadText({.rate = 10}, result);
  CHECK(text.find("open loop, 10 requests/s") != std::string::npos);
  CHECK(text.find("This client was late") != std::string::npos);
  CHECK(text.find("Interrupted") != std::string::npos);
}

TEST_CASE("a load as JSON has the same figures by stable names") {
  const auto json = LoadJson({.requests = 40}, SomeResult());
  CHECK(json["succeeded"] == 30);
  CHECK(json["goodput"] == 15.0);
  CHECK(json["statuses"]["503"] == 8);
  CHECK(json["faults"]["answer_timeout"] == 2);
  CHECK(json["problems"]["queue_full"] == 8);
  CHECK(json["latency"]["p50"] == 1'500);
  CHECK(json["latency"]["p99.9"] == json["latency"]["p100"]);
  CHECK(json["plan"]["requests"] == 40);
}

// --- ab
// ----------------------------------------------------------------------------

TEST_CASE("ab's report is read") {
  const auto result = ParseAb(kAbWithNon2xx);
  REQUIRE(result);
  CHECK(result->complete == 50);
  CHECK(result->failed == 0);
  CHECK(result->non_2xx == 10);
  CHECK(result->Succeeded() == 40);
  CHECK(result->seconds == 0.026);
  CHECK(result->bytes_received == 3790);
  CHECK(result->output == kAbWithNon2xx);
}

TEST_CASE("answers of another length are not told as success of ab's") {
  const auto result = ParseAb(kAbWithLengths);
  REQUIRE(result);
  CHECK(result->failed == 64);
  CHECK(result->Succeeded() == 32);
  const auto empty = ParseAb(kAbSomeEmpty);
  REQUIRE(empty);
  CHECK(empty->faults ==
        std::map<std::string, std::uint64_t>{{"ab: another length", 10}});
  CHECK(empty->Succeeded() == 30);
}

TEST_CASE("what ab can't tell to have come whole is not proven") {
  struct Row {
    AbCounts counts;
    std::uint64_t unproven;
  };
  const Row rows[] = {
      {{100, 0, 0, 217, 21'700, 50'000}, 0},
      {{100, 0, 25, 217, 16'275, 40'000}, 25},    // a fourth is empty
      {{100, 0, 75, 0, 16'275, 40'000}, 25},      // and so was the first
      {{100, 10, 35, 217, 99'999, 200'000}, 25},  // and ten are problems
      {{100, 70, 70, 217, 99'999, 200'000}, 0},
      {{100, 30, 5, 217, 99'999, 200'000}, 0},
      {{100, 0, 0, 0, 0, 1'900}, 100},  // no HTTP, or no bodies
      {{100, 40, 0, 0, 0, 9'000}, 60},
      {{100, 100, 0, 0, 0, 9'000}, 0},
      {{100, 0, 0, 0, 0, 0}, 100},
  };
  for (const Row& row : rows) {
    CAPTURE(row.counts.non_2xx, row.counts.other_length, row.unproven);
    CHECK(Unproven(row.counts).count == row.unproven);
  }
}

TEST_CASE("connections without an answer are failures, though ab counts none") {
  CHECK(ParseAb(kAbAllEmpty)->failed == 20);
  CHECK(ParseAb(kAbAllEmpty)->Succeeded() == 0);
}

TEST_CASE("where ab gave up, what it had done counts") {
  CHECK(ParseAb(kAbTooManyFiles)->complete == 0);
  CHECK(ParseAb(kAbTimedOut)->complete == 6);
}

TEST_CASE("what is not ab's is refused") {
  CHECK(ParseAb("Usage: ab [options]").error().kind == ErrorKind::kInvalid);
  CHECK(ReadAbVersion("wrk 4.1.0").empty());
  CHECK(ReadAbVersion("This is ApacheBench, Version 2.3 <$Revision$>\n") ==
        "2.3");
}

TEST_CASE("ab's file of times becomes a histogram") {
  std::istringstream file(
      "starttime\tseconds\tctime\tdtime\tttime\twait\n"
      "Thu Nov 26 12:29:17 2026\t1795696157\t0\t1\t1\t0\n"
      "Thu Nov 26 12:29:17 2026\t1795696157\t1\t4\t5\t2\n");
  CHECK(ReadAbTimes(file)->ToText() == "1000:1 5003:1");
  std::istringstream other("a\tb\n1\t2\n");
  CHECK_FALSE(ReadAbTimes(other));
  std::istringstream cut("a\tttime\n1\t2\n1\n");
  CHECK(ReadAbTimes(cut).error().message == "ab -g: line 3 has no time");
}

TEST_CASE("ab is run, within its descriptors and beyond") {
  if (FindProgram("ab").empty()) return;
  const LoopbackServer server(AnswerEach(Accept));
  const TempFolder folder;
  AbPlan plan{.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/"};
  plan.requests = 40;
  plan.concurrency = 40;
  plan.folder = folder / "";
  const auto whole = RunAb(plan);
  REQUIRE(whole);
  INFO(whole->errors);
  CHECK(whole->exit_code == 0);
  CHECK(whole->Succeeded() == 40);
  CHECK(whole->latency.count() == 40);
  CHECK(whole->command.find("-n 40 -c 40 -g ") != std::string::npos);
  CHECK(whole->output.find("Complete requests:      40") != std::string::npos);

  const LoopbackServer ssh(AnswerEach(
      [](const std::string&) { return std::string("SSH-2.0-OpenSSH_9\r\n"); }));
  AbPlan to_ssh = plan;
  to_ssh.url = "http://127.0.0.1:" + std::to_string(ssh.port()) + "/";
  const auto garbage = RunAb(to_ssh);
  REQUIRE(garbage);
  CHECK(garbage->complete == 40);
  CHECK(garbage->Succeeded() == 0);
  CHECK(garbage->failed == 40);

  plan.descriptors = 32;
  const auto limited = RunAb(plan);
  REQUIRE(limited);
  CHECK(limited->errors.find("Too many open files") != std::string::npos);
  CHECK(limited->exit_code != 0);
  CHECK(limited->Succeeded() == 0);
  CHECK(std::filesystem::is_empty(plan.folder));
}

}  // namespace
}  // namespace smsweb::bench
