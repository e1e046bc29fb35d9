// The power is cut at each sync, and what was not synced is lost
// (fault_vfs/fault_vfs.h, fault_vfs/trial.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "common/base/random.h"
#include "common/store/sqlite_store.h"
#include "fault_vfs/fault_vfs.h"
#include "fault_vfs/trial.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb::faults {
namespace {

using Complaints = std::vector<std::string>;
using enum FaultDisk::Moment;

std::size_t left_in_doubt = 0;  // by all cuts

Complaints Play(const std::vector<Trial::Cut>& cuts) {
  FaultDisk disk;
  Trial trial(disk, cuts);
  Complaints complaints = trial.Play();
  left_in_doubt += trial.left_in_doubt();
  if (trial.lives() != static_cast<int>(cuts.size()) + 1) {
    complaints.push_back("the power was not cut");
  }
  return complaints;
}

std::uint64_t SyncsUndisturbed() {
  static const std::uint64_t kSyncs = [] {
    FaultDisk disk;
    REQUIRE(Trial(disk).Play() == Complaints());
    return disk.syncs();
  }();
  return kSyncs;
}

// At each sync of all in turn.
void CutEverywhere(Trial::Cut cut) {
  left_in_doubt = 0;
  for (cut.sync = 1; cut.sync <= SyncsUndisturbed(); ++cut.sync) {
    const Complaints complaints = Play({cut});
    INFO("sync " << cut.sync);
    CHECK(complaints == Complaints());
  }
  CHECK(left_in_doubt > 10);
}

TEST_CASE("Whatever is not synced is lost, and no message is") {
  SECTION("before each sync") { CutEverywhere({.moment = kBefore}); }
  SECTION("behind each sync") { CutEverywhere({.moment = kBehind}); }
  SECTION("behind each sync, once what follows from it has happened") {
    CutEverywhere({.moment = kBehind, .runs_on = true});
  }
}

TEST_CASE("... and where disks reorder, whatever of it they have kept") {
  constexpr std::uint32_t kSeeds = 3;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    DYNAMIC_SECTION("seed " << seed) {
      for (std::uint64_t sync = 1; sync <= SyncsUndisturbed(); ++sync) {
        const auto survivors = static_cast<std::uint32_t>(1000 * seed + sync);
        const Complaints complaints =
            Play({{.sync = sync, .survivors = survivors}});
        INFO("sync " << sync << ", survivors " << survivors);
        CHECK(complaints == Complaints());
      }
    }
  }
}

TEST_CASE("... also where it is cut again while all that is mended") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    const auto cut = [&](std::uint64_t most) {
      std::array<std::uint8_t, 3> byte;
      random.Fill(byte);
      return Trial::Cut{
          .sync = 1 + byte[0] % most,
          .moment = byte[1] % 2 ? kBehind : kBefore,
          .runs_on = byte[1] % 4 == 3,
          .survivors = byte[2] % 4 ? std::optional(seed) : std::nullopt};
    };
    const std::vector<Trial::Cut> cuts = {cut(SyncsUndisturbed() / 2), cut(6),
                                          cut(6)};
    const Complaints complaints = Play(cuts);
    INFO("seed " << seed << ", syncs " << cuts[0].sync << ", " << cuts[1].sync
                 << ", " << cuts[2].sync);
    CHECK(complaints == Complaints());
  }
}

// ---- Leases

NewMessage AMessage(int number) {
  NewMessage message;
  message.id.bytes[15] = static_cast<std::uint8_t>(number);
  message.recipient = "+62811000001";
  message.text = "hello";
  message.expires_at = WallTime(Millis(1'000'000));
  return message;
}

std::vector<Message> Lease(Store& store, int count) {
  auto outcome = store.RecordTurn({.token = 7, .leases = {{.limit = count}}});
  REQUIRE(outcome.has_value());
  return std::move(outcome->leased);
}

std::unique_ptr<Store> Open(const std::string& path) {
  auto opened = OpenSqliteStores(path);
  REQUIRE(opened.has_value());
  return std::move(opened->queue);
}

std::optional<std::uint32_t> Survivors(std::uint32_t seed) {
  return seed == 0 ? std::nullopt : std::optional(seed);
}

