// What one worker counts, and how the counts of all become a result.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "bench/load/board.h"
#include "bench/load/connection.h"
#include "bench/load/latency.h"
#include "bench/load/load.h"
#include "bench/load/load_sizes.h"
#include "bench/load/micros.h"
#include "bench/load/schedule.h"

namespace smsweb::bench {

// A request as its worker sees it.
struct RequestTimes {
  std::uint64_t index = 0;
  Micros due = 0;
  Micros sent = 0;  // 0: not
};

class Tally {
 public:
  // `records` is empty where none are wanted.
  Tally(WorkerReport& report, std::span<RequestRecord> records)
      : report_(report), records_(records) {}

  // 2xx by then are counted apart.
  void CountInTime(Micros until) { time_is_over_ = until; }
  void OnConnected(Micros took) { connect_.Record(took); }
  void OnBegun(Micros late) { lateness_.Record(late); }
  void OnAnswered(const RequestTimes& request, const HttpAnswer& answer,
                  Micros now);
  void OnFailed(const RequestTimes& request, RequestFault fault, Micros now);
  // Writes what is not yet in the report.
  void Finish(const Traffic& traffic);

 private:
  void OnEnd(const RequestTimes& request, int status, Micros now);
  void CountProblem(const std::string& name);

  WorkerReport& report_;
  std::span<RequestRecord> records_;
  Micros time_is_over_ = 0;
  LatencyHistogram latency_;
  LatencyHistogram refused_latency_;
  LatencyHistogram connect_;
  LatencyHistogram lateness_;
};

// When all workers have ended. What none of them has an end of was not sent.
LoadResult Gather(const Board& board, const LoadPlan& plan,
                  const LoadSizes& sizes);

}  // namespace smsweb::bench
