// The commands, each against a real queue in a folder of its own.
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "common/bell/bell.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "ctl/queue_access.h"
#include "ctl/run.h"
#include "ctl_fake_checker.h"
#include "fake_store.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

constexpr WallTime kNow{Millis(1'795'418'208'000)};  // 2026-11-23T07:16:48Z

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

RecipientParser MakeParser() {
  return RecipientParser("ID", {}, NumberRule::kValid,
                         [] { return std::make_unique<FakeChecker>(); });
}

struct Bench {
  Bench() {
    config.store.path = folder / "queue.db";
    config.spooler.bell = folder / "bell";
    config.message.max_parts = 2;
    store = std::move(OpenSqliteStores(config.store.path).value().queue);
  }

  Outcome SendIt(SendOptions options) {
    return Send(std::move(options), {.config = config,
                                     .store = *store,
                                     .recipients = recipients,
                                     .windows = windows,
                                     .now = now,
                                     .random = random,
                                     .wake = [this] { return woken; }});
  }
  Uuid Sent(const std::string& to, const std::string& text) {
    now += Millis(1000);
    const auto report = SendIt({.to = to, .text = text}).value();
    return ParseUuid(report.json["id"].get<std::string>()).value();
  }
  Outcome ListIt(const QueueOptions& options) {
    return ShowQueue(options, *store, recipients, 0);
  }

  TempFolder folder;
  Config config;
  SendingWindows windows{config};
  std::unique_ptr<Store> store;
  RecipientParser recipients = MakeParser();
  SeededRandom random{1};
  WallTime now = kNow;
  Result<Wake> woken = Wake::kHeard;
};

TEST_CASE("send queues the message as it was asked for, and prints its id") {
  Bench bench;
  const auto outcome = bench.SendIt({.to = "089610707901",
                                     .text = "hello",
                                     .message_class = MessageClass::kOtp,
                                     .ttl = std::chrono::seconds(60),
                                     .not_before = kNow + std::chrono::hours(1),
                                     .reference = "order 7"});
  REQUIRE(outcome.has_value());
  const auto id = ParseUuid(outcome->text.substr(0, 36));
  REQUIRE(id.has_value());
  CHECK(outcome->text == ToString(*id) + "\n");
  CHECK(outcome->note.empty());
  CHECK(outcome->json["to"] == "+6289610707901");
  CHECK(outcome->json["state"] == "queued");
  CHECK(outcome->json["spooler"] == "rung");

  const auto message = bench.store->Find(*id);
  REQUIRE(message.has_value());
  CHECK(message->recipient == "+6289610707901");
  CHECK(message->text == "hello");
  CHECK(message->message_class == MessageClass::kOtp);
  CHECK(message->reference == "order 7");
  CHECK(message->not_before == kNow + std::chrono::hours(1));
  CHECK(message->expires_at == message->not_before + std::chrono::seconds(60));
}

TEST_CASE("send puts the message in the lane of its route, or of its modem") {
  Bench bench;
  bench.config.modems = {{.name = "a"}, {.name = "b", .groups = {"otp"}}};
  bench.config.routes = {{.classes = {"otp"}, .group = "otp"}};
  const auto lane_of = [&](SendOptions options) {
    const auto outcome = bench.SendIt(std::move(options));
    REQUIRE(outcome.has_value());
    const auto id = ParseUuid(outcome->json["id"].get<std::string>());
    return bench.store->Find(*id)->lane;
  };
  CHECK(lane_of({.to = "0811", .text = "x"}).empty());
  CHECK(lane_of(
            {.to = "0811", .text = "x", .message_class = MessageClass::kOtp}) ==
        "otp");
  CHECK(lane_of({.to = "0811", .text = "x", .modem = "b"}) == "=b");

  SpoolerTurn turn{.token = 7, .now = kNow};
  turn.conversations = {{"+62811", "", "510101234567890", kNow}};
  REQUIRE(bench.store->RecordTurn(turn).has_value());
  CHECK(lane_of({.to = "0811", .text = "x"}) == "~510101234567890");
  bench.config.message.conversations = std::chrono::seconds(0);
  CHECK(lane_of({.to = "0811", .text = "x"}).empty());

  const auto unknown = bench.SendIt({.to = "0811", .text = "x", .modem = "c"});
  REQUIRE(!unknown.has_value());
  CHECK(unknown.error().code == "unknown_modem");
  CHECK(unknown.error().details["field"] == "modem");
}

