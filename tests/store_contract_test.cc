// What every store must do with messages (store_contract.h).
#include "store_contract.h"

#include <sqlite3.h>

#include <thread>

namespace smsweb {
namespace {

TEST_CASE("A message is found as it was inserted") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage in = MakeMessage(1);
    in.coding = "gsm7";
    in.report = true;
    Insert(store, in);
    const auto out = store.Find(in.id);
    REQUIRE(out.has_value());
    CHECK(out->id == in.id);
    CHECK(out->message_class == in.message_class);
    CHECK(out->recipient == in.recipient);
    CHECK(out->text == in.text);
    CHECK(out->reference == in.reference);
    CHECK(out->coding == "gsm7");
    CHECK(out->report);
    CHECK(out->created_at == in.created_at);
    CHECK(out->expires_at == in.expires_at);
    CHECK(out->state == kQueued);
    CHECK(out->attempts == 0);
  });
}

TEST_CASE("What is not there is not found") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto found = store.Find(MakeMessage(1).id);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == ErrorKind::kNotFound);
  });
}

TEST_CASE("An insert of many is all or nothing") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(2));
    const NewMessage batch[] = {MakeMessage(1), MakeMessage(2)};  // 2 is taken
    CHECK_FALSE(InsertAll(store, batch).has_value());
    CHECK_FALSE(store.Find(batch[0].id).has_value());
  });
}

TEST_CASE(
    "Messages are leased by class, by time, by arrival; otp newest first") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1, MessageClass::kBulk));
    NewMessage later = MakeMessage(2);
    later.not_before = kNow - seconds(1);
    NewMessage earlier = MakeMessage(3);
    earlier.not_before = kNow - seconds(2);
    Insert(store, later);
    Insert(store, earlier);
    Insert(store, MakeMessage(4, MessageClass::kOtp));
    Insert(store, MakeMessage(5, MessageClass::kOtp));
    std::string order;
    for (const auto& message : Lease(store, 10)) order += message.text + ", ";
    CHECK(order == "text 5, text 4, text 3, text 2, text 1, ");
  });
}

TEST_CASE("A leased message is not leased again") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    CHECK(Lease(store, 1).size() == 1);
    CHECK(Lease(store, 1).empty());
    CHECK(StateOf(store, MakeMessage(1).id) == kSending);
  });
}

TEST_CASE("A message is not leased before its time") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage message = MakeMessage(1);
    message.not_before = kNow + seconds(10);
    Insert(store, message);
    CHECK(Lease(store, 1, kNow + seconds(9)).empty());
    const auto due = store.NextDue(kNow);
    REQUIRE(due.has_value());
    CHECK(*due == message.not_before);
    CHECK(Lease(store, 1, kNow + seconds(10)).size() == 1);
    CHECK_FALSE(store.NextDue(kNow)->has_value());
  });
}

TEST_CASE("A message whose life is over expires instead of being leased") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage dead = MakeMessage(1);
    dead.expires_at = kNow + seconds(5);
    Insert(store, dead);
    Insert(store, MakeMessage(2));
    const auto outcome = store.RecordTurn(Turn(1, kNow + seconds(5)));
    REQUIRE(outcome.has_value());
    REQUIRE(outcome->leased.size() == 1);
    CHECK(outcome->leased[0].text == "text 2");
    REQUIRE(outcome->expired.size() == 1);
    CHECK(StateOf(store, dead.id) == kExpired);
  });
}

