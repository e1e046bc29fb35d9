// What a store forgets, when, and what it costs: retention, texts, free space,
// the log.
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "raw_sqlite.h"
#include "store_contract.h"

namespace smsweb {
namespace {

using std::chrono::days;
using std::chrono::minutes;

Retention KeepAll(Millis kept) {
  Retention retention;
  for (auto& each : retention.messages) each = kept;
  return retention;
}

// Steps until nothing is left to look at; what they did together.
UpkeepOutcome Pass(Store& store, const Retention& retention, WallTime now,
                   int most = 100) {
  UpkeepOutcome sum;
  UpkeepPlace place;
  for (int steps = 0; steps < 10'000; ++steps) {
    const auto done = store.Upkeep(
        {.now = now, .retention = retention, .from = place, .most = most});
    REQUIRE(done.has_value());
    sum.messages += done->messages;
    sum.texts += done->texts;
    sum.inbox += done->inbox;
    sum.others += done->others;
    if (!done->next) return sum;
    place = *done->next;
  }
  FAIL("the pass does not end");
  return sum;
}

// Leases it, and has it end so.
void End(Store& store, MessageState state, WallTime at = kNow) {
  const auto leased = Lease(store, 1, at);
  REQUIRE(leased.size() == 1);
  SpoolerTurn turn = Turn(0, at);
  turn.intents = {
      {.sequence = leased[0].sequence, .number = 1, .modem = "a", .at = at}};
  turn.results = {{.sequence = leased[0].sequence,
                   .number = 1,
                   .state = PartState::kAccepted,
                   .at = at}};
  turn.changes = {{.sequence = leased[0].sequence, .to = state, .at = at}};
  // Intents are written behind results and changes: a turn each.
  SpoolerTurn first = Turn(0, at);
  first.intents = std::exchange(turn.intents, {});
  REQUIRE(store.RecordTurn(first)->refused.empty());
  REQUIRE(store.RecordTurn(turn)->refused.empty());
}

NewMessage InsertEnded(Store& store, int n, MessageState state,
                       WallTime at = kNow,
                       MessageClass message_class = MessageClass::kBulk) {
  NewMessage message = MakeMessage(n, message_class);
  message.created_at = at;
  message.not_before = at;
  message.expires_at = at + hours(1);
  Insert(store, message);
  End(store, state, at);
  return message;
}

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("The text of an OTP is gone as soon as it has ended, whichever way") {
  OnEachStore([](Store& store, const TempFolder&) {
    int n = 0;
    for (const auto state : {kSent, kUnknown, kFailed, kExpired}) {
      INFO(ToString(state));
      const auto message =
          InsertEnded(store, ++n, state, kNow, MessageClass::kOtp);
      CHECK(StateOf(store, message.id) == state);
      CHECK(store.Find(message.id)->text.empty());
    }
    const auto cancelled = MakeMessage(++n, MessageClass::kOtp);
    Insert(store, cancelled);
    CHECK(store.Cancel(cancelled.id, kNow)->message.text.empty());
    CHECK(store.Find(cancelled.id)->text.empty());

    const auto dead = MakeMessage(++n, MessageClass::kOtp);
    Insert(store, dead);
    CHECK(Lease(store, 1, kNow + hours(2)).empty());
    CHECK(StateOf(store, dead.id) == kExpired);
    CHECK(store.Find(dead.id)->text.empty());
  });
}

TEST_CASE("An OTP that is tried again keeps its text") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto message = MakeMessage(1, MessageClass::kOtp);
    Insert(store, message);
    End(store, kQueued);
    CHECK(store.Find(message.id)->text == message.text);
    CHECK(Lease(store, 1).at(0).text == message.text);
  });
}

TEST_CASE("Other texts stay for their time, and are erased behind it") {
  OnEachStore([](Store& store, const TempFolder&) {
    Retention retention;
    retention.texts = days(7);
    const auto old = InsertEnded(store, 1, kSent, kNow);
    const auto young = InsertEnded(store, 2, kFailed, kNow + days(1));
    NewMessage waits = MakeMessage(3);
    waits.expires_at = kNow + days(60);
    Insert(store, waits);

    CHECK(Pass(store, retention, kNow + days(7) - seconds(1)).texts == 0);
    CHECK(Pass(store, retention, kNow + days(7)).texts == 1);
    CHECK(store.Find(old.id)->text.empty());
    CHECK(store.Find(old.id)->updated_at == kNow);
    CHECK(store.Find(young.id)->text == young.text);
    CHECK(Pass(store, retention, kNow + days(30)).texts == 1);
    CHECK(store.Find(waits.id)->text == waits.text);
  });
}