TEST_CASE("A duplicate is not queued again, and send names the first") {
  Bench bench;
  bench.config.message.duplicate_window = std::chrono::seconds(60);
  const Uuid first = bench.Sent("0811", "x");
  bench.woken = Wake::kNobody;
  const auto again = bench.SendIt({.to = "+62811", .text = "x"});
  REQUIRE(again.has_value());
  CHECK(again->exit == ExitCode::kDone);
  CHECK(again->text == ToString(first) + "\n");
  CHECK(Says(again->note, "not queued again"));
  CHECK(Says(again->note, bench.config.spooler.bell));
  CHECK(again->json["id"] == ToString(first));
  CHECK(again->json["to"] == "+62811");
  CHECK(again->json["duplicate"] == true);
  CHECK(again->json["spooler"] == "not_running");
  CHECK(bench.store->List({})->size() == 1);

  bench.now += std::chrono::seconds(61);
  CHECK(bench.Sent("0811", "x") != first);
}

// It is 14:16 in Jakarta.
TEST_CASE("A message that would die before its class is sent is refused") {
  Bench bench;
  bench.config.window.bulk.opens = std::chrono::hours(20);
  bench.config.window.zones["+62"] = {.name = "Asia/Jakarta"};
  const auto outcome = bench.SendIt({.to = "0811",
                                     .text = "sale",
                                     .message_class = MessageClass::kBulk,
                                     .ttl = std::chrono::seconds(60)});
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kRefused);
  CHECK(outcome.error().code == "outside_window");
  CHECK(outcome.error().details["field"] == "ttl");
  CHECK(outcome.error().details["opens_at"] == "2026-11-23T13:00:00.000Z");
}

TEST_CASE("What the endpoint would refuse is refused, by the same code") {
  Bench bench;
  const struct {
    SendOptions options;
    std::string code;
    std::string field;
  } rows[] = {
      {{.to = "12", .text = "x"}, "invalid_recipient", "to"},
      {{.to = "CALLME", .text = "x"}, "invalid_recipient", "to"},
      {{.to = "0811", .text = ""}, "empty_text", "text"},
      {{.to = "0811", .text = "\xff"}, "invalid_utf8", "text"},
      {{.to = "0811", .text = std::string(400, 'x')}, "too_many_parts", "text"},
  };
  for (const auto& row : rows) {
    INFO(row.code);
    const auto outcome = bench.SendIt(row.options);
    REQUIRE(!outcome.has_value());
    CHECK(outcome.error().exit == ExitCode::kRefused);
    CHECK(outcome.error().code == row.code);
    CHECK(outcome.error().details["field"] == row.field);
  }
  CHECK(bench.store->CountByState()->empty());
}

TEST_CASE("Too many parts are counted in the refusal") {
  Bench bench;
  const auto outcome =
      bench.SendIt({.to = "0811", .text = std::string(400, 'x')});
  CHECK(outcome.error().details["parts"] == 3);
  CHECK(outcome.error().details["max_parts"] == 2);
}

TEST_CASE("A reference that is no text is refused") {
  Bench bench;
  const auto outcome =
      bench.SendIt({.to = "0811", .text = "x", .reference = "\xff"});
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kUsage);
}

TEST_CASE(
    "A message is queued though nobody hears the bell, and that is said") {
  Bench bench;
  bench.woken = Wake::kNobody;
  auto outcome = bench.SendIt({.to = "0811", .text = "x"});
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["spooler"] == "not_running");
  CHECK(Says(outcome->note, bench.config.spooler.bell));

  bench.woken = smsweb::Fail(ErrorKind::kUnavailable, "fork: no memory");
  outcome = bench.SendIt({.to = "0811", .text = "x"});
  REQUIRE(outcome.has_value());
  CHECK(outcome->json["spooler"] == "not_started");
  CHECK(Says(outcome->note, "fork: no memory"));
}

TEST_CASE(
    "A queue that takes nothing is the service's fault, not the caller's") {
  Bench bench;
  const std::pair<ErrorKind, const char*> rows[] = {
      {ErrorKind::kUnavailable, "store_unavailable"},
      {ErrorKind::kInternal, "internal"},
  };
  for (const auto& [kind, code] : rows) {
    bench.store = std::make_unique<FakeStore>(kind);
    for (const auto& outcome :
         {bench.SendIt({.to = "0811", .text = "x"}), bench.ListIt({}),
          Show({}, *bench.store), ShowBatch({}, *bench.store)}) {
      REQUIRE(!outcome.has_value());
      CHECK(outcome.error().exit == ExitCode::kUnavailable);
      CHECK(outcome.error().code == code);
    }
  }
}

