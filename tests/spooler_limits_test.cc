// The limits of SIMs in the spooler, under a clock that stands still: who may
// send how much, and who sends in its place.
#include <nlohmann/json.hpp>

#include "common/store/lane.h"
#include "spooler_fixture.h"

namespace smsweb {
namespace {

using enum MessageClass;
using Texts = std::vector<std::string>;

class LimitsFixture : public SpoolerFixture {
 public:
  SimLimits& limits(std::size_t modem = 0) {
    return config_.modems[modem].limits;
  }

  Uuid InsertTo(const std::string& recipient, const std::string& text,
                MessageClass message_class = kTransactional,
                const std::string& lane = "") {
    NewMessage message;
    message.id = MakeUuidV7(clock_.Wall(), random_);
    message.message_class = message_class;
    message.recipient = recipient;
    message.text = text;
    message.parts = static_cast<int>(SegmentText(text)->parts.size());
    message.lane = lane;
    message.created_at = message.not_before = clock_.Wall();
    message.expires_at = clock_.Wall() + hours(24 * 60);
    REQUIRE(InsertOne(*sqlite_, message).has_value());
    if (spooler_) spooler_->BellRang();
    return message.id;
  }

  Uuid Say(const std::string& text,
           MessageClass message_class = kTransactional) {
    return InsertTo("+6289610707901", text, message_class);
  }

  // How many of eight messages, one after the other, went through which modem.
  std::map<std::string, int> ModemsOfEight() {
    std::map<std::string, int> sent;
    for (int i = 0; i < 8; ++i) {
      const Uuid id = Say("text");
      Settle();
      ++sent[Look(id).modem];
    }
    return sent;
  }

  void PassTo(const std::string& time) {
    Pass(ParseRfc3339(time).value() - clock_.Wall());
  }

  void Restart() {
    spooler_->SayGoodbye();
    Start();
    Settle();
  }

  std::string ImsiOf(const std::string& modem) {
    const auto all = sqlite_->Modems();
    const auto status = std::ranges::find(*all, modem, &ModemStatus::name);
    REQUIRE(status != all->end());
    return nlohmann::json::parse(status->info).at("imsi");
  }