TEST_CASE("What may have gone is unknown when its life is over") {
  OnEachStore([](Store& store, const TempFolder&) {
    const bool leasing = GENERATE(true, false);
    const NewMessage otp = MakeMessage(1, MessageClass::kOtp);
    Insert(store, otp);
    const auto sequence = Lease(store, 1).at(0).sequence;
    // The first try may have gone; the second certainly did not.
    for (const auto state : {PartState::kUnknown, PartState::kRejected}) {
      SpoolerTurn intent = Turn(0);
      intent.intents = {{sequence, 1, "a", kNow, ""}};
      REQUIRE(store.RecordTurn(intent)->refused.empty());
      SpoolerTurn result = Turn(0);
      result.results = {
          {.sequence = sequence, .number = 1, .state = state, .at = kNow}};
      REQUIRE(store.RecordTurn(result)->refused.empty());
    }
    CHECK(store.Find(otp.id)->in_doubt);
    SpoolerTurn back = Turn(1);
    back.changes = {{.sequence = sequence, .to = kQueued, .at = kNow}};
    const auto again = store.RecordTurn(back);
    REQUIRE(again->leased.size() == 1);
    CHECK(again->leased[0].in_doubt);
    back.leases.clear();
    REQUIRE(store.RecordTurn(back).has_value());

    SpoolerTurn late = Turn(leasing ? 1 : 0, kNow + hours(2));
    late.expire = !leasing;
    const auto outcome = store.RecordTurn(late);
    REQUIRE(outcome->expired.size() == 1);
    CHECK(outcome->expired[0].state == kUnknown);
    CHECK(outcome->leased.empty());
    CHECK(StateOf(store, otp.id) == kUnknown);
    CHECK(store.Find(otp.id)->error.find("may have gone") != std::string::npos);
  });
}

TEST_CASE("Intent, result and state come back with the message") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.intents.push_back({sequence, 1, "sim-1", kNow, "51010"});
    REQUIRE(store.RecordTurn(turn).has_value());
    auto message = store.Find(MakeMessage(1).id);
    REQUIRE(message->part_records.size() == 1);
    CHECK(message->part_records[0].state == PartState::kIntended);
    CHECK(message->part_records[0].modem == "sim-1");
    CHECK(message->part_records[0].sim == "51010");

    turn = Turn(0);
    turn.results.push_back({sequence, 1, PartState::kAccepted, 42, -1, kNow});
    turn.changes.push_back(
        {.sequence = sequence, .to = kSent, .modem = "sim-1", .at = kNow});
    const auto outcome = store.RecordTurn(turn);
    REQUIRE(outcome.has_value());
    CHECK(outcome->refused.empty());
    message = store.Find(MakeMessage(1).id);
    CHECK(message->state == kSent);
    CHECK(message->attempts == 1);
    CHECK(message->modem == "sim-1");
    CHECK(message->part_records[0].state == PartState::kAccepted);
    CHECK(message->part_records[0].message_reference == 42);
  });
}

TEST_CASE("A message that goes back to the queue waits for its new time") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.changes.push_back({.sequence = sequence,
                            .to = kQueued,
                            .not_before = kNow + seconds(30),
                            .error = "no network",
                            .at = kNow});
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(Lease(store, 1, kNow + seconds(29)).empty());
    const auto again = Lease(store, 1, kNow + seconds(30));
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 1);
  });
}

TEST_CASE("Only the holder may change a message") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.token = kOther;
    turn.intents.push_back({sequence, 1, "sim-1", kNow});
    turn.changes.push_back({.sequence = sequence, .to = kSent, .at = kNow});
    const auto outcome = store.RecordTurn(turn);
    REQUIRE(outcome.has_value());
    CHECK(outcome->refused.size() == 2);
    const auto message = store.Find(MakeMessage(1).id);
    CHECK(message->state == kSending);
    CHECK(message->part_records.empty());
  });
}

TEST_CASE("A transition that the table does not have is refused") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.changes.push_back(
        {.sequence = sequence, .to = kCancelled, .at = kNow});
    const auto outcome = store.RecordTurn(turn);
    REQUIRE(outcome.has_value());
    CHECK(outcome->refused == std::vector<std::int64_t>{sequence});
    CHECK(StateOf(store, MakeMessage(1).id) == kSending);
  });
}

