// API keys and the audit log in a SQLite store. Part of sqlite_store.h, which
// opens the transactions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/store/client_key.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

class SqliteClientKeys {
 public:
  explicit SqliteClientKeys(SqliteDb& db);

  Result<std::optional<ClientKey>> Find(const Digest256& digest);
  Result<std::vector<ClientKey>> All();
  // Within a transaction.
  Result<void> RecordUse(const Digest256& digest, WallTime now);
  Result<void> Add(const ClientKey& key);
  Result<void> Revoke(const Digest256& digest, WallTime now);
  Result<void> Record(const AuditEntry& entry);

  Result<std::vector<AuditEntry>> Audit(int limit, std::int64_t before);

 private:
  SqliteStatement find_, all_, use_, add_, revoke_, record_, audit_;
};

}  // namespace smsweb
