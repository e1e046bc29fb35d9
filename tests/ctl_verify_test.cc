// smsweb verify, against a real queue, with a secret of its own.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "common/secret/sealed_text.h"
#include "common/store/sqlite_store.h"
#include "common/verify/code.h"
#include "ctl/commands.h"
#include "ctl/run.h"
#include "ctl_fake_checker.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

constexpr WallTime kNow{Millis(1'795'418'208'000)};  // 2026-11-23T07:16:48Z
constexpr const char* kNumber = "+628119001234";

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class FakeRegions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    return {e164.starts_with("+62") ? "ID" : "DE"};
  }
  std::string TypeOf(const std::string&) const override { return "mobile"; }
};

struct Bench {
  Bench() {
    const std::string secret = folder / "secret";
    std::ofstream(secret) << MakeSecretLine(random) << '\n';
    ::chmod(secret.c_str(), 0600);
    config.verify.secret_file = secret;
    config.verify.app = "Shop";
    config.verify.templates["default"].texts["en"] =
        "{code} is your {app} code";
    config.verify.templates["default"].texts["de"] = "{code} ist Ihr Code";
    config.guard.countries.allow = {"ID"};
    config.guard.limits.clear();
    config.spooler.bell = folder / "bell";
    keys = *KeyRing::Load(secret);
    store = std::move(OpenSqliteStores(folder / "queue.db").value().queue);
  }

  VerifyCommandTools Tools() {
    return {.config = config,
            .store = *store,
            .recipients = recipients,
            .windows = windows,
            .facts = facts,
            .keys = keys,
            .now = now,
            .random = random,
            .wake = [this] {
              ++woken;
              return wake;
            }};
  }
  Outcome Start(VerificationOrder order = {.to = kNumber}) {
    return StartVerification({.order = std::move(order)}, Tools());
  }
  Uuid Started(VerificationOrder order = {.to = kNumber}) {
    const auto started = Start(std::move(order));
    REQUIRE(started.has_value());
    return *ParseUuid(started->json["id"].get<std::string>());
  }
  Outcome Check(const Uuid& id, const std::string& code) {
    return CheckVerification({.id = id, .code = code}, Tools());
  }
  Outcome CheckNumber(const std::string& number, const std::string& code) {
    return CheckVerification({.number = number, .code = code}, Tools());
  }
  // As a phone would show it.
  std::string TextOf(const Uuid& id) {
    const auto found = store->FindVerification(id, now);
    REQUIRE(found.has_value());
    const auto message = store->Find(found->message);
    REQUIRE(message.has_value());
    const auto text = OpenText(message->text, message->seal, *keys);
    REQUIRE(text.has_value());
    return *text;
  }
  std::string CodeOf(const Uuid& id) {
    const std::string text = TextOf(id);
    return text.substr(0, text.find(' '));
  }
  std::string WrongCodeOf(const Uuid& id) {
    std::string code = CodeOf(id);
    code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
    return code;
  }
  std::string Refusal(const Outcome& outcome) {
    REQUIRE(!outcome.has_value());
    CHECK(outcome.error().exit == ExitCode::kRefused);
    return outcome.error().code;
  }

  TempFolder folder;
  Config config;
  SendingWindows windows{config};
  std::unique_ptr<Store> store;
  RecipientParser recipients{"ID", {}, NumberRule::kValid, [] {
                               return std::make_unique<FakeChecker>();
                             }};
  NumberFacts facts{[]() -> Result<std::unique_ptr<NumberRegions>> {
    return std::make_unique<FakeRegions>();
  }};
  std::shared_ptr<KeyRing> keys;
  SeededRandom random{1};
  WallTime now = kNow;
  Result<Wake> wake = Wake::kHeard;
  int woken = 0;
};

