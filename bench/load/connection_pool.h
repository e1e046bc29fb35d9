// The connections of one worker, each in its slot: opened from one source
// address after the other, watched for what they wait for, and counted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/load/board.h"
#include "bench/load/connection.h"
#include "bench/load/poller.h"

namespace smsweb::bench {

// 127.0.0.1 and on, `count` of them, in turn; one: as the system chooses.
class Sources {
 public:
  Sources(std::uint32_t count, std::uint32_t first)
      : count_(count), next_(first % count) {}
  in_addr_t Next();

 private:
  std::uint32_t count_;
  std::uint32_t next_;
};

class ConnectionPool {
 public:
  using Step = Connection::Step;

  // A slot's number is its tag in `poller`.
  ConnectionPool(std::uint32_t size, const Route& route, Sources sources,
                 Poller& poller, LoadState& state);

  std::uint32_t size() const {
    return static_cast<std::uint32_t>(connections_.size());
  }
  const Connection& operator[](std::uint32_t slot) const {
    return connections_[slot].connection;
  }
  const Traffic& traffic() const { return traffic_; }

  // As Connection's.
  Step Connect(std::uint32_t slot);
  Step FinishConnecting(std::uint32_t slot);
  Step Send(std::uint32_t slot, std::string_view request, bool to_head);
  Step Receive(std::uint32_t slot);
  bool Keep(std::uint32_t slot) { return connections_[slot].connection.Keep(); }
  void Close(std::uint32_t slot);

  // To be called after each step that waits. False: the system can't watch it.
  bool Watch(std::uint32_t slot);

 private:
  struct Watched {
    Connection connection;
    std::uint32_t events = 0;  // that the poller looks for; 0: not added
  };
  template <typename Call>
  Step Do(std::uint32_t slot, const Call& call);

  std::vector<Watched> connections_;
  Route route_;
  Sources sources_;
  Poller& poller_;
  LoadState& state_;
  Traffic traffic_;
  std::vector<char> buffer_;  // for Receive()
};

}  // namespace smsweb::bench