TEST_CASE("Where texts are not kept, each goes as its message ends") {
  TempFolder folder;
  auto opened = OpenSqliteStores(folder / "queue.db", {.keep_texts = false});
  Store& store = *opened->queue;
  const auto sent = InsertEnded(store, 1, kSent);
  const auto again = InsertEnded(store, 2, kQueued);
  CHECK(store.Find(sent.id)->text.empty());
  CHECK(store.Find(again.id)->text == again.text);
}

TEST_CASE("A message is deleted when it has been in its state for its time") {
  OnEachStore([](Store& store, const TempFolder&) {
    Retention retention = KeepAll(days(30));
    retention.messages[static_cast<std::size_t>(kFailed)] = days(90);
    retention.messages[static_cast<std::size_t>(kUnknown)].reset();
    const auto sent = InsertEnded(store, 1, kSent);
    const auto failed = InsertEnded(store, 2, kFailed);
    const auto unknown = InsertEnded(store, 3, kUnknown);
    NewMessage waits = MakeMessage(4);
    waits.expires_at = kNow + days(10'000);
    Insert(store, waits);

    CHECK(Pass(store, retention, kNow + days(30) - seconds(1)).messages == 0);
    CHECK(Pass(store, retention, kNow + days(30)).messages == 1);
    CHECK(store.Find(sent.id).error().kind == ErrorKind::kNotFound);
    CHECK(Pass(store, retention, kNow + days(90)).messages == 1);
    CHECK(store.Find(failed.id).error().kind == ErrorKind::kNotFound);
    CHECK(Pass(store, retention, kNow + days(5000)).messages == 0);
    CHECK(StateOf(store, unknown.id) == kUnknown);
    CHECK(StateOf(store, waits.id) == kQueued);
    const auto counts = store.CountByState();
    REQUIRE(counts->size() == 2);
    CHECK(counts->at(0).count == 1);
    CHECK(counts->at(1).count == 1);
  });
}

TEST_CASE(
    "What ended long after it came stays its time, and holds up nothing") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage late = MakeMessage(1);
    late.expires_at = kNow + days(60);
    Insert(store, late);
    REQUIRE(Lease(store, 1).size() == 1);  // held, while others pass it
    const auto early = InsertEnded(store, 2, kSent, kNow + hours(1));
    SpoolerTurn turn = Turn(0, kNow + days(20));
    turn.changes = {{.sequence = store.Find(late.id)->sequence,
                     .to = kSent,
                     .at = turn.now}};
    REQUIRE(store.RecordTurn(turn)->refused.empty());

    CHECK(Pass(store, KeepAll(days(30)), kNow + days(31)).messages == 1);
    CHECK(StateOf(store, late.id) == kSent);
    CHECK_FALSE(store.Find(early.id).has_value());
    CHECK(Pass(store, KeepAll(days(30)), kNow + days(50)).messages == 1);
  });
}

TEST_CASE("A message whose time lies in the future stops nothing") {
  OnEachStore([](Store& store, const TempFolder&) {
    InsertEnded(store, 1, kSent, kNow + days(9000));  // a clock that was wrong
    InsertEnded(store, 2, kSent, kNow);
    CHECK(Pass(store, KeepAll(days(30)), kNow + days(30)).messages == 1);
  });
}

TEST_CASE("A message that awaits its report is not deleted for seven days") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage message = MakeMessage(1);
    message.report = true;
    Insert(store, message);
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn intent = Turn(0);
    intent.intents = {
        {.sequence = sequence, .number = 1, .modem = "a", .at = kNow}};
    REQUIRE(store.RecordTurn(intent)->refused.empty());
    SpoolerTurn result = Turn(0);
    result.results = {{.sequence = sequence,
                       .number = 1,
                       .state = PartState::kAccepted,
                       .message_reference = 7,
                       .at = kNow,
                       .awaits_report = true}};
    result.changes = {{.sequence = sequence, .to = kSent, .at = kNow}};
    REQUIRE(store.RecordTurn(result)->refused.empty());

    CHECK(Pass(store, KeepAll(hours(1)), kNow + days(6)).messages == 0);
    CHECK(Pass(store, KeepAll(hours(1)), kNow + days(7)).messages == 1);
  });
}

