// How modems fare, and what is asked of them, in a SQLite store. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteModems {
 public:
  explicit SqliteModems(SqliteDb& db);

  // Within a transaction.
  Result<void> WriteStatus(const ModemStatus& status);
  Result<std::int64_t> AddRequest(const ModemRequest& request);
  Result<void> Take(std::int64_t sequence);
  Result<void> Answer(const ModemRequest& answer);
  Result<void> RemoveRequest(std::int64_t sequence);

  Result<std::vector<ModemStatus>> List();
  Result<ModemRequest> FindRequest(std::int64_t sequence);
  Result<std::vector<ModemRequest>> OpenRequests();

 private:
  SqliteStatement write_, list_, add_, forget_, take_, answer_, remove_, find_,
      open_;
};

}  // namespace smsweb
