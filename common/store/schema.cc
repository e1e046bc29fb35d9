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
    // 2: what comes back from the network
    R"sql(
ALTER TABLE message ADD COLUMN coding TEXT;
ALTER TABLE message ADD COLUMN report INTEGER NOT NULL DEFAULT 0;
-- Some try of a part may have gone: the part tells of the latest try alone.
ALTER TABLE message ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
UPDATE message SET in_doubt = 1 WHERE state = 0 AND EXISTS(
  SELECT 1 FROM part
  WHERE part.sequence = message.sequence AND part.state = 4);
UPDATE message SET in_doubt = 1 WHERE state = 1 AND EXISTS(
  SELECT 1 FROM part
  WHERE part.sequence = message.sequence AND part.state = 4);
ALTER TABLE part ADD COLUMN sim TEXT NOT NULL DEFAULT '';
ALTER TABLE part ADD COLUMN awaits_report INTEGER NOT NULL DEFAULT 0;
ALTER TABLE part ADD COLUMN report_status INTEGER NOT NULL DEFAULT -1;
ALTER TABLE part ADD COLUMN reported_at INTEGER;
ALTER TABLE modem ADD COLUMN info TEXT NOT NULL DEFAULT '';
-- When the configuration had been changed that held the PIN. NULL: not known.
ALTER TABLE modem ADD COLUMN pin_refused_under INTEGER;

-- Which part a report belongs to is found among those that wait for one.
CREATE INDEX part_awaiting ON part(sim, message_reference, intended_at)
  WHERE awaits_report = 1;

CREATE TABLE report(
  sequence INTEGER PRIMARY KEY,
  fingerprint BLOB NOT NULL UNIQUE,
  modem TEXT NOT NULL,
  sim TEXT NOT NULL,
  message_reference INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  status INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  discharged_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  message INTEGER,
  part INTEGER
) STRICT;
-- Those that are nobody's yet: they may be faster than the modem's answer.
CREATE INDEX report_unmatched ON report(sim, message_reference, received_at)
  WHERE message IS NULL;

-- What was received, with all parts that are there in `text`. Not `shown`: it
-- still waits for the others.
CREATE TABLE inbound(
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  modem TEXT NOT NULL,
  sim TEXT NOT NULL,
  sender TEXT NOT NULL,
  smsc TEXT NOT NULL,
  text TEXT NOT NULL,
  coding TEXT NOT NULL,
  port INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  reference INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  parts_received INTEGER NOT NULL,
  shown INTEGER NOT NULL
) STRICT;
CREATE INDEX inbound_open
  ON inbound(sim, sender, reference, parts, received_at)
  WHERE parts_received < parts;
CREATE INDEX inbound_hidden ON inbound(received_at) WHERE shown = 0;
CREATE INDEX inbound_sender ON inbound(sender, sequence) WHERE shown = 1;

