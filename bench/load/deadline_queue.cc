#include "bench/load/deadline_queue.h"

namespace smsweb::bench {

DeadlineQueue::DeadlineQueue(std::uint32_t slots)
    : links_(slots + std::size_t{1}, Link{slots, slots}) {}

void DeadlineQueue::Append(std::uint32_t slot, Micros began) {
  Link& ring_end = links_[end()];
  links_[slot] = {ring_end.previous, end(), began};
  links_[ring_end.previous].next = slot;
  ring_end.previous = slot;
}

void DeadlineQueue::Remove(std::uint32_t slot) {
  const Link link = links_[slot];
  links_[link.previous].next = link.next;
  links_[link.next].previous = link.previous;
}

std::optional<DeadlineQueue::Entry> DeadlineQueue::Oldest() const {
  const std::uint32_t first = links_[end()].next;
  if (first == end()) return std::nullopt;
  return Entry{first, links_[first].began};
}

}  // namespace smsweb::bench