TEST_CASE("show tells all but the text, and the text when asked") {
  Bench bench;
  const Uuid id = bench.Sent("0811", "the secret\x1b[2J");
  auto outcome = Show({.id = id}, *bench.store);
  REQUIRE(outcome.has_value());
  CHECK(Says(outcome->text, ToString(id)));
  CHECK(Says(outcome->text, "queued (waits for its time and a modem)"));
  CHECK(Says(outcome->text, "+62811"));
  CHECK(!Says(outcome->text, "secret"));
  CHECK(!Says(outcome->json.dump(), "secret"));

  outcome = Show({.id = id, .text = true}, *bench.store);
  CHECK(Says(outcome->text, "the secret?[2J"));
  CHECK(outcome->json["text"] == "the secret\x1b[2J");
}

TEST_CASE("show has a line for each part that was tried") {
  Bench bench;
  const Uuid id = bench.Sent("0811", std::string(200, 'x'));
  const auto leased = bench.store->RecordTurn(
      {.token = 1, .now = bench.now, .leases = {{.limit = 1}}});
  const auto sequence = leased->leased.at(0).sequence;
  const auto recorded =
      bench.store->RecordTurn({.token = 1,
                               .now = bench.now,
                               .intents = {{sequence, 1, "sim-1", bench.now},
                                           {sequence, 2, "sim-1", bench.now}}});
  REQUIRE(recorded.has_value());
  const auto settled = bench.store->RecordTurn(
      {.token = 1,
       .now = bench.now,
       .results = {{sequence, 1, PartState::kAccepted, 77, -1, bench.now},
                   {sequence, 2, PartState::kRejected, -1, 38, bench.now}}});
  REQUIRE(settled.has_value());
  const auto outcome = Show({.id = id}, *bench.store);
  REQUIRE(outcome.has_value());
  CHECK(Says(outcome->text, "PART  STATE     MODEM  TP-MR  CMS ERROR"));
  CHECK(Says(outcome->text, "   1  accepted  sim-1     77"));
  CHECK(Says(outcome->text, "   2  rejected  sim-1                38"));
  CHECK(outcome->json["part_states"].size() == 2);
}

TEST_CASE("A message that is not there has an exit code of its own") {
  Bench bench;
  const auto outcome = Show({}, *bench.store);
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kNotFound);
  CHECK(outcome.error().code == "message_not_found");
}

TEST_CASE("queue lists the newest first, and counts all") {
  Bench bench;
  const Uuid first = bench.Sent("0811", "secret one");
  const Uuid second = bench.Sent("0822", "secret two");
  const auto outcome = bench.ListIt({});
  REQUIRE(outcome.has_value());
  CHECK(outcome->text.find(ToString(second)) <
        outcome->text.find(ToString(first)));
  CHECK(Says(outcome->text, "In the queue: 2 queued.\n"));
  CHECK(!Says(outcome->text, "secret"));
  CHECK(!Says(outcome->json.dump(), "secret"));
  CHECK(outcome->json["items"].size() == 2);
  CHECK(outcome->json["items"][0]["id"] == ToString(second));
  CHECK(outcome->json["counts"]["queued"] == 2);
  CHECK(outcome->json["next"].is_null());
}

TEST_CASE("queue finds a number however it is written") {
  Bench bench;
  const Uuid wanted = bench.Sent("0811", "x");
  bench.Sent("0822", "x");
  for (const char* to : {"0811", "+62811"}) {
    const auto outcome = bench.ListIt({.to = to});
    REQUIRE(outcome.has_value());
    REQUIRE(outcome->json["items"].size() == 1);
    CHECK(outcome->json["items"][0]["id"] == ToString(wanted));
    CHECK(outcome->json["counts"]["queued"] == 2);
  }
  CHECK(bench.ListIt({.to = "12"}).error().exit == ExitCode::kRefused);
}

TEST_CASE("queue goes through pages, and says when there are more") {
  Bench bench;
  const Uuid first = bench.Sent("0811", "x");
  const Uuid second = bench.Sent("0811", "x");
  const Uuid third = bench.Sent("0811", "x");
  auto page = bench.ListIt({.limit = 2});
  REQUIRE(page.has_value());
  CHECK(page->json["items"].size() == 2);
  CHECK(page->json["next"] == ToString(second));
  CHECK(Says(page->text, "--after " + ToString(second)));
  CHECK(Says(page->text, ToString(third)));

  page = bench.ListIt({.limit = 2, .after = second});
  REQUIRE(page->json["items"].size() == 1);
  CHECK(page->json["items"][0]["id"] == ToString(first));
  CHECK(page->json["next"].is_null());
}

