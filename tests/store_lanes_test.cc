// What every store must do with lanes, with those that waited for long, with
// several holders, and with who changes their mind (store_contract.h).
#include "common/store/lane.h"
#include "store_contract.h"

namespace smsweb {
namespace {

NewMessage InLane(int n, const std::string& lane,
                  MessageClass message_class = MessageClass::kTransactional) {
  NewMessage message = MakeMessage(n, message_class);
  message.lane = lane;
  return message;
}

std::string Texts(const std::vector<Message>& messages) {
  std::string texts;
  for (const Message& message : messages) texts += message.text + ", ";
  return texts;
}

std::string Leased(Store& store, LeaseRequest request) {
  SpoolerTurn turn = Turn(0);
  turn.leases = {std::move(request)};
  const auto outcome = store.RecordTurn(turn);
  REQUIRE(outcome.has_value());
  return Texts(outcome->leased);
}

TEST_CASE("A lane is read as it is written") {
  const struct {
    std::string text;
    Lane::Kind kind;
    std::string group;
    std::string name;
  } rows[] = {
      {GroupLane(""), Lane::Kind::kGroup, "", ""},
      {GroupLane("shop"), Lane::Kind::kGroup, "shop", ""},
      {SimLane("shop", "51010"), Lane::Kind::kSim, "shop", "51010"},
      {SimLane("", "51010"), Lane::Kind::kSim, "", "51010"},
      {BegunLane("shop", "a"), Lane::Kind::kBegun, "shop", "a"},
      {ModemLane("a"), Lane::Kind::kModem, "", "a"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const Lane lane = ParseLane(row.text);
    CHECK(lane.kind == row.kind);
    CHECK(lane.group == row.group);
    CHECK(lane.name == row.name);
  }
}

TEST_CASE("A message is leased from its lane alone") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, InLane(1, "shop"));
    Insert(store, InLane(2, ""));
    Insert(store, InLane(3, "=a"));
    CHECK(*store.QueuedLanes() == std::vector<std::string>{"", "=a", "shop"});
    CHECK(Leased(store, {.lanes = {"other"}, .limit = 9}).empty());
    CHECK(Leased(store, {.lanes = {"", "other"}, .limit = 9}) == "text 2, ");
    CHECK(Leased(store, {.lanes = {"", "=a", "shop"}, .limit = 9}) ==
          "text 1, text 3, ");
    CHECK(store.QueuedLanes()->empty());
  });
}

TEST_CASE("Of several lanes, what goes first goes first whatever its lane") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, InLane(1, "b"));
    Insert(store, InLane(2, "a"));
    Insert(store, InLane(3, "b", MessageClass::kOtp));
    Insert(store, InLane(4, "a", MessageClass::kBulk));
    CHECK(Leased(store, {.lanes = {"a", "b"}, .limit = 3}) ==
          "text 3, text 1, text 2, ");
  });
}

TEST_CASE("Requests for the same lanes share what there is") {
  OnEachStore([](Store& store, const TempFolder&) {
    for (int i = 1; i <= 5; ++i) Insert(store, MakeMessage(i));
    SpoolerTurn turn = Turn(0);
    turn.leases = {{.lanes = {"", "=a"}, .limit = 2},
                   {.lanes = {"", "=b"}, .limit = 1}};
    CHECK(Texts(store.RecordTurn(turn)->leased) == "text 1, text 2, text 3, ");
  });
}

TEST_CASE("A class that is not asked for stays") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    Insert(store, MakeMessage(2, MessageClass::kOtp));
    CHECK(Leased(store, {.limit = 9, .classes = {true, false, false}}) ==
          "text 2, ");
  });
}

TEST_CASE("One that is old goes before those of classes above it") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage old = MakeMessage(1, MessageClass::kBulk);
    old.not_before = kNow - hours(1);
    Insert(store, old);
    Insert(store, MakeMessage(2, MessageClass::kBulk));
    for (int i = 3; i < 6; ++i) Insert(store, MakeMessage(i));
    SpoolerTurn turn = Turn(2);
    turn.aged_since[2] = kNow - seconds(1);
    CHECK(Texts(store.RecordTurn(turn)->leased) == "text 1, text 3, ");
    CHECK(Texts(store.RecordTurn(turn)->leased) == "text 4, text 5, ");
  });
}

TEST_CASE("Lanes change for messages of one class") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, InLane(1, "~1"));
    Insert(store, InLane(2, "~1", MessageClass::kOtp));
    SpoolerTurn turn = Turn(0);
    turn.lane_changes = {
        {.from = "~1", .to = "", .message_class = MessageClass::kOtp}};
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(*store.QueuedLanes() == std::vector<std::string>{"", "~1"});
  });
}

