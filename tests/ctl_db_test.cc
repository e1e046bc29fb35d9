// smsweb db: what it makes of a queue's file, in a folder of its own.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/bell/bell.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "raw_sqlite.h"
#include "store_contract.h"

namespace smsweb::ctl {
namespace {

namespace fs = std::filesystem;
using Action = DbOptions::Action;

struct Bench {
  Bench() {
    config.store.path = folder / "queue.db";
    Open();
  }
  void Open() {
    store = std::move(OpenSqliteStores(config.store.path).value().queue);
  }
  Outcome Do(DbOptions options) {
    return DbCommand(
        options,
        {.config = config, .now = kNow, .progress = [](std::string_view) {}});
  }
  Outcome Check(const std::string& file = "") {
    return Do({.action = Action::kCheck, .file = file, .full = true});
  }
  Outcome BackUp(bool force = false) {
    return Do({.action = Action::kBackup, .file = backup, .force = force});
  }
  Outcome Restore(bool resend = false) {
    return Do({.action = Action::kRestore, .file = backup, .resend = resend});
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "")) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  TempFolder folder;
  Config config;
  const std::string backup = folder / "backup.db";
  std::unique_ptr<Store> store;
};

bool Says(const Outcome& outcome, const std::string& part) {
  const std::string& text =
      outcome ? outcome->text + outcome->note : outcome.error().message;
  return text.find(part) != std::string::npos;
}

void WriteTo(const std::string& path, std::streamoff at,
             const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
}

TEST_CASE("A queue that is fine is said to be") {
  Bench bench;
  Insert(*bench.store, MakeMessage(1));
  const auto outcome = bench.Check();
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["ok"] == true);
  CHECK(outcome->json["schema"] == 4);
  CHECK(outcome->json["messages"] == 1);
  CHECK(outcome->json["waiting"] == 1);
  CHECK(outcome->json["sizes"]["file"].get<int>() > 0);
}

TEST_CASE("Messages that a dead smswebd holds are no damage, and said") {
  Bench bench;
  Insert(*bench.store, MakeMessage(1));
  Lease(*bench.store, 1);
  const auto outcome = bench.Check();
  CHECK(outcome->json["abandoned"] == 1);
  CHECK(Says(outcome, "the next one settles them"));
}

TEST_CASE("Rows that don't fit together are found, and compact mends them") {
  Bench bench;
  for (int n = 1; n <= 3; ++n) Insert(*bench.store, MakeMessage(n));
  RawSqlite(bench.config.store.path)
      .Execute(
          "INSERT INTO part(sequence, number, state, modem, intended_at) "
          "VALUES(77, 1, 1, 'a', 1);"
          "UPDATE message_count SET messages = 9 WHERE state = 0;"
          "INSERT INTO report(fingerprint, modem, sim, message_reference, "
          "recipient, status, sent_at, discharged_at, received_at, message) "
          "VALUES(x'01', 'a', 's', 1, '+62811', 0, 1, 1, 1, 77);"
          "INSERT INTO inbound_part(fingerprint, message, number, coding, "
          "units) VALUES(x'01', 77, 1, 'gsm7', x'41');"
          "UPDATE message SET batch = 5 WHERE sequence = 1");
  const auto outcome = bench.Check();
  REQUIRE(!outcome);
  CHECK(outcome.error().exit == ExitCode::kDamaged);
  CHECK(outcome.error().code == "misfits");
  CHECK(outcome.error().details["misfits"] ==
        Json::array({"1 states whose messages are counted wrong",
                     "1 parts without a message",
                     "1 reports of a message that is not there",
                     "1 messages of a batch that is not there",
                     "1 received parts without a message"}));
  CHECK(bench.Do({.action = Action::kCompact}).has_value());
  CHECK(bench.Check().has_value());
  CHECK(bench.store->CountByState()->at(0).count == 3);
}

TEST_CASE("A damaged file is said to be, and so is one that is no queue") {
  Bench bench;
  for (int n = 1; n <= 200; ++n) Insert(*bench.store, MakeMessage(n));
  bench.store.reset();
  RawSqlite(bench.config.store.path).Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  WriteTo(bench.config.store.path, 3 * 4096, std::string(8 * 4096, 'x'));
  const auto damaged = bench.Check();
  REQUIRE(!damaged);
  CHECK(damaged.error().exit == ExitCode::kDamaged);
  CHECK(damaged.error().code == "damaged");

  WriteTo(bench.config.store.path, 0, std::string(4096, 'x'));
  CHECK(bench.Check().error().exit == ExitCode::kDamaged);

  RawSqlite(bench.folder / "other.db").Execute("CREATE TABLE t(a)");
  CHECK(bench.Check(bench.folder / "other.db").error().code == "not_a_queue");
  CHECK(bench.Check(bench.folder / "none.db").error().exit ==
        ExitCode::kUnavailable);
}