-- Each PDU that was received, so that none is taken in twice. What a part is
-- made of is here, too: its message's text is read from all of it.
CREATE TABLE inbound_part(
  fingerprint BLOB PRIMARY KEY,
  message INTEGER NOT NULL,
  number INTEGER NOT NULL,
  coding TEXT NOT NULL,
  units BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_part_message ON inbound_part(message, number);

-- What a receiver of webhooks has not yet taken.
CREATE TABLE outbox(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  subject INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox(due_at, sequence);

CREATE TABLE opt_out(
  number TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- No number of it comes twice: an answer that is late must not be another's.
CREATE TABLE modem_request(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  modem TEXT NOT NULL,
  kind TEXT NOT NULL,
  argument TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX modem_request_open ON modem_request(sequence) WHERE finished = 0;
)sql",
    // 3: lanes, batches, cancelling, idempotency, limits, callbacks, upkeep
    R"sql(
-- Which modems may send it: common/store/lane.h has the words.
ALTER TABLE message ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN batch INTEGER;
ALTER TABLE message ADD COLUMN callback_url TEXT;
-- The sender asked for a repeat where an outcome is unknown.
ALTER TABLE message ADD COLUMN repeat_unknown INTEGER NOT NULL DEFAULT 0;
-- The modem that was to blame for the last try: another is tried.
ALTER TABLE message ADD COLUMN avoid TEXT;

DROP INDEX message_queued;
CREATE INDEX message_queued ON message(lane, class, not_before, sequence)
  WHERE state = 0;
-- Pages of a list go by key. What a spooler that died has left behind is the
-- part of it with state 1.
DROP INDEX message_sending;
CREATE INDEX message_state ON message(state, sequence);
CREATE INDEX message_recipient ON message(recipient, sequence);
CREATE INDEX message_batch ON message(batch, state) WHERE batch IS NOT NULL;
-- Texts that are still there of messages that have ended (sqlite_upkeep.h).
CREATE INDEX message_text ON message(updated_at)
  WHERE state > 1 AND text <> '';
-- A message's reports go with it; those that are nobody's go by themselves.
CREATE INDEX report_message ON report(message) WHERE message IS NOT NULL;
CREATE INDEX report_nobodys ON report(received_at) WHERE message IS NULL;

-- How many messages are in each state, without counting them. What comes is
-- counted once for each transaction (sqlite_intake.cc): a trigger for it would
-- have SQLite make a table of each new row first.
CREATE TABLE message_count(
  state INTEGER PRIMARY KEY,
  messages INTEGER NOT NULL
) STRICT;
INSERT INTO message_count SELECT state, count(*) FROM message GROUP BY state;
CREATE TRIGGER message_moved AFTER UPDATE OF state ON message
  WHEN old.state IS NOT new.state BEGIN
  UPDATE message_count SET messages = messages - 1 WHERE state = old.state;
  INSERT INTO message_count VALUES(new.state, 1)
    ON CONFLICT DO UPDATE SET messages = messages + 1;
END;
CREATE TRIGGER message_went AFTER DELETE ON message BEGIN
  UPDATE message_count SET messages = messages - 1 WHERE state = old.state;
END;

-- Spoolers that hold leases, and until when they have said that they live.
CREATE TABLE spooler(
  token INTEGER PRIMARY KEY,
  alive_until INTEGER NOT NULL
) STRICT;

-- The messages of one request. An import grows, transaction by transaction.
CREATE TABLE batch(
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  client TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  finished INTEGER NOT NULL
) STRICT;
-- Those of which nothing was taken: no message's end is theirs.
CREATE INDEX batch_hollow ON batch(created_at) WHERE accepted = 0;

-- What a request with this Idempotency-Key was answered.
CREATE TABLE idempotency(
  client TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  answer TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY(client, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency(expires_at);

-- Messages of the duplicate window, by client, recipient and text.
CREATE TABLE recent(
  digest BLOB PRIMARY KEY,
  message BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recent_expiry ON recent(expires_at);

-- Through which SIM a number was last spoken to, or spoke, in each group of
-- modems.
CREATE TABLE conversation(
  recipient TEXT NOT NULL,
  modems TEXT NOT NULL,
  sim TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(recipient, modems)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_at ON conversation(at);

-- What went through a SIM since the period began: parts in a 'minute', 'hour',
-- 'day' and 'month', and how many 'recipients' it has in a month.
CREATE TABLE sim_usage(
  sim TEXT NOT NULL,
  period TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY(sim, period)
) STRICT, WITHOUT ROWID;
-- Whom a SIM has sent to in a month, which is named by its beginning.
CREATE TABLE sim_recipient(
  sim TEXT NOT NULL,
  month INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  parts INTEGER NOT NULL,
  PRIMARY KEY(sim, month, recipient)
) STRICT, WITHOUT ROWID;

-- Callbacks lie in the outbox as they will be told: `url` is NULL for what the
-- inbox received. `receiver` is scheme, host and port: each has its own turn.
ALTER TABLE outbox ADD COLUMN receiver TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN url TEXT;
ALTER TABLE outbox ADD COLUMN body TEXT;
DROP INDEX outbox_due;
CREATE INDEX outbox_receiver ON outbox(receiver, due_at, sequence);
)sql",
    // 4: verifications, what guards them, and who may call
    R"sql(
-- How many milliseconds a part takes, of late. 0: not measured.
ALTER TABLE modem ADD COLUMN part_ms INTEGER NOT NULL DEFAULT 0;
-- What opens a text that is sealed. NULL: it is not.
ALTER TABLE message ADD COLUMN seal BLOB;
-- A client lists its own. The words are those of SqliteQueue::List; most
-- messages of a queue without keys are in none of its pages.
CREATE INDEX message_client ON message(client, sequence)
  WHERE client <> '' AND client <> 'trusted network';

-- The code is not here. A seed is gone once its verification has ended.
CREATE TABLE verification(
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  client TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  resend_after INTEGER NOT NULL,
  attempts_left INTEGER NOT NULL,
  sends_left INTEGER NOT NULL,
  code_length INTEGER NOT NULL,
  key BLOB NOT NULL,
  seed BLOB,
  metadata TEXT,
  muted INTEGER NOT NULL,
  message BLOB NOT NULL,
  parts INTEGER NOT NULL,
  -- As a conversion guard has counted its start: of which prefix, and in which
  -- bucket. NULL: none has.
  counted_prefix TEXT,
  counted_in INTEGER,
  updated_at INTEGER NOT NULL
) STRICT;
-- Those whose life ends while they are pending.
CREATE INDEX verification_open ON verification(expires_at) WHERE state = 0;
-- The last one of a client and a number: no other can be pending.
CREATE INDEX verification_of ON verification(client, recipient, sequence);

-- common/store/limit.h has the words. `used`: the slots' counts, the latest
-- first, four bytes each (little-endian). From `ends_at` on nothing of it counts.
CREATE TABLE limit_count(
  per INTEGER NOT NULL,
  key TEXT NOT NULL,
  within INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  used BLOB NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY(per, key, within)
) STRICT, WITHOUT ROWID;
CREATE INDEX limit_over ON limit_count(ends_at);
CREATE TABLE conversion(
  per INTEGER NOT NULL,
  key TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  started INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  PRIMARY KEY(per, key, began_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversion_age ON conversion(began_at);
CREATE TABLE guard_pause(
  per INTEGER NOT NULL,
  key TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  started INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  dry_run INTEGER NOT NULL,
  PRIMARY KEY(per, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_key(
  sequence INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  client TEXT NOT NULL,
  scopes INTEGER NOT NULL,
  networks TEXT NOT NULL,
  limits TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE TABLE audit(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
)sql",
};

Result<int> ReadVersion(SqliteDb& db) {
  auto statement = db.Prepare("PRAGMA user_version");
  if (!statement) return std::unexpected(statement.error());
  if (auto row = statement->Step(); !row) return std::unexpected(row.error());
  return static_cast<int>(statement->Int(0));
}

}  // namespace

const int kNewestSchema = static_cast<int>(std::size(kSteps));

Result<void> MigrateSchema(SqliteDb& db) {
  const auto seen = ReadVersion(db);
  if (!seen) return std::unexpected(seen.error());
  if (*seen == kNewestSchema) return {};

  auto transaction = SqliteTransaction::Begin(db);
  if (!transaction) return std::unexpected(transaction.error());
  const auto version = ReadVersion(db);  // another may have been faster
  if (!version) return std::unexpected(version.error());
  if (*version > kNewestSchema) {
    return Fail(ErrorKind::kConflict,
                fmt::format("the queue has schema {}, and this program knows "
                            "schemas up to {}: install the newer smsweb that "
                            "wrote it",
                            *version, kNewestSchema));
  }
  for (int step = *version; step < kNewestSchema; ++step) {
    if (auto done = db.Execute(kSteps[step]); !done) return done;
  }
  const auto mark = fmt::format("PRAGMA user_version = {}", kNewestSchema);
  if (auto done = db.Execute(mark.c_str()); !done) return done;
  return transaction->Commit();
}

}  // namespace smsweb
