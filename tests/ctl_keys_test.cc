// smsweb key, smsweb guard and smsweb audit, against a real queue.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "common/secret/api_key.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "ctl/run.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

constexpr WallTime kNow{Millis(1'795'418'208'000)};  // 2026-11-23T07:16:48Z
constexpr Scopes kVerify = static_cast<Scopes>(Scope::kVerify);

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string BytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Bench {
  Bench() { store = std::move(OpenSqliteStores(queue).value().queue); }

  Outcome Key(const KeyOptions& options) {
    return KeyCommand(
        options,
        {.store = *store, .now = now, .who = "root", .random = random});
  }
  Outcome Add(KeyOptions options) {
    options.action = KeyOptions::Action::kAdd;
    if (options.scopes == 0) options.scopes = kVerify;
    return Key(options);
  }
  std::string IdOf(const Outcome& added) {
    REQUIRE(added.has_value());
    return added->json["id"].get<std::string>();
  }
  Outcome Revoke(const std::string& name) {
    return Key({.action = KeyOptions::Action::kRevoke, .name = name});
  }
  Outcome Guard(const GuardOptions& options) {
    return GuardCommand(
        options,
        {.config = config, .store = *store, .now = now, .who = "root"});
  }
  // Verifications of a client of which none is approved, until there is a
  // pause.
  void Pause(const std::string& client) {
    for (int i = 0; i < 3; ++i) {
      VerificationStart start{.now = now};
      start.verification.id = MakeUuidV7(now, random);
      start.verification.client = client;
      start.verification.recipient = "+62811" + std::to_string(count++);
      start.verification.created_at = now;
      start.verification.expires_at = now + std::chrono::minutes(10);
      start.message.id = MakeUuidV7(now, random);
      start.message.recipient = start.verification.recipient;
      start.message.expires_at = start.verification.expires_at;
      start.conversions = {{.per = LimitPer::kClient,
                            .key = client,
                            .least_share = 0.5,
                            .least_volume = 2,
                            .window = std::chrono::hours(1),
                            .settle = std::chrono::minutes(10),
                            .pause = std::chrono::hours(1)}};
      REQUIRE(ApplyChange(*store, &start).has_value());
      if (i == 1) now += std::chrono::minutes(20);
    }
    REQUIRE(store->Pauses(now)->size() == 1);
  }

  TempFolder folder;
  std::string queue = folder / "queue.db";
  Config config;
  std::unique_ptr<Store> store;
  SeededRandom random{1};
  WallTime now = kNow;
  int count = 1000000;
};

TEST_CASE("key add prints the key alone, once, and what it is beside it") {
  Bench bench;
  const auto added = bench.Add({.name = "shop",
                                .limits = {*ParseKeyLimit("100/hour")},
                                .networks = {"10.0.0.0/8"}});
  REQUIRE(added.has_value());
  REQUIRE(added->text.ends_with('\n'));
  const std::string key = added->text.substr(0, added->text.size() - 1);
  CHECK(LooksLikeApiKey(key));
  CHECK(!Says(added->note, key));
  const std::string id = bench.IdOf(added);
  CHECK(Says(added->note, "shop: id " + id +
                              " scopes verify limits 100/hour from "
                              "10.0.0.0/8"));
  CHECK(added->json["key"] == key);
  const auto found = bench.store->FindKey(ApiKeyDigest(key));
  REQUIRE((found && *found));
  CHECK((*found)->client == "shop");
  CHECK((*found)->scopes == kVerify);
  CHECK((*found)->limits == std::vector{*ParseKeyLimit("100/hour")});
  CHECK((*found)->networks == std::vector<std::string>{"10.0.0.0/8"});
}