TEST_CASE(
    "A turn changes the lanes of so many messages, the first ones first") {
  OnEachStore([](Store& store, const TempFolder&) {
    for (int i = 0; i < 400; ++i) Insert(store, InLane(i, "~1"));
    for (int i = 400; i < 800; ++i) Insert(store, InLane(i, "~2"));
    SpoolerTurn turn = Turn(0);
    for (const char* lane : {"~1", "~2"}) {
      turn.lane_changes.push_back(
          {.from = lane,
           .to = "",
           .message_class = MessageClass::kTransactional});
    }
    CHECK(store.RecordTurn(turn)->more_change_lanes);
    CHECK(*store.QueuedLanes() == std::vector<std::string>{"", "~2"});
    CHECK_FALSE(store.RecordTurn(turn)->more_change_lanes);
    CHECK(*store.QueuedLanes() == std::vector<std::string>{""});
  });
}

TEST_CASE("Lanes change for messages to numbers that a SIM does not know") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, InLane(1, "~1"));
    Insert(store, InLane(2, "~1"));
    Insert(store, InLane(3, ""));
    const SimUse use{.sim = "1", .recipient = MakeMessage(1).recipient};
    SpoolerTurn turn = Turn(1);
    const auto leased = store.RecordTurn(turn);
    turn.leases.clear();
    turn.intents = {{.sequence = leased->leased.at(0).sequence,
                     .number = 1,
                     .at = kNow,
                     .use = use}};
    turn.lane_changes = {{.from = "~1",
                          .to = "b",
                          .message_class = MessageClass::kTransactional,
                          .unknown_to = SimMonth{.sim = "1"}}};
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(store.Find(MakeMessage(1).id)->lane == "~1");
    CHECK(store.Find(MakeMessage(2).id)->lane == "b");
  });
}

TEST_CASE("A message follows the SIM that its recipient knows") {
  OnEachStore([](Store& store, const TempFolder&) {
    SpoolerTurn turn = Turn(0);
    turn.conversations = {{MakeMessage(1).recipient, "", "51010", kNow}};
    REQUIRE(store.RecordTurn(turn).has_value());
    const auto lanes_of = [&](NewMessage message,
                              std::optional<WallTime> since) {
      const Intake intake{
          .messages = {message}, .now = kNow, .conversations_since = since};
      const Intake* const intakes[] = {&intake};
      REQUIRE(InsertIntakes(store, intakes).has_value());
      return store.Find(message.id)->lane;
    };
    CHECK(lanes_of(MakeMessage(1), kNow) == SimLane("", "51010"));
    CHECK(
        lanes_of(MakeMessage(11), kNow + seconds(1)).empty());  // too long ago
    CHECK(lanes_of(MakeMessage(21), std::nullopt).empty());
    CHECK(lanes_of(MakeMessage(2), kNow).empty());        // another recipient
    CHECK(lanes_of(InLane(31, "shop"), kNow) == "shop");  // another group
    CHECK(lanes_of(InLane(41, "=a"), kNow) == "=a");
    CHECK(lanes_of(MakeMessage(51, MessageClass::kOtp), kNow).empty());
  });
}

TEST_CASE("A message that is queued or just leased can be cancelled") {
  OnEachStore([](Store& store, const TempFolder&) {
    const bool leased = GENERATE(false, true);
    Insert(store, MakeMessage(1));
    const Uuid id = MakeMessage(1).id;
    if (leased) Lease(store, 1);
    const auto outcome = store.Cancel(id, kNow + seconds(1));
    REQUIRE(outcome.has_value());
    CHECK(outcome->cancelled);
    CHECK(outcome->message.state == kCancelled);
    CHECK(StateOf(store, id) == kCancelled);
    CHECK(store.Find(id)->updated_at == kNow + seconds(1));
    CHECK(Lease(store, 1).empty());

    SpoolerTurn turn = Turn(0);  // its spooler was about to send it
    turn.intents = {{1, 1, "a", kNow, ""}};
    CHECK(store.RecordTurn(turn)->refused == std::vector<std::int64_t>{1});
    CHECK(store.Find(id)->part_records.empty());

    const auto again = store.Cancel(id, kNow + seconds(2));
    REQUIRE(again.has_value());
    CHECK_FALSE(again->cancelled);
    CHECK(again->message.state == kCancelled);
    CHECK(again->message.updated_at == kNow + seconds(1));
  });
}

TEST_CASE("What is about to leave, or has left, can't be cancelled") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const Uuid id = MakeMessage(1).id;
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.intents = {{sequence, 1, "a", kNow, ""}};
    REQUIRE(store.RecordTurn(turn).has_value());
    auto outcome = store.Cancel(id, kNow);
    CHECK_FALSE(outcome->cancelled);
    CHECK(outcome->message.state == kSending);

    turn = Turn(0);
    turn.results = {{.sequence = sequence,
                     .number = 1,
                     .state = PartState::kAccepted,
                     .at = kNow}};
    turn.changes = {{.sequence = sequence, .to = kSent, .at = kNow}};
    REQUIRE(store.RecordTurn(turn).has_value());
    outcome = store.Cancel(id, kNow);
    CHECK_FALSE(outcome->cancelled);
    CHECK(StateOf(store, id) == kSent);
    CHECK(store.Cancel(MakeMessage(2).id, kNow).error().kind ==
          ErrorKind::kNotFound);
  });
}

