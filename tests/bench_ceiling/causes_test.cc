// Which cause is named from which evidence.
#include <algorithm>

#include "bench/ceiling/ceiling.h"
#include "bench/ceiling/failures.h"
#include "bench_ceiling/seen.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

struct CauseCase {
  std::string what;
  Evidence evidence;
  std::vector<std::string> names;  // of all causes, the likeliest first
  std::string sentence;            // a part of the first
  std::string remedy;
};

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

}  // namespace
}  // namespace smsweb::bench
