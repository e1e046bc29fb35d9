// The commands for what comes back: the inbox, the do-not-send list, reports,
// and what a modem tells.
#include "catch.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "ctl_fake_checker.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

constexpr WallTime kNow{Millis(1'795'418'208'000)};  // 2026-11-23T07:16:48Z
constexpr const char* kInfo =
    R"({"manufacturer":"SIMCOM","model":"SIM800","imei":"490154203237518",
        "imsi":"510101234567890","profile":"sim800","network":"TELKOMSEL",
        "registration":"home","signal_dbm":-71,"smsc":"+62811000000",
        "storage_used":3,"storage_size":30,
        "recoveries":{"resync":2,"reopen":1,"restart":0}})";

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Bench {
  Bench() {
    store = std::move(OpenSqliteStores(folder / "queue.db").value().queue);
    config.modems = {{.name = "a", .device = "/dev/a"},
                     {.name = "b", .device = "/dev/b"}};
  }

  Uuid Received(const std::string& sender, InboundPart part) {
    ++count;
    SeededRandom random(static_cast<std::uint64_t>(count));
    part.id = MakeUuidV7(kNow, random);
    part.fingerprint = {static_cast<std::uint8_t>(count)};
    part.modem = "a";
    part.sim = "510101234567890";
    part.sender = sender;
    part.received_at = kNow;
    part.sent_at = kNow;
    SpoolerTurn turn{.token = 1, .now = kNow};
    turn.inbound = {part};
    REQUIRE(store->RecordTurn(turn).has_value());
    return part.id;
  }
  Uuid Received(const std::string& sender, const std::string& text) {
    InboundPart part;
    part.text = text;
    part.coding = "gsm7";
    return Received(sender, part);
  }
  Outcome Inbox(const InboxOptions& options) {
    return ShowInbox(options, *store, recipients, 0);
  }
  Outcome OptOut(const OptOutOptions& options) {
    return OptOutCommand(options, {.store = *store,
                                   .recipients = recipients,
                                   .now = kNow,
                                   .who = "root (sudo: alice)"});
  }
  // `answer` is called at each pause, and may finish the request.
  Outcome Ussd(const ModemUssdOptions& options,
               const std::function<void()>& answer) {
    return AskByUssd(options, {.config = config,
                               .store = *store,
                               .now = kNow,
                               .wake = [this] { return woken; },
                               .pause =
                                   [&](Millis) {
                                     ++pauses;
                                     answer();
                                   }});
  }
  void Answer(bool failed, const std::string& text) {
    const auto open = store->Requests();
    REQUIRE(open->size() == 1);
    ModemRequest answer = open->at(0);
    answer.failed = failed;
    answer.answer = text;
    SpoolerTurn turn{.token = 1, .now = kNow};
    turn.answers = {answer};
    REQUIRE(store->RecordTurn(turn).has_value());
  }

  TempFolder folder;
  Config config;
  std::unique_ptr<Store> store;
  RecipientParser recipients{"ID", {}, NumberRule::kValid, [] {
                               return std::make_unique<FakeChecker>();
                             }};
  Result<Wake> woken = Wake::kHeard;
  int count = 0;
  int pauses = 0;
};

TEST_CASE("inbox lists what was received, the newest first, by pages") {
  Bench bench;
  CHECK(bench.Inbox({})->text == "Nothing was received.\n");
  const Uuid first = bench.Received("+62811", "satu");
  const Uuid second = bench.Received("INFO", "dua\nbaris");
  const Uuid third = bench.Received("+62811", "tiga");
  auto page = bench.Inbox({.limit = 2});
  REQUIRE(page.has_value());
  CHECK(page->text.find(ToString(third)) < page->text.find(ToString(second)));
  CHECK(Says(page->text, "--after " + ToString(second)));
  CHECK(page->json["next"] == ToString(second));
  CHECK(page->json["items"][0]["from"] == "+62811");
  CHECK(page->json["items"][1]["text"] == "dua\nbaris");
  CHECK(!Says(page->json.dump() + page->text, "510101"));  // no IMSI
  page = bench.Inbox({.limit = 2, .after = second});
  REQUIRE(page->json["items"].size() == 1);
  CHECK(page->json["items"][0]["id"] == ToString(first));
  CHECK(page->json["next"].is_null());
  CHECK(bench.Inbox({.after = Uuid{}}).error().exit == ExitCode::kNotFound);
}

TEST_CASE("inbox finds a sender however the number is written") {
  Bench bench;
  bench.Received("+62811", "x");
  bench.Received("INFO", "x");
  for (const char* from : {"0811", "+62811", "INFO"}) {
    CHECK(bench.Inbox({.from = from})->json["items"].size() == 1);
  }
  CHECK(bench.Inbox({.from = "NOBODY"})->text == "No message is like that.\n");
}

