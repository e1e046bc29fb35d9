// What docs/security.md promises: of codes, of guessing, and of what lies on
// the disk.
#include <atomic>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>
#include <thread>

#include "common/store/queue_file.h"
#include "common/verify/code.h"
#include "verify_fixture.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("By default a code has six digits and ten minutes") {
  const VerifyConfig config;
  CHECK(config.code_length == 6);
  CHECK(config.ttl == minutes(10));
  CHECK(config.max_ttl == minutes(10));
  CHECK(config.max_checks == 5);
}

// Chi-square of 9 degrees of freedom: above 27.9 once in a thousand.
TEST_CASE("Each digit is as likely as any other at each place") {
  constexpr int kCodes = 100'000;
  constexpr int kLength = 6;
  SeededRandom random(42);
  std::array<std::array<int, 10>, kLength> seen{};
  for (int i = 0; i < kCodes; ++i) {
    const std::string code = DrawCode(random, kLength);
    REQUIRE(code.size() == kLength);
    for (std::size_t place = 0; place < kLength; ++place) {
      ++seen[place][static_cast<std::size_t>(code[place] - '0')];
    }
  }
  for (const auto& digits : seen) {
    double chi_square = 0;
    for (const int count : digits) {
      chi_square += std::pow(count - kCodes / 10.0, 2) / (kCodes / 10.0);
    }
    CHECK(chi_square < 27.9);
  }
}

// 999 degrees of freedom: above 1143 once in a thousand.
TEST_CASE(
    "Each pair of places is, too, for codes as the program derives them") {
  constexpr int kCodes = 100'000;
  SeededRandom random(43);
  SecretKey key;
  random.Fill(key.code);
  std::array<int, 1000> seen{};
  NewVerification verification{.code_length = 6};
  for (int i = 0; i < kCodes; ++i) {
    verification.id = MakeUuidV7(kNow, random);
    SeedCode(verification, key, random);
    ++seen[static_cast<std::size_t>(std::stoi(CodeOf(verification, key)) /
                                    1000)];
  }
  double chi_square = 0;
  for (const int count : seen) chi_square += std::pow(count - 100, 2) / 100.0;
  CHECK(chi_square < 1143);
}

TEST_CASE("A code follows from the seed and the key, and from neither alone") {
  SeededRandom random(1);
  SecretKey key{.id = {1}};
  SecretKey other{.id = {2}};
  random.Fill(key.code);
  random.Fill(other.code);
  NewVerification verification{.id = MakeUuidV7(kNow, random),
                               .code_length = 10};
  SeedCode(verification, key, random);
  const std::string code = CodeOf(verification, key);
  CHECK(code == CodeOf(verification, key));
  CHECK(verification.key == key.id);
  CHECK(code != CodeOf(verification, other));
  NewVerification reseeded = verification;
  SeedCode(reseeded, key, random);
  CHECK(code != CodeOf(reseeded, key));
  NewVerification renamed = verification;
  renamed.id = MakeUuidV7(kNow, random);
  CHECK(code != CodeOf(renamed, key));
}

// The mapping is one thing, what feeds it another: the program's own generator.
TEST_CASE("The program's generator repeats itself in no code") {
  SystemRandom random;
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) codes.insert(DrawCode(random, 10));
  CHECK(codes.size() == 1000);  // but for once in 20,000 runs
}

// Each thread is a process of its own, as far as the queue can tell.
struct CheckOutcomes {
  int approved = 0;
  int pending = 0;
  int over = 0;  // max_attempts, or approved before
};