TEST_CASE("A lease is not synced, and losing it does no harm") {
  for (std::uint32_t seed = 0; seed <= 20; ++seed) {
    FaultDisk disk;
    const TempFolder folder;
    auto store = Open(folder / "queue.db");
    for (int i = 1; i <= 3; ++i) REQUIRE(InsertOne(*store, AMessage(i)));
    const std::uint64_t syncs = disk.syncs();
    REQUIRE(Lease(*store, 2).size() == 2);
    REQUIRE(disk.syncs() == syncs);

    disk.CutNow();
    store.reset();
    disk.Restore(Survivors(seed));
    store = Open(folder / "queue.db");
    for (int i = 1; i <= 3; ++i) {
      const auto found = store->Find(AMessage(i).id);
      REQUIRE(found.has_value());
      CHECK(found->part_records.empty());
      if (seed == 0) CHECK(found->state == MessageState::kQueued);
    }
    // What is still leased is put back at the start; the trials show it.
    const auto left = store->Abandoned(0, WallTime::max());
    REQUIRE(left.has_value());
    CHECK(left->size() + Lease(*store, 9).size() == 3);
  }
}

TEST_CASE("The end of a life that somebody is told of is on the disk by then") {
  FaultDisk disk;
  const TempFolder folder;
  auto store = Open(folder / "queue.db");
  NewMessage message = AMessage(1);
  message.callback_url = "https://app.example.com/hooks/sms";
  REQUIRE(InsertOne(*store, message));
  const auto turn = store->RecordTurn(
      {.token = 7, .now = message.expires_at, .leases = {{.limit = 1}}});
  REQUIRE(turn.has_value());
  REQUIRE(turn->outbox);  // from here on it may be told

  disk.CutNow();
  store.reset();
  disk.Restore();
  store = Open(folder / "queue.db");
  const auto found = store->Find(message.id);
  REQUIRE(found.has_value());
  CHECK(found->state == MessageState::kExpired);
  const auto told = store->Outbox("https://app.example.com:443", 10);
  REQUIRE(told.has_value());
  CHECK(told->size() == 1);
}

// ---- A new queue

TEST_CASE("A queue whose making was cut short is made again, and keeps all") {
  constexpr std::uint64_t kSyncsOfMaking = 5;
  constexpr std::uint32_t kSeeds = 20;
  for (std::uint64_t sync = 1; sync <= kSyncsOfMaking; ++sync) {
    for (std::uint32_t seed = 0; seed <= kSeeds; ++seed) {
      for (const auto moment : {kBefore, kBehind}) {
        FaultDisk disk;
        const TempFolder folder;
        disk.CutAtSync(sync, moment);
        (void)OpenSqliteStores(folder / "queue.db");
        disk.CutNow();
        disk.Restore(Survivors(seed));
        auto store = Open(folder / "queue.db");
        REQUIRE(InsertOne(*store, AMessage(1)));
        disk.CutNow();
        store.reset();
        disk.Restore();
        store = Open(folder / "queue.db");
        INFO("sync " << sync << ", seed " << seed);
        CHECK(store->Find(AMessage(1).id).has_value());
      }
    }
  }
}

TEST_CASE("The trials lease without a sync") {
  FaultDisk disk;
  Trial trial(disk);
  REQUIRE(trial.Play() == Complaints());
  CHECK(trial.leases_without_sync() > 3);
}

// ---- Whether any of this would be noticed

// Of the trials with a cut, one at each sync: the complaints, all in one.
std::string PlayOnLyingDisk(std::uint64_t lies_from) {
  std::string all;
  for (std::uint64_t sync = 1; sync <= SyncsUndisturbed(); ++sync) {
    FaultDisk disk;
    disk.LieFromSync(lies_from);
    Trial trial(disk, {{.sync = sync, .moment = kBehind, .runs_on = true}});
    const Complaints complaints = trial.Play();
    all += fmt::format("{}\n", fmt::join(complaints, "\n"));
  }
  return all;
}

int Count(const std::string& text, const std::string& word) {
  int count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at)) {
    ++count;
    at += word.size();
  }
  return count;
}

TEST_CASE("A disk that does not sync what it says loses messages") {
  const std::string complaints = PlayOnLyingDisk(1);
  CHECK(Count(complaints, "is lost after 202") > 100);
}

TEST_CASE("... and where it begins to lie later, messages go twice") {
  const std::string complaints = PlayOnLyingDisk(SyncsUndisturbed() / 3);
  CHECK(Count(complaints, "went 2 times") > 10);
  CHECK(Count(complaints, "was on the disk, and is not") > 10);
}

}  // namespace
}  // namespace smsweb::faults