TEST_CASE("A message takes its parts, its reports and its batch along") {
  TempFolder folder;
  auto opened = OpenSqliteStores(folder / "queue.db");
  Store& store = *opened->queue;
  Intake intake{.now = kNow};
  intake.batch = BatchStep{.id = MakeMessage(50).id};
  for (int n = 1; n <= 2; ++n) intake.messages.push_back(MakeMessage(n));
  const Intake* const intakes[] = {&intake};
  REQUIRE(InsertIntakes(store, intakes).has_value());
  End(store, kSent);
  End(store, kSent, kNow + minutes(5));

  const NewReport report{.fingerprint = {1},
                         .modem = "a",
                         .sim = "1",
                         .message_reference = 7,
                         .recipient = "+62811",
                         .status = 0,
                         .received_at = kNow};
  SpoolerTurn turn = Turn(0);
  turn.reports = {report};
  turn.settlements = {{.report = report.fingerprint,
                       .sequence = store.Find(intake.messages[0].id)->sequence,
                       .status = 0,
                       .to = kDelivered,
                       .at = kNow}};
  REQUIRE(store.RecordTurn(turn).has_value());

  Retention retention = KeepAll(days(1));
  CHECK(Pass(store, retention, kNow + days(1)).messages == 1);
  RawSqlite raw(folder / "queue.db");
  CHECK(raw.Column("SELECT count(*) FROM part") == "1\n");
  CHECK(raw.Column("SELECT count(*) FROM report") == "0\n");
  CHECK(store.FindBatch(intake.batch->id)->accepted == 2);
  CHECK(Pass(store, retention, kNow + days(2)).messages == 1);
  CHECK(raw.Column("SELECT count(*) FROM part") == "0\n");
  CHECK(store.FindBatch(intake.batch->id).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("A batch that still grows keeps its last message, for a day") {
  OnEachStore([](Store& store, const TempFolder&) {
    Intake intake{.now = kNow};
    intake.batch = BatchStep{.id = MakeMessage(50).id, .finished = false};
    for (int n = 1; n <= 3; ++n) intake.messages.push_back(MakeMessage(n));
    REQUIRE(InsertIntake(store, intake).has_value());
    for (int n = 1; n <= 3; ++n) End(store, kSent);
    const Retention retention = KeepAll(hours(1));
    CHECK(Pass(store, retention, kNow + hours(2)).messages == 2);
    CHECK(Pass(store, retention, kNow + hours(23)).messages == 0);
    CHECK(store.FindBatch(intake.batch->id)->accepted == 3);
    // It broke off, and nothing of it stays.
    CHECK(Pass(store, retention, kNow + hours(24)).messages == 1);
    CHECK_FALSE(store.FindBatch(intake.batch->id).has_value());
  });
}

TEST_CASE("A batch that is finished goes with its last message") {
  OnEachStore([](Store& store, const TempFolder&) {
    Intake intake{.now = kNow};
    intake.batch = BatchStep{.id = MakeMessage(50).id, .finished = false};
    intake.messages = {MakeMessage(1)};
    REQUIRE(InsertIntake(store, intake).has_value());
    End(store, kSent);
    const Retention retention = KeepAll(hours(1));
    CHECK(Pass(store, retention, kNow + hours(2)).messages == 0);
    intake.messages.clear();
    intake.batch->finished = true;
    REQUIRE(InsertIntake(store, intake).has_value());
    CHECK(Pass(store, retention, kNow + hours(2)).messages == 1);
    CHECK_FALSE(store.FindBatch(intake.batch->id).has_value());
  });
}

TEST_CASE("What nothing belongs to any more goes by itself") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  RawSqlite raw(path);
  // 2023-11-14 is kNow; its month and the one before stay.
  raw.Execute(
      "INSERT INTO idempotency VALUES('c', 'old', x'00', '', 1000),"
      "  ('c', 'new', x'00', '', 1800000000000);"
      "INSERT INTO recent VALUES(x'01', x'00', 1000),"
      "  (x'02', x'00', 1800000000000);"
      "INSERT INTO conversation VALUES('+1', '', 's', 1000),"
      "  ('+2', '', 's', 1699999999999);"
      "INSERT INTO report(fingerprint, modem, sim, message_reference,"
      "  recipient, status, sent_at, discharged_at, received_at)"
      "  VALUES(x'01', 'a', 's', 1, '+1', 0, 1, 1, 1000),"
      "  (x'02', 'a', 's', 1, '+1', 0, 1, 1, 1699999999999);"
      "INSERT INTO batch(id, client, created_at, accepted, rejected, lines,"
      "  finished) VALUES(x'01', '', 1000, 0, 3, 3, 1),"
      "  (x'02', '', 1699999999999, 0, 3, 3, 1);"
      "INSERT INTO sim_recipient SELECT s.value, m.value, n.value, 1 FROM"
      "  json_each('[\"1\", \"2\"]') s,"
      "  json_each('[1693526400000, 1696118400000, 1698796800000]') m,"
      "  json_each('[\"+1\", \"+2\", \"+3\"]') n");

  const auto done = Pass(*opened->queue, {}, kNow, 2);
  CHECK(done.others == 5 + 2 * 3);
  CHECK(raw.Column("SELECT key FROM idempotency") == "new\n");
  CHECK(raw.Column("SELECT hex(digest) FROM recent") == "02\n");
  CHECK(raw.Column("SELECT recipient FROM conversation") == "+2\n");
  CHECK(raw.Column("SELECT hex(fingerprint) FROM report") == "02\n");
  CHECK(raw.Column("SELECT hex(id) FROM batch") == "02\n");
  CHECK(raw.Column("SELECT DISTINCT month FROM sim_recipient") ==
        "1696118400000\n1698796800000\n");
  CHECK(raw.Column("SELECT count(*) FROM sim_recipient") == "12\n");
}

InboundPart Received(int n, WallTime at) {
  SeededRandom random(static_cast<std::uint64_t>(n));
  return {.id = MakeUuidV7(at, random),
          .fingerprint = {static_cast<std::uint8_t>(n)},
          .modem = "a",
          .sender = "+62811",
          .sent_at = kNow,
          .received_at = at,
          .coding = "gsm7",
          .text = "hello"};
}

TEST_CASE("The inbox is kept for ever, unless a time is set") {
  OnEachStore([](Store& store, const TempFolder&) {
    SpoolerTurn turn = Turn(0);
    for (int i = 1; i <= 3; ++i) {
      turn.inbound.push_back(Received(i, kNow + days(i)));
    }
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(Pass(store, KeepAll(days(1)), kNow + days(1000)).inbox == 0);
    Retention retention;
    retention.inbox = days(10);
    CHECK(Pass(store, retention, kNow + days(12), 1).inbox == 2);
    CHECK(store.Inbox({})->size() == 1);
    CHECK(Pass(store, retention, kNow + days(13)).inbox == 1);
  });
}

TEST_CASE("A received message that is deleted untold is not told as the next") {
  OnEachStore([](Store& store, const TempFolder&) {
    SpoolerTurn turn = Turn(0);
    turn.inbound_webhook = true;
    turn.inbound = {Received(1, kNow), Received(2, kNow + days(9))};
    REQUIRE(store.RecordTurn(turn).has_value());
    Retention retention;
    retention.inbox = days(10);
    CHECK(Pass(store, retention, kNow + days(10)).inbox == 1);
    REQUIRE(store.Outbox("", 9)->size() == 1);
    CHECK(store.Outbox("", 9)->front().id == turn.inbound[1].id);
    CHECK(Pass(store, retention, kNow + days(19)).inbox == 1);
    turn.inbound = {Received(3, kNow + days(19))};
    REQUIRE(store.RecordTurn(turn).has_value());

    const auto items = store.Outbox("", 9);
    REQUIRE(items->size() == 1);
    CHECK(items->front().id == turn.inbound[0].id);
    const auto told = store.FindInbound(items->front().subject);
    CHECK(told->id == turn.inbound[0].id);
  });
}

TEST_CASE("A step looks at so many rows, and the next goes on behind them") {
  OnEachStore([](Store& store, const TempFolder&) {
    for (int n = 1; n <= 7; ++n) InsertEnded(store, n, kSent);
    UpkeepStep step{.now = kNow + days(2),
                    .retention = KeepAll(days(1)),
                    .from = {},
                    .most = 3};
    const auto first = store.Upkeep(step);
    CHECK(first->messages == 3);
    REQUIRE(first->next.has_value());
    step.from = *first->next;
    const auto second = store.Upkeep(step);
    CHECK(second->messages == 3);
    step.from = *second->next;
    const auto third = store.Upkeep(step);
    CHECK(third->messages == 1);
    CHECK_FALSE(third->next.has_value());
  });
}

// By the bytes of the database that SQLite reads: no clock is asked.
TEST_CASE("History that is not due costs an upkeep nothing") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  RawSqlite raw(path);
  raw.Execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < 20000) INSERT INTO message(id, class, state, recipient, text, "
      "parts, created_at, not_before, expires_at, updated_at) SELECT "
      "randomblob(16), 1, 2 + i % 7, '+62896' || i, '', 1, 1700000000000, "
      "1700000000000, 1700000000000, 1700000000000 FROM n");
  int steps = 0;
  UpkeepPlace place;
  for (bool more = true; more; ++steps) {
    const auto done = opened->queue->Upkeep({.now = kNow + days(29),
                                             .retention = KeepAll(days(30)),
                                             .from = place,
                                             .most = 10});
    REQUIRE(done.has_value());
    CHECK(done->messages == 0);
    more = done->next.has_value();
    if (more) place = *done->next;
  }
  CHECK(steps == 1);
}

