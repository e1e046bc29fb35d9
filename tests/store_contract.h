// What the tests of a store have in common: each store there is, and messages
// to put into it. A second store joins by a line in kStores.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "common/store/sqlite_store.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb {

using std::chrono::hours;
using std::chrono::seconds;
using enum MessageState;

inline constexpr WallTime kNow{Millis(1'700'000'000'000)};
inline constexpr LeaseToken kMine = 7;
inline constexpr LeaseToken kOther = 8;

struct StoreKind {
  const char* name;
  std::function<std::unique_ptr<Store>(const TempFolder&)> open;
};

inline const StoreKind kStores[] = {
    {"sqlite",
     [](const TempFolder& folder) {
       auto opened = OpenSqliteStores(folder / "queue.db");
       REQUIRE(opened.has_value());
       return std::move(opened->queue);
     }},
};

inline NewMessage MakeMessage(
    int n, MessageClass message_class = MessageClass::kTransactional) {
  SeededRandom random(static_cast<std::uint64_t>(n));
  NewMessage message;
  message.id = MakeUuidV7(kNow, random);
  message.message_class = message_class;
  message.recipient = "+628961070790" + std::to_string(n % 10);
  message.text = "text " + std::to_string(n);
  message.reference = n % 2 ? "ref" : "";
  message.created_at = kNow;
  message.not_before = kNow;
  message.expires_at = kNow + hours(1);
  return message;
}

inline void Insert(Store& store, const NewMessage& message) {
  REQUIRE(InsertOne(store, message).has_value());
}

inline SpoolerTurn Turn(int lease_limit, WallTime now = kNow) {
  SpoolerTurn turn;
  turn.token = kMine;
  turn.now = now;
  if (lease_limit > 0) turn.leases = {{.limit = lease_limit}};
  return turn;
}

inline std::vector<Message> Lease(Store& store, int limit,
                                  WallTime now = kNow) {
  auto outcome = store.RecordTurn(Turn(limit, now));
  REQUIRE(outcome.has_value());
  return outcome->leased;
}

inline MessageState StateOf(Store& store, const Uuid& id) {
  const auto message = store.Find(id);
  REQUIRE(message.has_value());
  return message->state;
}

// Runs `test` on each store, in a folder of its own.
inline void OnEachStore(
    const std::function<void(Store&, const TempFolder&)>& test) {
  for (const StoreKind& kind : kStores) {
    INFO(kind.name);
    TempFolder folder;
    const auto store = kind.open(folder);
    test(*store, folder);
  }
}

}  // namespace smsweb