class RaceFixture : public VerifyFixture {
 public:
  CheckOutcomes Race(const std::string& id, const std::string& right,
                     const std::vector<std::string>& codes, int threads) {
    std::atomic<std::size_t> next{0};
    std::atomic<int> approved{0};
    std::atomic<int> pending{0};
    std::atomic<int> over{0};
    const auto run = [&](Store& store) {
      for (std::size_t i = next++; i < codes.size(); i = next++) {
        auto check = MakeCheck(codes[i], keys_, kNow);
        check->id = ParseUuid(id);
        const auto outcome = ApplyChange(store, &*check);
        if (!outcome) continue;
        const auto& checked = std::get<CheckOutcome>(*outcome);
        const bool now_approved =
            checked.kind == CheckOutcome::Kind::kChecked &&
            checked.verification.state == VerificationState::kApproved;
        if (now_approved && codes[i] == right) {
          ++approved;
        } else if (checked.counted) {
          ++pending;
        } else {
          ++over;
        }
      }
    };
    std::vector<std::unique_ptr<Store>> stores;
    for (int i = 0; i < threads; ++i) {
      stores.push_back(std::move(
          OpenSqliteStores(folder_ / "queue.db", {.busy_timeout = seconds(60)})
              ->queue));
    }
    std::vector<std::thread> running;
    for (auto& store : stores) {
      running.emplace_back([&run, &store] { run(*store); });
    }
    for (auto& thread : running) thread.join();
    return {approved, pending, over};
  }
};

TEST_CASE_METHOD(RaceFixture, "Of two right codes at once, one approves") {
  for (int round = 0; round < 20; ++round) {
    const Response started = Start("+6281" + std::to_string(round));
    const std::string code = CodeSent(started);
    const auto outcomes =
        Race(Field(started, "id"), code, {code, code, code, code}, 4);
    CHECK(outcomes.approved == 1);
    CHECK(outcomes.over == 3);
  }
}

TEST_CASE_METHOD(RaceFixture, "Checks at once get no more tries than others") {
  const Response started = Start("+62811");
  const std::string code = CodeSent(started);
  std::vector<std::string> codes(400, Wrong(code));
  const auto outcomes = Race(Field(started, "id"), code, codes, 8);
  CHECK(outcomes.approved == 0);
  CHECK(outcomes.pending == 5);
  CHECK(outcomes.over == 395);
  CHECK(Field(Show(Field(started, "id")), "attempts_left") == "0");
}

// In one commit, as the endpoint gathers them.
TEST_CASE_METHOD(VerifyFixture,
                 "Checks that are committed together are tries in "
                 "turn") {
  const Response started = Start("+62811");
  const std::string code = CodeSent(started);
  std::vector<VerificationCheck> checks;
  for (const auto& typed : {Wrong(code), code, code, Wrong(code)}) {
    checks.push_back(*MakeCheck(typed, keys_, kNow));
    checks.back().id = ParseUuid(Field(started, "id"));
  }
  std::vector<Change> changes;
  for (const auto& check : checks) changes.emplace_back(&check);
  const auto outcomes = store_->Apply(changes);
  REQUIRE(outcomes.has_value());
  const auto kind = [&](std::size_t i) {
    return std::get<CheckOutcome>((*outcomes)[i]).kind;
  };
  const auto state = [&](std::size_t i) {
    return std::get<CheckOutcome>((*outcomes)[i]).verification.state;
  };
  CHECK(state(0) == VerificationState::kPending);
  CHECK(state(1) == VerificationState::kApproved);
  CHECK(kind(1) == CheckOutcome::Kind::kChecked);
  CHECK(kind(2) == CheckOutcome::Kind::kApprovedBefore);
  CHECK(kind(3) == CheckOutcome::Kind::kApprovedBefore);
}

TEST_CASE_METHOD(VerifyFixture,
                 "Guessing over many verifications ends at the limit of the "
                 "number") {
  config_.guard.limits = GuardConfig().limits;
  int tries = 0;
  for (int i = 0; i < 1000; ++i) {
    const Response started = Start("+62811");
    if (started.status == 201) {
      const std::string wrong = Wrong(CodeSent(started));
      for (int t = 0; t < 5; ++t, ++tries) Check(Field(started, "id"), wrong);
    }
    clock_.Advance(seconds(60));
  }
  CHECK(tries <= 20 * 5);  // in 1000 minutes
  CHECK(tries > 0);
}

