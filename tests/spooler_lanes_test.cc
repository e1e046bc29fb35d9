// The spooler among several modems and several spoolers: who sends what, what
// goes first, and what becomes of it when one of them is gone.
#include <algorithm>
#include <span>
#include <utility>

#include "common/store/lane.h"
#include "spooler_fixture.h"

namespace smsweb {
namespace {

// Two modems, each with a SIM of its own.
class LanesFixture : public SpoolerFixture {
 public:
  LanesFixture() { AddModem("b"); }

  Uuid InsertIn(const std::string& lane, const std::string& text,
                MessageClass message_class = MessageClass::kTransactional) {
    return Insert(text, message_class, hours(1),
                  [&](NewMessage& message) { message.lane = lane; });
  }

  std::string SimOf(const std::string& modem) {
    const auto modems = sqlite_->Modems();
    const auto found = std::ranges::find(*modems, modem, &ModemStatus::name);
    REQUIRE(found != modems->end());
    const auto begin = found->info.find("\"imsi\":\"") + 8;
    return found->info.substr(begin, found->info.find('"', begin) - begin);
  }
};

TEST_CASE_METHOD(LanesFixture, "A group's messages go through its modems") {
  config_.modems[1].groups = {"shop"};
  std::vector<Uuid> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(InsertIn("shop", "s"));
  const Uuid other = InsertIn("", "o");
  Start();
  Settle();
  for (const Uuid& id : ids) CHECK(Look(id).modem == "b");
  CHECK(Look(other).modem == "a");
}

TEST_CASE_METHOD(LanesFixture,
                 "What waits for one modem is not in the way of others") {
  missing_ = "/b";
  const Uuid waits = InsertIn(ModemLane("b"), "for b");
  std::vector<Uuid> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(InsertIn("", "any"));
  Start();
  Settle();
  for (const Uuid& id : ids) CHECK(StateOf(id) == "sent");
  CHECK(StateOf(waits) == "queued");
  CHECK_FALSE(spooler_->Idle());
  Pass(minutes(10));
  CHECK(StateOf(waits) == "queued");
  missing_.clear();
  for (int i = 0; i < 10; ++i) Pass(seconds(10));
  CHECK(StateOf(waits) == "sent");
  CHECK(Look(waits).modem == "b");
}

TEST_CASE_METHOD(LanesFixture, "A group without a modem is the default one's") {
  const Uuid id = InsertIn("closed", "hello");
  const Uuid begun = InsertIn(BegunLane("closed", "b"), "long ago");
  const Uuid conversation = InsertIn(SimLane("closed", "001019"), "hi");
  Start();
  Settle();
  CHECK(StateOf(id) == "sent");
  CHECK(StateOf(begun) == "sent");
  Pass(minutes(2));
  CHECK(StateOf(conversation) == "sent");
}

TEST_CASE_METHOD(LanesFixture, "A conversation sticks to its SIM") {
  Start();
  Settle();
  const std::string sim = SimOf("b");
  REQUIRE(sim != SimOf("a"));
  std::vector<Uuid> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(InsertIn(SimLane("", sim), "hi"));
  Settle();
  for (const Uuid& id : ids) CHECK(Look(id).modem == "b");
}

TEST_CASE_METHOD(LanesFixture, "What was sent is where a conversation begins") {
  const Uuid first = Insert("hello");
  Start();
  Settle();
  const std::string modem = Look(first).modem;
  for (int i = 0; i < 4; ++i) {
    NewMessage next = NewMessageTo("+6289610707901", "again");
    const Intake intake{.messages = {next},
                        .now = clock_.Wall(),
                        .conversations_since = clock_.Wall() - hours(1)};
    const Intake* const intakes[] = {&intake};
    REQUIRE(InsertIntakes(*sqlite_, intakes).has_value());
    CHECK(ParseLane(Look(next.id).lane).kind == Lane::Kind::kSim);
    spooler_->BellRang();
    Settle();
    CHECK(Look(next.id).modem == modem);
  }
}

TEST_CASE_METHOD(LanesFixture,
                 "A conversation goes on when its SIM is gone for a minute") {
  Start();
  Settle();
  const std::string lane = SimLane("", SimOf("a"));
  missing_ = "/a";
  Settle();
  Pass(seconds(45));
  const Uuid text = InsertIn(lane, "text");
  Pass(Millis(14'999));
  CHECK(StateOf(text) == "queued");
  CHECK(*spooler_->Deadline() - clock_.Mono() == Millis(1));
  Pass(Millis(1));
  CHECK(StateOf(text) == "sent");
  // It is known to be gone.
  const Uuid next = InsertIn(lane, "next");
  Settle();
  CHECK(StateOf(next) == "sent");
}

TEST_CASE_METHOD(LanesFixture, "... also where its SIM was never seen") {
  Start();
  Settle();
  const Uuid text = InsertIn(SimLane("", "999999"), "text");
  Pass(seconds(59));
  CHECK(StateOf(text) == "queued");
  Pass(seconds(1));
  CHECK(StateOf(text) == "sent");
}

TEST_CASE_METHOD(LanesFixture, "A code waits for no modem that is gone") {
  Start();
  Settle();
  const std::string sim = SimOf("a");
  missing_ = "/a";
  Settle();
  for (const std::string& lane : {SimLane("", sim), BegunLane("", "a")}) {
    const Uuid code = InsertIn(lane, "code", MessageClass::kOtp);
    Settle();
    CHECK(StateOf(code) == "sent");
  }
}

TEST_CASE_METHOD(LanesFixture, "... also where nobody could look for a while") {
  Start();
  Settle();
  missing_ = "/a";
  Settle();
  store_->fails_on_lanes = true;
  const Uuid code = InsertIn(BegunLane("", "a"), "code", MessageClass::kOtp);
  Settle();
  CHECK(StateOf(code) == "queued");
  store_->fails_on_lanes = false;
  Settle();
  CHECK(StateOf(code) == "sent");
}

TEST_CASE_METHOD(LanesFixture, "... and it does not spin meanwhile") {
  Start();
  Settle();
  const std::string lane = SimLane("", SimOf("a"));
  missing_ = "/a";
  Settle();
  const Uuid text = InsertIn(lane, "text");
  Settle();
  store_->fails_on_lanes = true;
  Pass(seconds(61));
  REQUIRE(StateOf(text) == "queued");
  CHECK(*spooler_->Deadline() > clock_.Mono());
  store_->fails_on_lanes = false;
  Settle();
  CHECK(StateOf(text) == "sent");
}

TEST_CASE_METHOD(LanesFixture,
                 "... nor does one that was put back as it went") {
  Start();
  Settle();
  air_.answers = {kAnswerLost};
  air_.on_carry = [&] { missing_ = "/a"; };
  const Uuid code = InsertIn(BegunLane("", "a"), "code", MessageClass::kOtp);
  Settle();
  REQUIRE(StateOf(code) == "queued");
  Pass(seconds(2));
  CHECK(Look(code).modem == "b");
}

TEST_CASE_METHOD(LanesFixture, "All conversations of a SIM leave it at once") {
  Start();
  Settle();
  const std::string lane = SimLane("", SimOf("a"));
  missing_ = "/a";
  Settle();
  std::vector<NewMessage> messages;
  for (int i = 0; i < 1800; ++i) {
    messages.push_back(NewMessageTo("+6289610707901", "text"));
    messages.back().lane = lane;
  }
  REQUIRE(InsertAll(*sqlite_, messages).has_value());
  spooler_->BellRang();
  Settle();
  const std::size_t turns = 4;
  clock_.Advance(seconds(60));
  for (std::size_t i = 0; i < turns; ++i) {
    CHECK(std::ranges::count(*sqlite_->QueuedLanes(), lane) == 1);
    spooler_->Turn({true, true});
    if (i + 1 < turns) CHECK(*spooler_->Deadline() == clock_.Mono());
  }
  CHECK(std::ranges::count(*sqlite_->QueuedLanes(), lane) == 0);
}

TEST_CASE_METHOD(
    LanesFixture,
    "What begins again through another modem stays with that one") {
  Start();
  Settle();
  const Uuid id = Insert(std::string(3 * 153, 'x'), MessageClass::kOtp);
  int carried = 0;
  air_.on_carry = [&] {
    if (++carried == 3) missing_ = "/a";
  };
  air_.answers = {{}, {}, kAnswerLost, {}, kRefusedNoNetwork};
  Settle();
  REQUIRE(StateOf(id) == "queued");
  Pass(seconds(2));
  REQUIRE(carried == 5);  // the first through b, and one that is refused
  CHECK(Look(id).lane == BegunLane("", "b"));
  missing_.clear();
  for (int i = 0; i < 50; ++i) Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
  CHECK(Look(id).modem == "b");
}

TEST_CASE_METHOD(LanesFixture,
                 "What a modem began that has left its group begins again") {
  const MessageClass message_class =
      GENERATE(MessageClass::kOtp, MessageClass::kTransactional);
  air_.answers = {{}, kRefusedNoNetwork};
  Start();
  Settle();
  const Uuid id = Insert(std::string(2 * 153, 'x'), message_class);
  Settle();
  REQUIRE(Look(id).lane == BegunLane("", "a"));
  config_.modems[0].groups = {"shop"};
  Start();
  for (int i = 0; i < 30; ++i) Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
  CHECK(Look(id).modem == "b");
}

TEST_CASE_METHOD(LanesFixture, "A modem's fault is another modem's try") {
  air_.answers = {kUnknownError};
  const Uuid id = Insert("hello");
  Start();
  Settle();
  const std::string first = Look(id).modem;
  REQUIRE(StateOf(id) == "queued");
  CHECK(Look(id).avoid == first);
  for (int i = 0; i < 8; ++i) Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
  CHECK(Look(id).modem != first);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "A modem's fault is its own next try where it is alone") {
  air_.answers = {kUnknownError};
  const Uuid id = Insert("hello");
  Start();
  Settle();
  for (int i = 0; i < 60; ++i) Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "A code goes before all that waits") {
  for (int i = 0; i < 20; ++i) Insert("bulk", MessageClass::kBulk);
  bool inserted = false;
  air_.on_carry = [&] {
    if (!std::exchange(inserted, true)) Insert("code", MessageClass::kOtp);
  };
  Start();
  Settle();
  const auto place = std::ranges::find(air_.received, "code");
  REQUIRE(place != air_.received.end());
  // One was on its way when it came.
  CHECK(place - air_.received.begin() == 1);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "Codes that come together go before all that waits") {
  for (int i = 0; i < 20; ++i) Insert("bulk", MessageClass::kBulk);
  bool inserted = false;
  air_.on_carry = [&] {
    if (std::exchange(inserted, true)) return;
    for (int i = 0; i < 5; ++i) Insert("code", MessageClass::kOtp);
  };
  Start();
  Settle();
  REQUIRE(air_.received.size() > 6);
  CHECK(std::ranges::count(std::span(air_.received).subspan(1, 5), "code") ==
        5);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "After an outage the newest codes go first, dead ones never") {
  missing_ = "/a";
  Start();
  Settle();
  Insert("dead", MessageClass::kOtp, seconds(30));
  for (int i = 1; i <= 3; ++i) {
    Insert("code " + std::to_string(i), MessageClass::kOtp, minutes(30));
    Insert("text " + std::to_string(i));
    clock_.Advance(seconds(1));
  }
  Pass(minutes(5));
  missing_.clear();
  for (int i = 0; i < 10; ++i) Pass(seconds(10));
  CHECK(air_.received == std::vector<std::string>{"code 3", "code 2", "code 1",
                                                  "text 1", "text 2",
                                                  "text 3"});
}

TEST_CASE_METHOD(SpoolerFixture, "The dead are not in the way of the living") {
  missing_ = "/a";
  Start();
  Settle();
  std::vector<NewMessage> dead;
  for (int i = 0; i < 1500; ++i) {
    dead.push_back(NewMessageTo("+6289610707901", "dead"));
    dead.back().expires_at = clock_.Wall() + seconds(10);
  }
  REQUIRE(InsertAll(*sqlite_, dead).has_value());
  clock_.Advance(seconds(11));
  missing_.clear();
  Insert("code", MessageClass::kOtp);
  for (int i = 0; i < 60 && air_.received.empty(); ++i) {
    clock_.Advance(Millis(500));
    spooler_->Turn({true});
  }
  CHECK(air_.received == std::vector<std::string>{"code"});
  for (int i = 0; i < 10; ++i) spooler_->Turn({true});
  const auto counts = sqlite_->CountByState();
  for (const StateCount& count : *counts) {
    CHECK(count.state != kQueued);
  }
}

TEST_CASE_METHOD(SpoolerFixture, "No class waits for ever behind another") {
  Insert("old", MessageClass::kBulk);
  clock_.Advance(minutes(31));
  for (int i = 0; i < 100; ++i) Insert("text");
  Start();
  Settle();
  Settle();
  const auto place = std::ranges::find(air_.received, "old");
  REQUIRE(place != air_.received.end());
  CHECK(place - air_.received.begin() < 15);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What its sender wants repeated is sent again after unknown") {
  air_.answers = {kAnswerLost};
  const Uuid once = Insert("once");
  Start();
  Settle();
  for (int i = 0; i < 30; ++i) Pass(seconds(10));
  CHECK(StateOf(once) == "unknown");
  air_.answers = {kAnswerLost};
  const Uuid twice =
      Insert("twice", MessageClass::kTransactional, hours(1),
             [](NewMessage& message) { message.repeat_unknown = true; });
  for (int i = 0; i < 30; ++i) Pass(seconds(10));
  CHECK(StateOf(twice) == "sent");
  CHECK(air_.received == std::vector<std::string>{"once", "twice", "twice"});
}

TEST_CASE_METHOD(SpoolerFixture, "What is cancelled before its intent stays") {
  KeepLog();
  const Uuid id = Insert("hello");
  bool asked = false;
  // It is leased, and its turn with an intent is about to be committed.
  store_->before_intents = [&] {
    if (std::exchange(asked, true)) return;
    CHECK(StateOf(id) == "sending");
    CHECK(sqlite_->Cancel(id, clock_.Wall())->cancelled);
  };
  Start();
  Settle();
  CHECK(asked);
  Pass(minutes(1));
  CHECK(StateOf(id) == "cancelled");
  CHECK(air_.received.empty());
  CHECK(LogLines(" error ").empty());
  CHECK(LogLines(ToString(id)).size() == 1);
  CHECK(LogLines("cancelled").size() == 1);
  const Uuid next = Insert("next");  // the modem has left its prompt
  Settle();
  CHECK(StateOf(next) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "... and so does what is at hand") {
  KeepLog();
  Start();
  air_.answers = {kSilent};
  Insert("under way");
  Settle();
  const Uuid id = Insert("at hand");
  Settle();
  REQUIRE(StateOf(id) == "sending");
  REQUIRE(sqlite_->Cancel(id, clock_.Wall())->cancelled);
  spooler_->Quiesce();
  Settle();
  CHECK(StateOf(id) == "cancelled");
  CHECK(LogLines(" error ").empty());
  CHECK(LogLines(ToString(id)).size() == 1);
  CHECK(LogLines("cancelled").size() == 1);
}

TEST_CASE_METHOD(SpoolerFixture, "Who opts out is not sent what is at hand") {
  const Uuid first = Insert("under way");
  const Uuid id = Insert("at hand");
  air_.on_carry = [&] {
    CHECK(StateOf(id) == "sending");
    CHECK(sqlite_->AddOptOut({Look(id).recipient, clock_.Wall(), "asked"})
              .has_value());
  };
  Start();
  Settle();
  CHECK(StateOf(first) == "sent");
  CHECK(StateOf(id) == "failed");
  CHECK(Look(id).error == "the recipient asked to be sent nothing");
  CHECK(air_.received == std::vector<std::string>{"under way"});
}

TEST_CASE_METHOD(SpoolerFixture,
                 "While the list can't be read, nothing is sent") {
  KeepLog();
  store_->fails_on_opt_outs = true;
  const Uuid id = Insert("hello");
  Start();
  Settle();
  CHECK(air_.received.empty());
  CHECK(LogLines("nobody knows whether").size() == 1);
  CHECK_FALSE(Look(id).error.empty());
  store_->fails_on_opt_outs = false;
  Pass(seconds(61));
  CHECK(StateOf(id) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "Two spoolers share a store, and no message") {
  Config other_config = config_;
  other_config.modems[0].name = "z";
  other_config.modems[0].device = "/z";
  sessions_["/z"] =
      std::make_unique<sim::AtSession>(sim::ModemOptions{.name = "z"}, air_);
  Start();
  auto other = MakeSpooler(other_config);
  REQUIRE(other->CleanUp().has_value());
  // It is the second: what the first holds is not to be taken from it.
  for (int i = 0; i < 30; ++i) Insert("text " + std::to_string(i));
  for (int i = 0; i < 200; ++i) {
    spooler_->Turn({true});
    other->Turn({true});
    if (i % 10 == 0) {
      spooler_->BellRang();
      other->BellRang();
    }
  }
  std::ranges::sort(air_.received);
  CHECK(air_.received.size() == 30);
  CHECK(std::ranges::adjacent_find(air_.received) == air_.received.end());
  CHECK(sqlite_->CountByState()->at(0).state == kSent);
  CHECK(sqlite_->CountByState()->at(0).count == 30);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What a spooler held that is silent goes to another") {
  Config other_config = config_;
  other_config.modems[0].device = "/z";
  sessions_["/z"] =
      std::make_unique<sim::AtSession>(sim::ModemOptions{.name = "z"}, air_);
  auto other = MakeSpooler(other_config);
  REQUIRE(other->CleanUp().has_value());
  Start();
  Settle();
  for (int i = 0; i < 60; ++i) other->Turn({true});
  air_.answers = {kSilent};
  const Uuid text = Insert("text");  // leaves, and gets no answer
  Settle();
  REQUIRE(StateOf(text) == "sending");
  const Uuid next = Insert("next");  // leased ahead by the same
  Settle();
  REQUIRE(StateOf(next) == "sending");
  // The first hangs for three minutes; the other looks each 30 s.
  for (int i = 0; i < 6; ++i) {
    clock_.Advance(seconds(31));
    for (int j = 0; j < 60; ++j) other->Turn({true});
  }
  CHECK(StateOf(text) == "unknown");
  CHECK(StateOf(next) == "sent");
  CHECK(std::ranges::count(air_.received, "next") == 1);
  // It wakes up, and may finish nothing of that.
  Settle();
  Pass(minutes(3));
  CHECK(StateOf(text) == "unknown");
  CHECK(StateOf(next) == "sent");
  CHECK(std::ranges::count(air_.received, "next") == 1);
}

}  // namespace
}  // namespace smsweb
