// What every store must do with what the endpoint brings: keys, batches,
// duplicates, conversations (store_contract.h).
#include <thread>

#include "store_contract.h"

namespace smsweb {
namespace {

using Kind = IntakeOutcome::Kind;

Intake IntakeOf(std::vector<NewMessage> messages, WallTime now = kNow) {
  return {.client = "shop", .messages = std::move(messages), .now = now};
}

Intake Keyed(const std::string& key, std::vector<NewMessage> messages,
             std::uint8_t fingerprint = 1, WallTime now = kNow) {
  Intake intake = IntakeOf(std::move(messages), now);
  intake.key = key;
  intake.fingerprint = {fingerprint};
  intake.key_expires_at = now + hours(24);
  intake.answer = [](const Intake& taken, const IntakeOutcome&) {
    return "answer to " + ToString(taken.messages.front().id);
  };
  return intake;
}

IntakeOutcome Take(Store& store, const Intake& intake) {
  const Intake* const intakes[] = {&intake};
  auto outcomes = InsertIntakes(store, intakes);
  REQUIRE(outcomes.has_value());
  REQUIRE(outcomes->size() == 1);
  return outcomes->front();
}

bool Has(Store& store, const NewMessage& message) {
  return store.Find(message.id).has_value();
}

void OptOutOf(Store& store, const NewMessage& message) {
  REQUIRE(store.AddOptOut({message.recipient, kNow, "STOP"}).has_value());
}

Uuid BatchId(int n) { return MakeMessage(1000 + n).id; }

TEST_CASE("A key that was used for the same request gives its answer again") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto first = Take(store, Keyed("k", {MakeMessage(1)}));
    CHECK(first.kind == Kind::kTaken);
    CHECK(first.answer == "answer to " + ToString(MakeMessage(1).id));
    const auto second = Take(store, Keyed("k", {MakeMessage(2)}));
    CHECK(second.kind == Kind::kRepeated);
    CHECK(second.answer == first.answer);
    CHECK_FALSE(Has(store, MakeMessage(2)));
  });
}

TEST_CASE("A key that was used for another request takes nothing") {
  OnEachStore([](Store& store, const TempFolder&) {
    Take(store, Keyed("k", {MakeMessage(1)}, 1));
    const auto other = Take(store, Keyed("k", {MakeMessage(2)}, 2));
    CHECK(other.kind == Kind::kKeyReused);
    CHECK(other.answer.empty());
    CHECK_FALSE(Has(store, MakeMessage(2)));
  });
}

TEST_CASE("Each client has keys of its own") {
  OnEachStore([](Store& store, const TempFolder&) {
    Take(store, Keyed("k", {MakeMessage(1)}));
    Intake other = Keyed("k", {MakeMessage(2)});
    other.client = "bank";
    CHECK(Take(store, other).kind == Kind::kTaken);
    CHECK(Has(store, MakeMessage(2)));
  });
}

TEST_CASE("Twins in one commit group are one message") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Intake one = Keyed("k", {MakeMessage(1)});
    const Intake two = Keyed("k", {MakeMessage(2)});
    const Intake* const group[] = {&one, &two};
    const auto outcomes = InsertIntakes(store, group);
    REQUIRE(outcomes.has_value());
    CHECK(outcomes->at(0).kind == Kind::kTaken);
    CHECK(outcomes->at(1).kind == Kind::kRepeated);
    CHECK(outcomes->at(0).answer == outcomes->at(1).answer);
    CHECK(store.List({})->size() == 1);
  });
}