TEST_CASE("queue after a message that is not there is no empty list") {
  Bench bench;
  bench.Sent("0811", "x");
  const auto outcome = bench.ListIt({.after = Uuid{}});
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kNotFound);
}

TEST_CASE("queue tells an empty queue from filters that nothing passes") {
  Bench bench;
  CHECK(bench.ListIt({})->text == "The queue is empty.\n");
  CHECK(bench.ListIt({})->json["items"].is_array());
  CHECK(bench.ListIt({})->json["counts"].is_object());
  bench.Sent("0811", "x");
  CHECK(bench.ListIt({.state = MessageState::kFailed})->text ==
        "No message is like that.\nIn the queue: 1 queued.\n");
}

TEST_CASE("modem list joins the configuration with what smswebd said") {
  Config config;
  config.modems = {{.name = "a", .device = "/dev/ttyUSB0"},
                   {.name = "b", .device = "tcp:10.0.0.7:2000"}};
  const std::vector<ModemStatus> recorded = {
      {.name = "a", .state = "ready", .since = kNow, .parts_sent = 7},
      {.name = "gone",
       .state = "failed",
       .detail = "PIN refused",
       .since = kNow}};
  const auto outcome = ListModems(config, recorded, {}, true, 0);
  REQUIRE(outcome.has_value());
  CHECK(outcome->text ==
        "NAME  STATE       SINCE                     SENT  DEVICE              "
        "        DETAIL\n"
        "a     ready       2026-11-23T07:16:48.000Z     7  /dev/ttyUSB0\n"
        "b     never used                                  tcp:10.0.0.7:2000\n"
        "gone  failed      2026-11-23T07:16:48.000Z     0  (not in the "
        "configuration)  PIN refused\n");
  CHECK(outcome->json["spooler_running"] == true);
  CHECK(outcome->json["items"][0]["parts_sent"] == 7);
  CHECK(outcome->json["items"][1]["state"].is_null());
  CHECK(outcome->json["items"][2]["configured"] == false);
}

// What its SIM may still send; 2 parts have gone, to one number.
TEST_CASE("modem list and show tell what is left of limits") {
  Config config;
  config.modems = {{.name = "a", .device = "/dev/a"},
                   {.name = "b", .device = "/dev/b"}};
  config.modems[0].limits = {
      .per_day = 10, .recipients_per_month = 4, .otp_share = 0.5};
  const std::vector<ModemStatus> recorded = {
      {.name = "a",
       .state = "ready",
       .since = kNow,
       .info = R"({"imsi": "510101234567890"})"}};
  const auto zones = LimitZones::Find(config, LoadTimeZones).value();
  SimUsage used{.sim = "510101234567890"};
  const SimUsage began = UsageAt(used, zones.Of("a"), kNow);
  used.counts[2] = {.began_at = began.counts[2].began_at, .used = 2};
  used.counts[4] = {.began_at = began.counts[4].began_at, .used = 1};
  const auto limits = LimitsOfModems(config, recorded, {used}, zones, kNow);

  const auto list = ListModems(config, recorded, limits, true, 0);
  CHECK(Says(list->text, "3 new a month"));
  const Json& day = list->json["items"][0]["limits"][0];
  CHECK(day.dump() ==
        R"({"per":"day","of":"parts","limit":10,"reserved_for_otp":5,"used":2,)"
        R"("left":8,"left_but_for_otp":3,)"
        R"("resets_at":"2026-11-24T00:00:00.000Z"})");
  CHECK(list->json["items"][0]["limits"][1]["of"] == "recipients");
  CHECK(list->json["items"][1]["limits"].empty());

  const auto shown = ShowModem("a", config, recorded, limits, true);
  CHECK(Says(shown->text,
             "limits        2 of 10 parts a day, 8 left (3 for others than "
             "otp) until 2026-11-24T00:00:00.000Z\n"
             "              1 of 4 recipients a month, 3 left (1 for others "
             "than otp) until 2026-12-01T00:00:00.000Z\n"));
  CHECK(shown->json["limits"].size() == 2);
  CHECK(!Says(ShowModem("b", config, recorded, limits, true)->text, "limits"));

  // It is the SIM's: in another modem, this one begins at nothing.
  const auto fresh = LimitsOfModems(config, {}, {used}, zones, kNow);
  CHECK(fresh.at("a")[0].used == 0);
}

