// Status reports of a SQLite store, and what they settle. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteReports {
 public:
  explicit SqliteReports(SqliteDb& db);

  // Within a transaction.
  Result<void> Write(const NewReport& report);
  Result<void> Settle(const Settlement& settlement);

  Result<std::vector<StoredReport>> Unmatched(const std::string& sim,
                                              int message_reference,
                                              WallTime since);

 private:
  // False: the report is somebody's already, or was never recorded.
  Result<bool> Assign(const Settlement& settlement);
  Result<void> MarkPart(const Settlement& settlement);
  Result<void> SettleMessage(const Settlement& settlement);

  SqliteStatement write_, assign_, mark_, state_, settle_, unmatched_,
      unmatched_any_;
};

}  // namespace smsweb