TEST_CASE("A queue whose file is gone takes nothing") {
  const TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path);
  REQUIRE(opened.has_value());
  REQUIRE(InsertOne(*opened->queue, MakeMessage(1)));
  std::filesystem::remove(path);
  const auto refused = InsertOne(*opened->queue, MakeMessage(2));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::kUnavailable);
}

TEST_CASE("What a dead spooler held is found and taken over") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    Insert(store, MakeMessage(2));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.intents.push_back({sequence, 1, "sim-1", kNow});
    REQUIRE(store.RecordTurn(turn).has_value());

    CHECK(store.Abandoned(kMine, kNow)->empty());
    const auto abandoned = store.Abandoned(kOther, kNow);
    REQUIRE(abandoned.has_value());
    REQUIRE(abandoned->size() == 1);
    REQUIRE(abandoned->at(0).part_records.size() == 1);
    const auto taken = store.TakeOver(kOther, kOther, kNow);
    REQUIRE(taken->size() == 1);
    CHECK(taken->at(0).part_records.size() == 1);

    turn = Turn(0);  // the dead one comes back, too late
    turn.changes.push_back({.sequence = sequence, .to = kSent, .at = kNow});
    CHECK(store.RecordTurn(turn)->refused.size() == 1);
    turn.token = kOther;
    CHECK(store.RecordTurn(turn)->refused.empty());
  });
}

TEST_CASE("A list is newest first, filtered, and paged by id") {
  OnEachStore([](Store& store, const TempFolder&) {
    for (int i = 0; i < 5; ++i) Insert(store, MakeMessage(i));
    Lease(store, 2);
    auto page = store.List({.limit = 2});
    REQUIRE(page.has_value());
    REQUIRE(page->size() == 2);
    CHECK(page->at(0).id == MakeMessage(4).id);
    CHECK(page->at(0).text.empty());
    page = store.List({.limit = 10, .after = page->at(1).id});
    REQUIRE(page->size() == 3);
    CHECK(page->at(0).id == MakeMessage(2).id);
    CHECK(store.List({.state = kSending})->size() == 2);
    CHECK(store.List({.recipient = "+6289610707903"})->size() == 1);
    const auto counts = store.CountByState();
    REQUIRE(counts.has_value());
    REQUIRE(counts->size() == 2);
    CHECK(counts->at(0).count == 3);
    CHECK(counts->at(1).count == 2);
  });
}

TEST_CASE("A second connection sees what the first has committed") {
  OnEachStore([](Store& store, const TempFolder& folder) {
    const auto second = kStores[0].open(folder);
    Insert(store, MakeMessage(1));
    CHECK(second->Find(MakeMessage(1).id).has_value());
    CHECK(Lease(*second, 5).size() == 1);
    CHECK(Lease(store, 5).empty());
  });
}

TEST_CASE("A modem's state is the last that was said, its parts add up") {
  OnEachStore([](Store& store, const TempFolder&) {
    SpoolerTurn turn = Turn(0);
    turn.modems = {{.name = "b", .state = "probing", .since = kNow},
                   {.name = "a", .state = "ready", .since = kNow}};
    REQUIRE(store.RecordTurn(turn).has_value());
    turn.modems = {
        {.name = "a", .state = "closed", .detail = "gone", .parts_sent = 2},
        {.name = "a", .state = "ready", .since = kNow, .parts_sent = 3},
        {.name = "a", .parts_sent = 1, .info = "{\"signal_dbm\":-71}"},
        {.name = "a", .state = "ready", .since = kNow}};
    REQUIRE(store.RecordTurn(turn).has_value());
    const auto modems = store.Modems();
    REQUIRE(modems.has_value());
    REQUIRE(modems->size() == 2);
    CHECK(modems->at(0).state == "ready");
    CHECK(modems->at(0).since == kNow);
    CHECK(modems->at(0).parts_sent == 6);
    CHECK(modems->at(1).state == "probing");
    CHECK(modems->at(0).info == "{\"signal_dbm\":-71}");
  });
}