TEST_CASE("What is erased is not in the file any more") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  Store& store = *opened->queue;
  // Long ones have pages of their own, which become free.
  for (int n = 1; n <= 40; ++n) {
    NewMessage message = MakeMessage(n, MessageClass::kOtp);
    message.text = "SECRET" + std::string(n % 2 ? 20 : 9000, 'x');
    Insert(store, message);
  }
  CHECK(BytesOf(path + "-wal").find("SECRET") != std::string::npos);
  for (int n = 1; n <= 40; ++n) End(store, kSent);
  REQUIRE(store.GiveBackSpace(true).has_value());
  CHECK(BytesOf(path + "-wal").empty());
  CHECK(BytesOf(path).find("SECRET") == std::string::npos);
}

TEST_CASE("Free space goes back to the disk, piece by piece") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  Store& store = *opened->queue;
  RawSqlite raw(path);
  CHECK(raw.Column("PRAGMA auto_vacuum") == "2\n");
  raw.Execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < 3000) INSERT INTO message(id, class, state, recipient, text, "
      "parts, created_at, not_before, expires_at, updated_at) SELECT "
      "randomblob(16), 1, 2, '+62896' || i, hex(zeroblob(2000)), 1, 0, 0, 0, "
      "0 FROM n");
  const auto pages = std::stol(raw.Column("PRAGMA page_count"));
  CHECK(Pass(store, KeepAll(days(1)), kNow).messages == 3000);
  CHECK(std::stol(raw.Column("PRAGMA page_count")) == pages);
  int steps = 0;
  for (bool more = true; more; ++steps) {
    const auto space = store.GiveBackSpace(false);
    REQUIRE(space.has_value());
    more = space->more;
  }
  CHECK(steps > 10);
  const auto left = std::stol(raw.Column("PRAGMA page_count"));
  CHECK(left < 1300);
  CHECK(std::stol(raw.Column("PRAGMA freelist_count")) <= 1000);
}

