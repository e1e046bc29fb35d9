// The disk fails, is full, or is another's for a while: callers are told to
// come again, the spooler pauses, and both go on by themselves
// (fault_vfs/fault_vfs.h, fault_vfs/trial.h).
//
//   SMSWEB_EVERY_WRITE=1 store_faults_test      not only each third or eleventh
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "common/store/sqlite_store.h"
#include "fault_vfs/fault_vfs.h"
#include "fault_vfs/raw_db.h"
#include "fault_vfs/trial.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb::faults {
namespace {

using std::chrono::seconds;
using Complaints = std::vector<std::string>;
using enum FaultDisk::Call;
using enum FaultDisk::Lasting;

constexpr Millis kOutage = seconds(20);

struct Undisturbed {
  std::uint64_t writes;
  std::uint64_t syncs;
};

const Undisturbed& Calls() {
  static const Undisturbed kCalls = [] {
    FaultDisk disk;
    REQUIRE(Trial(disk).Play() == Complaints());
    return Undisturbed{.writes = disk.writes(), .syncs = disk.syncs()};
  }();
  return kCalls;
}

// What has been seen in all trials of a test.
struct Seen {
  int told_to_wait = 0;
  int pauses = 0;  // trials in which the spooler paused, and went on
};

void Note(const Trial& trial, Seen& seen) {
  seen.told_to_wait += trial.told_to_wait();
  const std::string trace = trial.Trace();
  const bool paused = trace.find("sending pauses") != trace.npos;
  if (paused && trace.find("the queue works again") != trace.npos) {
    ++seen.pauses;
  }
}

// One fault; what lasts is mended kOutage after it was first met.
void PlayFault(FaultDisk::Call call, std::uint64_t n, int code,
               FaultDisk::Lasting lasting, Seen& seen) {
  FaultDisk disk;
  disk.FailAt(call, n, code, lasting);
  Trial trial(disk);
  std::optional<Millis> met;
  trial.meanwhile = [&](Millis now) {
    if (!met && disk.failures() > 0) met = now;
    if (met && now >= *met + kOutage) disk.Mend();
  };
  const Complaints complaints = trial.Play();
  INFO("call " << n << ", SQLite " << code);
  CHECK(complaints == Complaints());
  CHECK(disk.failures() > 0);
  Note(trial, seen);
}

int EioOrFull(std::uint64_t n) {
  return n % 2 ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

std::uint64_t StepOr(std::uint64_t step) {
  return std::getenv("SMSWEB_EVERY_WRITE") ? 1 : step;
}

TEST_CASE("Any write may fail once") {
  Seen seen;
  for (std::uint64_t n = 1; n <= Calls().writes; n += StepOr(3)) {
    PlayFault(kWrite, n, EioOrFull(n), kOnce, seen);
  }
  CHECK(seen.told_to_wait > 20);
  CHECK(seen.pauses > 20);
}

TEST_CASE("The disk may be full, or fail, for a while, from any write on") {
  Seen seen;
  for (std::uint64_t n = 1; n <= Calls().writes; n += StepOr(11)) {
    PlayFault(kWrite, n, EioOrFull(n), kUntilMended, seen);
  }
  CHECK(seen.told_to_wait > 20);
  CHECK(seen.pauses > 20);
}

TEST_CASE("Each sync may fail, once or for a while") {
  const auto lasting = GENERATE(kOnce, kUntilMended);
  Seen seen;
  for (std::uint64_t n = 1; n <= Calls().syncs; ++n) {
    PlayFault(kSync, n, SQLITE_IOERR_FSYNC, lasting, seen);
  }
  CHECK(seen.told_to_wait > 5);
  CHECK(seen.pauses > 5);
}

TEST_CASE("A sync that failed, and was forgotten, precedes a power cut") {
  constexpr std::uint64_t kLater = 3;
  for (std::uint64_t n = 1; n + kLater <= Calls().syncs; ++n) {
    FaultDisk disk;
    disk.ForgetWhatCannotBeSynced();
    disk.FailAt(kSync, n, SQLITE_IOERR_FSYNC, kOnce);
    Trial trial(disk, {{.sync = n + kLater,
                        .moment = FaultDisk::Moment::kBehind,
                        .runs_on = true}});
    const Complaints complaints = trial.Play();
    INFO("sync " << n);
    CHECK(complaints == Complaints());
  }
}

// ---- Locks

TEST_CASE("Locks may be refused as busy, again and again") {
  const int percent = GENERATE(10, 30, 60);
  Seen seen;
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    FaultDisk disk;
    disk.Storm(percent, seed);
    Trial trial(disk);
    trial.meanwhile = [&](Millis now) {
      if (now >= seconds(120)) disk.Storm(0);
    };
    const Complaints complaints = trial.Play();
    INFO(percent << " %, seed " << seed);
    CHECK(complaints == Complaints());
    CHECK(disk.failures() > 0);
    Note(trial, seen);
  }
  CHECK(seen.told_to_wait + seen.pauses > 0);
}

TEST_CASE("Another writer may hold the queue for 5 seconds") {
  Seen seen;
  for (int begin = 0; begin <= 36; ++begin) {
    FaultDisk disk;
    Trial trial(disk);
    std::unique_ptr<RawDb> other;
    trial.meanwhile = [&](Millis now) {
      if (now == seconds(begin)) {
        other = std::make_unique<RawDb>(trial.path());
        REQUIRE(other->Try("BEGIN IMMEDIATE"));
      }
      if (now == seconds(begin + 5)) {
        REQUIRE(other->Try("COMMIT"));
        other.reset();
      }
    };
    const Complaints complaints = trial.Play();
    INFO("from second " << begin);
    CHECK(complaints == Complaints());
    Note(trial, seen);
  }
  CHECK(seen.told_to_wait > 20);
  CHECK(seen.pauses > 20);
}

NewMessage AMessage() {
  NewMessage message;
  message.recipient = "+62811000001";
  message.text = "hello";
  message.expires_at = WallTime(Millis(1'000'000));
  return message;
}

TEST_CASE("Whoever may wait for the other writer has the queue after it") {
  FaultDisk disk;
  const TempFolder folder;
  auto opened =
      OpenSqliteStores(folder / "queue.db", {.busy_timeout = seconds(60)});
  REQUIRE(opened.has_value());
  RawDb other(folder / "queue.db");
  REQUIRE(other.Try("BEGIN IMMEDIATE"));
  bool let_go = false;
  std::thread holder([&] {
    while (disk.busy() == 0) std::this_thread::yield();
    let_go = other.Try("COMMIT");
  });
  const auto inserted = InsertOne(*opened->queue, AMessage());
  holder.join();
  CHECK(let_go);
  CHECK(inserted.has_value());
}

}  // namespace
}  // namespace smsweb::faults
