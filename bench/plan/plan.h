// Capacity plans: the paper's, and a better one. Pure arithmetic.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/results/results.h"

namespace smsweb::bench {

// As the paper computes it, from the largest sample of each column.
struct PaperPlan {
  double mhz = 0;        // cpu % x MHz of the processor
  double memory_mb = 0;  // memory % x memory, in MB of the paper: GB x 1024
  double mbit_per_second = 0;  // the greater of Rx and Tx: bytes/s / 2^20 x 8,
                               // as the paper converts (2,608,036 -> 19.90)
};
PaperPlan PlanAsThePaper(const std::vector<PeakUse>& peaks, double mhz,
                         std::uint64_t memory_bytes);

// Erlang's formula C: the part of messages that must wait, with `servers`
// modems and `offered` Erlang of work (rate x time a message). 1 where offered
// >= servers.
double ErlangC(int servers, double offered);

// M/M/c: messages that come at random at `rate`/s, modems that take
// `seconds` each on the average (taken for exponential; modems are steadier, so
// waits are rather shorter).
struct QueueForecast {
  int modems = 0;
  double utilisation = 0;    // of each modem: 0..1
  double waiting_share = 0;  // the part that waits at all
  double mean_wait = 0;  // seconds in the queue, on the average; infinite where
                         // the queue grows
  double p95_wait = 0;   // 95 % wait no longer
  double p99_wait = 0;
};
QueueForecast Forecast(int modems, double rate, double seconds);

// The fewest modems with which `share` (0.95) of messages wait no longer than
// `wait` seconds. kInvalid: a rate or time that is no positive number.
struct ModemNeed {
  double rate = 0;
  double seconds = 0;
  double wait = 0;
  double share = 0.95;
};
Result<QueueForecast> ModemsNeeded(const ModemNeed& need);

// The knee of a curve of goodput over concurrency: the lowest concurrency whose
// goodput is at least `share` of the best; past it only waiting grows. None for
// fewer than three points.
struct CurvePoint {
  double concurrency = 0;
  double goodput = 0;
  double p99_ms = 0;
};
std::optional<CurvePoint> Knee(const std::vector<CurvePoint>& curve,
                               double share = 0.9);

// What one accepted message costs the machine, by group of processes: CPU
// milliseconds; and how many a second `cores` of this kind would take, if CPU
// were all that counts.
struct MessageCost {
  std::map<std::string, double> cpu_ms;  // by group, without
                                         // "load", "modem" and "machine"
  double total_ms = 0;
  double per_second_per_core = 0;
};
// None: nothing was accepted, or too little CPU was used to be seen.
std::optional<MessageCost> CostPerMessage(const RunRecord& run);

}  // namespace smsweb::bench