TEST_CASE("verify start queues a code, and wakes smswebd") {
  Bench bench;
  const auto started = bench.Start({.to = "08119001234"});
  REQUIRE(started.has_value());
  CHECK(started->json["to"] == kNumber);
  CHECK(started->json["status"] == "pending");
  CHECK(started->json["message_state"] == "queued");
  CHECK(started->json["spooler"] == "rung");
  CHECK(started->note.empty());
  CHECK(Says(started->text, "status        pending\n"));
  CHECK(Says(started->text, "to            +628119001234\n"));
  CHECK(bench.woken == 1);
  const auto id = *ParseUuid(started->json["id"].get<std::string>());
  CHECK(bench.TextOf(id).ends_with(" is your Shop code"));
  CHECK(bench.store->FindVerification(id, bench.now)->client.empty());
  CHECK(bench.store->CountByState()->size() == 1);
}

TEST_CASE("verify start takes what the endpoint takes") {
  Bench bench;
  const Uuid id = bench.Started({.to = kNumber,
                                 .text = {.locale = "de-AT"},
                                 .code_length = 8,
                                 .ttl = std::chrono::seconds(120)});
  CHECK(bench.TextOf(id).ends_with(" ist Ihr Code"));
  CHECK(bench.CodeOf(id).size() == 8);
  CHECK(bench.store->FindVerification(id, bench.now)->expires_at ==
        kNow + std::chrono::minutes(2));
}

TEST_CASE("A code is neither printed, nor in the queue's files") {
  Bench bench;
  const auto started = bench.Start();
  const auto id = *ParseUuid(started->json["id"].get<std::string>());
  const std::string code = bench.CodeOf(id);
  const auto wrong = bench.Check(id, bench.WrongCodeOf(id));
  const auto right = bench.Check(id, code);
  const auto shown = ShowVerification({id}, bench.Tools());
  for (const auto& outcome : {started, wrong, right, shown}) {
    REQUIRE(outcome.has_value());
    CHECK(!Says(outcome->text + outcome->note, code));
    CHECK(!Says(outcome->json.dump(), code));
  }
  const std::string secret = bench.folder / "secret";
  for (const auto& file :
       std::filesystem::directory_iterator(bench.folder / ".")) {
    if (file.path() == secret) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    CHECK(!Says(bytes, code + " is your"));
  }
}

TEST_CASE("show does not print the text of a code, not even sealed") {
  Bench bench;
  const Uuid id = bench.Started();
  const auto found = bench.store->FindVerification(id, bench.now);
  const auto shown = Show({.id = found->message, .text = true}, *bench.store);
  REQUIRE(shown.has_value());
  const auto message = bench.store->Find(found->message);
  CHECK(!Says(shown->text, message->text));
  CHECK(shown->json["text"].is_null());
  CHECK(Says(shown->note, "sealed"));
}

TEST_CASE("verify check by id: the right code approves, once") {
  Bench bench;
  const Uuid id = bench.Started();
  const std::string code = bench.CodeOf(id);
  const auto approved =
      bench.Check(id, " " + code.substr(0, 3) + "-" + code.substr(3));
  REQUIRE(approved.has_value());
  CHECK(approved->exit == ExitCode::kDone);
  CHECK(approved->json["status"] == "approved");
  CHECK(Says(approved->text, "approved (the code is right)"));
  CHECK(bench.Refusal(bench.Check(id, code)) == "already_approved");
}

TEST_CASE("verify check by number finds what verify start began") {
  Bench bench;
  const Uuid id = bench.Started();
  const auto approved = bench.CheckNumber("08119001234", bench.CodeOf(id));
  REQUIRE(approved.has_value());
  CHECK(approved->json["id"] == ToString(id));
  CHECK(approved->exit == ExitCode::kDone);
  CHECK(bench.Refusal(bench.CheckNumber("12", "1")) == "invalid_recipient");
  const auto none = bench.CheckNumber("+62812", "123456");
  CHECK(none.error().exit == ExitCode::kNotFound);
  CHECK(none.error().code == "verification_not_found");
}