TEST_CASE("Twins through several connections are one message") {
  TempFolder folder;
  for (const StoreKind& kind : kStores) {
    INFO(kind.name);
    constexpr int kTwins = 8;
    std::vector<std::unique_ptr<Store>> stores;
    for (int i = 0; i < kTwins; ++i) stores.push_back(kind.open(folder));
    std::vector<IntakeOutcome> outcomes(kTwins);
    std::vector<std::thread> threads;
    for (int i = 0; i < kTwins; ++i) {
      threads.emplace_back([&, i] {
        const Intake intake = Keyed("k", {MakeMessage(i)});
        const Intake* const intakes[] = {&intake};
        auto taken = InsertIntakes(*stores[i], intakes);
        if (taken) outcomes[i] = std::move(taken->front());
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(std::ranges::count(outcomes, Kind::kTaken, &IntakeOutcome::kind) ==
          1);
    CHECK(std::ranges::count(outcomes, outcomes[0].answer,
                             &IntakeOutcome::answer) == kTwins);
    CHECK(stores[0]->List({})->size() == 1);
  }
}

TEST_CASE("A key is as good as new when its time is over") {
  OnEachStore([](Store& store, const TempFolder&) {
    Take(store, Keyed("k", {MakeMessage(1)}));
    const auto later = kNow + hours(24);
    const auto before = later - Millis(1);
    CHECK(Take(store, Keyed("k", {MakeMessage(2)}, 2, before)).kind ==
          Kind::kKeyReused);
    CHECK(Take(store, Keyed("k", {MakeMessage(2)}, 2, later)).kind ==
          Kind::kTaken);
    CHECK(Take(store, Keyed("k", {MakeMessage(3)}, 2, later)).kind ==
          Kind::kRepeated);
  });
}

TEST_CASE("A request of which nothing was taken uses up no key") {
  OnEachStore([](Store& store, const TempFolder&) {
    OptOutOf(store, MakeMessage(1));
    const auto refused = Take(store, Keyed("k", {MakeMessage(1)}));
    CHECK(refused.opted_out == std::vector<std::size_t>{0});
    REQUIRE(store.RemoveOptOut(MakeMessage(1).recipient).has_value());
    CHECK(Take(store, Keyed("k", {MakeMessage(1)})).opted_out.empty());
    CHECK(Has(store, MakeMessage(1)));
  });
}

TEST_CASE("A batch knows what was taken, what was not, and how they fare") {
  OnEachStore([](Store& store, const TempFolder&) {
    OptOutOf(store, MakeMessage(2));
    Intake intake = IntakeOf({MakeMessage(1), MakeMessage(2), MakeMessage(3)});
    intake.batch = BatchStep{.id = BatchId(1), .rejected = 4};
    CHECK(Take(store, intake).opted_out == std::vector<std::size_t>{1});
    REQUIRE(store.Cancel(MakeMessage(3).id, kNow).has_value());
    const auto batch = store.FindBatch(BatchId(1));
    REQUIRE(batch.has_value());
    CHECK(batch->client == "shop");
    CHECK(batch->created_at == kNow);
    CHECK(batch->accepted == 2);
    CHECK(batch->rejected == 5);
    CHECK(batch->finished);
    CHECK(batch->states == std::vector<std::pair<MessageState, std::int64_t>>{
                               {kQueued, 1}, {kCancelled, 1}});
    CHECK(store.FindBatch(BatchId(2)).error().kind == ErrorKind::kNotFound);
  });
}

TEST_CASE("A request of which nothing was taken leaves no batch") {
  OnEachStore([](Store& store, const TempFolder&) {
    OptOutOf(store, MakeMessage(1));
    Intake intake = IntakeOf({MakeMessage(1)});
    intake.batch = BatchStep{.id = BatchId(1), .rejected = 1};
    Take(store, intake);
    CHECK_FALSE(store.FindBatch(BatchId(1)).has_value());
  });
}

TEST_CASE("An import grows, and no line of it is taken by two") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto step = [&](int n, std::int64_t behind, std::int64_t lines,
                          bool finished) {
      Intake intake = IntakeOf({MakeMessage(n)});
      intake.batch = BatchStep{.id = BatchId(1),
                               .rejected = 1,
                               .lines = lines,
                               .behind = behind,
                               .finished = finished};
      return Take(store, intake).kind;
    };
    CHECK(step(1, 0, 10, false) == Kind::kTaken);
    CHECK(step(2, 0, 10, false) == Kind::kOvertaken);
    CHECK_FALSE(Has(store, MakeMessage(2)));
    CHECK_FALSE(store.FindBatch(BatchId(1))->finished);
    CHECK(step(3, 10, 20, true) == Kind::kTaken);
    const auto batch = store.FindBatch(BatchId(1));
    CHECK(batch->accepted == 2);
    CHECK(batch->rejected == 2);
    CHECK(batch->lines == 20);
    CHECK(batch->finished);
  });
}

TEST_CASE("An import whose batch is gone does not go on") {
  OnEachStore([](Store& store, const TempFolder&) {
    Intake intake = IntakeOf({MakeMessage(1)});
    intake.batch = BatchStep{.id = BatchId(1), .lines = 20, .behind = 10};
    CHECK(Take(store, intake).kind == Kind::kOvertaken);
    CHECK_FALSE(store.FindBatch(BatchId(1)).has_value());
    CHECK_FALSE(Has(store, MakeMessage(1)));
  });
}

TEST_CASE("An import that is begun has its key, before it has a message") {
  OnEachStore([](Store& store, const TempFolder&) {
    Intake opening = Keyed("k", {});
    opening.answer = [](const Intake&, const IntakeOutcome&) { return "id"; };
    opening.batch = BatchStep{.id = BatchId(1), .finished = false};
    CHECK(Take(store, opening).kind == Kind::kTaken);
    CHECK_FALSE(store.FindBatch(BatchId(1))->finished);
    opening.batch->id = BatchId(2);
    const auto again = Take(store, opening);
    CHECK(again.kind == Kind::kRepeated);
    CHECK(again.answer == "id");
    CHECK_FALSE(store.FindBatch(BatchId(2)).has_value());
  });
}