TEST_CASE("A key is neither in the list, nor in the audit log, nor on disk") {
  Bench bench;
  const auto added = bench.Add({.name = "shop"});
  const std::string key = added->json["key"].get<std::string>();
  const auto list = bench.Key({.all = true});
  const auto audit = ShowAudit({}, *bench.store, 0);
  CHECK(!Says(list->text + list->json.dump(), key));
  CHECK(!Says(audit->text + audit->json.dump(), key));
  int files = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(bench.folder / ".")) {
    ++files;
    CHECK(!Says(BytesOf(file.path()), key.substr(7)));
  }
  CHECK(files >= 1);
}

TEST_CASE("key add refuses a name in use, but for another key of it") {
  Bench bench;
  const auto first = bench.Add({.name = "shop"});
  const auto refused = bench.Add({.name = "shop"});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().exit == ExitCode::kRefused);
  CHECK(refused.error().code == "key_exists");
  CHECK(Says(refused.error().message, bench.IdOf(first)));
  const auto second = bench.Add({.name = "shop", .another = true});
  CHECK(bench.IdOf(second) != bench.IdOf(first));
  CHECK(bench.store->Keys()->size() == 2);
}

TEST_CASE("A name whose keys are all revoked may have a key again") {
  Bench bench;
  bench.Add({.name = "shop"});
  REQUIRE(bench.Revoke("shop").has_value());
  CHECK(bench.Add({.name = "shop"}).has_value());
}

TEST_CASE("key list shows those in use, and with --all the revoked ones") {
  Bench bench;
  CHECK(Says(bench.Key({})->text, "There is no key"));
  const auto old = bench.IdOf(bench.Add({.name = "old"}));
  const auto shop = bench.IdOf(bench.Add(
      {.name = "shop",
       .scopes = kVerify | static_cast<Scopes>(Scope::kRead),
       .limits = {*ParseKeyLimit("100/hour"), *ParseKeyLimit("9/day")},
       .networks = {"10.0.0.0/8", "::1"}}));
  REQUIRE(bench.Revoke(old).has_value());
  const auto list = bench.Key({});
  CHECK(Says(list->text, shop + "  shop  verify,read  10.0.0.0/8,::1  "
                                "100/hour,9/day  2026-11-23T07:16:48.000Z"));
  CHECK(!Says(list->text, "old"));
  REQUIRE(list->json["items"].size() == 1);
  const Json& item = list->json["items"][0];
  CHECK(item["id"] == shop);
  CHECK(item["scopes"] == Json({"verify", "read"}));
  CHECK(item["limits"] == Json({"100/hour", "9/day"}));
  CHECK(item["last_used_at"].is_null());
  const auto all = bench.Key({.all = true});
  REQUIRE(all->json["items"].size() == 2);
  CHECK(all->json["items"][0]["revoked_at"] == "2026-11-23T07:16:48.000Z");
  CHECK(Says(all->text, "REVOKED"));
}

TEST_CASE("key revoke takes a client with all its keys, or one by its id") {
  Bench bench;
  const auto first = bench.Add({.name = "shop"});
  const auto second = bench.Add({.name = "shop", .another = true});
  const auto one = bench.Revoke(bench.IdOf(first));
  REQUIRE(one.has_value());
  CHECK(one->text == bench.IdOf(first) + "  shop  revoked\n");
  CHECK(bench.store->Keys()->at(0).revoked_at == kNow);
  CHECK(!bench.store->Keys()->at(1).revoked_at);
  const auto rest = bench.Revoke("shop");
  REQUIRE(rest->json["items"].size() == 1);
  CHECK(rest->json["items"][0]["id"] == bench.IdOf(second));
  const auto none = bench.Revoke("shop");
  CHECK(none.error().exit == ExitCode::kNotFound);
  CHECK(none.error().code == "key_not_found");
}

TEST_CASE("Keys made and revoked are in the audit log, with who and which") {
  Bench bench;
  const auto id = bench.IdOf(
      bench.Add({.name = "shop", .limits = {*ParseKeyLimit("5/minute")}}));
  bench.now += std::chrono::hours(1);
  REQUIRE(bench.Revoke(id).has_value());
  const auto audit = *bench.store->Audit(10, 0);
  REQUIRE(audit.size() == 2);
  CHECK(audit[0].act == "key.revoke");
  CHECK(audit[0].subject == "shop");
  CHECK(audit[0].detail == "id " + id);
  CHECK(audit[0].at == bench.now);
  CHECK(audit[1].act == "key.add");
  CHECK(audit[1].who == "root");
  CHECK(audit[1].detail == "id " + id + " scopes verify limits 5/minute");
}