TEST_CASE_METHOD(VerifyFixture, "Sending again gives no new attempts") {
  const Response started = Start("+62811");
  const std::string id = Field(started, "id");
  Check(id, Wrong(CodeSent(started)));
  SendMessage(started);
  clock_.Advance(seconds(30));
  CHECK(Field(Start("+62811"), "attempts_left") == "4");
}

TEST_CASE_METHOD(VerifyFixture, "The code of another verification is wrong") {
  const Response mine = Start("+62811", R"(, "code_length": 10)");
  const Response other = Start("+62812", R"(, "code_length": 10)");
  CHECK(Field(Check(Field(mine, "id"), CodeSent(other)), "status") ==
        "pending");
}

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE_METHOD(VerifyFixture,
                 "Neither the queue nor its log nor a backup has a code or its "
                 "text") {
  std::vector<std::string> codes;
  for (int i = 0; i < 50; ++i) {
    const Response started =
        Start("+6281" + std::to_string(100 + i), R"(, "code_length": 10)");
    codes.push_back(CodeSent(started));
    if (i % 3 == 0) Check(Field(started, "id"), codes.back());
    if (i % 3 == 1) Check(Field(started, "id"), Wrong(codes.back()));
  }
  const std::string backup = folder_ / "backup.db";
  std::ofstream(backup).close();
  auto queue = QueueFile::Open(folder_ / "queue.db", QueueFile::Log::kStays);
  REQUIRE(queue.has_value());
  REQUIRE(queue->CopyTo(backup, [](std::int64_t, std::int64_t) {}).has_value());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(folder_ / "x").parent_path())) {
    const std::string bytes = ReadAll(entry.path());
    INFO(entry.path());
    ++files;
    for (const auto& code : codes) CHECK(bytes.find(code) == std::string::npos);
    CHECK(bytes.find("is your Shop code") == std::string::npos);
  }
  CHECK(files >= 4);  // the queue, its log, the backup, the secret
}

TEST_CASE_METHOD(VerifyFixture, "Of an API key the queue has a digest") {
  UseKey("shop", kEveryScope);
  REQUIRE(Start("+62811").status == 201);
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(folder_ / "x").parent_path())) {
    INFO(entry.path());
    CHECK(ReadAll(entry.path()).find(key_.substr(7)) == std::string::npos);
  }
  CHECK(store_->Keys()->front().digest == ApiKeyDigest(key_));
}

std::string SeedsIn(Store& store, const std::string& id) {
  const auto found = store.FindVerification(*ParseUuid(id), kNow);
  return {found->seed.begin(), found->seed.end()};
}

TEST_CASE_METHOD(VerifyFixture,
                 "A seed is gone when its verification has ended, "
                 "whichever way") {
  const std::string none(16, '\0');
  const Response approved = Start("+62811");
  Check(Field(approved, "id"), CodeSent(approved));
  CHECK(SeedsIn(*store_, Field(approved, "id")) == none);
  const Response canceled = Start("+62812");
  CHECK(SeedsIn(*store_, Field(canceled, "id")) != none);
  Answer(Call("DELETE", "/v1/verifications/" + Field(canceled, "id")));
  CHECK(SeedsIn(*store_, Field(canceled, "id")) == none);
  const Response guessed = Start("+62813");
  for (int i = 0; i < 5; ++i) Check(Field(guessed, "id"), Wrong("000000"));
  CHECK(SeedsIn(*store_, Field(guessed, "id")) == none);
  const Response lapsed = Start("+62814");
  clock_.Advance(minutes(10));
  REQUIRE(store_->Upkeep({.now = clock_.Wall()}).has_value());
  CHECK(SeedsIn(*store_, Field(lapsed, "id")) == none);
  CHECK(Field(Show(Field(lapsed, "id")), "status") == "expired");
}