TEST_CASE("inbox ID shows one message whole") {
  Bench bench;
  const Uuid id = bench.Received("+62811", "line 1\nline 2\x1b[2J");
  const auto one = bench.Inbox({.id = id});
  REQUIRE(one.has_value());
  CHECK(Says(one->text, "from          +62811\n"));
  CHECK(Says(one->text, "\nline 1\nline 2"));
  CHECK(!Says(one->text, "\x1b"));
  CHECK(one->json["id"] == ToString(id));
  CHECK(bench.Inbox({.id = Uuid{}}).error().exit == ExitCode::kNotFound);
}

TEST_CASE("optout adds, lists and removes numbers") {
  using enum OptOutOptions::Action;
  Bench bench;
  CHECK(bench.OptOut({})->text == "Nobody is on the list.\n");
  const auto added =
      bench.OptOut({.action = kAdd, .number = "0811", .note = "by letter"});
  REQUIRE(added.has_value());
  CHECK(added->text == "+62811 is sent nothing any more.\n");
  CHECK(added->json["reason"] == "by letter");
  REQUIRE(bench.OptOut({.action = kAdd, .number = "+62812"}).has_value());
  const auto list = bench.OptOut({.limit = 1});
  CHECK(Says(list->text, "+62811  2026-11-23T07:16:48.000Z  by letter\n"));
  CHECK(list->json["items"].size() == 1);
  CHECK(list->json["next"] == "+62811");
  CHECK(bench.OptOut({.after = "+62811"})->json["items"][0]["number"] ==
        "+62812");
  CHECK(bench.OptOut({.action = kRemove, .number = "0811"})->text ==
        "+62811 may be sent to again.\n");
  const auto again = bench.OptOut({.action = kRemove, .number = "0811"});
  CHECK(again.error().exit == ExitCode::kNotFound);
  CHECK(again.error().code == "not_on_the_list");
  CHECK(bench.OptOut({.action = kAdd, .number = "12"}).error().exit ==
        ExitCode::kRefused);
}

TEST_CASE("Who changes the do-not-send list is in the audit log") {
  using enum OptOutOptions::Action;
  Bench bench;
  REQUIRE(bench.OptOut({.action = kAdd, .number = "0811"}).has_value());
  REQUIRE(bench.OptOut({.action = kRemove, .number = "0811"}).has_value());
  REQUIRE(!bench.OptOut({.action = kRemove, .number = "0811"}).has_value());
  const auto audit = *bench.store->Audit(10, 0);
  REQUIRE(audit.size() == 2);
  CHECK(audit[0].act == "optout.remove");
  CHECK(audit[1].act == "optout.add");
  CHECK(audit[1].subject == "+62811");
  CHECK(audit[1].who == "root (sudo: alice)");
  CHECK(audit[1].at == kNow);
}

TEST_CASE("send to a number on the list is refused, and queues nothing") {
  Bench bench;
  REQUIRE(bench.store->AddOptOut({"+62811", kNow, "STOP"}).has_value());
  SeededRandom random(1);
  SendingWindows windows(bench.config);
  const auto outcome = Send({.to = "0811", .text = "hello"},
                            {.config = bench.config,
                             .store = *bench.store,
                             .recipients = bench.recipients,
                             .windows = windows,
                             .now = kNow,
                             .random = random,
                             .wake = [&] { return bench.woken; }});
  REQUIRE(!outcome.has_value());
  CHECK(outcome.error().exit == ExitCode::kRefused);
  CHECK(outcome.error().code == "recipient_opted_out");
  CHECK(bench.store->CountByState()->empty());
}

TEST_CASE("show tells what each part's report said") {
  Bench bench;
  NewMessage message;
  message.id = {{1}};
  message.recipient = "+62811";
  message.coding = "gsm7";
  message.report = true;
  message.expires_at = kNow + std::chrono::hours(1);
  REQUIRE(InsertOne(*bench.store, message).has_value());
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.leases = {{.limit = 1}};
  const auto sequence = bench.store->RecordTurn(turn)->leased.at(0).sequence;
  turn = {.token = 1, .now = kNow};
  turn.intents.push_back({sequence, 1, "a", kNow, "510101234567890"});
  REQUIRE(bench.store->RecordTurn(turn).has_value());
  turn = {.token = 1, .now = kNow};
  turn.results.push_back({sequence, 1, PartState::kAccepted, 41, -1, kNow});
  NewReport report;
  report.fingerprint = {1};
  turn.reports = {report};
  turn.settlements = {{.report = report.fingerprint,
                       .sequence = sequence,
                       .status = 0x30,
                       .final = false,
                       .at = kNow}};
  REQUIRE(bench.store->RecordTurn(turn).has_value());
  const auto shown = Show({.id = message.id}, *bench.store);
  REQUIRE(shown.has_value());
  CHECK(Says(shown->text, "encoding      gsm7\n"));
  CHECK(Says(shown->text, "report        asked for\n"));
  CHECK(Says(shown->text, "trying (30h)  2026-11-23T07:16:48.000Z\n"));
  CHECK(shown->json["part_states"][0]["report"] == "trying");
  CHECK(!Says(shown->text + shown->json.dump(), "510101"));
}

