#include "bench/load/gathering.h"

namespace smsweb::bench {
namespace {

using State = Connection::State;
using Step = Connection::Step;

constexpr std::uint32_t kMostConnecting = 256;
constexpr int kConnectsPerTurn = 32;

}  // namespace

Gathering::Gathering(ConnectionPool& pool, Tally& tally, Micros patience_end)
    : pool_(pool),
      tally_(tally),
      patience_end_(patience_end),
      begun_(pool.size()),
      faults_(pool.size()) {}

bool Gathering::MayConnect() const {
  return next_ < pool_.size() && connecting_ < kMostConnecting;
}

void Gathering::ConnectSome() {
  for (int begun = 0; begun < kConnectsPerTurn && MayConnect(); ++begun) {
    const std::uint32_t slot = next_++;
    begun_[slot] = NowMicros();
    ++connecting_;
    OnStep(slot, pool_.Connect(slot));
  }
}

void Gathering::OnReady(std::uint32_t slot) {
  if (pool_[slot].state() == State::kConnecting) {
    const Step step = pool_.FinishConnecting(slot);
    if (step == Step::kWaits) {
      --connecting_;
      tally_.OnConnected(NowMicros() - begun_[slot]);
    }
    return OnStep(slot, step);
  }
  // Nothing was asked yet: whatever the server says, it is closing.
  const bool was_reset = pool_.FinishConnecting(slot) == Step::kFailed;
  Fail(slot, was_reset ? pool_[slot].fault() : RequestFault::kClosedEarly);
}

void Gathering::OnStep(std::uint32_t slot, Step step) {
  if (step == Step::kFailed) return Fail(slot, pool_[slot].fault());
  if (!pool_.Watch(slot)) Fail(slot, RequestFault::kNoMemory);
}

void Gathering::Fail(std::uint32_t slot, RequestFault fault) {
  if (!pool_[slot].established()) --connecting_;
  pool_.Close(slot);
  faults_[slot] = fault;
}

bool Gathering::Settled(Micros now) {
  if (now >= patience_end_) GiveUp();
  return next_ == pool_.size() && connecting_ == 0;
}

Micros Gathering::WaitUntil(Micros now) const {
  return MayConnect() ? now : patience_end_;
}

void Gathering::GiveUp() {
  for (std::uint32_t slot = 0; slot < pool_.size(); ++slot) {
    const State state = pool_[slot].state();
    if (state == State::kConnecting) Fail(slot, RequestFault::kConnectTimeout);
    if (slot >= next_) faults_[slot] = RequestFault::kConnectTimeout;
  }
  next_ = pool_.size();
}

}  // namespace smsweb::bench
