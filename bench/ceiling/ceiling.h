// The ceiling of a set-up: the highest concurrency at which nothing fails,
// found by bisection, and its cause, named from evidence.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/load.h"
#include "bench/measure/results.h"
#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// --- The search
// ------------------------------------------------------------------

struct CeilingPlan {
  std::uint64_t lowest = 1;
  std::uint64_t highest = 20'000;  // tried at the most
  double resolution =
      0.05;  // ends when the two bounds are that near; 0: to one
  int confirmations =
      2;  // a concurrency holds if it held so many times in turn
  double requests_per_connection =
      2;  // requests of a step = concurrency x this
};

struct Trial {
  std::uint64_t requests = 0;
  std::uint64_t succeeded = 0;
  double seconds = 0;
  std::string what_failed;  // empty: nothing did
};

// Doubles from `lowest` until something fails or `highest` held, then halves
// the distance. Pure but for `attempt`. An error of `attempt` ends it.
struct SearchResult {
  std::uint64_t highest = 0;         // 0: even `lowest` failed
  std::uint64_t lowest_failing = 0;  // 0: nothing failed
  std::vector<CeilingRecord::Step> steps;
};
Result<SearchResult> SearchCeiling(
    const CeilingPlan& plan,
    const std::function<Result<Trial>(std::uint64_t concurrency)>& attempt);

// --- The cause
// -------------------------------------------------------------------

// What was seen around a load that failed.
struct Evidence {
  std::uint64_t concurrency = 0;
  LoadResult load;
  std::map<std::string, std::int64_t>
      kernel;  // /proc/net/netstat and snmp, what
               // grew: "TcpExt.ListenOverflows"
  // Descriptors: greatest number seen in use, and the soft limit, by process
  // name.
  struct Descriptors {
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
  };
  std::map<std::string, Descriptors>
      descriptors;  // "nginx", "smsweb-cgi", "load"
  std::vector<std::string>
      log_lines;  // new in the logs of web server and programs
  std::map<std::string, std::int64_t> sizes;           // Setup::sizes()
  std::map<std::string, std::string> kernel_settings;  // somaxconn, port range
  std::uint64_t memory_available = 0;  // least that was seen, bytes
  std::uint64_t memory_total = 0;
  std::uint64_t oom_kills = 0;
};

struct Cause {
  std::string name;  // stable: client_descriptors, client_ports, listen_queue,
                     // web_workers, web_connections, upstream_queue,
                     // process_descriptors, database_locked, memory, timeout,
                     // program_failed, overload_answer, unknown
  std::string sentence;  // with its figures
  std::vector<std::string> evidence;
  std::string remedy;
};

// The likeliest cause first; never empty. Where the evidence names none, the
// cause is `unknown`, with what was seen. Pure.
std::vector<Cause> NameCauses(const Evidence& evidence);

// --- Both, on a set-up or a URL
// ---------------------------------------------------

// Which server is asked.
struct Target {
  Setup* setup = nullptr;  // null: a server that somebody else runs
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  RequestTemplate request;
};

using Say = std::function<void(const std::string&)>;  // a line of progress

Result<CeilingRecord> FindCeiling(const Target& target, const CeilingPlan& plan,
                                  const Say& say);

// The paper's 252: ab with 256 descriptors completes 252 and not 253, against
// whatever server; the client's limit moves it (1,024: 1,020 and not 1,021),
// the server's does not. With a set-up of our own it is started anew with
// another limit of descriptors; with a URL alone that step is left out, and
// said so.
struct Reproduce252Plan {
  std::string url;     // empty: `start` brings the servers up
  std::string server;  // its name for the report
  // Starts the server with this limit of descriptors; the URL. Empty: by URL.
  std::function<Result<std::string>(std::uint64_t server_descriptors)> start;
  std::filesystem::path folder;  // for ab's files
};
Result<Reproduction> Reproduce252(const Reproduce252Plan& plan, const Say& say);

}  // namespace smsweb::bench
