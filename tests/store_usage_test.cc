// What every store must do with what goes through a SIM (store_contract.h).
#include <algorithm>

#include "store_contract.h"

namespace smsweb {
namespace {

using enum SimCounter;

constexpr WallTime kMonthBegan = kNow - std::chrono::days(12);

SimUse Use(const std::string& recipient, WallTime minute = kNow) {
  return {.sim = "sim1",
          .recipient = recipient,
          .began_at = {minute, kNow - seconds(100), kNow - hours(7),
                       kMonthBegan, kMonthBegan}};
}

// "minute hour day month recipients", of sim1.
std::string Counted(const std::vector<SimUsage>& all) {
  const auto usage = std::ranges::find(all, "sim1", &SimUsage::sim);
  if (usage == all.end()) return "nothing";
  std::string text;
  for (const auto& count : usage->counts) {
    text += std::to_string(count.used) + " ";
  }
  text.pop_back();
  return text;
}

std::string Counted(Store& store) {
  const auto all = store.Usage();
  REQUIRE(all.has_value());
  return Counted(*all);
}

std::int64_t Take(Store& store, int n) {
  Insert(store, MakeMessage(n));
  return Lease(store, 1).at(0).sequence;
}

SpoolerTurnOutcome Intend(Store& store, std::int64_t sequence, int number,
                          const SimUse& use) {
  SpoolerTurn turn = Turn(0);
  turn.intents = {{sequence, number, "a", kNow, "sim1", use}};
  auto outcome = store.RecordTurn(turn);
  REQUIRE(outcome.has_value());
  return *outcome;
}

void TakeBack(Store& store, std::int64_t sequence, int number,
              const SimUse& use) {
  SpoolerTurn turn = Turn(0);
  turn.results = {{.sequence = sequence,
                   .number = number,
                   .state = PartState::kRejected,
                   .at = kNow,
                   .unused = use}};
  REQUIRE(store.RecordTurn(turn).has_value());
}

TEST_CASE("A part counts with its intent, in each period and once a number") {
  OnEachStore([](Store& store, const TempFolder& folder) {
    CHECK(Counted(store) == "nothing");
    const auto a = Take(store, 1);
    CHECK(Counted(Intend(store, a, 1, Use("+1")).usage) == "1 1 1 1 1");
    Intend(store, a, 2, Use("+1"));
    const auto b = Take(store, 2);
    Intend(store, b, 1, Use("+2"));
    CHECK(Counted(store) == "3 3 3 3 2");
    CHECK(store.SimKnows({"sim1", kMonthBegan}, "+1").value());
    CHECK_FALSE(store.SimKnows({"sim1", kMonthBegan}, "+3").value());
    CHECK_FALSE(store.SimKnows({"sim2", kMonthBegan}, "+1").value());
    CHECK_FALSE(store.SimKnows({"sim1", kNow}, "+1").value());
    const auto again = kStores[0].open(folder);
    CHECK(Counted(*again) == "3 3 3 3 2");
  });
}

TEST_CASE("A new period begins with nothing; the others go on") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto a = Take(store, 1);
    Intend(store, a, 1, Use("+1"));
    Intend(store, a, 2, Use("+1", kNow + seconds(60)));
    CHECK(Counted(store) == "1 2 2 2 1");
    SimUse next_month = Use("+1", kNow + seconds(60));
    next_month.began_at[3] = next_month.began_at[4] = kNow + seconds(60);
    Intend(store, a, 3, next_month);
    CHECK(Counted(store) == "2 3 3 1 1");
  });
}

TEST_CASE("What did not go is taken back where it was counted") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto a = Take(store, 1);
    Intend(store, a, 1, Use("+1"));
    Intend(store, a, 2, Use("+1"));
    TakeBack(store, a, 2, Use("+1"));
    CHECK(Counted(store) == "1 1 1 1 1");
    CHECK(store.SimKnows({"sim1", kMonthBegan}, "+1").value());
    TakeBack(store, a, 1, Use("+1"));
    CHECK(Counted(store) == "0 0 0 0 0");
    CHECK_FALSE(store.SimKnows({"sim1", kMonthBegan}, "+1").value());

    Intend(store, a, 1, Use("+1"));
    const auto b = Take(store, 2);
    Intend(store, b, 1, Use("+2", kNow + seconds(60)));
    TakeBack(store, a, 1, Use("+1"));  // its minute is over
    CHECK(Counted(store) == "1 1 1 1 1");
  });
}

TEST_CASE("An intent that is refused counts nothing") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto a = Take(store, 1);
    REQUIRE(store.Cancel(MakeMessage(1).id, kNow)->cancelled);
    const auto outcome = Intend(store, a, 1, Use("+1"));
    CHECK(outcome.refused == std::vector<std::int64_t>{a});
    CHECK(outcome.usage.empty());
    CHECK(Counted(store) == "nothing");
  });
}

TEST_CASE("Numbers that a SIM knows are found among the first") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto first = Take(store, 1);
    Intend(store, first, 1, Use(MakeMessage(3).recipient));
    for (int n = 2; n <= 4; ++n) Insert(store, MakeMessage(n));
    NewMessage dead = MakeMessage(5);
    dead.expires_at = kNow;
    Insert(store, dead);

    SpoolerTurn turn = Turn(9);
    turn.leases[0].known_to = SimMonth{"sim1", kMonthBegan};
    const auto outcome = store.RecordTurn(turn);
    REQUIRE(outcome.has_value());
    REQUIRE(outcome->leased.size() == 1);
    CHECK(outcome->leased[0].text == "text 3");
    CHECK(outcome->expired.size() == 1);  // and not in the way
    CHECK(Lease(store, 9).size() == 2);
  });
}

TEST_CASE("The look for a known number has an end") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto first = Take(store, 1);
    Intend(store, first, 1, Use("+4"));
    std::vector<NewMessage> many;
    for (int n = 0; n < kFarthestLook; ++n) {
      many.push_back(MakeMessage(10 * n + 10));
    }
    many.push_back(MakeMessage(7));
    many.back().recipient = "+4";
    REQUIRE(InsertAll(store, many).has_value());
    SpoolerTurn turn = Turn(1);
    turn.leases[0].known_to = SimMonth{"sim1", kMonthBegan};
    CHECK(store.RecordTurn(turn)->leased.empty());
    CHECK(Lease(store, 1).size() == 1);
    CHECK(store.RecordTurn(turn)->leased.size() == 1);
  });
}

}  // namespace
}  // namespace smsweb
