// Requests under way in one worker, each on the connection of a slot: begun,
// moved on when its connection is ready, and ended by an answer, a fault, or
// its time.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/connection_pool.h"
#include "bench/load/deadline_queue.h"
#include "bench/load/micros.h"
#include "bench/load/request_text.h"
#include "bench/load/tally.h"

namespace smsweb::bench {

class RequestRunner {
 public:
  // Which free slot is taken next.
  enum class Order : std::uint8_t {
    kLongestFree,   // all slots in turn
    kShortestFree,  // as few as it takes: kept connections are used again
  };
  struct Options {
    std::uint64_t first_number = 0;  // of request 0
    bool to_head = false;
    bool keep_alive = false;
    Micros timeout = 0;
    Order order = Order::kLongestFree;
  };
  RequestRunner(const Options& options, const RequestText& text,
                ConnectionPool& pool, Tally& tally);

  bool HasFree() const { return !free_.empty(); }
  std::uint32_t busy() const { return busy_; }
  // Since when a slot has been free.
  Micros free_since() const { return free_since_; }
  // Slots with a connection, which has carried no request yet, come first; how
  // many there are.
  std::uint64_t TakeOpenFirst();

  // On a free slot, of which there must be one.
  void Begin(std::uint64_t index, Micros due, Micros now);
  void OnReady(std::uint32_t slot, std::uint32_t events);
  // Faults those whose time is over.
  void ExpireOverdue(Micros now);
  // Faults all of them, as if their time were over.
  void ExpireAll(Micros now);
  // When the next one's time is over.
  std::optional<Micros> NextTimeout() const;

 private:
  struct Slot {
    RequestTimes request;
    bool is_busy = false;
    bool is_reused = false;  // its connection carried another request before
    bool is_first = false;   // its connection waits for its first request,
    bool is_lost = false;    // and was closed by the server while it did
  };

  void OnUnasked(std::uint32_t slot);
  void Open(std::uint32_t slot);
  Connection::Step Send(std::uint32_t slot);
  void Proceed(std::uint32_t slot, Connection::Step step);
  void OnAnswered(std::uint32_t slot);
  void OnFailed(std::uint32_t slot, RequestFault fault);
  bool WasKept(std::uint32_t slot, RequestFault fault) const;
  void Expire(std::uint32_t slot, Micros now);
  void Release(std::uint32_t slot, Micros now);

  const Options options_;
  const RequestText& text_;
  ConnectionPool& pool_;
  Tally& tally_;
  std::vector<Slot> slots_;
  std::deque<std::uint32_t> free_;
  DeadlineQueue deadlines_;
  std::uint32_t busy_ = 0;
  Micros free_since_ = 0;
  std::string buffer_;  // the request that is sent now
};

}  // namespace smsweb::bench
