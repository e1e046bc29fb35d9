// What has gone through SIMs, in a SQLite store. Part of sqlite_store.h, which
// opens the transactions.
#pragma once

#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteUsage {
 public:
  explicit SqliteUsage(SqliteDb& db);

  // Within a transaction: counts what a turn has, but for what was refused, and
  // says what it has come to.
  Result<void> Write(const SpoolerTurn& turn, SpoolerTurnOutcome* outcome);

  Result<std::vector<SimUsage>> All();
  Result<bool> Knows(const SimMonth& month, const std::string& recipient);

 private:
  Result<std::vector<SimUsage>> Collect(SqliteStatement& statement);
  Result<void> Add(const SimUse& use);
  Result<void> TakeBack(const SimUse& use);
  Result<void> Count(const SimUse& use, SimCounter counter);
  Result<void> Uncount(const SimUse& use, SimCounter counter);
  Result<void> AddRecipient(const SimUse& use);
  Result<void> TakeBackRecipient(const SimUse& use);

  SqliteStatement count_, uncount_, all_, of_, knows_, add_recipient_, again_,
      less_, remove_recipient_;
};

}  // namespace smsweb
