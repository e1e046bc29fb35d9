#include "bench/load/worker.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace smsweb::bench {
namespace {

// Tags that are no slot's.
constexpr std::uint64_t kGoTag = ~std::uint64_t{0};
constexpr std::uint64_t kStopTag = kGoTag - 1;

// How many requests may begin between two looks at what has come, beyond one
// for each that may have ended: more, and answers would wait for them.
constexpr std::size_t kMoreBegins = 32;
// How long requests under way may still take when the load is stopped.
constexpr Micros kStopPatience = 2 * kMicrosPerSecond;
// Of an open loop that is one of time: how late the last that was due may
// begin.
constexpr Micros kLateBegins = kMicrosPerSecond / 10;

Route RouteTo(const LoadPlan& plan) {
  Route route;
  ::inet_pton(AF_INET, plan.address.c_str(), &route.address);
  route.port = htons(plan.port);
  return route;
}

Sources SourcesOf(const LoadSizes& sizes, int index) {
  const auto count = static_cast<std::uint32_t>(sizes.sources);
  return {count, static_cast<std::uint32_t>(index) * count /
                     static_cast<std::uint32_t>(sizes.processes)};
}

std::string HostOf(const LoadPlan& plan) {
  return plan.host.empty() ? fmt::format("{}:{}", plan.address, plan.port)
                           : plan.host;
}

RequestRunner::Options RunnerOptions(const LoadPlan& plan) {
  return {.first_number = plan.first_number,
          .to_head = plan.request.method == "HEAD",
          .keep_alive = plan.keep_alive,
          .timeout = ToMicros(plan.timeout),
          .order = plan.rate > 0 ? RequestRunner::Order::kShortestFree
                                 : RequestRunner::Order::kLongestFree};
}

}  // namespace

Worker::Worker(const Orders& orders, int index, Poller poller)
    : orders_(orders),
      plan_(orders.plan),
      is_open_loop_(plan_.rate > 0),
      text_(plan_.request, HostOf(plan_), plan_.keep_alive),
      poller_(std::move(poller)),
      pool_(orders.sizes.ConnectionsOf(index), RouteTo(plan_),
            SourcesOf(orders.sizes, index), poller_, orders.board.state()),
      tally_(orders.board.reports()[static_cast<std::size_t>(index)],
             orders.board.records()),
      runner_(RunnerOptions(plan_), text_, pool_, tally_),
      schedule_(orders.board.state().next_ticket, orders.sizes.requests,
                plan_.rate),
      end_(orders.end),
      last_begin_(orders.end) {}

Result<void> Worker::Run() {
  if (auto watched = WatchGate(); !watched) return watched;
  // Before anybody may begin: all connections get a request to begin with.
  if (!is_open_loop_) schedule_.Reserve(pool_.size());
  if (plan_.together) Gather();
  Signal(orders_.gate.ready);
  AwaitGo();
  if (has_gone_) Start();
  Work();
  tally_.Finish(pool_.traffic());
  return {};
}

Result<void> Worker::WatchGate() {
  const bool watched = poller_.Add(orders_.gate.go.get(), kGoTag, EPOLLIN) &&
                       poller_.Add(orders_.gate.stop.get(), kStopTag, EPOLLIN);
  if (!watched) return FailErrno("epoll_ctl", errno);
  return {};
}

std::size_t Worker::Turn(Micros until) {
  const auto ready = poller_.Wait(until);
  for (const epoll_event& event : ready) {
    if (event.data.u64 == kGoTag) {
      has_gone_ = true;
      poller_.Remove(orders_.gate.go.get());
    } else if (event.data.u64 == kStopTag) {
      OnStop();
    } else {
      OnReady(static_cast<std::uint32_t>(event.data.u64), event.events);
    }
  }
  return ready.size();
}

void Worker::OnReady(std::uint32_t slot, std::uint32_t events) {
  if (gathering_) {
    gathering_->OnReady(slot);
  } else {
    runner_.OnReady(slot, events);
  }
}

void Worker::OnStop() {
  poller_.Remove(orders_.gate.stop.get());
  is_stopped_ = true;
  HandOutNoMore();
  end_ = std::min(end_, NowMicros() + kStopPatience);
}

void Worker::HandOutNoMore() {
  schedule_.Stop();
  ticket_.reset();
}

void Worker::Gather() {
  gathering_.emplace(pool_, tally_,
                     NowMicros() + ToMicros(plan_.connect_patience));
  while (!is_stopped_ && !gathering_->Settled(NowMicros())) {
    gathering_->ConnectSome();
    Turn(gathering_->WaitUntil(NowMicros()));
  }
}

// The parent opens the gate, or stops the load, at its end at the latest.
void Worker::AwaitGo() {
  while (!has_gone_ && !is_stopped_) Turn(NowMicros() + kMicrosPerSecond);
}

void Worker::Start() {
  start_ = orders_.board.state().start.load(std::memory_order_acquire);
  schedule_.Start(start_);
  if (plan_.duration.count() > 0) {
    tally_.CountInTime(start_ + ToMicros(plan_.duration));
    last_begin_ = start_ + ToMicros(plan_.duration) +
                  (is_open_loop_ ? kLateBegins : Micros{0});
  }
  if (gathering_) FailUngathered();
  gathering_.reset();
  gathered_ = runner_.TakeOpenFirst();
}

// Each connection that failed had a request to carry, as the others have.
void Worker::FailUngathered() {
  for (const auto& fault : gathering_->faults()) {
    if (!fault) continue;
    const auto ticket = schedule_.Take();
    if (!ticket) return;
    tally_.OnFailed({ticket->index, start_}, *fault, NowMicros());
  }
}

void Worker::Work() {
  while (HasMore()) {
    const std::size_t handled = Turn(NextMoment());
    const Micros now = NowMicros();
    runner_.ExpireOverdue(now);
    if (now >= last_begin_) HandOutNoMore();
    if (now >= end_) {
      OnStop();
      runner_.ExpireAll(now);
    }
    BeginDue(handled + kMoreBegins);
  }
}

bool Worker::HasMore() const {
  return runner_.busy() > 0 || ticket_ || !schedule_.over();
}

Micros Worker::NextMoment() const {
  if (runner_.HasFree() && !ticket_ && !schedule_.over()) return 0;
  Micros next = std::min(end_, runner_.NextTimeout().value_or(end_));
  if (!schedule_.over()) next = std::min(next, last_begin_);
  if (runner_.HasFree() && ticket_) next = std::min(next, ticket_->due);
  return next;
}

void Worker::BeginDue(std::size_t at_most) {
  for (std::size_t i = 0; i < at_most && runner_.HasFree(); ++i) {
    if (!ticket_) ticket_ = schedule_.Take();
    const Micros now = NowMicros();
    if (!ticket_ || ticket_->due > now) return;
    Begin(*std::exchange(ticket_, std::nullopt), now);
  }
}

void Worker::Begin(const Ticket& ticket, Micros now) {
  if (is_open_loop_) {
    tally_.OnBegun(now - std::max(ticket.due, runner_.free_since()));
    return runner_.Begin(ticket.index, ticket.due, now);
  }
  const bool was_gathered = gathered_ > 0;
  if (was_gathered) --gathered_;
  runner_.Begin(ticket.index, was_gathered ? start_ : now, now);
}

}  // namespace smsweb::bench