TEST_CASE("A backup is one private file with all that is in the queue") {
  Bench bench;
  for (int n = 1; n <= 5; ++n) Insert(*bench.store, MakeMessage(n));
  const auto outcome = bench.BackUp();
  REQUIRE(outcome.has_value());
  CHECK(Says(outcome, "texts"));
  struct stat status {};
  REQUIRE(::stat(bench.backup.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(bench.Check(bench.backup)->json["messages"] == 5);
  CHECK(RawSqlite(bench.backup).Column("PRAGMA journal_mode") == "delete\n");
  CHECK(bench.Files() == std::vector<std::string>{"backup.db", "queue.db",
                                                  "queue.db-shm",
                                                  "queue.db-wal"});
}

TEST_CASE("A backup goes over no file unless it is told to") {
  Bench bench;
  REQUIRE(bench.BackUp().has_value());
  Insert(*bench.store, MakeMessage(1));
  CHECK(bench.BackUp().error().code == "file_exists");
  CHECK(bench.Check(bench.backup)->json["messages"] == 0);
  REQUIRE(bench.BackUp(true).has_value());
  CHECK(bench.Check(bench.backup)->json["messages"] == 1);

  fs::remove(bench.backup);
  fs::create_hard_link(bench.config.store.path, bench.backup);
  CHECK(bench.BackUp(true).error().exit == ExitCode::kRefused);
}

TEST_CASE("A backup goes over nothing that the queue needs, told or not") {
  Bench bench;
  Insert(*bench.store, MakeMessage(1));
  for (const char* ending : {"-wal", "-shm", "-journal", "-spooler"}) {
    const auto outcome = bench.Do({.action = Action::kBackup,
                                   .file = bench.config.store.path + ending,
                                   .force = true});
    REQUIRE_FALSE(outcome.has_value());
    CHECK(Says(outcome, "needs"));
  }
  CHECK(bench.Check().has_value());
  CHECK(StateOf(*bench.store, MakeMessage(1).id) == kQueued);
}

TEST_CASE("A restored queue sends nothing by itself that waited in it") {
  Bench bench;
  const auto waits = MakeMessage(1, MessageClass::kOtp);
  const auto held = MakeMessage(2);
  const auto later = MakeMessage(3);
  Insert(*bench.store, held);
  REQUIRE(Lease(*bench.store, 1).size() == 1);
  Insert(*bench.store, waits);
  REQUIRE(bench.BackUp().has_value());
  Insert(*bench.store, later);
  bench.store.reset();

  const auto outcome = bench.Restore();
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["became_unknown"] == 2);
  CHECK(Says(outcome, "may have been sent"));
  const std::string before = outcome->json["before"];
  CHECK(bench.Check(before)->json["messages"] == 3);

  bench.Open();
  CHECK(StateOf(*bench.store, waits.id) == kUnknown);
  CHECK(StateOf(*bench.store, held.id) == kUnknown);
  CHECK(bench.store->Find(waits.id)->text.empty());
  CHECK(bench.store->Find(later.id).error().kind == ErrorKind::kNotFound);
  CHECK(Lease(*bench.store, 5).empty());
  CHECK(bench.store->Abandoned(kMine, kNow)->empty());
  CHECK(bench.Check().has_value());
}

TEST_CASE("What a restore makes unknown is told, and a report may settle it") {
  Bench bench;
  bench.config.retention.texts = seconds(0);
  NewMessage leaving = MakeMessage(1);
  leaving.report = true;
  leaving.callback_url = "https://shop.example/sms";
  Insert(*bench.store, leaving);
  const auto sequence = Lease(*bench.store, 1).at(0).sequence;
  SpoolerTurn turn = Turn(0);
  turn.intents = {{sequence, 1, "a", kNow, "sim"}};
  REQUIRE(bench.store->RecordTurn(turn)->refused.empty());
  Insert(*bench.store, MakeMessage(2));
  REQUIRE(bench.BackUp().has_value());
  bench.store.reset();
  REQUIRE(bench.Restore().has_value());

  bench.Open();
  const auto message = bench.store->Find(leaving.id);
  REQUIRE(message.has_value());
  CHECK(message->state == kUnknown);
  CHECK(message->text.empty());
  CHECK(bench.store->Find(MakeMessage(2).id)->text.empty());
  CHECK(message->part_records.at(0).state == PartState::kUnknown);
  const auto awaiting = bench.store->AwaitingReport("sim", 41, kNow);
  REQUIRE(awaiting->size() == 1);
  CHECK(awaiting->at(0).id == leaving.id);
  const auto receivers = bench.store->OutboxReceivers();
  REQUIRE(receivers->size() == 1);
  const auto told = bench.store->Outbox(receivers->at(0).receiver, 5);
  REQUIRE(told->size() == 1);
  CHECK(told->at(0).body.find("message.unknown") != std::string::npos);
}

TEST_CASE("With --resend, what waited in a backup waits again") {
  Bench bench;
  const auto waits = MakeMessage(1);
  Insert(*bench.store, waits);
  REQUIRE(bench.BackUp().has_value());
  bench.store.reset();
  const auto outcome = bench.Restore(true);
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["became_unknown"] == 0);
  bench.Open();
  CHECK(Lease(*bench.store, 5).at(0).text == waits.text);
}

