// What the processes of a load share: memory that is there before they are
// forked. Each worker writes a report of its own, which the parent reads when
// it has ended; what is atomic may be read at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/load/latency.h"
#include "bench/load/load.h"
#include "bench/load/micros.h"
#include "common/base/error.h"

namespace smsweb::bench {

// How many there are now in all processes, and the most that there were.
struct HighWater {
  std::atomic<std::uint64_t> now;
  std::atomic<std::uint64_t> peak;

  void Up();
  void Down() { now.fetch_sub(1, std::memory_order_relaxed); }
};

struct LoadState {
  alignas(64) std::atomic<std::uint64_t> next_ticket;
  alignas(64) std::atomic<Micros> start;  // before the gate opens
  alignas(64) HighWater connected;
  alignas(64) HighWater open;
};

struct WorkerReport {
  alignas(64) std::atomic<std::uint64_t> done;
  std::atomic<std::uint64_t> succeeded;

  using Counters = std::array<std::uint64_t, LatencyHistogram::kCounters>;
  Counters latency;
  Counters refused_latency;
  Counters connect;
  Counters lateness;
  std::array<std::uint64_t, 1000> statuses;
  std::array<std::uint64_t, 16> faults;  // by the number of a RequestFault
  struct Problem {
    std::array<char, 64> name;  // ends with a NUL
    std::uint64_t count;
  };
  std::array<Problem, 32> problems;
  std::uint64_t succeeded_in_time;
  std::uint64_t bytes_sent;
  std::uint64_t bytes_received;
  Micros first_due;  // 0: none
  Micros last_end;
  std::array<char, 256> error;  // why it gave up; ends with a NUL
};

class Board {
 public:
  // `records`: how many requests are recorded; 0: none.
  static Result<Board> Make(int workers, std::uint64_t records);
  Board(Board&& other) noexcept;
  Board& operator=(Board&& other) = delete;
  ~Board();

  LoadState& state() const { return *state_; }
  std::span<WorkerReport> reports() const { return reports_; }
  std::span<RequestRecord> records() const { return records_; }

 private:
  Board(void* memory, std::size_t size) : memory_(memory), size_(size) {}

  void* memory_;
  std::size_t size_;
  LoadState* state_ = nullptr;
  std::span<WorkerReport> reports_;
  std::span<RequestRecord> records_;
};

}  // namespace smsweb::bench