TEST_CASE("A wrong code costs an attempt, and the exit code says so") {
  Bench bench;
  bench.config.verify.max_checks = 2;
  const Uuid id = bench.Started();
  const std::string code = bench.CodeOf(id);
  const std::string wrong = bench.WrongCodeOf(id);
  auto checked = bench.Check(id, wrong);
  REQUIRE(checked.has_value());
  CHECK(checked->exit == ExitCode::kRefused);
  CHECK(checked->json["status"] == "pending");
  CHECK(checked->json["attempts_left"] == 1);
  checked = bench.Check(id, wrong);
  CHECK(checked->json["status"] == "max_attempts");
  checked = bench.Check(id, code);
  CHECK(checked->exit == ExitCode::kRefused);
  CHECK(checked->json["status"] == "max_attempts");
}

TEST_CASE("What is no code costs nothing") {
  Bench bench;
  const Uuid id = bench.Started();
  for (const char* code : {"", "12a", "---"}) {
    CHECK(bench.Refusal(bench.Check(id, code)) == "out_of_range");
  }
  CHECK(bench.store->FindVerification(id, bench.now)->attempts_left == 5);
}

TEST_CASE("A code whose life is over, or that was canceled, is not right") {
  Bench bench;
  const Uuid id = bench.Started();
  const std::string code = bench.CodeOf(id);
  bench.now += std::chrono::minutes(10);
  auto checked = bench.Check(id, code);
  CHECK(checked->json["status"] == "expired");
  CHECK(checked->exit == ExitCode::kRefused);

  const Uuid other = bench.Started();
  const std::string other_code = bench.CodeOf(other);
  const auto canceled = CancelVerification({other}, bench.Tools());
  REQUIRE(canceled.has_value());
  CHECK(canceled->json["status"] == "canceled");
  checked = bench.Check(other, other_code);
  CHECK(checked->json["status"] == "canceled");
  CHECK(checked->exit == ExitCode::kRefused);
}

TEST_CASE("verify cancel says when it is too late") {
  Bench bench;
  const Uuid id = bench.Started();
  REQUIRE(bench.Check(id, bench.CodeOf(id)).has_value());
  const auto late = CancelVerification({id}, bench.Tools());
  CHECK(bench.Refusal(late) == "too_late");
  CHECK(late.error().details["verification_status"] == "approved");
  CHECK(CancelVerification({Uuid{}}, bench.Tools()).error().exit ==
        ExitCode::kNotFound);
}

TEST_CASE("verify show tells how one stands, whosever it is") {
  Bench bench;
  const Uuid id = bench.Started();
  REQUIRE(bench.Check(id, bench.WrongCodeOf(id)).has_value());
  const auto shown = ShowVerification({id}, bench.Tools());
  REQUIRE(shown.has_value());
  CHECK(Says(shown->text, "attempts left 4\n"));
  CHECK(Says(shown->text, "(queued)\n"));
  CHECK(shown->json["attempts_left"] == 4);
  const auto none = ShowVerification({Uuid{}}, bench.Tools());
  CHECK(none.error().exit == ExitCode::kNotFound);
  CHECK(none.error().code == "verification_not_found");
}

TEST_CASE("A second start waits its turn, and sends nothing twice") {
  Bench bench;
  const Uuid id = bench.Started();
  const auto early = bench.Start();
  CHECK(bench.Refusal(early) == "resend_too_early");
  CHECK(early.error().details["retry_at"] == "2026-11-23T07:17:18.000Z");
  CHECK(early.error().details["id"] == ToString(id));
  bench.now += std::chrono::seconds(30);
  const auto still = bench.Start();
  REQUIRE(still.has_value());
  CHECK(still->json["id"] == ToString(id));
  CHECK(Says(still->note, "has not gone yet"));
  CHECK(bench.woken == 1);
}

