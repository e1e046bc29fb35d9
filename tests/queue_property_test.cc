// What holds of the queue whatever is done to it, in whatever order: a model
// plays along with random calls, and says what each of them may change.
//
// SMSWEB_SEED=N plays another game.
#include <cstdlib>
#include <map>
#include <set>

#include "store_contract.h"

namespace smsweb {
namespace {

constexpr int kMessages = 12;
constexpr int kSteps = 1500;
constexpr LeaseToken kTokens[] = {1, 2, 3};
constexpr Millis kLeaseLife = seconds(60);

std::uint64_t Seed() {
  const char* seed = std::getenv("SMSWEB_SEED");
  return seed ? std::strtoull(seed, nullptr, 10) : 4711;
}

class Game {
 public:
  explicit Game(Store& store, std::uint64_t seed)
      : store_(store), random_(seed) {
    for (int i = 0; i < kMessages; ++i) {
      NewMessage message = MakeMessage(i, static_cast<MessageClass>(i % 3));
      message.expires_at = now_ + hours(6 + i);
      Insert(store_, message);
      ids_.push_back(message.id);
    }
  }

  void Step() {
    before_ = Look();
    switch (Below(9)) {
      case 0:
      case 1:
        return TakeNext();
      case 2:
      case 3:
        return Intend();
      case 4:
        return Answer();
      case 5:
        return Change();
      case 6:
        return Settle();
      case 7:
        return Below(4) == 0 ? Cancel() : TakeOver();
      default:
        return Wait();
    }
  }

 private:
  using Messages = std::map<std::int64_t, Message>;

  int Below(int limit) {
    std::array<std::uint8_t, 2> bytes;
    random_.Fill(bytes);
    return (bytes[0] * 256 + bytes[1]) % limit;
  }
  LeaseToken AnyToken() { return kTokens[Below(std::ssize(kTokens))]; }
  std::int64_t AnySequence() {
    return std::next(before_.begin(), Below(kMessages))->first;
  }

  Messages Look() {
    Messages messages;
    for (const Uuid& id : ids_) {
      auto message = store_.Find(id);
      REQUIRE(message.has_value());
      messages[message->sequence] = std::move(*message);
    }
    return messages;
  }

  bool Holds(LeaseToken token, std::int64_t sequence) const {
    const auto holder = holders_.find(sequence);
    return holder != holders_.end() && holder->second == token;
  }

  SpoolerTurn TurnOf(LeaseToken token) {
    return {.token = token, .now = now_, .alive_until = now_ + kLeaseLife};
  }

  SpoolerTurnOutcome Record(const SpoolerTurn& turn) {
    alive_until_[turn.token] = now_ + kLeaseLife;
    auto outcome = store_.RecordTurn(turn);
    REQUIRE(outcome.has_value());
    return std::move(*outcome);
  }

  // Every message but `except` is in every respect as it was.
  void CheckOthers(const std::set<std::int64_t>& except) {
    for (const auto& [sequence, now] : Look()) {
      const Message& then = before_.at(sequence);
      INFO("message " << sequence << ": " << ToString(then.state) << " -> "
                      << ToString(now.state));
      if (then.state != now.state) {
        CHECK(except.contains(sequence));
        CHECK_FALSE(IsFinal(then.state));
      }
      if (except.contains(sequence)) continue;
      CHECK(now.attempts == then.attempts);
      CHECK(PartsOf(now) == PartsOf(then));
    }
  }

  static std::vector<PartState> PartsOf(const Message& message) {
    std::vector<PartState> states;
    for (const Part& part : message.part_records) states.push_back(part.state);
    return states;
  }

  void TakeNext() {
    const LeaseToken token = AnyToken();
    SpoolerTurn turn = TurnOf(token);
    turn.leases = {{.limit = 1 + Below(3)}};
    const auto outcome = Record(turn);
    std::set<std::int64_t> touched;
    for (const Message& message : outcome.leased) {
      CHECK(before_.at(message.sequence).state == kQueued);
      CHECK(message.expires_at > now_);
      CHECK(message.not_before <= now_);
      holders_[message.sequence] = token;
      touched.insert(message.sequence);
    }
    for (const Message& message : outcome.expired) {
      CHECK(before_.at(message.sequence).state == kQueued);
      CHECK(message.expires_at <= now_);
      CHECK(message.state == (message.in_doubt ? kUnknown : kExpired));
      touched.insert(message.sequence);
    }
    CheckOthers(touched);
  }

  // No intent without a lease.
  void Intend() {
    const LeaseToken token = AnyToken();
    const auto sequence = AnySequence();
    SpoolerTurn turn = TurnOf(token);
    turn.intents = {{sequence, 1, "a", now_, ""}};
    const auto outcome = Record(turn);
    const bool held = Holds(token, sequence);
    CHECK(outcome.refused.empty() == held);
    CheckOthers(held ? std::set{sequence} : std::set<std::int64_t>{});
    if (!held) return;
    const auto parts = Look().at(sequence).part_records;
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].state == PartState::kIntended);
  }

  // No result without a lease either.
  void Answer() {
    const LeaseToken token = AnyToken();
    const auto sequence = AnySequence();
    SpoolerTurn turn = TurnOf(token);
    turn.results = {{.sequence = sequence,
                     .number = 1,
                     .state = static_cast<PartState>(1 + Below(4)),
                     .at = now_}};
    const auto outcome = Record(turn);
    const bool held = Holds(token, sequence);
    CHECK(outcome.refused.empty() == held);
    CheckOthers(held ? std::set{sequence} : std::set<std::int64_t>{});
  }

