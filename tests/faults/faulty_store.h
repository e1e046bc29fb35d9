// A real store that fails when it is told to, and around whose transactions a
// spooler can be killed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/store/store.h"

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

class FaultyStore final : public Store {
 public:
  explicit FaultyStore(std::unique_ptr<Store> inner)
      : inner_(std::move(inner)) {}

  std::optional<Recorded> fails;        // such turns
  std::optional<Recorded> kill_before;  // the next such turn; then not again
  std::optional<Recorded> kill_after;
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

  Result<void> Insert(std::span<const NewMessage> messages) override {
    return inner_->Insert(messages);
  }
  Result<Message> Find(const Uuid& id) override { return inner_->Find(id); }
  Result<std::vector<Message>> List(const ListFilter& filter) override {
    return inner_->List(filter);
  }
  Result<std::vector<StateCount>> CountByState() override {
    return inner_->CountByState();
  }
  Result<std::vector<ModemStatus>> Modems() override {
    return inner_->Modems();
  }
  Result<std::vector<InboundMessage>> Inbox(
      const InboxFilter& filter) override {
    return inner_->Inbox(filter);
  }
  Result<InboundMessage> FindInbound(const Uuid& id) override {
    return inner_->FindInbound(id);
  }
  Result<InboundMessage> FindInbound(std::int64_t sequence) override {
    return inner_->FindInbound(sequence);
  }
  Result<std::optional<OptOut>> FindOptOut(const std::string& number) override {
    return inner_->FindOptOut(number);
  }
  Result<std::vector<OptOut>> OptOuts(int limit,
                                      const std::string& after) override {
    return inner_->OptOuts(limit, after);
  }
  Result<void> AddOptOut(const OptOut& opt_out) override {
    return inner_->AddOptOut(opt_out);
  }
  Result<void> RemoveOptOut(const std::string& number) override {
    return inner_->RemoveOptOut(number);
  }
  Result<std::int64_t> AddRequest(const ModemRequest& request) override {
    return inner_->AddRequest(request);
  }
  Result<ModemRequest> FindRequest(std::int64_t sequence) override {
    return inner_->FindRequest(sequence);
  }
  Result<void> RemoveRequest(std::int64_t sequence) override {
    return inner_->RemoveRequest(sequence);
  }
  Result<std::vector<ModemRequest>> Requests() override {
    return inner_->Requests();
  }
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int reference,
                                              WallTime since) override {
    return inner_->AwaitingReport(sim, reference, since);
  }
  Result<std::vector<StoredReport>> UnmatchedReports(const std::string& sim,
                                                     int reference,
                                                     WallTime since) override {
    return inner_->UnmatchedReports(sim, reference, since);
  }
  Result<std::vector<OutboxItem>> DueOutbox(WallTime now, int limit) override {
    return inner_->DueOutbox(now, limit);
  }
  Result<std::optional<WallTime>> NextOutboxDue() override {
    return inner_->NextOutboxDue();
  }
  Result<void> FinishOutbox(std::int64_t sequence) override {
    return inner_->FinishOutbox(sequence);
  }
  Result<void> RetryOutbox(std::int64_t sequence, WallTime due,
                           const std::string& error) override {
    return inner_->RetryOutbox(sequence, due, error);
  }
  Result<std::vector<Message>> Abandoned(LeaseToken token) override {
    return inner_->Abandoned(token);
  }
  Result<void> TakeOver(std::span<const std::int64_t> sequences,
                        LeaseToken token) override {
    return inner_->TakeOver(sequences, token);
  }
  Result<std::optional<WallTime>> NextDue() override {
    return inner_->NextDue();
  }

 private:
  // Looking whether anything has expired is no change.
  static bool Changes(SpoolerTurn turn, const SpoolerTurnOutcome& outcome) {
    turn.expire = false;
    turn.lease_limit = 0;
    return !turn.Empty() || !outcome.leased.empty() || !outcome.expired.empty();
  }

  static bool Fires(std::optional<Recorded>& what, const SpoolerTurn& turn) {
    if (!what || !Has(turn, *what)) return false;
    what.reset();
    return true;
  }

  std::unique_ptr<Store> inner_;
};

}  // namespace smsweb::faults
