// The messages of a SQLite store: in, leased, recorded, out. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteQueue {
 public:
  // Where texts are not kept, each is erased by the change that ends its
  // message; else only those of class otp are.
  SqliteQueue(SqliteDb& db, bool keep_texts);

  // Within a transaction.
  Result<void> WriteIntents(const SpoolerTurn& turn,
                            SpoolerTurnOutcome* outcome);
  Result<void> WriteResults(const SpoolerTurn& turn,
                            SpoolerTurnOutcome* outcome);
  Result<void> WriteChanges(const SpoolerTurn& turn,
                            SpoolerTurnOutcome* outcome);
  Result<void> ExpireDead(WallTime now, SpoolerTurnOutcome* outcome);
  Result<void> Lease(const SpoolerTurn& turn, SpoolerTurnOutcome* outcome);
  Result<void> TakeOver(std::span<const std::int64_t> sequences,
                        LeaseToken token);
  Result<void> ChangeLanes(const SpoolerTurn& turn,
                           SpoolerTurnOutcome* outcome);
  Result<void> Renew(LeaseToken token, WallTime alive_until);
  Result<CancelOutcome> Cancel(const Uuid& id, WallTime now);

  Result<Message> Find(const Uuid& id);
  Result<Message> Find(std::int64_t sequence);
  Result<std::vector<Message>> List(const ListFilter& filter);
  Result<std::vector<StateCount>> CountByState();
  Result<std::vector<Message>> Abandoned(LeaseToken token, WallTime now);
  Result<std::optional<WallTime>> NextDue(WallTime now);
  Result<std::vector<std::string>> QueuedLanes();

  // As Store has it: what a report may belong to.
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int message_reference,
                                              WallTime since);

 private:
  Result<Message> FindBy(SqliteStatement& statement);
  Result<std::vector<Message>> Collect(SqliteStatement& statement);
  Result<std::vector<Message>> CollectWithParts(SqliteStatement& statement);
  Result<void> AddParts(Message& message);
  Result<void> Expire(Message message, WallTime now,
                      SpoolerTurnOutcome* outcome);
  // True: there is no more for it now.
  Result<bool> LeaseFor(const SpoolerTurn& turn, const LeaseRequest& request,
                        SpoolerTurnOutcome* outcome);
  // Up to `most` of one class, due since `since` at the latest.
  Result<int> LeaseOfClass(const SpoolerTurn& turn, const LeaseRequest& request,
                           MessageClass message_class, WallTime since, int most,
                           SpoolerTurnOutcome* outcome);
  Result<std::vector<Message>> Candidates(const LeaseRequest& request,
                                          MessageClass message_class,
                                          WallTime since, WallTime now,
                                          int most);
  Result<void> Take(const SpoolerTurn& turn, Message message,
                    SpoolerTurnOutcome* outcome);
  // The state of a message that `token` holds; none if it does not.
  Result<std::optional<MessageState>> HeldState(std::int64_t sequence,
                                                LeaseToken token);
  // Whether a part of it may be recorded; if not, that is noted as refused.
  Result<bool> IsHeld(std::int64_t sequence, LeaseToken token,
                      SpoolerTurnOutcome* outcome);

  SqliteDb& db_;
  std::size_t most_expired_ = 0;  // of the turn that leases
  const bool keep_texts_;
  SqliteStatement find_, find_sequence_, parts_, next_due_, first_lane_,
      next_lane_, candidates_, newest_, known_, newest_known_, dead_, take_,
      held_, intent_, result_, doubt_, change_, expire_, abandoned_, take_over_,
      count_, awaiting_, change_lane_, change_lane_unknown_, renew_, bury_,
      cancel_;
};

}  // namespace smsweb
