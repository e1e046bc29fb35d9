#include "bench/load/request_runner.h"

#include <sys/epoll.h>

#include <algorithm>
#include <numeric>

namespace smsweb::bench {

using State = Connection::State;
using Step = Connection::Step;

RequestRunner::RequestRunner(const Options& options, const RequestText& text,
                             ConnectionPool& pool, Tally& tally)
    : options_(options),
      text_(text),
      pool_(pool),
      tally_(tally),
      slots_(pool.size()),
      free_(pool.size()),
      deadlines_(pool.size()) {
  std::iota(free_.begin(), free_.end(), std::uint32_t{0});
}

std::uint64_t RequestRunner::TakeOpenFirst() {
  const auto rest = std::ranges::stable_partition(
      free_, [&](std::uint32_t slot) { return pool_[slot].established(); });
  for (auto slot = free_.begin(); slot != rest.begin(); ++slot) {
    slots_[*slot].is_first = true;
  }
  return free_.size() - rest.size();
}

void RequestRunner::Begin(std::uint64_t index, Micros due, Micros now) {
  const std::uint32_t slot = free_.front();
  free_.pop_front();
  ++busy_;
  deadlines_.Append(slot, now);
  const Slot before = slots_[slot];
  const bool is_open = pool_[slot].established();
  slots_[slot] = {.request = {index, due},
                  .is_busy = true,
                  .is_reused = is_open && !before.is_first};
  if (before.is_lost) return OnFailed(slot, RequestFault::kClosedEarly);
  is_open ? Proceed(slot, Send(slot)) : Open(slot);
}

void RequestRunner::Open(std::uint32_t slot) {
  const Step step = pool_.Connect(slot);
  Proceed(slot, step == Step::kWaits ? Send(slot) : step);
}

Step RequestRunner::Send(std::uint32_t slot) {
  RequestTimes& request = slots_[slot].request;
  const bool was_established = pool_[slot].established();
  text_.Write(options_.first_number + request.index, buffer_);
  const Step step = pool_.Send(slot, buffer_, options_.to_head);
  const Micros now = NowMicros();
  if (pool_[slot].established() && !was_established) {
    tally_.OnConnected(now - request.due);
  }
  if (pool_[slot].state() == State::kReceiving) request.sent = now;
  return step;
}

void RequestRunner::OnReady(std::uint32_t slot, std::uint32_t events) {
  if (!slots_[slot].is_busy) return OnUnasked(slot);
  const State state = pool_[slot].state();
  const bool sends = state == State::kConnecting ||
                     (state == State::kSending && (events & EPOLLIN) == 0);
  Proceed(slot, sends ? Send(slot) : pool_.Receive(slot));
}

// The server closes a connection that carries no request, or speaks on it.
void RequestRunner::OnUnasked(std::uint32_t slot) {
  slots_[slot].is_lost = slots_[slot].is_first;
  pool_.Close(slot);
}

void RequestRunner::Proceed(std::uint32_t slot, Step step) {
  switch (step) {
    case Step::kWaits:
      if (!pool_.Watch(slot)) OnFailed(slot, RequestFault::kNoMemory);
      return;
    case Step::kAnswered:
      return OnAnswered(slot);
    case Step::kFailed:
      return OnFailed(slot, pool_[slot].fault());
  }
}

void RequestRunner::OnAnswered(std::uint32_t slot) {
  const Micros now = NowMicros();
  tally_.OnAnswered(slots_[slot].request, pool_[slot].answer(), now);
  const bool stays = options_.keep_alive && pool_.Keep(slot);
  if (!stays) pool_.Close(slot);
  Release(slot, now);
}

void RequestRunner::OnFailed(std::uint32_t slot, RequestFault fault) {
  if (WasKept(slot, fault)) fault = RequestFault::kClosedKept;
  pool_.Close(slot);
  const Micros now = NowMicros();
  tally_.OnFailed(slots_[slot].request, fault, now);
  Release(slot, now);
}

// The server closed a kept connection, as it may at any time. The request is
// not sent again even where its method is idempotent (RFC 9110 § 9.2.2): a GET
// of /s.py queues a message, and one that is swallowed must be seen.
bool RequestRunner::WasKept(std::uint32_t slot, RequestFault fault) const {
  return options_.keep_alive && slots_[slot].is_reused &&
         !pool_[slot].answer().started() &&
         (fault == RequestFault::kClosedEarly ||
          fault == RequestFault::kConnectReset);
}

void RequestRunner::ExpireOverdue(Micros now) {
  while (const auto oldest = deadlines_.Oldest()) {
    if (oldest->began + options_.timeout > now) return;
    Expire(oldest->slot, now);
  }
}

void RequestRunner::ExpireAll(Micros now) {
  while (const auto oldest = deadlines_.Oldest()) Expire(oldest->slot, now);
}

void RequestRunner::Expire(std::uint32_t slot, Micros now) {
  const auto fault = pool_[slot].established() ? RequestFault::kAnswerTimeout
                                               : RequestFault::kConnectTimeout;
  pool_.Close(slot);
  tally_.OnFailed(slots_[slot].request, fault, now);
  Release(slot, now);
}

std::optional<Micros> RequestRunner::NextTimeout() const {
  const auto oldest = deadlines_.Oldest();
  if (!oldest) return std::nullopt;
  return oldest->began + options_.timeout;
}

void RequestRunner::Release(std::uint32_t slot, Micros now) {
  slots_[slot].is_busy = false;
  --busy_;
  deadlines_.Remove(slot);
  if (free_.empty()) free_since_ = now;
  if (options_.order == Order::kLongestFree) {
    free_.push_back(slot);
  } else {
    free_.push_front(slot);
  }
}

}  // namespace smsweb::bench