// A reader that holds an old state keeps the log from beginning anew; it must
// not go on growing when that reader has gone.
TEST_CASE("The log stays bounded beside readers that come and go") {
  constexpr int kReaders = 5;
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  Store& store = *opened->queue;
  std::int64_t longest = 0;
  std::int64_t written = 0;
  int n = 0;
  for (int reader = 0; reader < kReaders; ++reader) {
    RawSqlite raw(path);
    raw.Execute("BEGIN; SELECT count(*) FROM message");
    for (int i = 0; i < 60; ++i) {
      Intake intake{.now = kNow};
      for (int k = 0; k < 20; ++k) intake.messages.push_back(MakeMessage(++n));
      const Intake* const intakes[] = {&intake};
      REQUIRE(InsertIntakes(store, intakes).has_value());
    }
    const auto beside = store.GiveBackSpace(true);
    REQUIRE(beside.has_value());
    longest = std::max(longest, beside->log_bytes);
    written += beside->log_bytes;
    raw.Execute("COMMIT");
    CHECK(store.GiveBackSpace(true)->log_bytes == 0);
  }
  CHECK(written > 4 << 20);
  CHECK(longest < 2 * written / kReaders);
}

// With SQLite's own way, the log grows as long as some reader is always there.
TEST_CASE("The log is emptied where somebody always reads") {
  const std::filesystem::path memory = "/dev/shm";
  TempFolder folder(std::filesystem::exists(memory)
                        ? memory
                        : std::filesystem::temp_directory_path());
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      auto own = OpenSqliteStores(path);
      while (!done) (void)own->queue->List({.limit = 500});
    });
  }
  std::uintmax_t length = 0;
  int n = 0;
  int emptied = 0;
  for (int i = 0; i < 10'000 && emptied < 3; ++i) {
    Intake intake{.now = kNow};
    for (int k = 0; k < 5; ++k) intake.messages.push_back(MakeMessage(++n));
    const Intake* const intakes[] = {&intake};
    REQUIRE(InsertIntakes(*opened->queue, intakes).has_value());
    const auto before =
        std::exchange(length, std::filesystem::file_size(path + "-wal"));
    if (length < before) ++emptied;
  }
  done = true;
  CHECK(emptied == 3);
}