TEST_CASE("What the endpoint refuses is refused, by the same code") {
  const struct {
    const char* code;
    VerificationOrder order;
  } rows[] = {
      {"country_not_allowed", {.to = "+4915112345678"}},
      {"number_not_allowed", {.to = "+62666"}},
      {"recipient_opted_out", {.to = "+62999"}},
      {"invalid_recipient", {.to = "12"}},
      {"out_of_range", {.to = kNumber, .code_length = 3}},
      {"out_of_range", {.to = kNumber, .ttl = std::chrono::seconds(1)}},
      {"out_of_range", {.to = kNumber, .text = {.template_name = "none"}}},
      {"conflicting_fields",
       {.to = kNumber, .text = {.origin = "a.com", .app_hash = "x"}}},
  };
  for (const auto& row : rows) {
    INFO(row.code);
    Bench bench;
    bench.config.guard.numbers.block = {"+62666"};
    REQUIRE(bench.store->AddOptOut({"+62999", kNow, "STOP"}).has_value());
    CHECK(bench.Refusal(bench.Start(row.order)) == row.code);
    CHECK(bench.store->CountByState()->empty());
    CHECK(bench.woken == 0);
  }
}

TEST_CASE("A limit that is reached says when there is room again") {
  Bench bench;
  bench.config.guard.limits = {{"total", 1, std::chrono::minutes(10)}};
  bench.Started();
  const auto limited = bench.Start({.to = "+62812"});
  CHECK(bench.Refusal(limited) == "rate_limited");
  CHECK(limited.error().details.contains("retry_at"));
}

TEST_CASE("A dry run of the guard tells, and lets pass") {
  Bench bench;
  bench.config.guard.countries.dry_run = true;
  bench.config.guard.limits = {
      {"total", 1, std::chrono::minutes(10), /*dry_run=*/true}};
  bench.Started();
  const auto started = bench.Start({.to = "+4915112345678"});
  REQUIRE(started.has_value());
  CHECK(Says(started->note, "would refuse (dry run) it (country)"));
  CHECK(Says(started->note, "would refuse (dry run) it (limit.total)"));
  CHECK(started->json["spooler"] == "rung");
}

TEST_CASE("With uniform answers, an operator is told that nothing is sent") {
  Bench bench;
  bench.config.verify.uniform_answers = true;
  const auto started = bench.Start({.to = "+4915112345678"});
  REQUIRE(started.has_value());
  CHECK(started->json["muted"] == true);
  CHECK(Says(started->note, "no code is sent"));
  CHECK(Says(started->note, "the guard refuses it (country)"));
  CHECK(Says(started->text, "message       none was sent\n"));
  CHECK(bench.store->CountByState()->empty());
  CHECK(bench.woken == 0);
}

TEST_CASE("Where no modem can send, no code is begun, but for a dry run") {
  Bench bench;
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.modems = {{.name = "a", .state = "closed", .since = kNow}};
  REQUIRE(bench.store->RecordTurn(turn).has_value());
  bench.now += std::chrono::minutes(2);
  CHECK(bench.Refusal(bench.Start()) == "backlog");
  bench.config.guard.backlog.dry_run = true;
  const auto started = bench.Start();
  REQUIRE(started.has_value());
  CHECK(Says(started->note, "no modem can send"));
}

TEST_CASE("Where nobody hears, that is said, and the code waits") {
  Bench bench;
  bench.wake = Wake::kNobody;
  const auto started = bench.Start();
  REQUIRE(started.has_value());
  CHECK(started->json["spooler"] == "not_running");
  CHECK(Says(started->note, "no smswebd listens"));
}

// The commands, from a configuration's file to what is printed.
struct Program {
  Program() {
    std::ofstream(file) << "[store]\nurl = \"sqlite:" << folder / "queue.db"
                        << "\"\n[verify]\nsecret_file = \"" << folder / "secret"
                        << "\"\napp = \"Shop\"\n"
                        << "[message]\ndefault_region = \"ID\"\n";
  }
  Outcome Run(Command command) {
    return RunCommand(
        {.config = file, .command = std::move(command)},
        {.clock = clock,
         .random = random,
         .environment = [](const std::string&) { return std::nullopt; },
         .read_line = [this](std::string_view) -> Result<std::string> {
           ++asked;
           return "123456";
         },
         .who = "root (sudo: alice)"});
  }

