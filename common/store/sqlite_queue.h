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
  explicit SqliteQueue(SqliteDb& db);

  // Within a transaction.
  Result<void> Insert(std::span<const NewMessage> messages,
                      std::vector<std::size_t>* opted_out);
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

  Result<Message> Find(const Uuid& id);
  Result<std::vector<Message>> List(const ListFilter& filter);
  Result<std::vector<StateCount>> CountByState();
  Result<std::vector<Message>> Abandoned(LeaseToken token);
  Result<std::optional<WallTime>> NextDue();

  // As Store has it: what a report may belong to.
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int message_reference,
                                              WallTime since);

 private:
  Result<std::vector<Message>> Collect(SqliteStatement& statement);
  Result<std::vector<Message>> CollectWithParts(SqliteStatement& statement);
  Result<void> AddParts(Message& message);
  Result<void> Expire(Message message, WallTime now,
                      SpoolerTurnOutcome* outcome);
  Result<void> LeaseOfClass(const SpoolerTurn& turn, MessageClass message_class,
                            SpoolerTurnOutcome* outcome);
  // The state of a message that `token` holds; none if it does not.
  Result<std::optional<MessageState>> HeldState(std::int64_t sequence,
                                                LeaseToken token);
  // Whether a part of it may be recorded; if not, that is noted as refused.
  Result<bool> IsHeld(std::int64_t sequence, LeaseToken token,
                      SpoolerTurnOutcome* outcome);

  SqliteDb& db_;
  SqliteStatement insert_, find_, parts_, next_due_, candidates_, dead_, take_,
      held_, intent_, result_, doubt_, change_, expire_, abandoned_, take_over_,
      count_, awaiting_;
};

}  // namespace smsweb
