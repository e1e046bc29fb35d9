// The SQLite schema as numbered steps. PRAGMA user_version holds the number of
// the last step taken. A step is never changed once released: add another.
#pragma once

#include "common/base/error.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

// The last step.
extern const int kNewestSchema;

// Takes the steps that are missing, in one transaction. kConflict for a store
// that a newer program has written.
Result<void> MigrateSchema(SqliteDb& db);

}  // namespace smsweb