TEST_CASE("guard list tells whom the guard keeps out, and how they stood") {
  Bench bench;
  CHECK(bench.Guard({})->text == "The conversion guard keeps nobody out.\n");
  bench.Pause("shop");
  const auto list = bench.Guard({});
  REQUIRE(list.has_value());
  CHECK(Says(list->text,
             "client  shop  2026-11-23T07:36:48.000Z  "
             "2026-11-23T08:36:48.000Z        2         0\n"));
  CHECK(list->note.empty());
  const Json& item = list->json["items"][0];
  CHECK(item["per"] == "client");
  CHECK(item["key"] == "shop");
  CHECK(item["started"] == 2);
  CHECK(item["approved"] == 0);
  bench.config.guard.conversion.dry_run = true;
  CHECK(Says(bench.Guard({})->note, "dry_run"));
}

TEST_CASE("guard resume ends a pause, and says in the audit log how it stood") {
  Bench bench;
  bench.Pause("shop");
  const GuardOptions resume{.action = GuardOptions::Action::kResume,
                            .per = LimitPer::kClient,
                            .key = "shop"};
  const auto ended = bench.Guard(resume);
  REQUIRE(ended.has_value());
  CHECK(ended->json["key"] == "shop");
  CHECK(bench.store->Pauses(bench.now)->empty());
  const auto audit = *bench.store->Audit(10, 0);
  REQUIRE(audit.size() == 1);
  CHECK(audit[0].act == "guard.resume");
  CHECK(audit[0].subject == "client shop");
  CHECK(Says(audit[0].detail, "0 of 2 approved"));
  const auto again = bench.Guard(resume);
  CHECK(again.error().exit == ExitCode::kNotFound);
  CHECK(again.error().code == "pause_not_found");
}

TEST_CASE("audit shows the newest first, by pages") {
  Bench bench;
  CHECK(ShowAudit({}, *bench.store, 0)->text == "Nothing was done.\n");
  for (const char* subject : {"one", "two", "three"}) {
    REQUIRE(bench.store
                ->Record({.at = kNow,
                          .who = "root (sudo: alice)",
                          .act = "key.add",
                          .subject = subject,
                          .detail = "x\x1b[2J"})
                .has_value());
  }
  const auto page = ShowAudit({.limit = 2}, *bench.store, 0);
  REQUIRE(page.has_value());
  CHECK(page->text.find("three") < page->text.find("two"));
  CHECK(Says(page->text, "root (sudo: alice)  key.add"));
  CHECK(!Says(page->text, "one"));
  CHECK(!Says(page->text, "\x1b"));
  CHECK(page->json["next"] == 2);
  CHECK(Says(page->text, "--before 2"));
  const auto rest = ShowAudit({.limit = 2, .before = 2}, *bench.store, 0);
  REQUIRE(rest->json["items"].size() == 1);
  CHECK(rest->json["items"][0]["subject"] == "one");
  CHECK(rest->json["items"][0]["sequence"] == 1);
  CHECK(rest->json["next"].is_null());
}

TEST_CASE("What can't be written into the audit log is said, and done") {
  Report report{.text = "done\n", .note = "before"};
  RecordAct(
      [](const AuditEntry&) -> Result<void> {
        return smsweb::Fail(ErrorKind::kUnavailable, "disk full");
      },
      {.act = "secret.rotate"}, report);
  CHECK(report.exit == ExitCode::kDone);
  CHECK(report.note ==
        "before\nit is done, but secret.rotate is not in the audit log: disk "
        "full");
}

}  // namespace
}  // namespace smsweb::ctl
