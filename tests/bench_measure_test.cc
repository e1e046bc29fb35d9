// What is read of messages on their way, and how a case's record begins.
#include <fstream>

#include "bench/measure/phone.h"
#include "bench/measure/run_case.h"
#include "bench/measure/run_row.h"
#include "bench/measure/samples.h"
#include "bench/measure/server.h"
#include "bench/measure/wire_times.h"
#include "catch.h"
#include "temp_folder.h"

using namespace smsweb;
using namespace smsweb::bench;

TEST_CASE("A phone has the messages of its record, as they come") {
  const TempFolder folder;
  const std::string path = folder / "phone.jsonl";
  Phone phone(path);
  phone.Look();
  CHECK(phone.messages() == 0);
  std::ofstream record(path);
  record
      << R"({"event":"part","text":"a","cmgs_us":1})"
         "\n"
      << R"({"event":"message","text":"a","cmgs_us":1,"accepted_us":5,"modem":"m"})"
         "\n"
      << "no JSON\n"
      << std::flush;
  phone.Look();
  CHECK(phone.messages() == 1);
  CHECK(phone.times().at("a").accepted_us == 5);
  record << R"({"event":"message","text":"a","cmgs_us":7,"accepted_us":9})"
            "\n"
         << std::flush;
  phone.Look();
  CHECK(phone.messages() == 2);
  CHECK(phone.times().at("a").cmgs_us == 1);  // the first of that text
}

TEST_CASE("A real modem's times come from smswebd's log and its trace") {
  const TempFolder folder;
  std::ofstream(folder / "trace")
      << "2026-11-26T10:00:00.100Z modem-1 > AT+CMGS=19\n"
         "2026-11-26T10:00:00.200Z modem-1 < > \n"
         "2026-11-26T10:00:05.000Z modem-1 > AT+CMGS=20\n";
  std::ofstream(folder / "log")
      << "2026-11-26T10:00:03.100Z info smswebd part id=one modem=modem-1 "
         "part=1 of=1 result=accepted message_reference=7\n"
         "2026-11-26T10:00:06.000Z info smswebd part id=two modem=modem-1 "
         "part=1 of=1 result=rejected cms_error=38\n";
  const auto times = FromLogs(folder / "log", folder / "trace", 0);
  REQUIRE(times.size() == 1);
  const WireTime& one = times.at("one");
  CHECK(one.accepted_us - one.cmgs_us == 3'000'000);
  CHECK(one.modem == "modem-1");
}

TEST_CASE("A modem's idle share is what lies between its messages") {
  CHECK(IdleShare({}) == 0);
  CHECK(IdleShare({{"a", {0, 40, "m"}}, {"b", {50, 100, "m"}}}) == Approx(0.1));
  CHECK(IdleShare({{"a", {0, 50, "m"}}, {"b", {10, 60, "n"}}}) == 0);
}

TEST_CASE("A server is named by scheme, host and port, and no more") {
  const auto server = ServerOf(std::string("http://127.0.0.1:8080"));
  REQUIRE(server);
  CHECK(server->port == 8080);
  CHECK(server->base() == "http://127.0.0.1:8080");
  for (const char* bad : {"", "127.0.0.1", "https://127.0.0.1", "http://",
                          "http://127.0.0.1/path", "http://127.0.0.1/?a"}) {
    CAPTURE(bad);
    CHECK_FALSE(ServerOf(std::string(bad)));
  }
}

TEST_CASE("An IPv6 address is refused in words") {
  const auto server = ServerOf(std::string("http://[::1]:80"));
  REQUIRE_FALSE(server);
  CHECK(server.error().kind == ErrorKind::kInvalid);
  CHECK(server.error().message.find("IPv4 alone") != std::string::npos);
}

TEST_CASE("The command of a row is quoted, and shows no secret") {
  CaseJob job;
  job.script.timeout = std::chrono::seconds(5);
  job.api.method = "POST";
  job.api.path = "/x?a=b&c=d'e";
  job.api.body = "it's $(touch x)";
  job.api.content_type = "text/plain";
  job.api.headers = {{"Authorization", "Bearer ${KEY}", "Bearer secret"}};
  Server server;
  server.host = "127.0.0.1:8080";
  const ScriptRow row{.requests = 10, .concurrency = 2};
  const RunJob run{
      .job = job, .server = server, .row = row, .file = {}, .says = {}};
  CHECK(LoadCommand(run) ==
        "smsweb-bench load -n 10 -c 2 --timeout 5s -X POST "
        "-H 'Content-Type: text/plain' -H 'Authorization: Bearer ${KEY}' "
        "-d 'it'\\''s $(touch x)' "
        "'http://127.0.0.1:8080/x?a=b&c=d'\\''e'");
}

TEST_CASE("A case's record begins with what it is, on what") {
  const TestCase test{.name = "t", .title = "T"};
  const CaseRecord ours = BeginCase(test, "paper", "");
  CHECK(ours.setup == "paper");
  CHECK(ours.setup_title == FindSetup("paper")->title);
  CHECK(ours.skipped.empty());
  const CaseRecord theirs = BeginCase(test, "", "http://x:1", "why");
  CHECK(theirs.setup == "http://x:1");
  CHECK(theirs.setup_title == "http://x:1");
  CHECK(theirs.skipped == "why");
}

TEST_CASE(
    "What is lost, and what is too much, is told from the queue's count") {
  RunRecord run;
  run.succeeded = 10;
  CompareQueue(5, 13, run);
  CHECK(run.queued == 8);
  CHECK(run.lost == 2);
  CHECK(run.extra == 0);
  CompareQueue(5, 16, run);
  CHECK(run.lost == 0);
  CHECK(run.extra == 1);
}

TEST_CASE("What never came, and what came twice, is told from the phones'") {
  CaseRecord record;
  record.rows.resize(2);
  record.rows[0].runs = {{.succeeded = 10, .queued = 11}};
  record.rows[1].runs = {{.succeeded = 5, .queued = 5}};
  CompareArrivals(14, record);
  CHECK(record.stranded == 1);
  CHECK(record.repeated == 0);
  CompareArrivals(18, record);
  CHECK(record.stranded == 0);
  CHECK(record.repeated == 2);
}

TEST_CASE("A run's memory is the service's own, and a peak is the greatest") {
  const std::vector<std::string> groups{"web", "endpoint", "modem", "load"};
  PeakUse peak;
  Sample sample;
  sample.values = {{"cpu_percent", 50},
                   {"web_memory_bytes", 100},
                   {"endpoint_memory_bytes", 20},
                   {"modem_memory_bytes", 3000},
                   {"load_memory_bytes", 4000}};
  TakePeaks(sample, groups, peak);
  sample.values["cpu_percent"] = 40;
  sample.values["web_memory_bytes"] = 101;
  TakePeaks(sample, groups, peak);
  CHECK(peak.cpu_percent == 50);
  CHECK(peak.memory_bytes == 121);
}

TEST_CASE("What CPU a group used is its share, of all cores, of the time") {
  std::map<std::string, double> used;
  Sample sample;
  sample.values = {{"cpu_percent", 50}, {"web_cpu_percent", 25}};
  AddCpu(sample, 2, 4, {"web", "endpoint"}, used);
  AddCpu(sample, 1, 4, {"web", "endpoint"}, used);
  CHECK(used["machine"] == Approx(6));
  CHECK(used["web"] == Approx(3));
  CHECK_FALSE(used.contains("endpoint"));  // not known
}
