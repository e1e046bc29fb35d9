// The command line: what it takes, and how it says no.
#include "catch.h"
#include "common/message/draft_json.h"
#include "ctl/options.h"

namespace smsweb::ctl {
namespace {

using Words = std::vector<const char*>;

std::expected<Options, NoCommand> Parse(Words words) {
  words.insert(words.begin(), "smsweb");
  return ParseOptions(static_cast<int>(words.size()), words.data());
}

template <typename Command>
Command ParseAs(Words words) {
  const auto options = Parse(std::move(words));
  REQUIRE(options.has_value());
  REQUIRE(std::holds_alternative<Command>(options->command));
  return std::get<Command>(options->command);
}

std::string Complaint(Words words) {
  const auto options = Parse(std::move(words));
  REQUIRE(!options.has_value());
  REQUIRE(options.error().failure.has_value());
  CHECK(options.error().failure->exit == ExitCode::kUsage);
  CHECK(options.error().failure->code == "usage");
  return options.error().failure->message;
}

void CheckSays(const std::string& text, const std::vector<std::string>& parts) {
  INFO(text);
  for (const auto& part : parts) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

void CheckNeverSays(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) == std::string::npos);
}

constexpr const char* kId = "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071";

TEST_CASE("send takes a number, a text and what else is said of it") {
  const auto send = ParseAs<SendOptions>(
      {"send", "+628111", "hello", "--class", "otp", "--ttl", "60",
       "--not-before", "2026-11-23T07:16:48Z", "--reference", "order 7"});
  CHECK(send.to == "+628111");
  CHECK(send.text == "hello");
  CHECK(send.message_class == MessageClass::kOtp);
  CHECK(send.ttl == std::chrono::seconds(60));
  CHECK(send.not_before == ParseRfc3339("2026-11-23T07:16:48Z"));
  CHECK(send.reference == "order 7");
}

TEST_CASE("send asks for a report, or for none, or leaves it") {
  const auto report = [](Words words) {
    return ParseAs<SendOptions>(std::move(words)).report;
  };
  CHECK(report({"send", "0811", "hello"}) == std::nullopt);
  CHECK(report({"send", "0811", "hello", "--report"}) == true);
  CHECK(report({"send", "0811", "hello", "--no-report"}) == false);
}

TEST_CASE("send may name the modem") {
  CHECK(ParseAs<SendOptions>({"send", "0811", "hello"}).modem.empty());
  CHECK(ParseAs<SendOptions>({"send", "0811", "hello", "--modem", "a"}).modem ==
        "a");
}

TEST_CASE("inbox takes an id, a sender and a page") {
  CHECK(ParseAs<InboxOptions>({"inbox"}).limit == 20);
  CHECK_FALSE(ParseAs<InboxOptions>({"inbox"}).id.has_value());
  CHECK(ParseAs<InboxOptions>({"inbox", kId}).id == ParseUuid(kId));
  const auto inbox = ParseAs<InboxOptions>(
      {"inbox", "--from", "0811", "--limit", "5", "--after", kId});
  CHECK(inbox.from == "0811");
  CHECK(inbox.limit == 5);
  CHECK(inbox.after == ParseUuid(kId));
  CheckSays(Complaint({"inbox", "5"}), {"an id is a UUID"});
}

TEST_CASE("db checks, backs up, restores and compacts") {
  using enum DbOptions::Action;
  CHECK(ParseAs<DbOptions>({"db", "check"}).action == kCheck);
  CHECK(ParseAs<DbOptions>({"db", "check", "--full", "a.db"}).full);
  const auto backup = ParseAs<DbOptions>({"db", "backup", "a.db", "--force"});
  CHECK(backup.action == kBackup);
  CHECK(backup.file == "a.db");
  CHECK(backup.force);
  CHECK_FALSE(ParseAs<DbOptions>({"db", "restore", "a.db"}).resend);
  CHECK(ParseAs<DbOptions>({"db", "restore", "--resend", "a.db"}).resend);
  CHECK(ParseAs<DbOptions>({"db", "compact"}).action == kCompact);
  CheckSays(Complaint({"db"}), {"db needs a command", "backup", "restore"});
  CheckSays(Complaint({"db", "backup"}), {"FILE"});
}

TEST_CASE("optout lists, adds and removes") {
  using enum OptOutOptions::Action;
  CHECK(ParseAs<OptOutOptions>({"optout", "list"}).action == kList);
  const auto add =
      ParseAs<OptOutOptions>({"optout", "add", "0811", "--note", "by letter"});
  CHECK(add.action == kAdd);
  CHECK(add.number == "0811");
  CHECK(add.note == "by letter");
  CHECK(ParseAs<OptOutOptions>({"optout", "remove", "0811"}).action == kRemove);
  CheckSays(Complaint({"optout"}), {"optout needs a command", "list", "add"});
  CheckSays(Complaint({"optout", "add"}), {"NUMBER"});
}

TEST_CASE("secret makes, rotates, prunes and checks") {
  using enum SecretOptions::Action;
  CHECK(ParseAs<SecretOptions>({"secret", "init"}).action == kInit);
  CHECK(ParseAs<SecretOptions>({"secret", "rotate"}).action == kRotate);
  CHECK(ParseAs<SecretOptions>({"secret", "check"}).action == kCheck);
  CHECK_FALSE(ParseAs<SecretOptions>({"secret", "prune"}).yes);
  const auto prune =
      ParseAs<SecretOptions>({"secret", "prune", "--yes", "--file", "/a"});
  CHECK(prune.action == kPrune);
  CHECK(prune.yes);
  CHECK(prune.file == "/a");
  CheckSays(Complaint({"secret"}), {"secret needs a command", "init"});
}

TEST_CASE("key add takes a name, scopes, limits and networks") {
  const auto add = ParseAs<KeyOptions>(
      {"key", "add", "--scope", "send,verify", "--scope", "read", "--limit",
       "100/hour", "--from", "10.0.0.0/8", "--limit", "9/day", "--from", "::1",
       "shop", "--another"});
  CHECK(add.action == KeyOptions::Action::kAdd);
  CHECK(add.name == "shop");
  CHECK(ScopeNames(add.scopes) == "send,verify,read");
  CHECK(add.limits ==
        std::vector{*ParseKeyLimit("100/hour"), *ParseKeyLimit("9/day")});
  CHECK(add.networks == std::vector<std::string>{"10.0.0.0/8", "::1"});
  CHECK(add.another);
}

TEST_CASE("key add says what a name, a scope, a limit and a network may be") {
  const auto complaint = [](Words more) {
    Words words = {"key", "add"};
    words.insert(words.end(), more.begin(), more.end());
    return Complaint(words);
  };
  CheckSays(complaint({"shop"}), {"--scope"});
  CheckSays(complaint({"--scope", "send"}), {"NAME"});
  const std::string long_name(65, 'n');
  for (const char* name : {"trusted network", "", "sh/op", "caf\xc3\xa9",
                           "1a2b3c4d", long_name.c_str()}) {
    INFO(name);
    CheckSays(complaint({name, "--scope", "send"}), {"NAME", "at most 64"});
  }
  for (const char* scope : {"", "all", "send,", "send, read"}) {
    INFO(scope);
    CheckSays(complaint({"shop", "--scope", scope}), {"--scope", "verify"});
  }
  CheckSays(complaint({"shop", "--scope", "send", "--limit", "100"}),
            {"--limit", "100/hour"});
  CheckSays(complaint({"shop", "--scope", "send", "--from", "example.com"}),
            {"--from", "10.20.0.0/16"});
}

TEST_CASE("key lists, and revokes by name or id") {
  CHECK_FALSE(ParseAs<KeyOptions>({"key", "list"}).all);
  CHECK(ParseAs<KeyOptions>({"key", "list", "--all"}).all);
  const auto revoke = ParseAs<KeyOptions>({"key", "revoke", "1a2b3c4d"});
  CHECK(revoke.action == KeyOptions::Action::kRevoke);
  CHECK(revoke.name == "1a2b3c4d");
  CheckSays(Complaint({"key", "revoke"}), {"NAME|ID"});
}

TEST_CASE("guard lists pauses, and ends one") {
  CHECK(ParseAs<GuardOptions>({"guard", "list"}).action ==
        GuardOptions::Action::kList);
  const auto resume =
      ParseAs<GuardOptions>({"guard", "resume", "client", "shop"});
  CHECK(resume.action == GuardOptions::Action::kResume);
  CHECK(resume.per == LimitPer::kClient);
  CHECK(resume.key == "shop");
  CHECK(ParseAs<GuardOptions>({"guard", "resume", "prefix", "+6281"}).per ==
        LimitPer::kPrefix);
  CheckSays(Complaint({"guard", "resume", "number", "+6281"}),
            {"prefix", "client"});
}

TEST_CASE("audit takes a page") {
  CHECK(ParseAs<AuditOptions>({"audit"}).limit == 50);
  const auto audit =
      ParseAs<AuditOptions>({"audit", "--limit", "5", "--before", "7"});
  CHECK(audit.limit == 5);
  CHECK(audit.before == 7);
  CheckSays(Complaint({"audit", "--before", "0"}), {"--before"});
}

TEST_CASE("verify start takes a number, and what else the endpoint takes") {
  const auto order =
      ParseAs<VerifyStartOptions>({"verify", "start", "0811", "--locale", "id",
                                   "--template", "login", "--code-length", "8",
                                   "--ttl", "120", "--origin", "example.com"})
          .order;
  CHECK(order.to == "0811");
  CHECK(order.text.locale == "id");
  CHECK(order.text.template_name == "login");
  CHECK(order.code_length == 8);
  CHECK(order.ttl == std::chrono::seconds(120));
  CHECK(order.text.origin == "example.com");
  const auto plain = ParseAs<VerifyStartOptions>(
                         {"verify", "start", "0811", "--app-hash", "x"})
                         .order;
  CHECK(plain.text.template_name == "default");
  CHECK(plain.text.app_hash == "x");
  CHECK(!plain.ttl);
  CHECK(!plain.code_length);
}

TEST_CASE("verify check takes an id or a number, and never a code") {
  CHECK(ParseAs<VerifyCheckOptions>({"verify", "check", kId}).id ==
        ParseUuid(kId));
  const auto check = ParseAs<VerifyCheckOptions>({"verify", "check", "0811"});
  CHECK(!check.id);
  CHECK(check.number == "0811");
  const auto complaint = Complaint({"verify", "check", "0811", "493817"});
  CheckSays(complaint, {"standard input"});
  CheckNeverSays(complaint, "493817");
}

TEST_CASE("verify shows and cancels by id") {
  CHECK(ParseAs<VerifyShowOptions>({"verify", "show", kId}).id ==
        *ParseUuid(kId));
  CHECK(ParseAs<VerifyCancelOptions>({"verify", "cancel", kId}).id ==
        *ParseUuid(kId));
  CheckSays(Complaint({"verify", "show", "0811"}), {"an id is a UUID"});
}

TEST_CASE("modem shows one, and asks by USSD") {
  CHECK(ParseAs<ModemShowOptions>({"modem", "show", "a"}).name == "a");
  const auto ussd = ParseAs<ModemUssdOptions>({"modem", "ussd", "a", "*888#"});
  CHECK(ussd.name == "a");
  CHECK(ussd.code == "*888#");
  CHECK(ussd.timeout == std::chrono::seconds(60));
  CHECK(ParseAs<ModemUssdOptions>(
            {"modem", "ussd", "a", "*888#", "--timeout", "5"})
            .timeout == std::chrono::seconds(5));
  CheckSays(Complaint({"modem", "ussd", "a"}), {"CODE"});
  CheckSays(Complaint({"modem", "ussd", "a", "*1#", "--timeout", "0"}),
            {"--timeout"});
}

TEST_CASE("send leaves to the configuration what is not said") {
  const auto send = ParseAs<SendOptions>({"send", "0811", "hello"});
  CHECK(send.message_class == MessageClass::kTransactional);
  CHECK(!send.ttl);
  CHECK(!send.not_before);
}

TEST_CASE("A text may look like anything") {
  for (const char* text :
       {"queue", "-", "[a,b]", "a=b", "", "-5 degrees", "%s", "--- x"}) {
    INFO(text);
    CHECK(ParseAs<SendOptions>({"send", "--", "0811", text}).text == text);
  }
  for (const char* text : {"queue", "send", "-", "[a,b]", "", "config"}) {
    INFO(text);
    CHECK(ParseAs<SendOptions>({"send", "0811", text}).text == text);
  }
  CHECK(ParseAs<SendOptions>({"send", "--", "0811", "--json"}).text ==
        "--json");
}

TEST_CASE("A text that lacks its quotes is told so, and not repeated") {
  const auto complaint = Complaint({"send", "0811", "my", "secret"});
  CheckSays(complaint, {"quotes"});
  CheckNeverSays(complaint, "secret");
  CheckNeverSays(Complaint({"send", "0811", "--secret"}), "--secret");
}

TEST_CASE("--json and --config stand anywhere") {
  for (const Words& words : {Words{"--json", "--config", "c", "modem", "list"},
                             Words{"modem", "--json", "--config", "c", "list"},
                             Words{"modem", "list", "--json", "--config=c"}}) {
    const auto options = Parse(words);
    REQUIRE(options.has_value());
    CHECK(options->json);
    CHECK(options->config == "c");
    CHECK(std::holds_alternative<ModemListOptions>(options->command));
  }
}

TEST_CASE("show takes an id") {
  const auto show = ParseAs<ShowOptions>({"show", kId});
  CHECK(ToString(show.id) == kId);
  CHECK(!show.text);
  CHECK(ParseAs<ShowOptions>({"show", kId, "--text"}).text);
}

TEST_CASE("queue takes filters") {
  const auto all = ParseAs<QueueOptions>({"queue"});
  CHECK(!all.state);
  CHECK(all.limit == 20);
  const auto some =
      ParseAs<QueueOptions>({"queue", "--state", "unknown", "--to", "0811",
                             "--limit", "5", "--after", kId});
  CHECK(some.state == MessageState::kUnknown);
  CHECK(some.to == "0811");
  CHECK(some.limit == 5);
  CHECK(ToString(some.after.value()) == kId);
}

TEST_CASE("config check is a command of two words") {
  ParseAs<ConfigCheckOptions>({"config", "check"});
  CheckSays(Complaint({"config"}), {"check"});
  CheckSays(Complaint({"modem"}), {"list"});
}

TEST_CASE("A value that can't be is named, with what it takes") {
  CheckSays(Complaint({"send", "0811", "x", "--class", "fast"}),
            {"--class", "transactional"});
  CheckSays(Complaint({"send", "0811", "x", "--ttl", "0"}),
            {"--ttl", "2592000"});
  CheckSays(Complaint({"send", "0811", "x", "--not-before", "tomorrow"}),
            {"--not-before", "2026-11-23T07:16:48Z"});
  CheckSays(Complaint({"show", "7"}), {"UUID"});
  CheckSays(Complaint({"queue", "--after", "7"}), {"UUID"});
  CheckSays(Complaint({"queue", "--state", "lost"}),
            {"--state", "undelivered"});
  CheckSays(Complaint({"queue", "--limit", "0"}), {"--limit"});
  CheckSays(Complaint({"send", "0811", "x", "--reference",
                       std::string(256, 'r').c_str()}),
            {"--reference", "255"});
  CheckSays(Complaint({"send", "0811"}), {"TEXT"});
}

TEST_CASE("An unknown command or option is answered with the one meant") {
  CheckSays(Complaint({"sned"}), {"did you mean \"send\"?"});
  CheckSays(Complaint({"modem", "lst"}), {"did you mean \"list\"?"});
  CheckSays(Complaint({"queue", "--stat", "sent"}),
            {"did you mean \"--state\"?"});
  CheckSays(Complaint({"send", "--clas", "otp", "0811", "x"}),
            {"did you mean \"--class\"?"});
  CheckSays(Complaint({"frobnicate"}), {"smsweb --help"});
  CheckSays(Complaint({"show", kId, "more"}), {"more"});
}

TEST_CASE("A wrong line that asks for JSON gets it") {
  CHECK(Parse({"sned", "--json"}).error().json);
  CHECK(!Parse({"sned"}).error().json);
  CHECK(!Parse({"send", "0811", "my", "--", "--json"}).error().json);
  CHECK(Parse({"--json"}).error().failure.has_value());
}

TEST_CASE("smsweb alone, and --help, teach: commands, examples, exit codes") {
  for (const Words& words : {Words{}, Words{"--help"}}) {
    const auto options = Parse(words);
    REQUIRE(!options.has_value());
    CHECK(!options.error().failure);
    for (const char* expected : {"send", "show", "queue", "modem", "config",
                                 "Examples:", "Exit codes:", "--json"}) {
      CheckSays(options.error().print, {expected});
    }
  }
}

TEST_CASE("The help of send names each column that a file may have") {
  const auto options = Parse({"send", "--help"});
  REQUIRE(!options.has_value());
  const std::string& help = options.error().print;
  const std::string file = help.substr(help.find("with the columns"));
  for (const char* column :
       {"to", "text", "class", "ttl", "not_before", "reference", "report",
        "repeat_unknown", "callback_url", "modem"}) {
    INFO(column);
    CHECK(IsDraftField(column));
    CHECK(file.find(column) != std::string::npos);
  }
}

TEST_CASE("The help of send says how to keep a text out of the process list") {
  const auto options = Parse({"send", "--help"});
  REQUIRE(!options.has_value());
  CheckSays(options.error().print, {"list of processes", "standard input"});
}

TEST_CASE("--version says which release it is") {
  CheckSays(Parse({"--version"}).error().print, {SMSWEB_VERSION});
}

}  // namespace
}  // namespace smsweb::ctl
