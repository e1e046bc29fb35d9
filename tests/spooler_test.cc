// The spooler: what becomes of a message in each case.
#include "spooler_fixture.h"

namespace smsweb {
namespace {

TEST_CASE_METHOD(SpoolerFixture, "A message is sent, and its part remembered") {
  const Uuid id = Insert("hello");
  Start();
  Settle();
  CHECK(air_.received == std::vector<std::string>{"hello"});
  const Message message = Look(id);
  CHECK(message.state == kSent);
  CHECK(message.attempts == 1);
  CHECK(message.modem == "a");
  REQUIRE(message.part_records.size() == 1);
  CHECK(message.part_records[0].state == PartState::kAccepted);
  CHECK(message.part_records[0].message_reference >= 0);
  CHECK(spooler_->Idle());
}

TEST_CASE_METHOD(SpoolerFixture,
                 "The intent is on disk before the PDU leaves") {
  const Uuid id = Insert(std::string(300, 'x'));
  std::size_t intents = 0;
  air_.on_carry = [&] {
    const auto parts = Look(id).part_records;
    CHECK(parts.back().state == PartState::kIntended);
    intents = parts.size();
  };
  Start();
  Settle();
  CHECK(StateOf(id) == "sent");
  CHECK(intents == 2);
}

TEST_CASE_METHOD(SpoolerFixture, "Without an intent on disk no PDU leaves") {
  store_->fails_on_intents = true;
  const Uuid id = Insert("hello");
  Start();
  Settle();
  CHECK(air_.prompts_given == 1);  // the modem was asked, and waits
  Pass(minutes(1));
  CHECK(air_.received.empty());
  store_->fails_on_intents = false;
  Pass(minutes(1));
  CHECK(air_.received.size() == 1);
  CHECK(StateOf(id) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture,
                 "The rest of its life is the validity period") {
  Insert("hello", MessageClass::kOtp, minutes(60));
  Start();
  Settle();
  CHECK(air_.validity == minutes(60));
}

TEST_CASE_METHOD(SpoolerFixture, "Classes go in their order") {
  Insert("bulk", MessageClass::kBulk);
  Insert("text", MessageClass::kTransactional);
  Insert("otp", MessageClass::kOtp);
  Start();
  Settle();
  CHECK(air_.received == std::vector<std::string>{"otp", "text", "bulk"});
}

TEST_CASE_METHOD(SpoolerFixture, "Long texts go part after part") {
  const Uuid id = Insert(std::string(160, 'a') + std::string(160, 'b'));
  Start();
  Settle();
  REQUIRE(air_.received.size() == 3);
  CHECK(air_.received[0] + air_.received[1] + air_.received[2] ==
        std::string(160, 'a') + std::string(160, 'b'));
  CHECK(StateOf(id) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "No part leaves when its life is over") {
  air_.on_carry = [&] { clock_.Advance(seconds(11)); };
  const Uuid id =
      Insert(std::string(400, 'a'), MessageClass::kTransactional, seconds(20));
  Start();
  Settle();
  CHECK(air_.received.size() == 2);
  CHECK(StateOf(id) == "expired");
  CHECK(Look(id).part_records.size() == 2);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What the network refuses for now is tried again") {
  air_.answers = {kRefusedNoNetwork};
  const Uuid id = Insert("hello");
  Start();
  Settle();
  CHECK(StateOf(id) == "queued");
  CHECK(Look(id).attempts == 1);
  CHECK(Look(id).error == "+CMS ERROR 331: no network service");
  CHECK(air_.received.empty());
  Pass(seconds(14));
  CHECK(air_.received.empty());
  Pass(seconds(10));
  CHECK(StateOf(id) == "sent");
  CHECK(air_.received.size() == 1);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "Attempts are used up, and then it has failed") {
  air_.answers = {kRefusedNoNetwork, kRefusedNoNetwork, kRefusedNoNetwork};
  const Uuid id = Insert("hello");
  Start();
  for (int i = 0; i < 5; ++i) Pass(minutes(2));
  CHECK(StateOf(id) == "failed");
  CHECK(Look(id).attempts == 3);
  CHECK(air_.received.empty());
}

TEST_CASE_METHOD(SpoolerFixture, "One bad number delays no other") {
  air_.answers = {kRefusedForGood};
  const Uuid bad = Insert("bad");
  const Uuid good = Insert("good");
  Start();
  Settle();
  CHECK(StateOf(bad) == "failed");
  CHECK(Look(bad).error.find("not assigned") != std::string::npos);
  CHECK(StateOf(good) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What a modem blames on itself goes out through another") {
  AddModem("b");
  air_.answers = {kUnknownError};
  const Uuid id = Insert("hello");
  Start();
  for (int i = 0; i < 4; ++i) Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
  CHECK(Look(id).attempts == 1);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "A message that each modem calls its own fault ends") {
  AddModem("b");
  for (int i = 0; i < 20; ++i) air_.answers.push_back(kUnknownError);
  const Uuid id = Insert("poison");
  Start();
  for (int i = 0; i < 12; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "failed");
  CHECK(Look(id).attempts == 3);
  air_.answers.clear();
  const Uuid next = Insert("next");
  Pass(seconds(1));
  CHECK(StateOf(next) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "... with one modem, too") {
  for (int i = 0; i < 20; ++i) air_.answers.push_back(kUnknownError);
  const Uuid id = Insert("poison");
  Start();
  for (int i = 0; i < 30; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "failed");
  CHECK(Look(id).attempts == 3);
  CHECK(air_.answers.size() == 20 - 3 - 3);  // free ones, and counted ones
}

TEST_CASE_METHOD(SpoolerFixture, "... and where it misses prompts in between") {
  for (int i = 0; i < 20; ++i) air_.answers.push_back(kUnknownError);
  const Uuid id = Insert("poison", MessageClass::kTransactional, hours(10));
  air_.on_carry = [&] { air_.prompts = false; };
  Start();
  for (int i = 0; i < 90; ++i) {
    Pass(minutes(1));
    if (i % 3 == 2) air_.prompts = true;
  }
  CHECK(StateOf(id) == "failed");
  CHECK(Look(id).attempts == 3);
  CHECK(air_.answers.size() == 20 - 3 - 3);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "A network timeout leaves it unknown, not refused") {
  air_.answers = {{Answer::Kind::kRefused, 332}};
  const Uuid id = Insert("hello");
  Start();
  for (int i = 0; i < 4; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "unknown");
  CHECK(Look(id).part_records.at(0).state == PartState::kUnknown);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "No answer makes it unknown, and it stays so") {
  air_.answers = {kAnswerLost};
  const Uuid id = Insert("hello");
  Start();
  Settle();
  for (int i = 0; i < 10; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "unknown");
  CHECK(air_.received.size() == 1);
  CHECK(Look(id).part_records.at(0).state == PartState::kUnknown);
  const Uuid next = Insert("next");  // and the modem goes on
  Pass(seconds(1));
  CHECK(StateOf(next) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture, "An OTP without an answer is sent again") {
  air_.answers = {kSilent};
  const Uuid id = Insert("code", MessageClass::kOtp, minutes(30));
  Start();
  Settle();
  for (int i = 0; i < 10; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "sent");
  CHECK(air_.received == std::vector<std::string>{"code"});
}

TEST_CASE_METHOD(SpoolerFixture,
                 "Without a prompt nothing left, and it is tried again") {
  air_.prompts = false;
  const Uuid id = Insert("hello");
  Start();
  Settle();
  Pass(minutes(1));
  CHECK(air_.received.empty());
  CHECK(Look(id).attempts == 0);
  air_.prompts = true;
  for (int i = 0; i < 5; ++i) Pass(minutes(1));
  CHECK(StateOf(id) == "sent");
  CHECK(air_.received.size() == 1);
}

TEST_CASE_METHOD(SpoolerFixture, "A message that waited too long is not sent") {
  unplugged_ = true;
  const Uuid id = Insert("late", MessageClass::kOtp, minutes(5));
  Start();
  Settle();
  CHECK(StateOf(id) == "queued");
  Pass(minutes(6));
  unplugged_ = false;
  Pass(minutes(1));
  CHECK(StateOf(id) == "expired");
  CHECK(air_.received.empty());
}

TEST_CASE_METHOD(SpoolerFixture,
                 "A line that is lost in a part leaves it unknown") {
  air_.answers = {kAnswerLost};
  const Uuid lost = Insert("lost");
  air_.on_carry = [&] { unplugged_ = true; };
  Start();
  Settle();
  CHECK(air_.received.size() == 1);
  air_.on_carry = [] {};
  Pass(seconds(1));
  CHECK(StateOf(lost) == "unknown");
  const Uuid waits = Insert("waits");
  Pass(minutes(1));
  CHECK(StateOf(waits) == "queued");
  unplugged_ = false;
  for (int i = 0; i < 5; ++i) Pass(minutes(1));
  CHECK(StateOf(waits) == "sent");
  CHECK(StateOf(lost) == "unknown");
}

TEST_CASE_METHOD(SpoolerFixture, "Two modems share the work") {
  AddModem("b");
  std::vector<Uuid> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(Insert(std::to_string(i)));
  Start();
  Settle();
  std::map<std::string, int> by_modem;
  for (const Uuid& id : ids) {
    CHECK(StateOf(id) == "sent");
    ++by_modem[Look(id).modem];
  }
  CHECK(by_modem["a"] > 0);
  CHECK(by_modem["b"] > 0);
  CHECK(air_.received.size() == 10);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "The rest of a message follows its first parts' modem") {
  AddModem("b");
  const auto message_class =
      GENERATE(MessageClass::kOtp, MessageClass::kTransactional);
  const Uuid id = Insert(std::string(200, 'x'), message_class);
  // Part 1 of 2 went through b, whose spooler died then.
  SpoolerTurn turn{.token = 99, .now = clock_.Wall(), .leases = {{.limit = 1}}};
  const auto sequence = sqlite_->RecordTurn(turn)->leased.at(0).sequence;
  turn.leases.clear();
  turn.intents.push_back({sequence, 1, "b", clock_.Wall()});
  REQUIRE(sqlite_->RecordTurn(turn).has_value());
  turn.intents.clear();
  turn.results.push_back({.sequence = sequence,
                          .number = 1,
                          .state = PartState::kAccepted,
                          .at = clock_.Wall()});
  REQUIRE(sqlite_->RecordTurn(turn).has_value());

  SECTION("where it is up") {
    Start();
    Settle();
    CHECK(StateOf(id) == "sent");
    CHECK(air_.received.size() == 1);
    CHECK(Look(id).part_records.at(1).modem == "b");
  }
  SECTION("or it waits for it, but for an OTP") {
    missing_ = "/b";
    Start();
    Pass(seconds(20));
    if (message_class == MessageClass::kOtp) {
      CHECK(StateOf(id) == "sent");
      CHECK(air_.received.size() == 2);  // both, through the other
      return;
    }
    CHECK(StateOf(id) == "queued");
    CHECK(air_.received.empty());
    missing_.clear();
    for (int i = 0; i < 8; ++i) Pass(seconds(5));
    CHECK(StateOf(id) == "sent");
    CHECK(air_.received.size() == 1);
  }
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What a dead spooler left is settled by its class") {
  Start();
  Settle();
  const Uuid text = Insert("text");
  const Uuid otp = Insert("otp", MessageClass::kOtp);
  const Uuid untouched = Insert("untouched", MessageClass::kBulk);
  // Another took all three, and died after two intents.
  SpoolerTurn turn{.token = 99, .now = clock_.Wall(), .leases = {{.limit = 3}}};
  const auto leased = sqlite_->RecordTurn(turn);
  REQUIRE(leased->leased.size() == 3);
  turn.leases.clear();
  for (int i = 0; i < 2; ++i) {
    turn.intents.push_back({leased->leased[i].sequence, 1, "a", clock_.Wall()});
  }
  REQUIRE(sqlite_->RecordTurn(turn).has_value());

  Start();
  CHECK(StateOf(text) == "unknown");
  CHECK(StateOf(otp) == "queued");
  CHECK(StateOf(untouched) == "queued");
  Pass(seconds(5));
  CHECK(air_.received == std::vector<std::string>{"otp", "untouched"});
  CHECK(StateOf(text) == "unknown");
}

TEST_CASE_METHOD(SpoolerFixture, "A failing store loses no result") {
  const Uuid id = Insert("hello");
  air_.on_carry = [&] { store_->fails = true; };
  Start();
  Settle();
  Pass(minutes(1));
  CHECK(air_.received.size() == 1);
  CHECK(StateOf(id) == "sending");
  store_->fails = false;
  Pass(minutes(1));
  CHECK(StateOf(id) == "sent");
  CHECK(air_.received.size() == 1);
}

TEST_CASE_METHOD(SpoolerFixture, "Quiescing puts back what has not begun") {
  for (int i = 0; i < 3; ++i) Insert(std::to_string(i));
  air_.on_carry = [&] { spooler_->Quiesce(); };
  Start();
  Settle();
  CHECK(air_.received.size() == 1);
  CHECK_FALSE(spooler_->Busy());
  const auto counts = sqlite_->CountByState();
  std::int64_t total = 0;
  for (const auto& row : *counts) {
    CHECK((row.state == kSent || row.state == kQueued));
    total += row.count;
  }
  CHECK(total == 3);
}

TEST_CASE_METHOD(SpoolerFixture,
                 "A message for later is sent when its time comes") {
  Start();
  Settle();
  NewMessage message;
  message.id = MakeUuidV7(clock_.Wall(), random_);
  message.recipient = "+6289610707901";
  message.text = "later";
  message.created_at = clock_.Wall();
  message.not_before = clock_.Wall() + minutes(10);
  message.expires_at = clock_.Wall() + hours(1);
  REQUIRE(InsertOne(*sqlite_, message).has_value());
  spooler_->BellRang();
  Settle();
  CHECK(spooler_->Drained());
  CHECK_FALSE(spooler_->Idle());
  CHECK(*spooler_->Deadline() <= clock_.Mono() + minutes(10));
  Pass(minutes(9));
  CHECK(air_.received.empty());
  Pass(minutes(1));
  CHECK(air_.received.size() == 1);
  CHECK(spooler_->Idle());
}

TEST_CASE_METHOD(SpoolerFixture, "What dies while no modem is up expires") {
  unplugged_ = true;
  const Uuid dead = Insert("dead", MessageClass::kOtp, minutes(5));
  const Uuid alive = Insert("alive");
  Start();
  Settle();
  CHECK(StateOf(dead) == "queued");
  Pass(minutes(6));
  CHECK(StateOf(dead) == "expired");
  CHECK(StateOf(alive) == "queued");
}

TEST_CASE_METHOD(SpoolerFixture,
                 "An OTP that may have gone ends unknown, whatever follows") {
  const Uuid id = Insert("code", MessageClass::kOtp, minutes(5));
  SECTION("its life ends while no modem is up") {
    air_.answers = {kAnswerLost};
    air_.on_carry = [&] { unplugged_ = true; };
  }
  SECTION("its life ends while the network refuses it") {
    air_.answers = {kAnswerLost, kRefusedNoNetwork, kRefusedNoNetwork,
                    kRefusedNoNetwork};
  }
  SECTION("it is refused for good") {
    air_.answers = {kAnswerLost, kRefusedForGood};
  }
  SECTION("its recipient asks to be sent nothing") {
    air_.answers = {kAnswerLost};
    air_.on_carry = [&] {
      REQUIRE(sqlite_->AddOptOut({.number = "+6289610707901"}).has_value());
    };
  }
  Start();
  for (int i = 0; i < 20; ++i) Pass(seconds(30));
  CHECK(StateOf(id) == "unknown");
  CHECK(air_.received.size() == 1);
  CHECK(Look(id).error.find("may have") != std::string::npos);
}

TEST_CASE_METHOD(SpoolerFixture, "A refused PIN is not tried by the next run") {
  sim::ModemOptions locked{.name = "a"};
  locked.pin = "1234";
  sessions_["/a"] = std::make_unique<sim::AtSession>(locked, air_);
  config_.modems[0].pin = "4321";
  SECTION("whether the configuration is older than that by our clock") {
    config_.modified_at = clock_.Wall() - hours(1);
  }
  SECTION("or not, for nobody has set the clock yet") {
    config_.modified_at = clock_.Wall() + hours(1);
  }
  for (int run = 0; run < 5; ++run) {
    Start();
    for (int i = 0; i < 5; ++i) Pass(seconds(10));
    spooler_->SayGoodbye();
    CHECK(sqlite_->Modems()->at(0).state == "failed");
  }
  // The SIM has not been locked; the right PIN in a new configuration opens it.
  config_.modems[0].pin = "1234";
  config_.modified_at += seconds(1);
  const Uuid id = Insert("hello");
  Start();
  for (int i = 0; i < 5; ++i) Pass(seconds(10));
  CHECK(StateOf(id) == "sent");
}

TEST_CASE_METHOD(SpoolerFixture,
                 "What was taken over, and could not be settled, is settled") {
  const Uuid id = Insert("in doubt");
  air_.answers = {kAnswerLost};
  Start();
  spooler_->BellRang();
  Pass(seconds(2));
  REQUIRE(StateOf(id) == "sending");
  spooler_.reset();  // killed
  Make();
  store_->fails = true;  // there is room for taking over, and then none
  CHECK_FALSE(spooler_->CleanUp().has_value());
  store_->fails = false;
  REQUIRE(spooler_->CleanUp().has_value());
  CHECK(StateOf(id) == "unknown");
}

TEST_CASE_METHOD(SpoolerFixture,
                 "No PIN is given before it is known whether it was refused") {
  sim::ModemOptions locked{.name = "a"};
  locked.pin = "1234";
  sessions_["/a"] = std::make_unique<sim::AtSession>(locked, air_);
  config_.modems[0].pin = "1234";
  SpoolerTurn turn{.token = 99, .now = clock_.Wall()};
  turn.modems = {{.name = "a", .pin_refused_at = clock_.Wall()}};
  REQUIRE(sqlite_->RecordTurn(turn).has_value());

  store_->fails_on_modems = true;
  Make();
  CHECK_FALSE(spooler_->CleanUp().has_value());
  CHECK(spooler_->PollFds().empty());
  store_->fails_on_modems = false;
  REQUIRE(spooler_->CleanUp().has_value());
  for (int i = 0; i < 5; ++i) Pass(seconds(10));
  CHECK(sqlite_->Modems()->at(0).state == "failed");
  // Under which configuration was not on record; it is now.
  CHECK(sqlite_->Modems()->at(0).pin_refused_under == config_.modified_at);
  config_.modified_at += seconds(1);
  Start();
  for (int i = 0; i < 5; ++i) Pass(seconds(10));
  CHECK(sqlite_->Modems()->at(0).state == "ready");
  CHECK_FALSE(sqlite_->Modems()->at(0).pin_refused_under);
}

TEST_CASE_METHOD(
    SpoolerFixture,
    "Without a modem the queue is looked at when it may be another") {
  missing_ = "/a";
  Insert("waits");
  Start();
  Settle();
  CHECK_FALSE(spooler_->Drained());
  store_->looks_ahead = 0;
  Settle();
  CHECK(store_->looks_ahead == 0);
  spooler_->BellRang();
  Settle();
  CHECK(store_->looks_ahead == 1);
  CHECK_FALSE(spooler_->Drained());
}

TEST_CASE_METHOD(
    SpoolerFixture,
    "What ends untried ends so many at a time, and modems are heard") {
  Start();
  Settle();
  std::vector<NewMessage> messages(
      300, NewMessageTo("+6289610707901", "not any more"));
  for (auto& message : messages)
    message.id = MakeUuidV7(clock_.Wall(), random_);
  REQUIRE(InsertAll(*sqlite_, messages).has_value());
  REQUIRE(sqlite_->AddOptOut({.number = "+6289610707901"}).has_value());
  spooler_->BellRang();
  const auto failed = [&] {
    return std::ranges::count_if(messages, [&](const NewMessage& message) {
      return StateOf(message.id) == "failed";
    });
  };
  spooler_->Turn({true});
  CHECK(failed() > 0);
  CHECK(failed() < 60);
  CHECK(*spooler_->Deadline() == clock_.Mono());
  Settle();
  CHECK(failed() == 300);
}

TEST_CASE_METHOD(SpoolerFixture, "A lost ring is made good after a while") {
  Start();
  Settle();
  auto deaf = std::exchange(spooler_, nullptr);
  const Uuid id = Insert("unheard");  // nobody rings
  spooler_ = std::move(deaf);
  Settle();
  CHECK(StateOf(id) == "queued");
  Pass(seconds(31));
  CHECK(StateOf(id) == "sent");
}

// It is 05:13 in Jakarta.
class WindowFixture : public SpoolerFixture {
 public:
  WindowFixture() {
    config_.window.bulk.opens = hours(9);
    config_.window.bulk.closes = hours(20);
    config_.window.zones["+62"] = {.name = "Asia/Jakarta"};
  }
};

TEST_CASE_METHOD(WindowFixture,
                 "A message whose class is not sent now waits for its hour") {
  const Uuid sale = Insert("sale", MessageClass::kBulk, hours(72));
  const Uuid hello = Insert("hello");
  Start();
  Settle();
  CHECK(air_.received == std::vector<std::string>{"hello"});
  CHECK(StateOf(hello) == "sent");
  const Message waiting = Look(sale);
  CHECK(waiting.state == kQueued);
  CHECK(waiting.attempts == 0);
  CHECK(FormatRfc3339(waiting.not_before) == "2023-11-15T02:00:00.000Z");
  CHECK(waiting.error == "its class is not sent at this hour");
  CHECK(spooler_->Drained());
  CHECK_FALSE(spooler_->Idle());
  Pass(waiting.not_before - clock_.Wall() - Millis(1));
  CHECK(StateOf(sale) == "queued");
  Pass(Millis(1));
  CHECK(StateOf(sale) == "sent");
}

TEST_CASE_METHOD(WindowFixture,
                 "What would be sent after the window closed waits for a day") {
  Insert("one", MessageClass::kBulk, hours(72));
  const Uuid two = Insert("two", MessageClass::kBulk, hours(72));
  clock_.Advance(hours(14) + minutes(46));  // 19:59:20
  air_.on_carry = [&] { clock_.Advance(minutes(1)); };
  Start();
  Settle();
  CHECK(air_.received == std::vector<std::string>{"one"});
  CHECK(FormatRfc3339(Look(two).not_before) == "2023-11-16T02:00:00.000Z");
  Pass(hours(13));
  CHECK(StateOf(two) == "sent");
}

TEST_CASE_METHOD(WindowFixture,
                 "A backlog that has to wait holds up nothing else") {
  for (int i = 0; i < 200; ++i) {
    Insert("sale", MessageClass::kBulk, hours(72));
  }
  Start();
  const auto waiting = [&] {
    const auto page = sqlite_->List({.state = kQueued, .limit = 1000});
    return std::ranges::count_if(*page, [&](const Message& message) {
      return message.not_before > clock_.Wall();
    });
  };
  while (waiting() == 0) spooler_->Turn({true});
  CHECK(waiting() < 60);
  CHECK(*spooler_->Deadline() <= clock_.Mono());
  Insert("code", MessageClass::kOtp);
  spooler_->Turn({true});
  CHECK(waiting() < 120);
  Settle();
  CHECK(air_.received == std::vector<std::string>{"code"});
  CHECK(waiting() == 200);
  CHECK(*spooler_->Deadline() > clock_.Mono());
}

TEST_CASE_METHOD(
    WindowFixture,
    "A class that is closed for all is not touched until it opens") {
  config_.window.bulk.zone.name = "Asia/Jakarta";
  const Uuid sale = Insert("sale", MessageClass::kBulk, hours(72));
  const Uuid hello = Insert("hello");
  Start();
  Settle();
  CHECK(StateOf(hello) == "sent");
  const Message waiting = Look(sale);
  CHECK(waiting.state == kQueued);
  CHECK(waiting.not_before <= clock_.Wall());
  CHECK(waiting.updated_at == waiting.created_at);
  CHECK(spooler_->Drained());
  CHECK_FALSE(spooler_->Idle());
  for (int i = 0; i < 4 * 60; ++i) Pass(minutes(1));  // 09:13
  CHECK(StateOf(sale) == "sent");
}

TEST_CASE_METHOD(WindowFixture,
                 "What does not live until its hour has expired") {
  const Uuid sale = Insert("sale", MessageClass::kBulk, hours(2));
  Start();
  Settle();
  CHECK(StateOf(sale) == "expired");
  CHECK(Look(sale).error == "its life ends before its class is sent again");
  CHECK(air_.received.empty());
}

TEST_CASE_METHOD(WindowFixture,
                 "A recipient whose hours nobody knows is sent nothing") {
  config_.window.zones.clear();
  config_.window.zones["+6"] = {.name = "Asia/Jakatra"};
  const Uuid sale = Insert("sale", MessageClass::kBulk, hours(72));
  Start();
  Settle();
  // The database's fault: it is tried again.
  const Message waiting = Look(sale);
  CHECK(waiting.state == kQueued);
  CHECK(waiting.not_before == clock_.Wall() + minutes(1));
  CHECK(air_.received.empty());
  config_.window.zones["+6"].name = "Asia/Jakarta";
  Pass(minutes(1));
  CHECK(FormatRfc3339(Look(sale).not_before) == "2023-11-15T02:00:00.000Z");
  Pass(hours(4));
  CHECK(StateOf(sale) == "sent");
}

}  // namespace
}  // namespace smsweb
