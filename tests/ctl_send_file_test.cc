// smsweb send --file, batch and cancel, against a real queue.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "catch.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "ctl/input_file.h"
#include "forwarding_store.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

constexpr WallTime kNow{Millis(1'795'418'208'000)};

using Words = std::vector<const char*>;

std::expected<Options, NoCommand> Parse(Words words) {
  words.insert(words.begin(), "smsweb");
  return ParseOptions(static_cast<int>(words.size()), words.data());
}

class FakeChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    if (input.starts_with('+')) return std::string(input);
    return smsweb::Fail(ErrorKind::kInvalid, "it is too short");
  }
};

struct Bench {
  Outcome SendIt(const SendFileOptions& options, std::string file) {
    const auto size = file.size();
    return SendFile(
        options,
        {.config = config,
         .store = *store,
         .recipients = recipients,
         .windows = windows,
         .clock = clock,
         .random = random,
         .wake =
             [this] {
               ++rings;
               return Wake::kHeard;
             },
         .read = [file = std::move(file), at = std::size_t{0}](
                     char* buffer, std::size_t room) mutable
         -> std::expected<std::size_t, FieldFault> {
           const auto count = std::min(room, file.size() - at);
           file.copy(buffer, count, at);
           at += count;
           return count;
         },
         .size = size,
         .status = [this](std::string_view line) { told.emplace_back(line); }});
  }
  Outcome CancelIt(std::vector<Uuid> ids) {
    return Cancel(
        {.ids = std::move(ids)},
        {.store = *store, .now = kNow, .wake = [] { return Wake::kHeard; }});
  }

  TempFolder folder;
  Config config;
  std::unique_ptr<Store> store =
      std::move(OpenSqliteStores(folder / "queue.db").value().queue);
  RecipientParser recipients{"", {}, NumberRule::kValid, [] {
                               return std::make_unique<FakeChecker>();
                             }};
  SendingWindows windows{config};
  ManualClock clock{kNow};
  SeededRandom random{1};
  int rings = 0;
  std::vector<std::string> told;
};

Uuid BatchOf(const Outcome& outcome) {
  return ParseUuid(outcome->json["batch"].get<std::string>()).value();
}

TEST_CASE("send takes a file in place of a number and a text") {
  const auto parsed = Parse({"send", "--file", "a.csv", "--class", "bulk",
                             "--text", "hello", "--key", "monday", "--report"});
  REQUIRE(parsed.has_value());
  const auto& file = std::get<SendFileOptions>(parsed->command);
  CHECK(file.file == "a.csv");
  CHECK(file.format == ImportFormat::kCsv);
  CHECK(file.defaults.text == "hello");
  CHECK(file.defaults.message_class == MessageClass::kBulk);
  CHECK(file.defaults.report == true);
  CHECK(file.key == "monday");
  const auto lines = Parse({"send", "--file", "a.ndjson"});
  CHECK(std::get<SendFileOptions>(lines->command).format ==
        ImportFormat::kJsonLines);
  const auto piped = Parse({"send", "--file", "-", "--format", "jsonl"});
  CHECK(std::get<SendFileOptions>(piped->command).format ==
        ImportFormat::kJsonLines);
}

TEST_CASE("send says what does not go with a file") {
  for (const Words& words : {
           Words{"send", "--file", "-"},
           Words{"send", "--file", "a.txt"},
           Words{"send", "--file", "a.csv", "0811"},
           Words{"send", "--file", "a.csv", "--key", "a b"},
           Words{"send", "--file", "a.csv", "--resume", "x"},
           Words{"send", "--file", "a.csv", "--key", "k", "--resume",
                 "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071"},
           Words{"send", "--key", "k", "0811", "x"},
           Words{"send", "--text", "x", "0811"},
       }) {
    const auto parsed = Parse(words);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().failure->exit == ExitCode::kUsage);
  }
}