// A program that lives for one request opens one each time.
TEST_CASE("Opening a queue writes nothing") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  Insert(*opened->queue, MakeMessage(1));
  REQUIRE(opened->queue->GiveBackSpace(true)->log_bytes == 0);
  auto again = OpenSqliteStores(path);
  REQUIRE(again->queue->List({})->size() == 1);
  CHECK(std::filesystem::file_size(path + "-wal") == 0);
}

TEST_CASE("Pages of a list, and what upkeep looks for, are found by an index") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  for (int n = 1; n <= 3; ++n) Insert(*opened->queue, MakeMessage(n));
  RawSqlite raw(path);
  const struct {
    const char* sql;
    const char* index;
  } rows[] = {
      {"SELECT text FROM message INDEXED BY message_state WHERE state = 2 AND "
       "sequence < (SELECT sequence FROM message WHERE id = x'00') "
       "ORDER BY sequence DESC LIMIT 50",
       "message_state (state=? AND sequence<?)"},
      {"SELECT text FROM message INDEXED BY message_recipient WHERE "
       "recipient = '1' AND sequence < 5 ORDER BY sequence DESC LIMIT 50",
       "message_recipient (recipient=? AND sequence<?)"},
      {"SELECT text FROM message INDEXED BY message_recipient WHERE state = 2 "
       "AND recipient = '1' AND sequence < 5 ORDER BY sequence DESC LIMIT 50",
       "message_recipient (recipient=? AND sequence<?)"},
      {"SELECT text FROM message WHERE sequence < 5 ORDER BY sequence DESC "
       "LIMIT 50",
       "INTEGER PRIMARY KEY (rowid<?)"},
      {"SELECT sequence FROM message WHERE state > 1 AND text <> '' AND "
       "updated_at <= 1",
       "message_text (updated_at<?)"},
      {"SELECT sequence FROM message WHERE state = 2 AND sequence > 5 "
       "ORDER BY sequence",
       "message_state (state=? AND sequence>?)"},
      {"DELETE FROM report WHERE message = 1", "report_message (message=?)"},
      {"SELECT sequence FROM report WHERE message IS NULL AND "
       "received_at <= 1",
       "report_nobodys (received_at<?)"},
      {"SELECT sequence FROM batch WHERE accepted = 0 AND created_at <= 1",
       "batch_hollow (created_at<?)"},
      {"SELECT 1 FROM message WHERE batch = 1", "message_batch (batch=?)"},
      {"SELECT sim, month FROM sim_recipient WHERE (sim, month) > ('1', 2) "
       "ORDER BY sim, month LIMIT 1",
       "PRIMARY KEY ((sim,month)>(?,?))"},
  };
  for (const auto& row : rows) {
    const std::string plan = raw.Plan(row.sql);
    INFO(row.sql << "\n" << plan);
    CHECK(plan.find(row.index) != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    CHECK(plan.find("SCAN") == std::string::npos);
  }
}

}  // namespace
}  // namespace smsweb