  void Change() {
    const LeaseToken token = AnyToken();
    const auto sequence = AnySequence();
    const auto to = static_cast<MessageState>(Below(kMessageStateCount));
    const MessageState from = before_.at(sequence).state;
    SpoolerTurn turn = TurnOf(token);
    turn.changes = {{.sequence = sequence, .to = to, .at = now_}};
    const auto outcome = Record(turn);
    const bool allowed = Holds(token, sequence) && MayBecome(from, to);
    CHECK(outcome.refused.empty() == allowed);
    CheckOthers(allowed ? std::set{sequence} : std::set<std::int64_t>{});
    if (!allowed) return;
    CHECK(Look().at(sequence).state == to);
    holders_.erase(sequence);
  }

  // A report, which needs no lease, and moves nothing that waits or is held.
  void Settle() {
    const auto sequence = AnySequence();
    const auto to = static_cast<MessageState>(Below(kMessageStateCount));
    const MessageState from = before_.at(sequence).state;
    SpoolerTurn turn = TurnOf(AnyToken());
    turn.settlements = {
        {.report = kNoReport, .sequence = sequence, .to = to, .at = now_}};
    Record(turn);
    const bool allowed = (from == kSent || from == kUnknown) && to != kQueued &&
                         MayBecome(from, to);
    CheckOthers(allowed ? std::set{sequence} : std::set<std::int64_t>{});
    CHECK(Look().at(sequence).state == (allowed ? to : from));
  }

  // Until something is meant to leave; then its holder may do no more.
  void Cancel() {
    const auto sequence = AnySequence();
    const Message& then = before_.at(sequence);
    const auto parts = PartsOf(then);
    const bool leaving =
        std::ranges::find(parts, PartState::kIntended) != parts.end() ||
        std::ranges::find(parts, PartState::kAccepted) != parts.end();
    const bool in_time =
        then.state == kQueued || (then.state == kSending && !leaving);
    const auto outcome = store_.Cancel(then.id, now_);
    REQUIRE(outcome.has_value());
    CHECK(outcome->cancelled == in_time);
    CheckOthers(in_time ? std::set{sequence} : std::set<std::int64_t>{});
    if (!in_time) return;
    CHECK(Look().at(sequence).state == (then.in_doubt ? kUnknown : kCancelled));
    holders_.erase(sequence);
  }

  // Only what is held by one who has not said for long that it lives.
  void TakeOver() {
    const LeaseToken token = AnyToken();
    const auto abandoned = store_.TakeOver(token, token, now_);
    REQUIRE(abandoned.has_value());
    for (const Message& message : *abandoned) {
      CHECK(message.state == kSending);
      const LeaseToken holder = holders_.at(message.sequence);
      CHECK(holder != token);
      CHECK(alive_until_[holder] <= now_);
      holders_[message.sequence] = token;
    }
    CheckOthers({});
  }

  void Wait() {
    now_ += Millis(Below(120'000));
    if (Below(3) != 0) return;
    SpoolerTurn turn = TurnOf(AnyToken());
    turn.expire = true;
    std::set<std::int64_t> touched;
    for (const Message& message : Record(turn).expired) {
      CHECK(message.expires_at <= now_);
      touched.insert(message.sequence);
    }
    CheckOthers(touched);
  }

  Store& store_;
  SeededRandom random_;
  WallTime now_ = kNow;
  std::vector<Uuid> ids_;
  std::map<std::int64_t, LeaseToken> holders_;
  std::map<LeaseToken, WallTime> alive_until_;
  Messages before_;
};

TEST_CASE("Whatever is done to a queue, each message moves as the table says") {
  OnEachStore([](Store&, const TempFolder& folder) {
    for (std::uint64_t round = 0; round < 4; ++round) {
      INFO("SMSWEB_SEED=" << Seed() << ", round " << round);
      auto opened =
          OpenSqliteStores(folder / ("round" + std::to_string(round) + ".db"));
      REQUIRE(opened.has_value());
      Game game(*opened->queue, Seed() + round);
      for (int i = 0; i < kSteps; ++i) game.Step();
      // The states, counted as they go, are those that are there.
      std::map<MessageState, std::int64_t> counted;
      const auto all = opened->queue->List({.limit = kMessages});
      for (const Message& message : *all) ++counted[message.state];
      const auto counts = opened->queue->CountByState();
      for (const auto& [state, count] : *counts) {
        CHECK(counted[state] == count);
        counted.erase(state);
      }
      CHECK(counted.empty());
    }
  });
}

TEST_CASE("From each state that is not final, an end can be reached") {
  for (int i = 0; i < kMessageStateCount; ++i) {
    const auto from = static_cast<MessageState>(i);
    std::set<MessageState> reached = {from};
    for (bool more = true; more;) {
      more = false;
      for (int j = 0; j < kMessageStateCount; ++j) {
        const auto to = static_cast<MessageState>(j);
        const bool leads = std::ranges::any_of(
            reached, [&](MessageState by) { return MayBecome(by, to); });
        if (leads && reached.insert(to).second) more = true;
      }
    }
    INFO(ToString(from));
    CHECK(std::ranges::any_of(reached, IsFinal));
    if (IsFinal(from)) CHECK(reached.size() == 1);
    // Nothing gets out of the queue but through a lease, or by its end.
    CHECK_FALSE(MayBecome(kQueued, kSent));
    CHECK(MayBecome(from, kSending) == (from == kQueued));
  }
}

}  // namespace
}  // namespace smsweb
