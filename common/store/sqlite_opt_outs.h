// The do-not-send list of a SQLite store. Part of sqlite_store.h, which opens
// the transactions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteOptOuts {
 public:
  explicit SqliteOptOuts(SqliteDb& db);

  // Within a transaction. A number that is there stays as old as it is.
  Result<void> Add(const OptOut& opt_out);
  Result<bool> Remove(const std::string& number);  // whether it was there

  Result<std::optional<OptOut>> Find(const std::string& number);
  // By number, from behind `after`.
  Result<std::vector<OptOut>> List(int limit, const std::string& after);

 private:
  SqliteStatement add_, remove_, find_, list_;
};

}  // namespace smsweb