TEST_CASE("Nothing is restored while anybody has the queue") {
  Bench bench;
  REQUIRE(bench.BackUp().has_value());
  const auto open = bench.Restore();
  REQUIRE(!open);
  CHECK(open.error().exit == ExitCode::kUnavailable);
  CHECK(open.error().code == "queue_in_use");
  bench.store.reset();
  {
    const auto lock = SpoolerLock::Try(bench.config.store.path);
    REQUIRE((lock.has_value() && lock->has_value()));
    CHECK(Says(bench.Restore(), "smswebd works on it"));
  }
  CHECK(bench.Restore().has_value());
}

TEST_CASE("A bad backup leaves the queue as it is") {
  Bench bench;
  Insert(*bench.store, MakeMessage(1));
  for (int n = 2; n <= 100; ++n) Insert(*bench.store, MakeMessage(n));
  REQUIRE(bench.BackUp().has_value());
  bench.store.reset();
  WriteTo(bench.backup, 4 * 4096, std::string(9 * 4096, 'x'));
  const auto broken = bench.Restore();
  REQUIRE(!broken);
  CHECK(broken.error().code == "bad_backup");
  WriteTo(bench.backup, 0, "no database at all");
  CHECK(bench.Restore().error().exit == ExitCode::kRefused);
  RawSqlite(bench.folder / "other.db").Execute("CREATE TABLE t(a)");
  fs::rename(bench.folder / "other.db", bench.backup);
  CHECK(bench.Restore().error().code == "not_a_backup");
  fs::remove(bench.backup);
  REQUIRE(::mkfifo(bench.backup.c_str(), 0600) == 0);
  CHECK(bench.Restore().error().code == "not_a_backup");
  RawSqlite(bench.config.store.path).Execute("PRAGMA wal_checkpoint");
  CHECK(bench.Check()->json["messages"] == 100);
  for (const auto& name : bench.Files()) {
    INFO(name);
    CHECK(name.find(".new-") == std::string::npos);
    CHECK(name.find("before-restore") == std::string::npos);
  }
}

TEST_CASE("A queue that is broken or gone can be restored, with its log kept") {
  Bench bench;
  Insert(*bench.store, MakeMessage(1));
  REQUIRE(bench.BackUp().has_value());
  REQUIRE(bench.store->GiveBackSpace(true)->log_bytes == 0);
  Insert(*bench.store, MakeMessage(2));  // in the log alone
  bench.store.reset();
  WriteTo(bench.config.store.path, 0, std::string(64, 'x'));
  const auto broken = bench.Restore(true);
  REQUIRE(broken.has_value());
  const std::string before = broken->json["before"];
  CHECK(fs::exists(before));
  CHECK(fs::exists(before + "-wal"));
  CHECK(bench.Check()->json["messages"] == 1);

  fs::remove(bench.config.store.path);
  fs::remove(bench.config.store.path + "-wal");
  fs::remove(bench.config.store.path + "-shm");
  const auto gone = bench.Restore(true);
  REQUIRE(gone.has_value());
  CHECK(gone->json["before"].is_null());
  CHECK(bench.Check()->json["messages"] == 1);
}

TEST_CASE("Compacting gives all free space back, also of an older file") {
  Bench bench;
  bench.store.reset();
  for (const char* name : {"", "-wal", "-shm"}) {
    fs::remove(bench.config.store.path + name);
  }
  // As an older smsweb made it: it does not give space back by itself.
  RawSqlite(bench.config.store.path)
      .Execute("PRAGMA auto_vacuum = NONE; CREATE TABLE filler(a)");
  bench.Open();
  RawSqlite raw(bench.config.store.path);
  CHECK(raw.Column("PRAGMA auto_vacuum") == "0\n");
  raw.Execute(
      "INSERT INTO filler SELECT zeroblob(1000000) FROM json_each('[1, 2]');"
      "DELETE FROM filler");
  const auto outcome = bench.Do({.action = Action::kCompact});
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["after"]["free"] == 0);
  CHECK(outcome->json["after"]["log"] == 0);
  CHECK(outcome->json["after"]["file"].get<int>() < 500'000);
  CHECK(outcome->json["before"]["file"].get<int>() > 2'000'000);
  CHECK(RawSqlite(bench.config.store.path).Column("PRAGMA auto_vacuum") ==
        "2\n");
}

}  // namespace
}  // namespace smsweb::ctl
