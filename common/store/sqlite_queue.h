// The messages of a SQLite store: found, recorded, cancelled. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_message_rows.h"
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
  Result<CancelOutcome> Cancel(const Uuid& id, WallTime now);

  Result<Message> Find(const Uuid& id);
  Result<Message> Find(std::int64_t sequence);
  Result<std::vector<Message>> List(const ListFilter& filter);
  Result<std::vector<StateCount>> CountByState();

  // As Store has it: what a report may belong to.
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int message_reference,
                                              WallTime since);

 private:
  Result<Message> FindBy(SqliteStatement& statement);
  // The state of a message that `token` holds; none if it does not.
  Result<std::optional<MessageState>> HeldState(std::int64_t sequence,
                                                LeaseToken token);
  // Whether a part of it may be recorded; if not, that is noted as refused.
  Result<bool> IsHeld(std::int64_t sequence, LeaseToken token,
                      SpoolerTurnOutcome* outcome);

  SqliteDb& db_;
  const bool keep_texts_;
  SqliteMessageRows rows_;
  SqliteStatement find_, find_sequence_, held_, intent_, result_, doubt_,
      change_, count_, awaiting_, cancel_;
};

}  // namespace smsweb
