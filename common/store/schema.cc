#include "common/store/schema.h"

#include <fmt/format.h>

#include <iterator>

namespace smsweb {
namespace {

// Times are milliseconds since 1970 in UTC. state, class and part.state are
// the numbers of message.h.
constexpr const char* kSteps[] = {
    // 1
    R"sql(
CREATE TABLE message(
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  class INTEGER NOT NULL,
  state INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  text TEXT NOT NULL,
  parts INTEGER NOT NULL,
  reference TEXT,
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  lease INTEGER,
  modem TEXT,
  error TEXT,
  updated_at INTEGER NOT NULL
) STRICT;

-- Taking the next message walks this index from its start: it costs the same
-- whatever lies behind, since only queued messages are in it.
CREATE INDEX message_queued ON message(class, not_before, sequence)
  WHERE state = 0;
-- Those whose life ends while they wait are found without a look at the others.
CREATE INDEX message_expiry ON message(expires_at) WHERE state = 0;
-- What a spooler that died has left behind.
CREATE INDEX message_sending ON message(sequence) WHERE state = 1;

-- The latest attempt at each part.
CREATE TABLE part(
  sequence INTEGER NOT NULL,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  modem TEXT NOT NULL,
  message_reference INTEGER NOT NULL DEFAULT -1,
  error_code INTEGER NOT NULL DEFAULT -1,
  intended_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY(sequence, number)
) STRICT, WITHOUT ROWID;

-- How each modem fares, as the spooler last said.
CREATE TABLE modem(
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  parts_sent INTEGER NOT NULL,
  pin_refused_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers that libphonenumber has passed, so that a program which lives for
-- one request need not load it again. A slot holds one number: bounded.
CREATE TABLE known_number(
  slot INTEGER PRIMARY KEY,
  input TEXT NOT NULL,
  region TEXT NOT NULL,
  e164 TEXT NOT NULL,
  checked_at INTEGER NOT NULL
) STRICT;
)sql",
};

constexpr int kNewest = static_cast<int>(std::size(kSteps));

Result<int> ReadVersion(SqliteDb& db) {
  auto statement = db.Prepare("PRAGMA user_version");
  if (!statement) return std::unexpected(statement.error());
  if (auto row = statement->Step(); !row) return std::unexpected(row.error());
  return static_cast<int>(statement->Int(0));
}

}  // namespace

Result<void> MigrateSchema(SqliteDb& db) {
  const auto seen = ReadVersion(db);
  if (!seen) return std::unexpected(seen.error());
  if (*seen == kNewest) return {};

  auto transaction = SqliteTransaction::Begin(db);
  if (!transaction) return std::unexpected(transaction.error());
  const auto version = ReadVersion(db);  // another may have been faster
  if (!version) return std::unexpected(version.error());
  if (*version > kNewest) {
    return Fail(ErrorKind::kConflict,
                fmt::format("the queue has schema {}, and this program knows "
                            "schemas up to {}: install the newer smsweb that "
                            "wrote it",
                            *version, kNewest));
  }
  for (int step = *version; step < kNewest; ++step) {
    if (auto done = db.Execute(kSteps[step]); !done) return done;
  }
  const auto mark = fmt::format("PRAGMA user_version = {}", kNewest);
  if (auto done = db.Execute(mark.c_str()); !done) return done;
  return transaction->Commit();
}

}  // namespace smsweb
