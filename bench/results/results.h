// What was measured, as data: written to results.json by the measurements, read
// by the report. Every figure of a report comes from here or from the files
// that it names (samples, ab's own output), which lie beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/latency.h"
#include "common/base/error.h"

namespace smsweb::bench {

// The machine, and how quiet it was.
struct MachineRecord {
  std::string processor;  // "AMD EPYC 7B13"
  int cores = 0;
  double mhz = 0;
  std::uint64_t memory = 0;  // bytes
  std::string kernel;
  std::string system;   // "Debian GNU/Linux 12 (bookworm)"
  double fsync_ms = 0;  // of 4 KiB, median
  std::uint64_t hard_descriptors = 0;
  std::map<std::string, std::string>
      kernel_settings;                          // net.core.somaxconn, ...
  std::map<std::string, std::string> versions;  // of all programs
  double busy_before =
      0;  // part of the machine in use while we did nothing: 0..1
  double busy_after = 0;
  double stolen = 0;  // part of the time that the host took: 0..1
};

// Whether a group of processes is the service's own: not the load and not the
// modems, which make messages and take them, nor "machine".
bool IsOfService(const std::string& group);

// The largest sample of each of the paper's columns.
struct PeakUse {
  double cpu_percent = 0;  // of all cores
  double memory_percent = 0;
  double memory_bytes = 0;  // of the service's groups: RSS, added
  double rx_bytes_per_second = 0;
  double tx_bytes_per_second = 0;
};

// One run of one row of a test script against one set-up.
struct RunRecord {
  std::string tool;     // "ab" or "smsweb-bench"
  std::string command;  // as it could be typed
  std::string output;   // file with ab's own words, relative to results.json
  std::string samples;  // file with the samples, relative
  double seconds = 0;
  std::uint64_t succeeded = 0;  // 2xx
  // Of a load of time: those within it. Goodput is counted of them, for one
  // slow request at the end must not decide it; or of all, where most come
  // later.
  std::uint64_t in_time = 0;
  double time = 0;     // seconds that it was to last; 0: until all are done
  double late_ms = 0;  // p99 of how late our own generator was; 0: not, or ab
  std::uint64_t non_2xx = 0;
  std::uint64_t failed = 0;  // no answer
  std::map<int, std::uint64_t> statuses;
  std::map<std::string, std::uint64_t> faults;    // RequestFault, or ab's words
  std::map<std::string, std::uint64_t> problems;  // `code` of answers
  LatencyHistogram latency;  // of 2xx; with ab: of all answers, in whole ms
  std::uint64_t peak_connected = 0;  // at once; 0: not known (ab)
  bool counted = false;              // the queue was, before and after:
  std::uint64_t queued = 0;          // messages more in the queue than before
  // 2xx without a message. At least so many where not every request got its
  // 2xx: the message of one whose answer did not come hides one that is lost.
  std::uint64_t lost = 0;
  std::uint64_t extra = 0;  // messages without a 2xx
  PeakUse peak;
  std::map<std::string, double> cpu_seconds;  // by group; and "machine"