TEST_CASE("A PIN's refusal is remembered until the PIN is accepted") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto refused_at = [&](const ModemStatus& status) {
      SpoolerTurn turn = Turn(0);
      turn.modems = {status};
      REQUIRE(store.RecordTurn(turn).has_value());
      return store.Modems()->at(0).pin_refused_at;
    };
    const auto refused_under = [&] {
      return store.Modems()->at(0).pin_refused_under;
    };
    CHECK(refused_at({.name = "a", .state = "sim"}) == WallTime());
    CHECK(refused_at({.name = "a", .pin_refused_at = kNow}) == kNow);
    CHECK_FALSE(refused_under());
    const WallTime changed = kNow + hours(9);
    CHECK(refused_at({.name = "a",
                      .pin_refused_at = kNow,
                      .pin_refused_under = changed}) == kNow);
    CHECK(refused_under() == changed);
    CHECK(refused_at({.name = "a", .state = "closed"}) == kNow);
    CHECK(refused_under() == changed);
    CHECK(refused_at({.name = "a", .pin_accepted = true}) == WallTime());
    CHECK_FALSE(refused_under());
    CHECK(refused_at({.name = "a", .pin_refused_at = kNow}) == kNow);
  });
}

// What follows is SQLite's own.

TEST_CASE("A schema newer than the program is refused, and not touched") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  REQUIRE(OpenSqliteStores(path).has_value());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA user_version = 999", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto opened = OpenSqliteStores(path);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == ErrorKind::kConflict);
  CHECK(opened.error().message.find("schema 999") != std::string::npos);
}

TEST_CASE(
    "A store that another process keeps locked is unavailable, not lost") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  auto opened = OpenSqliteStores(path, {.busy_timeout = Millis(20)});
  REQUIRE(opened.has_value());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  const NewMessage message = MakeMessage(1);
  const auto refused = InsertOne(*opened->queue, message);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::kUnavailable);
  REQUIRE(sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  CHECK(InsertOne(*opened->queue, message).has_value());
}

TEST_CASE("Many writers on one file lose nothing") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  constexpr int kWriters = 8;
  constexpr int kEach = 20;
  std::vector<std::string> errors(kWriters);
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&path, &error = errors[writer], writer] {
      auto opened = OpenSqliteStores(path, {.busy_timeout = seconds(60)});
      if (!opened) error = opened.error().message;
      for (int i = 0; i < kEach && error.empty(); ++i) {
        const NewMessage message = MakeMessage(writer * kEach + i);
        const auto stored = InsertOne(*opened->queue, message);
        if (!stored) error = stored.error().message;
      }
    });
  }
  writers.clear();
  CHECK(errors == std::vector<std::string>(kWriters));
  auto opened = OpenSqliteStores(path);
  REQUIRE(opened.has_value());
  CHECK(opened->queue->CountByState()->at(0).count == kWriters * kEach);
}

TEST_CASE("A place that can't hold a queue is named") {
  const auto opened = OpenSqliteStores("/no/such/folder/queue.db");
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().message.find("/no/such/folder/queue.db") == 0);
}

TEST_CASE("A checked number is remembered, for a while and for its region") {
  TempFolder folder;
  auto opened = OpenSqliteStores(folder / "queue.db");
  REQUIRE(opened.has_value());
  auto& numbers = *opened->known_numbers;
  numbers.Remember("0896", "ID", "+62896", kNow);
  CHECK(numbers.Find("0896", "ID", kNow - seconds(1)) == "+62896");
  CHECK_FALSE(numbers.Find("0896", "DE", kNow - seconds(1)).has_value());
  CHECK_FALSE(numbers.Find("0897", "ID", kNow - seconds(1)).has_value());
  CHECK_FALSE(numbers.Find("0896", "ID", kNow + seconds(1)).has_value());
}

}  // namespace
}  // namespace smsweb