TEST_CASE("modem list shows signal, network, profile and recoveries") {
  Bench bench;
  const std::vector<ModemStatus> recorded = {
      {.name = "a", .state = "ready", .since = kNow, .info = kInfo},
      {.name = "b", .state = "closed", .since = kNow, .info = "no JSON"}};
  const auto outcome = ListModems(bench.config, recorded, {}, true, 0);
  REQUIRE(outcome.has_value());
  CHECK(Says(outcome->text,
             "a     ready   -71 dBm  TELKOMSEL  home          "
             "sim800            3  2026"));
  const Json& a = outcome->json["items"][0];
  CHECK(a["signal_dbm"] == -71);
  CHECK(a["network"] == "TELKOMSEL");
  CHECK(a["registration"] == "home");
  CHECK(a["profile"] == "sim800");
  CHECK(a["recoveries"] == 3);
  CHECK(outcome->json["items"][1]["recoveries"] == 0);
}

TEST_CASE("modem show tells all but the whole IMSI") {
  Bench bench;
  const std::vector<ModemStatus> recorded = {
      {.name = "a", .state = "ready", .since = kNow, .info = kInfo}};
  const auto shown = ShowModem("a", bench.config, recorded, {}, true);
  REQUIRE(shown.has_value());
  for (const char* line :
       {"name          a\n", "device        /dev/a\n", "state         ready\n",
        "manufacturer  SIMCOM\n", "model         SIM800\n",
        "imei          490154203237518\n", "imsi          ...7890\n",
        "network       TELKOMSEL\n", "registration  home\n",
        "signal        -71 dBm\n", "smsc          +62811000000\n",
        "storage       3 of 30 messages\n",
        "recoveries    resync 2, reopen 1\n"}) {
    INFO(shown->text);
    CHECK(Says(shown->text, line));
  }
  CHECK(shown->json["info"]["imsi"] == "...7890");
  CHECK(!Says(shown->json.dump(), "51010"));
  CHECK(shown->note.empty());

  CHECK(
      Says(ShowModem("a", bench.config, recorded, {}, false)->text, "(ready)"));
  CHECK(Says(ShowModem("b", bench.config, recorded, {}, true)->text,
             "never used"));
  const auto missing = ShowModem("c", bench.config, recorded, {}, true);
  REQUIRE(!missing.has_value());
  CHECK(missing.error().exit == ExitCode::kNotFound);
  CHECK(Says(missing.error().message, "there is a, b"));
}

TEST_CASE("modem ussd prints the answer, and takes its request away") {
  Bench bench;
  const auto outcome = bench.Ussd({.name = "a", .code = "*888#"}, [&] {
    if (bench.pauses == 3) bench.Answer(false, "Pulsa Rp 5.000\nAktif");
  });
  REQUIRE(outcome.has_value());
  CHECK(outcome->text == "Pulsa Rp 5.000\nAktif\n");
  CHECK(outcome->json["answer"] == "Pulsa Rp 5.000\nAktif");
  CHECK(outcome->json["code"] == "*888#");
  CHECK(bench.store->Requests()->empty());
  CHECK(!bench.store->FindRequest(1).has_value());
}

TEST_CASE("modem ussd that fails says why, and leaves nothing behind") {
  const struct {
    const char* code;  // of the failure
    ModemUssdOptions options;
    Result<Wake> woken;
    ExitCode exit;
  } rows[] = {
      {"ussd_failed",
       {.name = "a", .code = "*1#"},
       Wake::kHeard,
       ExitCode::kUnavailable},
      {"not_running",
       {.name = "a", .code = "*888#"},
       Wake::kNobody,
       ExitCode::kUnavailable},
      {"not_started",
       {.name = "a", .code = "*888#"},
       smsweb::Fail(ErrorKind::kUnavailable, "no such file"),
       ExitCode::kUnavailable},
      {"modem_not_found",
       {.name = "c", .code = "*888#"},
       Wake::kHeard,
       ExitCode::kNotFound},
      {"invalid_code",
       {.name = "a", .code = "*888#\r"},
       Wake::kHeard,
       ExitCode::kRefused},
      {"invalid_code",
       {.name = "a", .code = ""},
       Wake::kHeard,
       ExitCode::kRefused},
      {"no_answer",
       {.name = "a", .code = "*2#", .timeout = std::chrono::seconds(3)},
       Wake::kStarted,
       ExitCode::kUnavailable},
  };
  for (const auto& row : rows) {
    INFO(row.code);
    Bench bench;
    bench.woken = row.woken;
    const auto outcome = bench.Ussd(row.options, [&] {
      if (row.options.code == "*1#") bench.Answer(true, "no service");
    });
    REQUIRE(!outcome.has_value());
    CHECK(outcome.error().code == row.code);
    CHECK(outcome.error().exit == row.exit);
    CHECK(bench.pauses <= 15);
    CHECK(bench.store->Requests()->empty());
    CHECK(!bench.store->FindRequest(1).has_value());
  }
}

}  // namespace
}  // namespace smsweb::ctl