  TempFolder folder;
  std::string file = folder / "smsweb.toml";
  ManualClock clock{kNow};
  SeededRandom random{1};
  int asked = 0;
};

TEST_CASE("Nobody is asked for a code that could not be checked") {
  Program program;
  auto checked = program.Run(VerifyCheckOptions{.id = Uuid{}});
  CHECK(checked.error().code == "secret_unavailable");
  REQUIRE(program.Run(SecretOptions{.action = SecretOptions::Action::kInit})
              .has_value());
  checked = program.Run(VerifyCheckOptions{.id = Uuid{}});
  CHECK(checked.error().code == "store_unavailable");  // there is no queue
  CHECK(program.asked == 0);
  REQUIRE(OpenSqliteStores(program.folder / "queue.db").has_value());
  checked = program.Run(VerifyCheckOptions{.id = Uuid{}});
  CHECK(checked.error().code == "verification_not_found");
  CHECK(program.asked == 1);
}

TEST_CASE("Without verify.secret_file there are no verifications") {
  Program program;
  std::ofstream(program.file)
      << "[store]\nurl = \"sqlite:" << program.folder / "queue.db"
      << "\"\n";
  const Command commands[] = {VerifyStartOptions{.order = {.to = kNumber}},
                              VerifyCheckOptions{.number = kNumber},
                              VerifyShowOptions{}, VerifyCancelOptions{}};
  for (const Command& command : commands) {
    const auto off = program.Run(command);
    REQUIRE(!off.has_value());
    CHECK(off.error().exit == ExitCode::kUsage);
    CHECK(off.error().code == "verifications_off");
  }
  CHECK(program.asked == 0);
  CHECK(!std::filesystem::exists(program.folder / "queue.db"));
}

TEST_CASE("A secret that is changed is in the audit log of the queue") {
  Program program;
  const auto secret = [&](SecretOptions::Action action) {
    REQUIRE(program.Run(SecretOptions{.action = action}).has_value());
  };
  secret(SecretOptions::Action::kInit);  // before there is a queue
  CHECK(!std::filesystem::exists(program.folder / "queue.db"));
  auto store = std::move(OpenSqliteStores(program.folder / "queue.db")->queue);
  secret(SecretOptions::Action::kRotate);
  const auto audit = *store->Audit(10, 0);
  REQUIRE(audit.size() == 1);
  CHECK(audit[0].act == "secret.rotate");
  CHECK(audit[0].who == "root (sudo: alice)");
}

TEST_CASE("A backup that is restored is in the audit log it brings") {
  Program program;
  const std::string backup = program.folder / "backup.db";
  REQUIRE(OpenSqliteStores(program.folder / "queue.db").has_value());
  using enum DbOptions::Action;
  REQUIRE(
      program.Run(DbOptions{.action = kBackup, .file = backup}).has_value());
  REQUIRE(
      program.Run(DbOptions{.action = kRestore, .file = backup}).has_value());
  const auto audit = program.Run(AuditOptions{});
  REQUIRE(audit.has_value());
  REQUIRE(audit->json["items"].size() == 1);
  CHECK(audit->json["items"][0]["act"] == "db.restore");
  CHECK(audit->json["items"][0]["subject"] == backup);
}

TEST_CASE("config check says which template can't be used") {
  Program program;
  CHECK(program.Run(ConfigCheckOptions{}).has_value());
  std::ofstream(program.file, std::ios::app)
      << "[verify.templates]\nshort = { en = \"no code in it\" }\n";
  const auto checked = program.Run(ConfigCheckOptions{});
  REQUIRE(!checked.has_value());
  CHECK(checked.error().exit == ExitCode::kUsage);
  CHECK(Says(checked.error().message, "{code}"));
  CHECK(checked.error().details["errors"][0]["line"] == 9);
}

}  // namespace
}  // namespace smsweb::ctl
