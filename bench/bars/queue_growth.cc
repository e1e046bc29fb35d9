// What one call on the queue costs with so many messages behind it:
//
//   queue_growth FILE FINISHED QUEUED
//
// Fills a new queue with so many messages that are finished and so many that
// wait, then times inserts of one message and leases of one in turn, each a
// transaction, and prints two medians in microseconds: "insert 182.1 lease
// 61.0".
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/store/sqlite_store.h"

namespace {

using namespace smsweb;

constexpr int kCalls = 2000;

[[noreturn]] void Die(std::string_view why) {
  fmt::print(stderr, "queue_growth: {}\n", why);
  std::exit(1);
}

// By SQLite itself, since a message at a time would take an hour.
void Fill(const std::string& path, long rows, MessageState state,
          WallTime now) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) Die("can't open the queue");
  const auto at = now.time_since_epoch().count();
  const std::string sql = fmt::format(
      "PRAGMA synchronous = OFF; BEGIN;"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "                        WHERE i < {0}) "
      "INSERT INTO message(id, class, state, recipient, text, parts, "
      "  created_at, not_before, expires_at, updated_at) "
      "SELECT randomblob(16), 1, {1}, '+62896' || i, 'Your code is ' || i, 1, "
      "  {2} - {0} + i, {2} - {0} + i, {2} + 86400000, {2} FROM n;"
      "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
      rows, static_cast<int>(state), at);
  if (rows > 0 &&
      sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    Die(sqlite3_errmsg(db));
  }
  sqlite3_close(db);
}

double Micros(const std::function<void()>& call) {
  const auto began = std::chrono::steady_clock::now();
  call();
  const std::chrono::duration<double, std::micro> took =
      std::chrono::steady_clock::now() - began;
  return took.count();
}

double Median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) Die("usage: queue_growth FILE FINISHED QUEUED");
  const std::string path = argv[1];
  const SystemClock clock;
  SystemRandom random;
  if (!OpenSqliteStores(path)) Die("can't make the queue");
  Fill(path, std::atol(argv[2]), MessageState::kSent, clock.Wall());
  Fill(path, std::atol(argv[3]), MessageState::kQueued, clock.Wall());
  auto stores = OpenSqliteStores(path);
  if (!stores) Die(stores.error().message);

  const auto insert = [&] {
    const WallTime now = clock.Wall();
    const NewMessage message{.id = MakeUuidV7(now, random),
                             .recipient = "+6289610707901",
                             .text = "Your code is 123456",
                             .created_at = now,
                             .not_before = now,
                             .expires_at = now + std::chrono::hours(24)};
    if (!InsertIntake(*stores->queue, {.messages = {message}, .now = now})) {
      Die("an insert failed");
    }
  };
  const auto lease = [&] {
    const auto turn = stores->queue->RecordTurn(
        {.token = 1, .now = clock.Wall(), .leases = {{.limit = 1}}});
    if (!turn || turn->leased.size() != 1) Die("nothing was leased");
  };
  std::vector<double> inserts;
  std::vector<double> leases;
  for (int i = 0; i < kCalls; ++i) {
    inserts.push_back(Micros(insert));
    leases.push_back(Micros(lease));
  }
  fmt::print("insert {:.1f} lease {:.1f}\n", Median(inserts), Median(leases));
}
