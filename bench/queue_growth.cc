// What one call on the queue costs with so many messages behind it:
//
//   queue_growth FILE ROWS queued|finished
//
// Fills a new queue with ROWS messages in that state, then times inserts of one
// message and leases of one, each a transaction, and prints two medians in
// microseconds: "insert 182.1 lease 61.0".
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

constexpr int kCalls = 300;

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

double MedianMicros(const std::function<void()>& call) {
  std::vector<double> micros;
  for (int i = 0; i < kCalls; ++i) {
    const auto began = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - began;
    micros.push_back(took.count());
  }
  std::ranges::nth_element(micros, micros.begin() + kCalls / 2);
  return micros[kCalls / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) Die("usage: queue_growth FILE ROWS queued|finished");
  const std::string path = argv[1];
  const long rows = std::atol(argv[2]);
  const auto state = std::string_view(argv[3]) == "queued"
                         ? MessageState::kQueued
                         : MessageState::kSent;
  const SystemClock clock;
  SystemRandom random;
  if (!OpenSqliteStores(path)) Die("can't make the queue");
  Fill(path, rows, state, clock.Wall());
  auto stores = OpenSqliteStores(path);
  if (!stores) Die(stores.error().message);

  const double insert = MedianMicros([&] {
    const WallTime now = clock.Wall();
    const NewMessage message{.id = MakeUuidV7(now, random),
                             .recipient = "+6289610707901",
                             .text = "Your code is 123456",
                             .created_at = now,
                             .not_before = now,
                             .expires_at = now + std::chrono::hours(24)};
    if (!InsertOne(*stores->queue, message)) Die("an insert failed");
  });
  const double lease = MedianMicros([&] {
    const auto turn = stores->queue->RecordTurn(
        {.token = 1, .now = clock.Wall(), .leases = {{.limit = 1}}});
    if (!turn || turn->leased.size() != 1) Die("nothing was leased");
  });
  fmt::print("insert {:.1f} lease {:.1f}\n", insert, lease);
}
