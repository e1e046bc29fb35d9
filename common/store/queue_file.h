// The queue's file as a whole, for an operator: looked over, copied, written
// anew, made ready to take the place of another. SQLite's alone; every other
// program goes on with what it does, unless said otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

struct QueueSizes {
  std::int64_t file = 0;  // bytes, each
  std::int64_t free = 0;  // of it
  std::int64_t log = 0;
};

struct QueueCheck {
  int schema = 0;
  QueueSizes sizes;
  std::int64_t messages = 0;
  std::int64_t waiting = 0;    // of them, queued or sending
  std::int64_t abandoned = 0;  // of them, sending, and nobody holds them
  // What SQLite says is broken, in its words.
  std::vector<std::string> damage;
  // Rows that don't fit together: "3 parts without a message".
  std::vector<std::string> misfits;
};

class QueueFile {
 public:
  // kUnavailable: it is not there, or not to be had; kInvalid: it is no queue;
  // kConflict: a newer program's; kInternal: it can't be read. An older schema
  // is left as it is. The log beside it is the service's, or goes with us.
  enum class Log { kStays, kGoes };
  static Result<QueueFile> Open(const std::string& path, Log log);

  int schema() const { return schema_; }
  Result<QueueSizes> Sizes();

  // `full` looks at each index entry, too. A file of an older schema is looked
  // at as far as SQLite's own structures go.
  Result<QueueCheck> Check(bool full, WallTime now);

  // One file without a log, as the queue is at this instant, at a path where
  // there is an empty file. It is looked over before this returns, and not
  // synced.
  Result<void> CopyTo(const std::string& path,
                      const SqliteDb::Progress& progress);

  // Writes the file anew, without gaps, and counts anew. Holds writers out
  // meanwhile, and needs as much space again, twice. The schema is the newest.
  Result<void> Compact();

  // For a copy that nobody else has open. Brings the schema up to date.
  Result<void> Migrate();
  // What was queued or sending becomes unknown, and who wants to is told so;
  // how many were. `keep_texts` as SqliteStoreOptions has it.
  Result<std::int64_t> MakeUnknown(WallTime now, bool keep_texts);
  // No log beside the file from here on: it can be moved. For Log::kGoes.
  Result<void> LeaveLog();

 private:
  QueueFile(SqliteDb db, int schema) : db_(std::move(db)), schema_(schema) {}
  Result<std::int64_t> Ask(std::string sql);
  Result<void> LookForDamage(bool full, QueueCheck* check);
  Result<void> LookForMisfits(WallTime now, QueueCheck* check);

  SqliteDb db_;
  int schema_;
};

}  // namespace smsweb
