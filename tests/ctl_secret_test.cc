// smsweb secret, on real files.
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "common/base/unique_fd.h"
#include "common/secret/key_ring.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"
#include "temp_folder.h"

namespace smsweb::ctl {
namespace {

using enum SecretOptions::Action;
constexpr WallTime kNow{Millis(1'795'418'208'000)};  // 2026-11-23T07:16:48Z

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Bench {
  Bench() {
    config.file = "smsweb.toml";
    config.store.path = folder / "queue.db";
    config.verify.secret_file = path;
  }

  Outcome Secret(const SecretOptions& options) {
    return SecretCommand(options, {.config = config,
                                   .now = kNow,
                                   .who = "root",
                                   .random = random,
                                   .record = [this](const AuditEntry& entry) {
                                     audit.push_back(entry);
                                     return Result<void>();
                                   }});
  }
  Outcome Secret(SecretOptions::Action action) {
    return Secret({.action = action, .yes = true});
  }
  std::vector<std::string> Lines() const {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  mode_t Mode() const {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
  }
  // What is left beside it.
  std::ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder / "."), {});
  }

  TempFolder folder;
  std::string path = folder / "secret";
  Config config;
  SeededRandom random{1};
  std::vector<AuditEntry> audit;
};

TEST_CASE("secret init makes a file of one key, for its owner alone") {
  Bench bench;
  const auto made = bench.Secret(kInit);
  REQUIRE(made.has_value());
  CHECK(made->text == bench.path + ": made, with 1 key\n");
  CHECK(made->note.empty());
  CHECK(bench.Mode() == 0600);
  REQUIRE(bench.Lines().size() == 1);
  CHECK(ParseSecretLine(bench.Lines()[0]).has_value());
  CHECK(KeyRing::Load(bench.path).has_value());
  CHECK(bench.Files() == 1);
}

TEST_CASE("secret init leaves a file that is there, whatever is in it") {
  Bench bench;
  std::ofstream(bench.path) << "mine\n";
  const auto refused = bench.Secret(kInit);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().exit == ExitCode::kRefused);
  CHECK(refused.error().code == "secret_exists");
  CHECK(Says(refused.error().message, "secret rotate"));
  CHECK(bench.Lines() == std::vector<std::string>{"mine"});
  CHECK(bench.Files() == 1);
  CHECK(bench.audit.empty());
}

TEST_CASE("secret --file takes another, and says that nobody reads it") {
  Bench bench;
  const std::string other = bench.folder / "other";
  const auto made = bench.Secret({.action = kInit, .file = other});
  REQUIRE(made.has_value());
  CHECK(Says(made->note, "smsweb.toml does not name it"));
  CHECK(KeyRing::Load(other).has_value());
  CHECK(!std::filesystem::exists(bench.path));
}

TEST_CASE("Without verify.secret_file, secret says where it is named") {
  Bench bench;
  bench.config.verify.secret_file.clear();
  for (const auto action : {kInit, kRotate, kPrune, kCheck}) {
    const auto off = bench.Secret(action);
    CHECK(off.error().exit == ExitCode::kUsage);
    CHECK(off.error().code == "verifications_off");
  }
}

TEST_CASE("secret rotate puts a new key above the old, which still serve") {
  Bench bench;
  REQUIRE(bench.Secret(kInit).has_value());
  const auto first = bench.Lines();
  const auto old = ParseSecretLine(first[0])->id;
  const auto running = KeyRing::Load(bench.path);
  const auto rotated = bench.Secret(kRotate);
  REQUIRE(rotated.has_value());
  CHECK(rotated->json["keys"] == 2);
  REQUIRE(bench.Lines().size() == 2);
  CHECK(bench.Lines()[1] == first[0]);
  CHECK(bench.Mode() == 0600);
  CHECK(bench.Files() == 1);
  const auto ring = KeyRing::Load(bench.path);
  CHECK((*ring)->Newest().id != old);
  CHECK((*ring)->Find(old).has_value());
  CHECK((*running)->Find((*ring)->Newest().id).has_value());
}