  Texts Sent() { return std::exchange(air_.received, {}); }
};

// The clock begins at 2023-11-14T22:13:20Z.

TEST_CASE_METHOD(LimitsFixture, "A limit a minute lets so many go in each") {
  limits().per_minute = 2;
  for (int i = 0; i < 5; ++i) Say("text");
  Start();
  Settle();
  CHECK(Sent().size() == 2);
  CHECK(*spooler_->Deadline() - clock_.Mono() <= seconds(30));
  PassTo("2023-11-14T22:13:59.999Z");
  CHECK(Sent().empty());
  CHECK(*spooler_->Deadline() - clock_.Mono() == Millis(1));
  Pass(Millis(1));
  CHECK(Sent().size() == 2);
  PassTo("2023-11-14T22:14:59Z");
  CHECK(Sent().empty());
  Pass(seconds(1));
  CHECK(Sent().size() == 1);
}

TEST_CASE_METHOD(LimitsFixture, "What was used is used after a restart, too") {
  limits().per_day = 3;
  for (int i = 0; i < 2; ++i) Say("text");
  Start();
  Settle();
  CHECK(Sent().size() == 2);
  Restart();
  for (int i = 0; i < 3; ++i) Say("text");
  Settle();
  CHECK(Sent().size() == 1);
  Restart();
  CHECK(Sent().empty());
  PassTo("2023-11-14T23:59:59Z");
  CHECK(Sent().empty());
  Pass(seconds(1));
  CHECK(Sent().size() == 2);
}

TEST_CASE_METHOD(LimitsFixture, "A share of a limit is for codes alone") {
  limits().per_hour = 5;
  limits().otp_share = 0.4;
  for (int i = 0; i < 4; ++i) Say("sale", kBulk);
  Start();
  Settle();
  CHECK(Sent() == Texts(3, "sale"));
  for (int i = 0; i < 3; ++i) Say("code", kOtp);
  Settle();
  CHECK(Sent() == Texts(2, "code"));
  PassTo("2023-11-14T23:00:00Z");
  CHECK(Sent() == Texts{"code", "sale"});
}

TEST_CASE_METHOD(LimitsFixture,
                 "What the network refused is not counted; a doubt is") {
  limits().per_day = 1;
  air_.answers = {kRefusedForGood, kAnswerLost};
  const Uuid refused = Say("refused");
  const Uuid doubtful = Say("doubtful");
  const Uuid late = Say("late");
  Start();
  Settle();
  Pass(minutes(3));
  CHECK(StateOf(refused) == "failed");
  CHECK(StateOf(doubtful) == "unknown");
  CHECK(StateOf(late) == "queued");
  CHECK(sqlite_->Usage()->at(0).counts[2].used == 1);
  PassTo("2023-11-15T00:00:00Z");
  CHECK(StateOf(late) == "sent");
}

TEST_CASE_METHOD(LimitsFixture, "A crash forgets no part that may have gone") {
  limits().per_day = 1;
  air_.answers = {kSilent};
  Say("gone");
  Start();
  Settle();
  // It dies while it waits for an answer.
  const Uuid late = Say("late");
  Start();
  Settle();
  Pass(minutes(5));
  CHECK(StateOf(late) == "queued");
}

TEST_CASE_METHOD(LimitsFixture,
                 "With its recipients used up, a SIM sends to known ones") {
  limits().recipients_per_month = 2;
  for (const char* to : {"+491", "+492", "+493", "+491"}) InsertTo(to, to);
  Start();
  Settle();
  CHECK(Sent() == Texts{"+491", "+492", "+491"});
  InsertTo("+492", "again");
  InsertTo("+494", "new");
  Settle();
  CHECK(Sent() == Texts{"again"});
  Restart();
  CHECK(Sent().empty());
  PassTo("2023-12-01T00:00:00Z");
  CHECK(Sent() == Texts{"+493", "new"});
}

TEST_CASE_METHOD(LimitsFixture, "Codes may go to new numbers longer") {
  limits().recipients_per_month = 2;
  limits().otp_share = 0.5;
  for (const char* to : {"+491", "+492"}) InsertTo(to, to, kBulk);
  Start();
  Settle();
  CHECK(Sent() == Texts{"+491"});
  InsertTo("+493", "code", kOtp);
  InsertTo("+494", "too late", kOtp);
  InsertTo("+491", "known", kBulk);
  Settle();
  CHECK(Sent().size() == 2);  // the newest code, and the one who is known
}

TEST_CASE_METHOD(LimitsFixture, "A long message has its turn, and goes whole") {
  limits().per_minute = 3;
  const std::string text(3 * 153, 'x');
  Say("first");
  const Uuid whole = Say(text);
  for (int i = 0; i < 3; ++i) Say("small");
  Start();
  Settle();
  CHECK(Sent() == Texts{"first"});
  CHECK(Look(whole).error ==
        "it waits for a SIM whose limits leave room for it");
  CHECK(Look(whole).attempts == 0);
  PassTo("2023-11-14T22:14:00Z");
  CHECK(StateOf(whole) == "sent");
  CHECK(Sent().size() == 3);
  PassTo("2023-11-14T22:15:00Z");
  CHECK(Sent() == Texts(3, "small"));
}

TEST_CASE_METHOD(LimitsFixture,
                 "... which ends with it, where it ends before that") {
  limits().per_day = 3;
  Say("first");
  const Uuid whole =
      Insert(std::string(3 * 153, 'x'), kTransactional, minutes(10));
  for (int i = 0; i < 2; ++i) Say("small");
  Start();
  Settle();
  REQUIRE(Sent() == Texts{"first"});
  SECTION("cancelled") {
    REQUIRE(sqlite_->Cancel(whole, clock_.Wall())->cancelled);
    spooler_->BellRang();
    Settle();
  }
  SECTION("expired") { Pass(minutes(10)); }
  SECTION("cancelled, and nobody rang") {
    REQUIRE(sqlite_->Cancel(whole, clock_.Wall())->cancelled);
    Pass(seconds(30));
  }
  CHECK(Sent() == Texts(2, "small"));
}

TEST_CASE_METHOD(LimitsFixture,
                 "One that is longer than a limit goes when nothing else did") {
  limits().per_minute = 2;
  const Uuid whole = Say(std::string(3 * 153, 'x'));
  Say("small");
  Start();
  Settle();
  CHECK(StateOf(whole) == "sent");
  CHECK(Sent().size() == 3);
  PassTo("2023-11-14T22:14:00Z");
  CHECK(Sent() == Texts{"small"});
}

TEST_CASE_METHOD(LimitsFixture, "Another modem of the group sends meanwhile") {
  AddModem("b");
  limits(0).per_day = 1;
  limits(1).per_day = 3;
  for (int i = 0; i < 6; ++i) Say("text");
  Start();
  Settle();
  CHECK(Sent().size() == 4);
  PassTo("2023-11-15T00:00:00Z");
  CHECK(Sent().size() == 2);
}

TEST_CASE_METHOD(LimitsFixture, "The SIM with the most left sends first") {
  AddModem("b");
  limits(0).per_day = 10;
  limits(1).per_day = 100;
  Start();
  Settle();
  auto sent = ModemsOfEight();
  CHECK(sent["a"] == 1);
  CHECK(sent["b"] == 7);
}

TEST_CASE_METHOD(LimitsFixture, "Without limits, modems take turns") {
  AddModem("b");
  Start();
  Settle();
  auto sent = ModemsOfEight();
  CHECK(sent["a"] == 4);
  CHECK(sqlite_->Usage()->empty());
}

TEST_CASE_METHOD(LimitsFixture,
                 "A conversation leaves a SIM that has reached a limit") {
  AddModem("b");
  limits(0).per_day = 1;
  Start();
  Settle();
  const std::string lane = SimLane("", ImsiOf("a"));
  const Uuid first = InsertTo("+491", "first", kTransactional, lane);
  Settle();
  CHECK(Look(first).modem == "a");
  const Uuid code = InsertTo("+491", "code", kOtp, lane);
  const Uuid next = InsertTo("+491", "next", kTransactional, lane);
  Settle();
  CHECK(Look(code).modem == "b");
  Pass(seconds(59));
  CHECK(StateOf(next) == "queued");
  Pass(seconds(1));
  CHECK(Look(next).modem == "b");
}

TEST_CASE_METHOD(LimitsFixture,
                 "With its recipients used up, a SIM keeps those it knows") {
  AddModem("b");
  limits(0).per_minute = 1;
  limits(0).recipients_per_month = 1;
  Start();
  Settle();
  const std::string lane = SimLane("", ImsiOf("a"));
  InsertTo("+491", "first", kTransactional, lane);
  Settle();
  Pass(minutes(2));
  std::vector<Uuid> known;
  for (int i = 0; i < 4; ++i) {
    known.push_back(InsertTo("+491", "again", kTransactional, lane));
  }
  const Uuid other = InsertTo("+492", "new here", kTransactional, lane);
  Settle();
  CHECK(Look(other).modem == "b");
  for (int i = 0; i < 4; ++i) Pass(minutes(1));
  for (const Uuid& id : known) CHECK(Look(id).modem == "a");
}

TEST_CASE_METHOD(LimitsFixture, "... and stays where the limit is a minute's") {
  AddModem("b");
  limits(0).per_minute = 1;
  Start();
  Settle();
  const std::string lane = SimLane("", ImsiOf("a"));
  InsertTo("+491", "first", kTransactional, lane);
  const Uuid next = InsertTo("+491", "next", kTransactional, lane);
  Settle();
  CHECK(StateOf(next) == "queued");
  PassTo("2023-11-14T22:14:00Z");
  CHECK(Look(next).modem == "a");
}

TEST_CASE_METHOD(LimitsFixture, "What dies while its SIM rests has expired") {
  limits().per_month = 1;
  Say("text");
  const Uuid brief = Insert("brief", kTransactional, minutes(10));
  Start();
  Settle();
  CHECK(StateOf(brief) == "queued");
  Pass(minutes(10));
  Pass(seconds(31));
  CHECK(StateOf(brief) == "expired");
}

TEST_CASE_METHOD(LimitsFixture,
                 "A clock that is set back sends nothing twice") {
  limits().per_day = 1;
  clock_.Advance(hours(2));  // the next day
  Say("one");
  const Uuid late = Say("two");
  Start();
  Settle();
  CHECK(Sent() == Texts{"one"});
  clock_.Set(clock_.Wall() - hours(1));
  Pass(seconds(31));
  CHECK(StateOf(late) == "queued");
  Restart();
  CHECK(StateOf(late) == "queued");
}

}  // namespace
}  // namespace smsweb
