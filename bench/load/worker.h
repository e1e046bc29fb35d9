// One process of a load, from its connections to its report.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/load/board.h"
#include "bench/load/connection_pool.h"
#include "bench/load/gate.h"
#include "bench/load/gathering.h"
#include "bench/load/load.h"
#include "bench/load/load_sizes.h"
#include "bench/load/micros.h"
#include "bench/load/poller.h"
#include "bench/load/request_runner.h"
#include "bench/load/request_text.h"
#include "bench/load/schedule.h"
#include "bench/load/tally.h"

namespace smsweb::bench {

// What all workers of a load are given.
struct Orders {
  const LoadPlan& plan;
  const LoadSizes& sizes;
  const Board& board;
  const Gate& gate;
  Micros end;  // when the load is over, done or not
};

class Worker {
 public:
  // `index`: which of sizes.processes.
  Worker(const Orders& orders, int index, Poller poller);
  Worker(const Worker&) = delete;

  // Runs to the end of the load, and leaves its report on the board. Fails
  // where the gate can't be watched.
  Result<void> Run();

 private:
  Result<void> WatchGate();
  // Waits until something is ready, at the latest until `until`, and handles
  // it. How much it was.
  std::size_t Turn(Micros until);
  void OnReady(std::uint32_t slot, std::uint32_t events);
  void OnStop();
  void Gather();
  void AwaitGo();
  void Start();
  void FailUngathered();
  void Work();
  void BeginDue(std::size_t at_most);
  void Begin(const Ticket& ticket, Micros now);
  bool HasMore() const;
  Micros NextMoment() const;
  void HandOutNoMore();

  const Orders& orders_;
  const LoadPlan& plan_;
  const bool is_open_loop_;
  const RequestText text_;
  Poller poller_;
  ConnectionPool pool_;
  Tally tally_;
  RequestRunner runner_;
  Schedule schedule_;
  std::optional<Gathering> gathering_;  // until it has gone
  Micros end_;
  Micros start_ = 0;
  Micros last_begin_;             // no request begins later
  std::optional<Ticket> ticket_;  // taken, and not yet due
  std::uint64_t gathered_ = 0;    // connections before their first request
  bool has_gone_ = false;
  bool is_stopped_ = false;
};

}  // namespace smsweb::bench
