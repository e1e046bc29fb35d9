// What an older smsweb has left in the file is there after an upgrade.
#include "catch.h"
#include "common/store/sqlite_store.h"
#include "raw_sqlite.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

// Schema 1 as version 0.1.0 made it, word for word: it is in people's files.
constexpr const char* kSchema1 = R"sql(
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
)sql";

constexpr const char* kRows = R"sql(
INSERT INTO message(sequence, id, class, state, recipient, text, parts,
  reference, created_at, not_before, expires_at, attempts, modem, error,
  updated_at)
VALUES
 (7, x'0192d3c4000070008000000000000001', 0, 0, '+62811', 'waits', 1, 'r',
  1000, 1000, 9000, 0, NULL, NULL, 1000),
 (8, x'0192d3c4000070008000000000000002', 1, 2, '+62812', 'sent', 2, NULL,
  1000, 1000, 9000, 1, 'a', NULL, 2000);
INSERT INTO part(sequence, number, state, modem, message_reference, error_code,
  intended_at, finished_at)
VALUES (7, 1, 4, 'a', -1, -1, 1100, 1200),
 (8, 1, 1, 'a', 41, -1, 1500, 1600), (8, 2, 1, 'a', 42, -1, 1700, 1800);
INSERT INTO modem VALUES ('a', 'ready', '', 500, 2, 0);
INSERT INTO known_number VALUES (3, '0811', 'ID', '+62811', 900);
)sql";

void MakeOldFile(const std::string& path) {
  RawSqlite raw(path);
  raw.Execute(kSchema1);
  raw.Execute(kRows);
  raw.Execute("PRAGMA user_version = 1");
}

TEST_CASE("A queue of schema 1 is brought up to date, with all that is in it") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  MakeOldFile(path);
  auto opened = OpenSqliteStores(path);
  REQUIRE(opened.has_value());
  Store& store = *opened->queue;

  const auto messages = store.List({});
  REQUIRE(messages->size() == 2);
  const auto sent = store.Find(messages->at(0).id);
  CHECK(sent->text == "sent");
  CHECK(sent->state == MessageState::kSent);
  CHECK(sent->coding.empty());
  CHECK_FALSE(sent->report);
  REQUIRE(sent->part_records.size() == 2);
  CHECK(sent->part_records[1].message_reference == 42);
  CHECK(sent->part_records[1].sim.empty());
  CHECK(sent->part_records[1].report_status == -1);
  CHECK(sent->part_records[1].reported_at == WallTime());
  CHECK(store.Modems()->at(0).parts_sent == 2);
  CHECK(store.Modems()->at(0).info.empty());

  SpoolerTurn turn{.token = 1, .now = WallTime(Millis(5000))};
  turn.leases = {{.limit = 5}};
  const auto outcome = store.RecordTurn(turn);
  REQUIRE(outcome.has_value());
  REQUIRE(outcome->leased.size() == 1);
  CHECK(outcome->leased[0].text == "waits");
  CHECK(outcome->leased[0].in_doubt);  // its part is unknown
  CHECK_FALSE(sent->in_doubt);
  CHECK(RawSqlite(path).Column("SELECT e164 FROM known_number") == "+62811\n");
  CHECK(RawSqlite(path).Column("PRAGMA user_version") == "4\n");
}

TEST_CASE("An upgraded file is like a new one") {
  TempFolder folder;
  MakeOldFile(folder / "old.db");
  REQUIRE(OpenSqliteStores(folder / "old.db").has_value());
  REQUIRE(OpenSqliteStores(folder / "new.db").has_value());
  const std::string all = "SELECT sql FROM sqlite_schema ORDER BY name";
  CHECK(RawSqlite(folder / "old.db").Column(all) ==
        RawSqlite(folder / "new.db").Column(all));
}

// What runs for each report, message and turn must not read history.
TEST_CASE("Each question has an index that holds what is looked for") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  REQUIRE(OpenSqliteStores(path).has_value());
  RawSqlite raw(path);
  const struct {
    const char* sql;
    const char* index;
  } rows[] = {
      {"SELECT sequence FROM part WHERE awaits_report = 1 AND sim = '1' AND "
       "message_reference IN (-1, 41) AND intended_at >= 1",
       "part_awaiting"},
      {"SELECT * FROM report WHERE message IS NULL AND sim = '1' AND "
       "message_reference = 41 AND received_at >= 1",
       "report_unmatched"},
      {"SELECT * FROM inbound WHERE parts_received < parts AND sim = '1' AND "
       "sender = '2' AND reference = 3 AND parts = 4 AND received_at >= 5",
       "inbound_open"},
      {"SELECT * FROM inbound WHERE shown = 0 AND received_at < 1",
       "inbound_hidden"},
      {"SELECT * FROM inbound WHERE shown = 1 AND sender = '1' "
       "ORDER BY sequence DESC",
       "inbound_sender"},
      {"SELECT * FROM inbound_part WHERE message = 1 AND number = 2",
       "inbound_part_message"},
      {"SELECT receiver, due_at FROM outbox INDEXED BY outbox_receiver "
       "WHERE receiver >= 'a' ORDER BY receiver, due_at LIMIT 1",
       "outbox_receiver (receiver>?)"},
      {"SELECT * FROM outbox INDEXED BY outbox_receiver WHERE receiver = 'a' "
       "ORDER BY due_at, sequence LIMIT 8",
       "outbox_receiver (receiver=?)"},
      {"SELECT * FROM modem_request WHERE finished = 0 ORDER BY sequence",
       "modem_request_open"},
      {"SELECT * FROM message INDEXED BY message_state WHERE true AND "
       "state = 1 AND sequence < (SELECT sequence FROM message WHERE id = '1') "
       "ORDER BY sequence DESC",
       "message_state"},
      {"SELECT * FROM message INDEXED BY message_recipient WHERE true AND "
       "state = 1 AND recipient = '1' AND sequence < (SELECT sequence FROM "
       "message WHERE id = '2') ORDER BY sequence DESC",
       "message_recipient"},
      {"SELECT state, count(*) FROM message INDEXED BY message_batch "
       "WHERE batch = 1 GROUP BY state",
       "message_batch"},
      {"SELECT client, key FROM idempotency WHERE expires_at <= 1 "
       "ORDER BY expires_at LIMIT 8",
       "idempotency_expiry"},
      {"SELECT digest FROM recent WHERE expires_at <= 1 ORDER BY expires_at "
       "LIMIT 8",
       "recent_expiry"},
  };
  for (const auto& row : rows) {
    const std::string plan = raw.Plan(row.sql);
    INFO(row.sql << "\n" << plan);
    CHECK(plan.find(std::string("INDEX ") + row.index) != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
  }
}

}  // namespace
}  // namespace smsweb