TEST_CASE_METHOD(VerifyFixture, "A verification that is long over is deleted") {
  const Response started = Start("+62811");
  const auto upkeep = [&] {
    return store_->Upkeep(
        {.now = clock_.Wall(), .retention = {.verifications = hours(24)}});
  };
  clock_.Advance(hours(24));
  REQUIRE(upkeep().has_value());
  CHECK(Show(Field(started, "id")).status == 200);
  clock_.Advance(minutes(11));
  REQUIRE(upkeep().has_value());
  CHECK(Show(Field(started, "id")).status == 404);
}

TEST_CASE("A secret file that others may read, or that is none, is refused") {
  TempFolder folder;
  const std::string path = WriteSecret(folder / "secret", 1);
  CHECK(KeyRing::Load(path).has_value());
  for (const int mode : {0604, 0620, 0602, 0644, 0666}) {
    ::chmod(path.c_str(), static_cast<mode_t>(mode));
    const auto loaded = KeyRing::Load(path);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().kind == ErrorKind::kInvalid);
    CHECK(loaded.error().message.starts_with(path));
  }
  ::chmod(path.c_str(), 0640);
  CHECK(KeyRing::Load(path).has_value());
  CHECK(KeyRing::Load(folder / "none").error().kind == ErrorKind::kUnavailable);
  for (const char* text : {"", "\n", "short\n", "c2hvcnQ=\n"}) {
    std::ofstream(path) << text;
    const auto loaded = KeyRing::Load(path);
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().kind == ErrorKind::kInvalid);
    CHECK(loaded.error().message.find("c2hvcnQ") == std::string::npos);
  }
}

TEST_CASE("A running program learns of a key that was put above the others") {
  TempFolder folder;
  const std::string path = WriteSecret(folder / "secret", 1);
  auto ring = *KeyRing::Load(path);
  const SecretKey old = ring->Newest();
  SeededRandom random(2);
  const std::string line = MakeSecretLine(random);
  std::string before;
  std::getline(std::ifstream(path), before);
  std::ofstream(path) << line << '\n' << before << '\n';
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + seconds(1));
  CHECK(ring->Newest().id == ParseSecretLine(line)->id);
  CHECK(ring->Find(old.id).has_value());
  // What can't be read leaves those that are known.
  std::filesystem::remove(path);
  CHECK(ring->Find(old.id).has_value());
}

TEST_CASE("A secret file that goes bad is told of once, and the keys stay") {
  TempFolder folder;
  const std::string path = WriteSecret(folder / "secret", 1);
  auto ring = *KeyRing::Load(path);
  int told = 0;
  ring->OnTrouble([&](const Error& error) {
    ++told;
    CHECK(error.message.starts_with(path));
  });
  const SecretKey known = ring->Newest();
  std::ofstream(path) << "nonsense, and of another length\n";
  for (int i = 0; i < 3; ++i) CHECK(ring->Newest().id == known.id);
  CHECK(told == 1);
}

TEST_CASE(
    "A sealed text that was changed, or of which the key is gone, is not "
    "read") {
  TempFolder folder;
  SeededRandom random(3);
  auto ring = *KeyRing::Load(WriteSecret(folder / "secret", 1));
  auto other = *KeyRing::Load(WriteSecret(folder / "other", 2));
  SealedText sealed = SealText("123456 is it", ring->Newest(), random);
  CHECK(*OpenText(sealed.text, sealed.seal, *ring) == "123456 is it");
  CHECK(OpenText(sealed.text, sealed.seal, *other).error().kind ==
        ErrorKind::kUnavailable);
  std::string changed = sealed.text;
  changed[3] = changed[3] == 'A' ? 'B' : 'A';
  CHECK(OpenText(changed, sealed.seal, *ring).error().kind ==
        ErrorKind::kInvalid);
  CHECK_FALSE(OpenText("", sealed.seal, *ring).has_value());
  CHECK_FALSE(OpenText(sealed.text, {}, *ring).has_value());
  sealed.seal.back() ^= 1;
  CHECK_FALSE(OpenText(sealed.text, sealed.seal, *ring).has_value());
}

}  // namespace
}  // namespace smsweb