// So it ended, and the message is queued again.
void TryFirstPart(Store& store, const NewMessage& message, PartState end) {
  Insert(store, message);
  const auto sequence = Lease(store, 1).at(0).sequence;
  SpoolerTurn turn = Turn(0);
  turn.intents = {{sequence, 1, "a", kNow, ""}};
  REQUIRE(store.RecordTurn(turn).has_value());
  turn = Turn(0);
  turn.results = {
      {.sequence = sequence, .number = 1, .state = end, .at = kNow}};
  turn.changes = {{.sequence = sequence, .to = kQueued, .at = kNow}};
  REQUIRE(store.RecordTurn(turn).has_value());
}

TEST_CASE("What may have gone is unknown when its repeat is cancelled") {
  OnEachStore([](Store& store, const TempFolder&) {
    TryFirstPart(store, MakeMessage(1, MessageClass::kOtp),
                 PartState::kUnknown);
    const auto outcome = store.Cancel(MakeMessage(1).id, kNow);
    CHECK(outcome->cancelled);
    CHECK(outcome->message.state == kUnknown);
    CHECK_FALSE(outcome->message.error.empty());
    CHECK(Lease(store, 1).empty());
  });
}

TEST_CASE("What has gone in part is cancelled only between its tries") {
  OnEachStore([](Store& store, const TempFolder&) {
    NewMessage message = MakeMessage(1);
    message.parts = 2;
    TryFirstPart(store, message, PartState::kAccepted);
    const bool leased = GENERATE(false, true);
    if (leased) REQUIRE(Lease(store, 1).size() == 1);
    CHECK(store.Cancel(message.id, kNow)->cancelled != leased);
    CHECK(StateOf(store, message.id) == (leased ? kSending : kCancelled));
  });
}

TEST_CASE("What a spooler holds is its own while it says that it lives") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    SpoolerTurn turn = Turn(1);
    turn.alive_until = kNow + seconds(60);
    REQUIRE(store.RecordTurn(turn)->leased.size() == 1);
    CHECK(store.Abandoned(kOther, kNow + seconds(59))->empty());
    CHECK(store.Abandoned(kMine, kNow + hours(1))->empty());
    REQUIRE(store.Abandoned(kOther, kNow + seconds(60))->size() == 1);
    // It says so again: a lease of its own is renewed.
    turn = Turn(0, kNow + seconds(60));
    turn.alive_until = kNow + seconds(120);
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(store.Abandoned(kOther, kNow + seconds(61))->empty());
    CHECK(store.Abandoned(kOther, kNow + seconds(120))->size() == 1);
  });
}

TEST_CASE("Of two that find the same abandoned message, one has it") {
  OnEachStore([](Store& store, const TempFolder&) {
    constexpr LeaseToken kThird = kOther + 1;
    Insert(store, MakeMessage(1));
    Lease(store, 1);
    REQUIRE(store.Abandoned(kOther, kNow)->size() == 1);
    REQUIRE(store.Abandoned(kThird, kNow)->size() == 1);
    SpoolerTurn turn{.token = kOther, .now = kNow};
    turn.alive_until = kNow + seconds(60);
    REQUIRE(store.RecordTurn(turn).has_value());
    turn.token = kThird;
    REQUIRE(store.RecordTurn(turn).has_value());

    CHECK(store.TakeOver(kOther, kOther, kNow)->size() == 1);
    CHECK(store.TakeOver(kThird, kThird, kNow)->empty());
  });
}

TEST_CASE("A turn that leaves dead messages to the next says so") {
  OnEachStore([](Store& store, const TempFolder&) {
    std::vector<NewMessage> dead;
    for (int i = 1; i <= 600; ++i) dead.push_back(MakeMessage(i));
    REQUIRE(InsertAll(store, dead).has_value());
    SpoolerTurn turn = Turn(0, kNow + hours(100));
    turn.expire = true;
    auto outcome = store.RecordTurn(turn);
    CHECK(outcome->expired.size() == 500);
    CHECK(outcome->more_expired);
    outcome = store.RecordTurn(turn);
    CHECK(outcome->expired.size() == 100);
    CHECK_FALSE(outcome->more_expired);
  });
}

TEST_CASE("A lane that a message leaves to is the one in which it waits") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.changes = {{.sequence = sequence,
                     .to = kQueued,
                     .at = kNow,
                     .lane = BegunLane("", "a"),
                     .avoid = "b"}};
    REQUIRE(store.RecordTurn(turn)->refused.empty());
    CHECK(Lease(store, 1).empty());
    const auto message = store.Find(MakeMessage(1).id);
    CHECK(message->lane == BegunLane("", "a"));
    CHECK(message->avoid == "b");
  });
}

}  // namespace
}  // namespace smsweb
