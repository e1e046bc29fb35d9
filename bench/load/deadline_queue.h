// Requests in the order in which they began, so that those whose time is over
// are at the front: the time-out is the same for all of them. Adding and
// removing one costs the same however many there are.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/load/micros.h"

namespace smsweb::bench {

class DeadlineQueue {
 public:
  // For slots 0 to `slots` - 1.
  explicit DeadlineQueue(std::uint32_t slots);

  // `began` is not before that of any other. The slot must not be in it.
  void Append(std::uint32_t slot, Micros began);
  void Remove(std::uint32_t slot);

  struct Entry {
    std::uint32_t slot;
    Micros began;
  };
  std::optional<Entry> Oldest() const;

 private:
  // A ring: the last link is its end, and belongs to no slot.
  struct Link {
    std::uint32_t previous;
    std::uint32_t next;
    Micros began = 0;
  };
  std::uint32_t end() const {
    return static_cast<std::uint32_t>(links_.size() - 1);
  }
  std::vector<Link> links_;
};

}  // namespace smsweb::bench
