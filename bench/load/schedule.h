// Whose turn it is: each request of a load is handed out once, to whichever
// process asks for it, with the time at which it is due.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "bench/load/micros.h"

namespace smsweb::bench {

struct Ticket {
  std::uint64_t index = 0;  // of all requests, from 0
  Micros due = 0;           // closed loop: 0, whenever a connection is free
};

// When request `index` of an open loop is due.
Micros DueTime(Micros start, double rate, std::uint64_t index);

class Schedule {
 public:
  // `next` is shared by all processes and begins at 0. `rate` 0: closed loop.
  Schedule(std::atomic<std::uint64_t>& next, std::uint64_t total, double rate)
      : next_(next), total_(total), rate_(rate) {}

  void Start(Micros at) { start_ = at; }
  // Keeps the next `count` for ourselves, so that no faster process takes them.
  void Reserve(std::uint64_t count);
  // None: all are handed out.
  std::optional<Ticket> Take();
  bool over() const { return over_; }
  void Stop() { over_ = true; }

 private:
  std::atomic<std::uint64_t>& next_;
  const std::uint64_t total_;
  const double rate_;
  Micros start_ = 0;
  std::uint64_t reserved_ = 0;  // the first of them
  std::uint64_t reserved_end_ = 0;
  bool over_ = false;
};

}  // namespace smsweb::bench