TEST_CASE("secret rotate leaves mode, and a link, as they were") {
  Bench bench;
  const std::string real = bench.folder / "real";
  REQUIRE(bench.Secret({.action = kInit, .file = real}).has_value());
  REQUIRE(::chmod(real.c_str(), 0640) == 0);
  std::filesystem::create_symlink(real, bench.path);
  REQUIRE(bench.Secret(kRotate).has_value());
  CHECK(std::filesystem::is_symlink(bench.path));
  CHECK(bench.Mode() == 0640);
  CHECK(bench.Lines().size() == 2);
}

TEST_CASE("secret prune keeps the newest key, and wants to be sure") {
  Bench bench;
  REQUIRE(bench.Secret(kInit).has_value());
  REQUIRE(bench.Secret(kRotate).has_value());
  REQUIRE(bench.Secret(kRotate).has_value());
  const auto lines = bench.Lines();
  const auto asked = bench.Secret({.action = kPrune});
  REQUIRE(!asked.has_value());
  CHECK(asked.error().exit == ExitCode::kRefused);
  CHECK(asked.error().code == "not_confirmed");
  CHECK(Says(asked.error().message, "no longer be checked"));
  CHECK(bench.Lines() == lines);
  const auto pruned = bench.Secret({.action = kPrune, .yes = true});
  REQUIRE(pruned.has_value());
  CHECK(pruned->json["removed"] == 2);
  CHECK(Says(pruned->note, "can no longer be checked"));
  CHECK(bench.Lines() == std::vector<std::string>{lines[0]});
  CHECK(bench.Mode() == 0600);
}

TEST_CASE("secret check counts the keys, or says what is wrong") {
  Bench bench;
  auto checked = bench.Secret(kCheck);
  CHECK(checked.error().exit == ExitCode::kUnavailable);
  CHECK(checked.error().code == "secret_unavailable");
  CHECK(Says(checked.error().message, "secret init"));
  REQUIRE(bench.Secret(kInit).has_value());
  REQUIRE(bench.Secret(kRotate).has_value());
  checked = bench.Secret(kCheck);
  REQUIRE(checked.has_value());
  CHECK(checked->text == bench.path + ": ok, with 2 keys\n");
  REQUIRE(::chmod(bench.path.c_str(), 0644) == 0);
  checked = bench.Secret(kCheck);
  CHECK(checked.error().exit == ExitCode::kUsage);
  CHECK(checked.error().code == "bad_secret");
  CHECK(Says(checked.error().message, "others may read"));
}

TEST_CASE("A file that is damaged is not changed") {
  Bench bench;
  REQUIRE(bench.Secret(kInit).has_value());
  std::ofstream(bench.path, std::ios::app) << "no key\n";
  const auto lines = bench.Lines();
  for (const auto action : {kRotate, kPrune}) {
    const auto refused = bench.Secret(action);
    CHECK(refused.error().code == "bad_secret");
    CHECK(Says(refused.error().message, bench.path + ":2"));
    CHECK(!Says(refused.error().message, "no key\n"));
  }
  CHECK(bench.Lines() == lines);
  CHECK(bench.Files() == 1);
}

TEST_CASE("Of two that change the file at once, one is told to try again") {
  Bench bench;
  REQUIRE(bench.Secret(kInit).has_value());
  const UniqueFd other(::open(bench.path.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  const auto refused = bench.Secret(kRotate);
  CHECK(refused.error().exit == ExitCode::kUnavailable);
  CHECK(refused.error().code == "secret_in_use");
  CHECK(Says(refused.error().message, "try again"));
  CHECK(bench.Lines().size() == 1);
}

TEST_CASE("No key is in what secret prints, nor in the audit log") {
  Bench bench;
  std::string said;
  for (const auto action : {kInit, kInit, kRotate, kCheck, kPrune, kCheck}) {
    const auto outcome = bench.Secret(action);
    said += outcome ? outcome->text + outcome->note + outcome->json.dump()
                    : outcome.error().message;
    for (const auto& line : bench.Lines()) CHECK(!Says(said, line));
  }
  std::vector<std::string> acts;
  for (const auto& entry : bench.audit) {
    acts.push_back(entry.act);
    CHECK(entry.who == "root");
    CHECK(entry.subject == bench.path);
    CHECK(entry.detail.empty());
  }
  CHECK(acts == std::vector<std::string>{"secret.init", "secret.rotate",
                                         "secret.prune"});
}

}  // namespace
}  // namespace smsweb::ctl