  bool IsLostExact() const { return failed + non_2xx == 0; }
  double PerSecond() const;  // answers with any status, as ab counts
  double Goodput() const;    // 2xx/s
};

// A row of a test script: the same load, once or more often.
struct RowRecord {
  std::uint64_t requests = 0;  // 0: as many as the time allowed
  std::uint64_t concurrency = 0;
  double rate = 0;     // open loop
  double seconds = 0;  // that it was to last; 0: until all requests are done
  std::vector<RunRecord> runs;
  std::string skipped;  // why it was not run; empty: it was
};

// A test case against a set-up.
struct CaseRecord {
  std::string name;  // "table-3"
  std::string title;
  std::string setup;  // "nginx-fastcgi", or a URL
  std::string setup_title;
  std::string request;  // "GET /s.py?rcpt=...&msg=pesan"
  std::map<std::string, std::int64_t> sizes;
  std::map<std::string, std::string> versions;  // of the set-up's programs
  std::vector<std::string> commands;            // that started the set-up
  std::vector<RowRecord> rows;
  std::string broke_off;    // why it went no further; the rows until then stand
  bool has_modems = false;  // simulated ones sent what was queued:
  std::uint64_t arrived =
      0;  // messages at the simulated phones when it was over
  // At least: these are differences of counts, in which one that is missing and
  // one that is there twice make up for each other.
  std::uint64_t stranded = 0;  // accepted with 2xx, and not there by then
  std::uint64_t repeated = 0;  // there more often than they were queued
  std::string skipped;
};

// The paper's second question, from request to network, message by message.
struct DeliveryRecord {
  std::string setup;
  int modems = 0;
  std::string modem;        // "simulated, 3 s a message", or the device
  double send_seconds = 0;  // simulated: given
  std::uint64_t messages = 0;
  std::uint64_t delivered = 0;  // the network took them
  std::uint64_t reported = 0;   // their status report came
  std::string load;             // "one at a time", "50 at once"
  LatencyHistogram answered;    // from request to 202
  LatencyHistogram to_modem;    // from request to AT+CMGS on the wire; of many
                                // at once, with the wait for a free modem
  LatencyHistogram to_network;  // from request to the network's +CMGS answer
  LatencyHistogram to_report;   // from request to the status report
  double modem_idle = 0;  // part of the time that the modem stood still while
                          // messages waited: 0..1
  std::string skipped;
};

// Highest concurrency at which nothing fails, and why not more.
struct CeilingRecord {
  std::string setup;
  std::string setup_title;
  std::uint64_t highest = 0;         // nothing failed
  std::uint64_t lowest_failing = 0;  // 0: none up to `tried`
  std::uint64_t tried = 0;           // the greatest concurrency that was tried
  struct Step {
    std::uint64_t concurrency = 0;
    std::uint64_t requests = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t peak_connected = 0;  // of those at once, established
    double seconds = 0;
    double goodput = 0;
    std::string what_failed;  // empty: nothing
  };
  std::vector<Step> steps;
  std::string cause;     // stable word: "listen_queue", "web_workers", ...
  std::string sentence;  // the cause in words, with its figures
  std::vector<std::string> evidence;  // what was seen, line by line
  std::string remedy;                 // how to raise it
  std::string skipped;
};

// --reproduce-252.
struct Reproduction {
  struct Trial {
    std::string what;  // "256 descriptors for ab"
    std::string command;
    std::uint64_t client_descriptors = 0;
    std::uint64_t server_descriptors = 0;  // 0: not changed by us
    std::uint64_t concurrency = 0;
    bool completed = false;
    std::string words;      // ab's own where it gave up
    bool expected = false;  // whether it was to complete
  };
  std::string url;
  std::string server;
  std::vector<Trial> trials;
  bool AsSaid() const;  // every trial came out as expected
  std::string skipped;
};

struct Results {
  std::string began;  // RFC 3339
  double took_seconds = 0;
  std::string command;  // the whole report's
  std::string version;  // smsweb-bench's, with the commit if known
  MachineRecord machine;
  std::vector<CaseRecord> cases;
  std::vector<DeliveryRecord> deliveries;
  std::vector<CeilingRecord> ceilings;
  std::optional<Reproduction> reproduction;
};

// results.json: objects in the order of these structs, with the format's number
// first; histograms as LatencyHistogram::ToText; a map's keys are names. Errors
// say file and field ("results.json: cases[0].rows[1].requests: is missing").
inline constexpr int kResultsFormat = 1;
nlohmann::ordered_json ToJson(const Results& results);
Result<Results> ResultsFromJson(const nlohmann::ordered_json& json);
Result<Results> ReadResults(const std::filesystem::path& file);
Result<void> WriteResults(const Results& results,
                          const std::filesystem::path& file);

// How many of its 2xx have no message: "3"; "3 or more" where others failed,
// for the message of one that got no 2xx makes up for one that is missing; "?":
// the queue was not counted.
std::string LostText(const RunRecord& run);

// How far runs of the same row may lie apart before they are said to disagree:
// (greatest - least) / median of their goodput; or, for one late wake-up is
// much of a row of 30 ms, so many seconds between the longest and the shortest
// run of the same requests, if as many succeeded in each.
inline constexpr double kAgreementBand = 0.25;
inline constexpr double kAgreementSeconds = 0.1;
// A machine is noisy that is busier than this while we do nothing, or from
// which the host takes more than this.
inline constexpr double kNoisyShare = 0.05;
double Spread(const RowRecord& row);  // 0 with fewer than two runs
bool IsWithinBand(const RowRecord& row);
bool Agrees(const RowRecord& row);
bool IsNoisy(const MachineRecord& machine);

}  // namespace smsweb::bench