TEST_CASE("A file may be over 4 GB, and of a year after 2038") {
  constexpr std::uint64_t kSize = 5'000'000'000;
  TempFolder folder;
  const std::string path = folder / "messages.csv";
  const UniqueFd made(::open(path.c_str(), O_WRONLY | O_CREAT, 0600));
  REQUIRE(made);
  REQUIRE(::ftruncate(made.get(), kSize) == 0);  // without a block on the disk
  const timespec in_2050{2'524'608'000, 0};
  const timespec times[] = {in_2050, in_2050};
  REQUIRE(::futimens(made.get(), times) == 0);
  const auto file = InputFile::Open(path);
  REQUIRE(file.has_value());
  CHECK(file->size() == kSize);
}

TEST_CASE("A file is queued, and its errors are listed by line") {
  Bench bench;
  const auto outcome = bench.SendIt({.defaults = {.text = "hello"}},
                                    "to,text\n+1,\n12,x\n+2,own\n");
  REQUIRE(outcome.has_value());
  CHECK(outcome->exit == ExitCode::kRefused);
  CHECK(outcome->json["accepted"] == 2);
  CHECK(outcome->json["rejected"] == 1);
  CHECK(outcome->text.starts_with(outcome->json["batch"].get<std::string>()));
  CHECK(outcome->text.find("4 lines, 2 accepted, 1 rejected") !=
        std::string::npos);
  CHECK(outcome->text.find("line 3: 12: ") != std::string::npos);
  CHECK(bench.rings > 0);
  const auto good = bench.SendIt({}, "to,text\n+3,x\n");
  CHECK(good->exit == ExitCode::kDone);
}

TEST_CASE("Progress is told after each piece, and wiped at the end") {
  Bench bench;
  std::string file = "to,text\n";
  for (int i = 0; i < 1200; ++i) file += "+" + std::to_string(i) + ",x\n";
  const auto outcome = bench.SendIt({}, file);
  REQUIRE(outcome.has_value());
  REQUIRE(bench.told.size() == 3);
  CHECK(bench.told[0].find(ToString(BatchOf(outcome))) != std::string::npos);
  CHECK(bench.told[1].find("1001 lines, 1000 accepted") != std::string::npos);
  CHECK(bench.told[2].empty());
}

TEST_CASE("Under a key a file is taken once") {
  Bench bench;
  const std::string file = "to,text\n+1,x\n+2,y\n";
  const auto first = bench.SendIt({.key = "k"}, file);
  const auto second = bench.SendIt({.key = "k"}, file);
  REQUIRE(second.has_value());
  CHECK(BatchOf(second) == BatchOf(first));
  CHECK(bench.store->List({})->size() == 2);
  const auto other = bench.SendIt({.key = "k"}, file + "+3,z\n");
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == "idempotency_key_reused");
}

TEST_CASE("A file under a key is another one with another default") {
  Bench bench;
  bench.config.modems = {{.name = "a"}};
  const std::string file = "to,text\n+1,x\n";
  REQUIRE(bench.SendIt({.key = "k"}, file).has_value());
  using std::chrono::seconds;
  const Draft defaults[] = {
      {.text = "y"},
      {.message_class = MessageClass::kOtp},
      {.ttl = seconds(60)},
      {.not_before = kNow + seconds(60)},
      {.reference = "r"},
      {.report = true},
      {.report = false},
      {.repeat_unknown = true},
      {.callback_url = "https://a/"},
      {.modem = "a"},
  };
  for (const Draft& draft : defaults) {
    const auto other = bench.SendIt({.defaults = draft, .key = "k"}, file);
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().code == "idempotency_key_reused");
  }
}

TEST_CASE("What stops a file says how to go on") {
  Bench bench;
  const auto stopped = bench.SendIt({}, "to,text\n+1,x\n+2,\"y\"z\n+3,\"z\"\n");
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().exit == ExitCode::kRefused);
  CHECK(stopped.error().code == "malformed_csv");
  CHECK(stopped.error().message.find("line 3") != std::string::npos);
  const std::string batch = stopped.error().details["batch"];
  CHECK(stopped.error().message.find("--resume " + batch) != std::string::npos);
  const auto rest = bench.SendIt({.resumed = ParseUuid(batch)},
                                 "to,text\n+1,x\n+2,\"y\"\n+3,\"z\"\n");
  REQUIRE(rest.has_value());
  CHECK(rest->json["accepted"] == 3);
  CHECK(bench.store->List({})->size() == 3);

  const auto nobody = bench.SendIt({.resumed = Uuid{}}, "to,text\n+1,x\n");
  CHECK(nobody.error().exit == ExitCode::kNotFound);
  CHECK(bench.SendIt({}, "").error().code == "empty_import");
}

TEST_CASE("A file under a key that has to be mended goes on by its batch") {
  Bench bench;
  const auto stopped = bench.SendIt({.key = "k"}, "to,text\n+1,x\n+2,\"y\"z\n");
  REQUIRE_FALSE(stopped.has_value());
  const std::string mended = "to,text\n+1,x\n+2,\"y\"\n";
  CHECK(bench.SendIt({.key = "k"}, mended).error().code ==
        "idempotency_key_reused");
  const std::string batch = stopped.error().details["batch"];
  CHECK(stopped.error().message.find("--resume " + batch) != std::string::npos);
  REQUIRE(bench.SendIt({.resumed = ParseUuid(batch)}, mended).has_value());
  CHECK(bench.store->List({})->size() == 2);
}

