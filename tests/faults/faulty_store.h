// A real store that fails when it is told to, and around whose transactions a
// spooler can be killed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "common/store/store.h"
#include "forwarding_store.h"

namespace smsweb::faults {

// Of what a turn records.
enum class Recorded { kAnything, kIntent, kResult, kChange, kInbound, kReport };

inline bool Has(const SpoolerTurn& turn, Recorded what) {
  switch (what) {
    case Recorded::kAnything:
      return !turn.Empty();
    case Recorded::kIntent:
      return !turn.intents.empty();
    case Recorded::kResult:
      return !turn.results.empty();
    case Recorded::kChange:
      return !turn.changes.empty();
    case Recorded::kInbound:
      return !turn.inbound.empty();
    case Recorded::kReport:
      return !turn.reports.empty() || !turn.settlements.empty();
  }
  return false;
}

// Thrown through the spooler where it dies: nothing in it may catch it.
struct Killed {};

class FaultyStore final : public ForwardingStore {
 public:
  explicit FaultyStore(std::unique_ptr<Store> inner)
      : ForwardingStore(*inner), inner_(std::move(inner)) {}

  std::optional<Recorded> fails;  // such turns
  // The spooler dies once, at the `countdown`th such turn from now.
  struct Kill {
    Recorded what;
    int countdown = 1;
  };
  std::optional<Kill> kill_before;  // it is recorded
  std::optional<Kill> kill_after;
  std::uint64_t changes = 0;  // turns that recorded or leased something

  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override {
    if (Fires(kill_before, turn)) throw Killed();
    if (fails && Has(turn, *fails)) {
      return Fail(ErrorKind::kUnavailable, "the disk is full");
    }
    const bool dies = Fires(kill_after, turn);
    auto outcome = inner_->RecordTurn(turn);
    if (outcome && Changes(turn, *outcome)) ++changes;
    if (dies) throw Killed();
    return outcome;
  }

 private:
  // Looking whether anything has expired is no change.
  static bool Changes(SpoolerTurn turn, const SpoolerTurnOutcome& outcome) {
    turn.expire = false;
    turn.leases.clear();
    return !turn.Empty() || !outcome.leased.empty() || !outcome.expired.empty();
  }

  static bool Fires(std::optional<Kill>& kill, const SpoolerTurn& turn) {
    if (!kill || !Has(turn, kill->what) || --kill->countdown > 0) return false;
    kill.reset();
    return true;
  }

  std::unique_ptr<Store> inner_;
};

}  // namespace smsweb::faults
