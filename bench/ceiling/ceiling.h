// The ceiling of a set-up: the highest concurrency at which nothing fails,
// found by bisection, and its cause, named from evidence.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/load/load.h"
#include "bench/results/results.h"
#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// --- The search ------------------------------------------------------------

struct CeilingPlan {
  std::uint64_t lowest = 1;
  std::uint64_t highest = 20'000;  // tried at the most
  // Ends when the two bounds are no further apart than this part of the lower
  // one; 0: to one.
  double resolution = 0.05;
  // A concurrency holds if it held so many times in turn. One that failed once
  // does not hold.
  int confirmations = 2;
  double requests_per_connection =
      2;  // requests of a load = concurrency x this
  std::chrono::milliseconds timeout{30'000};  // of a request, as the client has
};

// One load of the search.
struct Trial {
  std::uint64_t requests = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t peak_connected = 0;
  double seconds = 0;
  std::string what_failed;  // empty: nothing did
};

// `highest` held and `lowest_failing` did not; a step for each load.
struct SearchResult {
  std::uint64_t highest = 0;         // 0: even `lowest` failed
  std::uint64_t lowest_failing = 0;  // 0: nothing failed
  std::vector<CeilingRecord::Step> steps;
  std::string broke_off;  // why it went no further; empty: it came to its end
};

// Doubles from `lowest` until something fails or `highest` held, then halves
// the distance. Pure but for `attempt`. An error of `attempt` ends it: of the
// first there is no result, else what was found until then.
// kInvalid: the plan makes no sense (which field, and why).
//
// No more than MostLoads(plan) loads: `confirmations` for each concurrency, and
// concurrencies as many as there are doublings from lowest to highest, and
// halvings from there to the resolution (21 from 1 to 20,000 with 0.05).
Result<SearchResult> SearchCeiling(
    const CeilingPlan& plan,
    const std::function<Result<Trial>(std::uint64_t concurrency)>& attempt);
std::uint64_t MostLoads(const CeilingPlan& plan);

// --- The cause -------------------------------------------------------------

// What was seen around a load that failed.
struct Evidence {
  std::uint64_t concurrency = 0;
  LoadResult load;
  std::chrono::milliseconds timeout{30'000};  // that the client had
  // What grew meanwhile in /proc/net/netstat and snmp, of the whole machine:
  // "TcpExt.ListenOverflows".
  std::map<std::string, std::int64_t> kernel;
  // Descriptors: the greatest number that was seen in use, and the soft limit,
  // by process name: "nginx", "smsweb-cgi", "load".
  struct Descriptors {
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
  };
  std::map<std::string, Descriptors> descriptors;
  // New in the logs of web server and programs: "nginx errors: LINE".
  std::vector<std::string> log_lines;
  // From loads before: what Apache, say, says once and then never again.
  std::vector<std::string> earlier_lines;
  std::map<std::string, std::int64_t> sizes;           // Setup::sizes()
  std::map<std::string, std::string> kernel_settings;  // somaxconn, port range
  std::uint64_t memory_available = 0;  // least that was seen, bytes
  std::uint64_t memory_total = 0;
  std::uint64_t oom_kills = 0;
  // Part of the processors that was in use meanwhile, by the server and the
  // load, and by others: 0..1; -1: not known.
  double busy = -1;
  double busy_others = -1;
  std::uint64_t lost = 0;  // answers with 2xx that left no message
  std::string ended;       // a program of the server has, with its last words
};

struct Cause {
  // Stable: client_descriptors, client_ports, listen_queue, web_workers,
  // web_connections, upstream_queue, process_descriptors, database_locked,
  // overload_answer, program_ended, program_failed, memory, timeout,
  // messages_lost, unknown.
  std::string name;
  std::string sentence;  // with its figures
  std::vector<std::string> evidence;
  std::string remedy;  // the setting, its file, and where to read about it
};

// The likeliest cause first; never empty. Where the evidence names none, the
// cause is `unknown`, with what was seen. Pure.
std::vector<Cause> NameCauses(const Evidence& evidence);

// --- Both, on a set-up or a URL --------------------------------------------

// Which server is asked.
struct Target {
  Setup* setup = nullptr;  // null: a server that somebody else runs
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string host;  // as LoadPlan::host
  RequestTemplate request;
};

using Say = std::function<void(const std::string&)>;  // a line of progress

// Nothing fails: each request has its 2xx within the time-out; and, where the
// set-up is ours, each 2xx has left a message in the queue.
//
// kUnavailable: the first load can't be made. What ends a search later (the
// server has gone, or still holds connections of the last load long after it)
// is in the record's evidence.
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
  std::filesystem::path folder;  // where ab runs; it writes nothing
};
Result<Reproduction> Reproduce252(const Reproduce252Plan& plan, const Say& say);

}  // namespace smsweb::bench