TEST_CASE("batch shows how the messages of a file fare") {
  Bench bench;
  const auto sent = bench.SendIt({}, "to,text\n+1,x\n+2,y\n12,z\n");
  const auto id = bench.store->List({})->front().id;
  REQUIRE(bench.CancelIt({id}).has_value());
  const auto shown = ShowBatch({.id = BatchOf(sent)}, *bench.store);
  REQUIRE(shown.has_value());
  CHECK(shown->json["accepted"] == 2);
  CHECK(shown->json["states"]["queued"] == 1);
  CHECK(shown->json["states"]["cancelled"] == 1);
  CHECK(shown->text.find("cancelled") != std::string::npos);
  const auto none = ShowBatch({.id = Uuid{}}, *bench.store);
  CHECK(none.error().exit == ExitCode::kNotFound);
  CHECK(none.error().code == "batch_not_found");
}

TEST_CASE("cancel calls back what it can, and says what it can't") {
  Bench bench;
  bench.SendIt({}, "to,text\n+1,x\n+2,y\n");
  const auto messages = bench.store->List({});
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.leases = {{.limit = 1}};
  const Message leased = bench.store->RecordTurn(turn)->leased.at(0);
  turn = {.token = 1, .now = kNow};
  turn.intents.push_back({leased.sequence, 1, "a", kNow, ""});
  REQUIRE(bench.store->RecordTurn(turn).has_value());
  const Uuid waiting = messages->at(0).id;
  REQUIRE(waiting != leased.id);

  const auto outcome = bench.CancelIt({leased.id, waiting});
  REQUIRE(outcome.has_value());
  CHECK(outcome->exit == ExitCode::kRefused);
  CHECK(outcome->json["items"][0]["code"] == "too_late");
  CHECK(outcome->json["items"][0]["state"] == "sending");
  CHECK(outcome->json["items"][1]["state"] == "cancelled");
  CHECK(bench.CancelIt({waiting})->exit == ExitCode::kDone);
  CHECK(bench.CancelIt({Uuid{}})->exit == ExitCode::kNotFound);
  const auto parsed = Parse({"cancel", "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071",
                             "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6072"});
  CHECK(std::get<CancelOptions>(parsed->command).ids.size() == 2);
}

// Fails the cancelling of one message.
class FailsOne final : public ForwardingStore {
 public:
  FailsOne(Store& inner, const Uuid& id) : ForwardingStore(inner), id_(id) {}
  Result<CancelOutcome> Cancel(const Uuid& id, WallTime now) override {
    if (id == id_)
      return smsweb::Fail(ErrorKind::kUnavailable, "database is locked");
    return ForwardingStore::Cancel(id, now);
  }

 private:
  const Uuid id_;
};

TEST_CASE("cancel goes on behind a message that the queue did not let it see") {
  Bench bench;
  std::vector<Uuid> ids;
  for (int n = 1; n <= 3; ++n) {
    const NewMessage message{.id = MakeUuidV7(kNow, bench.random),
                             .recipient = "+62811",
                             .text = "x",
                             .created_at = kNow,
                             .not_before = kNow,
                             .expires_at = kNow + std::chrono::hours(1)};
    REQUIRE(InsertOne(*bench.store, message).has_value());
    ids.push_back(message.id);
  }
  FailsOne store(*bench.store, ids[1]);
  int wakes = 0;
  const auto outcome =
      Cancel({.ids = ids}, {.store = store, .now = kNow, .wake = [&] {
                              ++wakes;
                              return Wake::kHeard;
                            }});
  REQUIRE(outcome.has_value());
  const Json& items = outcome->json["items"];
  REQUIRE(items.size() == 3);
  CHECK(items[0]["state"] == "cancelled");
  CHECK(items[1]["id"] == ToString(ids[1]));
  CHECK(items[1]["code"] == "store_unavailable");
  CHECK(items[2]["state"] == "cancelled");
  CHECK(outcome->exit == ExitCode::kUnavailable);
  CHECK(outcome->text.find("database is locked") != std::string::npos);
  CHECK(wakes == 1);

  const auto mixed = Cancel(
      {.ids = {ids[1], Uuid{}}},
      {.store = store, .now = kNow, .wake = [] { return Wake::kHeard; }});
  CHECK(mixed->exit == ExitCode::kUnavailable);
}

}  // namespace
}  // namespace smsweb::ctl