TEST_CASE("modem list says clearly that no smswebd is running") {
  Config config;
  config.modems = {{.name = "a", .device = "/dev/ttyUSB0"}};
  const std::vector<ModemStatus> recorded = {
      {.name = "a", .state = "ready", .since = kNow}};
  auto outcome = ListModems(config, recorded, {}, false, 0);
  CHECK(Says(outcome->text, "(ready)"));
  CHECK(Says(outcome->text, "No smswebd is running, so nothing is sent"));
  CHECK(outcome->json["spooler_running"] == false);

  config.spooler.spawn = true;
  outcome = ListModems(config, recorded, {}, false, 0);
  CHECK(Says(outcome->text, "the next message starts it"));
}

TEST_CASE("A smswebd is seen by its lock, and looking leaves nothing behind") {
  const TempFolder folder;
  Config config;
  config.store.path = folder / "queue.db";
  CHECK(SpoolerRuns(config).value() == false);
  CHECK(!std::filesystem::exists(config.store.path + "-spooler"));
  {
    const auto held = SpoolerLock::Try(config.store.path);
    REQUIRE(held->has_value());
    CHECK(SpoolerRuns(config).value() == true);
    std::ofstream(config.store.path).flush();
    Config other;
    other.store.path = folder / "link.db";
    std::filesystem::create_symlink("queue.db", other.store.path);
    CHECK(SpoolerRuns(other).value() == true);
  }
  CHECK(SpoolerRuns(config).value() == false);
  CHECK(SpoolerLock::Try(config.store.path)->has_value());
}

TEST_CASE("Commands that only look never make a queue") {
  const TempFolder folder;
  Config config;
  config.store.path = folder / "queue.db";
  const auto stores = OpenQueue(config, IfMissing::kRefuse);
  REQUIRE(!stores.has_value());
  CHECK(stores.error().kind == ErrorKind::kUnavailable);
  CHECK(Says(stores.error().message, config.store.path));
  CHECK(!std::filesystem::exists(config.store.path));
}

TEST_CASE("config check lists every error, with its line") {
  const auto environment = [](const std::string&) {
    return std::optional<std::string>();
  };
  const auto loaded = ParseConfig("[endpoint]\nbacklog = 0\nworkers = \"x\"\n",
                                  "my.toml", environment);
  const auto outcome = CheckConfig("my.toml", loaded);
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kUsage);
  const Json& errors = outcome.error().details["errors"];
  REQUIRE(errors.size() == 2);
  CHECK(errors[0]["line"] == 2);
  CHECK(Says(errors[0]["message"], "endpoint.backlog"));
  CHECK(errors[1]["line"] == 3);
}

TEST_CASE("config check says ok, and remarks on what is seldom meant") {
  const auto outcome = CheckConfig("my.toml", Config{});
  REQUIRE(outcome.has_value());
  CHECK(outcome->text == "my.toml: ok\n");
  CHECK(outcome->json["ok"] == true);
  CHECK(Says(outcome->note, "smswebd will not start"));
  CHECK(Says(outcome->note, "takes messages from nobody"));
}

TEST_CASE("With --json, a failure is one document, with its exit code") {
  const Outcome outcome =
      Fail(ExitCode::kRefused, "too_many_parts", "too many", {{"parts", 9}});
  const Output output = Render(outcome, true);
  CHECK(output.out.empty());
  CHECK(output.exit == ExitCode::kRefused);
  const Json json = Json::parse(output.err);
  CHECK(json["error"]["code"] == "too_many_parts");
  CHECK(json["error"]["parts"] == 9);
  CHECK(json["error"]["exit_code"] == 4);
}

TEST_CASE(
    "For a person, a failure is a line, and notes come beside the output") {
  Output output =
      Render(Outcome(Fail(ExitCode::kNotFound, "c", "not there")), false);
  CHECK(output.err == "smsweb: not there\n");
  output = Render(Outcome(Report{.text = "a\n", .note = "b\nc"}), false);
  CHECK(output.out == "a\n");
  CHECK(output.err == "smsweb: note: b\nsmsweb: note: c\n");
  CHECK(output.exit == ExitCode::kDone);
}

}  // namespace
}  // namespace smsweb::ctl
