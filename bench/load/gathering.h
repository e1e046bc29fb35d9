// The connections of one worker, all established before the first request is
// sent on any of them (LoadPlan::together).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "bench/load/connection_pool.h"
#include "bench/load/micros.h"
#include "bench/load/tally.h"

namespace smsweb::bench {

class Gathering {
 public:
  Gathering(ConnectionPool& pool, Tally& tally, Micros patience_end);

  // Begins some that have not been begun. A few are left to get through first:
  // all at once would overflow the server's listen queue, which is not what is
  // asked for here.
  void ConnectSome();
  void OnReady(std::uint32_t slot);
  // All are established or have failed. When patience is over, they have.
  bool Settled(Micros now);
  // When it is to be called again, if nothing is ready before.
  Micros WaitUntil(Micros now) const;

  // Those that failed or were closed until now, slot by slot.
  const std::vector<std::optional<RequestFault>>& faults() const {
    return faults_;
  }

 private:
  bool MayConnect() const;
  void OnStep(std::uint32_t slot, Connection::Step step);
  void Fail(std::uint32_t slot, RequestFault fault);
  void GiveUp();

  ConnectionPool& pool_;
  Tally& tally_;
  const Micros patience_end_;
  std::uint32_t next_ = 0;
  std::uint32_t connecting_ = 0;
  std::vector<Micros> begun_;
  std::vector<std::optional<RequestFault>> faults_;
};

}  // namespace smsweb::bench