TEST_CASE("Within the window the same text to the same number is a duplicate") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto take = [&](NewMessage message, WallTime now,
                          const std::string& client = "shop") {
      Intake intake = IntakeOf({std::move(message)}, now);
      intake.client = client;
      intake.duplicate_window = seconds(60);
      return Take(store, intake).duplicates;
    };
    NewMessage first = MakeMessage(1);
    NewMessage again = MakeMessage(2);
    again.recipient = first.recipient;
    again.text = first.text;
    CHECK(take(first, kNow).empty());
    const auto duplicates = take(again, kNow + seconds(59));
    REQUIRE(duplicates.size() == 1);
    CHECK(duplicates[0].place == 0);
    CHECK(duplicates[0].first == first.id);
    CHECK_FALSE(Has(store, again));

    NewMessage other = MakeMessage(3);
    other.recipient = first.recipient;
    CHECK(take(other, kNow).empty());  // another text
    CHECK(take(again, kNow + seconds(59), "bank").empty());
    NewMessage code = again;
    code.id = MakeMessage(5).id;
    code.message_class = MessageClass::kOtp;
    CHECK(take(code, kNow).empty());
    NewMessage later = again;
    later.id = MakeMessage(6).id;
    later.not_before = kNow + seconds(60);
    CHECK(take(later, kNow).empty());
    later.id = MakeMessage(7).id;
    later.created_at = kNow + seconds(1);
    CHECK(take(later, kNow + seconds(1)).size() == 1);
    later.id = MakeMessage(8).id;
    later.not_before += seconds(1);
    CHECK(take(later, kNow + seconds(1)).empty());
    NewMessage late = MakeMessage(4);
    late.recipient = first.recipient;
    late.text = first.text;
    CHECK(take(late, kNow + seconds(60)).empty());
    CHECK(Has(store, late));
  });
}

// Puts the only message of the queue into a state.
void BringTo(Store& store, MessageState state) {
  if (state == kQueued) return;
  if (state == kCancelled) {
    REQUIRE(store.Cancel(MakeMessage(1).id, kNow)->cancelled);
    return;
  }
  const auto sequence = Lease(store, 1).at(0).sequence;
  if (state == kSending) return;
  const bool settled = state == kDelivered || state == kUndelivered;
  SpoolerTurn turn = Turn(0);
  turn.changes = {
      {.sequence = sequence, .to = settled ? kSent : state, .at = kNow}};
  if (settled) {
    turn.settlements = {
        {.report = kNoReport, .sequence = sequence, .to = state, .at = kNow}};
  }
  REQUIRE(store.RecordTurn(turn)->refused.empty());
}

TEST_CASE("A message that came to nothing keeps out no other") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto state = static_cast<MessageState>(
        GENERATE(range(0, static_cast<int>(kMessageStateCount))));
    INFO(ToString(state));
    Intake intake = IntakeOf({MakeMessage(1)}, kNow);
    intake.duplicate_window = seconds(60);
    CHECK(Take(store, intake).duplicates.empty());
    BringTo(store, state);
    REQUIRE(StateOf(store, MakeMessage(1).id) == state);
    NewMessage again = MakeMessage(1);
    again.id = MakeMessage(2).id;
    intake.messages = {again};
    const bool keeps_out = state == kQueued || state == kSending ||
                           state == kSent || state == kUnknown ||
                           state == kDelivered;
    CHECK(Take(store, intake).duplicates.empty() != keeps_out);
    CHECK(Has(store, again) != keeps_out);
  });
}

TEST_CASE("Duplicates of one request are told by their places") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage twin = MakeMessage(3);
    twin.recipient = MakeMessage(1).recipient;
    twin.text = MakeMessage(1).text;
    Intake intake = IntakeOf({MakeMessage(1), MakeMessage(2), twin});
    intake.batch = BatchStep{.id = BatchId(1)};
    intake.duplicate_window = seconds(60);
    const auto duplicates = Take(store, intake).duplicates;
    REQUIRE(duplicates.size() == 1);
    CHECK(duplicates[0].place == 2);
    CHECK(duplicates[0].first == MakeMessage(1).id);
    CHECK(store.FindBatch(BatchId(1))->accepted == 2);
    CHECK(store.FindBatch(BatchId(1))->rejected == 1);
  });
}

TEST_CASE("Nobody on the do-not-send list is remembered as spoken to") {
  OnEachStore([](Store& store, const TempFolder&) {
    OptOutOf(store, MakeMessage(1));
    Intake intake = IntakeOf({MakeMessage(1)});
    intake.duplicate_window = seconds(60);
    CHECK(Take(store, intake).opted_out.size() == 1);
    CHECK(Take(store, intake).opted_out.size() == 1);
  });
}

TEST_CASE("What a message is asked to be is kept") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage message = MakeMessage(1);
    message.client = "shop";
    message.callback_url = "https://shop.example/sms";
    message.repeat_unknown = true;
    Take(store, IntakeOf({message}));
    const auto found = store.Find(message.id);
    REQUIRE(found.has_value());
    CHECK(found->client == "shop");
    CHECK(found->callback_url == "https://shop.example/sms");
    CHECK(found->repeat_unknown);
  });
}

}  // namespace
}  // namespace smsweb
