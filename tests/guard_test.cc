// Who is sent codes, and how many: what is told of a number, what is counted,
// and what is only watched.
#include "common/verify/guard.h"

#include "verify_fixture.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::string> Rules(const std::vector<GuardFinding>& findings) {
  std::vector<std::string> rules;
  for (const auto& f : findings)
    rules.push_back(f.rule + (f.dry_run ? "?" : ""));
  return rules;
}

TEST_CASE_METHOD(VerifyFixture,
                 "Numbers of other countries, of types that cost, "
                 "and blocked ones get no code") {
  config_.guard.numbers.block = {"+6281399"};
  struct Row {
    const char* to;
    int status;
    const char* code;
  };
  const Row rows[] = {
      {"+62811", 201, ""},
      {"+4915112345", 403, "country_not_allowed"},
      {"+12125550123", 403, "country_not_allowed"},  // one of two countries
      {"+99912345", 403, "country_not_allowed"},     // nobody's
      {"+62809123", 403, "type_not_allowed"},
      {"+62813991", 403, "number_not_allowed"},
      {"+62813981", 201, ""},
      {"1234", 201, ""},  // a short code of the configuration
  };
  for (const Row& row : rows) {
    INFO(row.to);
    const Response response = Start(row.to);
    CHECK(response.status == row.status);
    CHECK(Field(response, "code") == row.code);
  }
  CHECK(Rules(told_) == std::vector<std::string>{"country", "country",
                                                 "country", "type", "number"});
}

TEST_CASE_METHOD(
    VerifyFixture,
    "A number that is allowed passes its country and its type; the "
    "longer entry counts") {
  config_.guard.numbers.allow = {"+4915112345", "+62809"};
  config_.guard.numbers.block = {"+49", "+628091"};
  CHECK(Start("+4915112345").status == 201);
  CHECK(Start("+4915112").status == 403);
  CHECK(Start("+628092").status == 201);
  CHECK(CodeOf(Start("+628091")) == "number_not_allowed");
}

TEST_CASE_METHOD(VerifyFixture, "A dry run tells, and lets pass") {
  config_.guard.countries.dry_run = true;
  config_.guard.types.dry_run = true;
  config_.guard.numbers.dry_run = true;
  config_.guard.numbers.block = {"+49"};
  config_.guard.limits = {{"number", 1, hours(1), true}};
  config_.verify.resend_after = seconds(0);
  CHECK(Start("+4915112345").status == 201);
  CHECK(Rules(told_) == std::vector<std::string>{"number?", "country?"});
  CHECK(Start("+62809123").status == 201);
  CHECK(Rules(told_).back() == "type?");
  const Response first = Start("+62811");
  Check(Field(first, "id"), CodeSent(first));
  CHECK(Start("+62811").status == 201);
  CHECK(Rules(told_).back() == "limit.number?");
}

TEST_CASE_METHOD(VerifyFixture, "Each limit counts its own, all at once") {
  config_.guard.limits = {{"number", 3, hours(1)},  {"number", 2, minutes(10)},
                          {"address", 2, hours(1)}, {"device", 1, hours(1)},
                          {"prefix", 4, hours(1)},  {"total", 6, hours(1)}};
  config_.guard.prefix_digits = 4;
  const auto start = [&](const std::string& to, const std::string& more = "") {
    Response response = Start(to, more);
    // The next one is a start, and no resend.
    if (response.status == 201) {
      REQUIRE(Field(Check(Field(response, "id"), CodeSent(response)),
                    "status") == "approved");
    }
    return response;
  };
  const std::string v6 = R"(, "client_ip": "2001:db8:1:2:)";
  CHECK(start("+62811", v6 + "3::4\"").status == 201);
  CHECK(start("+62811", v6 + "ffff::1\"").status == 201);
  const Response number = start("+62811");
  CHECK(number.status == 429);
  CHECK(CodeOf(number) == "rate_limited");
  CHECK(told_.back().rule == "limit.number");
  const int wait = std::stoi(HeaderOf(number, "Retry-After"));
  CHECK(wait >= 600);
  CHECK(wait <= 675);  // an eighth late at the most
  const Response address = start("+62815", v6 + "9::1\"");
  CHECK(address.status == 429);
  CHECK(told_.back().rule == "limit.address");
  CHECK(start("+62815", R"(, "client_ip": "2001:db8:1:3::9")").status == 201);
  CHECK(start("+62816", R"(, "device_id": "phone")").status == 201);
  CHECK(start("+62817", R"(, "device_id": "phone")").status == 429);
  CHECK(told_.back().rule == "limit.device");
  CHECK(start("+628113").status == 429);  // +6281: the fifth
  CHECK(told_.back().rule == "limit.prefix");
}

TEST_CASE_METHOD(VerifyFixture,
                 "A prefix, and the whole service, have a limit") {
  config_.guard.prefix_digits = 4;
  config_.guard.limits = {{"prefix", 2, hours(1)}, {"total", 3, hours(1)}};
  CHECK(Start("+62811").status == 201);
  CHECK(Start("+62812").status == 201);
  CHECK(Start("+62813").status == 429);
  CHECK(told_.back().rule == "limit.prefix");
  CHECK(told_.back().key == "+6281");
  CHECK(Start("+62821").status == 201);
  CHECK(Start("+62831").status == 429);
  CHECK(told_.back().rule == "limit.total");
}

TEST_CASE_METHOD(VerifyFixture, "A restart forgives nothing") {
  config_.guard.limits = {{"number", 1, hours(1)}};
  const Response first = Start("+62811");
  Check(Field(first, "id"), CodeSent(first));
  store_ = std::move(OpenSqliteStores(folder_ / "queue.db")->queue);
  CHECK(Start("+62811").status == 429);
  clock_.Advance(hours(2));
  CHECK(Start("+62811").status == 201);
}

TEST_CASE_METHOD(VerifyFixture, "What is refused counts in no limit") {
  config_.guard.limits = {{"number", 1, hours(1)}, {"address", 2, hours(1)}};
  const std::string ip = R"(, "client_ip": "192.0.2.1")";
  const Response first = Start("+62811", ip);
  Check(Field(first, "id"), CodeSent(first));
  for (int i = 0; i < 5; ++i) CHECK(Start("+62811", ip).status == 429);
  CHECK(Start("+62812", ip).status == 201);
  CHECK(Start("+62813", ip).status == 429);
}

TEST_CASE_METHOD(VerifyFixture, "What is sent again counts as what is sent") {
  config_.guard.limits = {{"number", 2, hours(1)}};
  const Response first = Start("+62811");
  SendMessage(first);
  clock_.Advance(seconds(30));
  const Response second = Start("+62811");
  CHECK(second.status == 200);
  SendMessage(second);
  clock_.Advance(seconds(30));
  CHECK(CodeOf(Start("+62811")) == "rate_limited");
}

TEST_CASE_METHOD(VerifyFixture, "A key's own limit counts all that it sends") {
  UseKey("shop", kEveryScope, {{.most = 3, .within = hours(1)}});
  CHECK(Start("+62811").status == 201);
  const auto send = [&](const char* to) {
    Request request =
        PostJson(std::string(R"({"text": "x", "to": )") + to + "}");
    request.authorization = "Bearer " + key_;
    return Answer(request);
  };
  CHECK(send(R"("0811")").status == 202);
  const Response many = send(R"(["0811", "0812"])");
  CHECK(many.status == 429);
  CHECK(CodeOf(many) == "rate_limited");
  CHECK(HeaderOf(many, "Retry-After") != "");
  CHECK(send(R"("0811")").status == 202);
  CHECK(Start("+62812").status == 429);
  clock_.Advance(hours(2));
  CHECK(Start("+62812").status == 201);
}

// What becomes of `count` verifications of numbers with this prefix.
void Traffic(VerifyFixture& fixture, const std::string& prefix, int count,
             int approved) {
  for (int i = 0; i < count; ++i) {
    const Response started = fixture.Start(prefix + std::to_string(100 + i));
    if (started.status != 201 || i >= approved) continue;
    fixture.Check(Field(started, "id"), fixture.CodeSent(started));
  }
}

class ConversionFixture : public VerifyFixture {
 public:
  ConversionFixture() {
    config_.guard.conversion = {.least_share = 0.25,
                                .least_volume = 20,
                                .window = hours(1),
                                .settle = minutes(10),
                                .pause = minutes(30)};
  }
};

TEST_CASE_METHOD(ConversionFixture,
                 "A prefix of which too few are approved is paused, and the "
                 "operator told once") {
  Traffic(*this, "+628111", 20, 4);
  Traffic(*this, "+628222", 20, 20);
  CHECK(Start("+628111001").status == 201);  // they still have time
  clock_.Advance(minutes(9));
  CHECK(Start("+628111003").status == 201);
  Answer(
      Call("DELETE", "/v1/verifications/" + Field(Start("+628111004"), "id")));
  clock_.Advance(minutes(7));
  const Response paused = Start("+628111002");
  CHECK(paused.status == 429);
  CHECK(CodeOf(paused) == "paused");
  CHECK(HeaderOf(paused, "Retry-After") == "1800");
  REQUIRE(!told_.empty());
  CHECK(told_.back().rule == "conversion.prefix");
  CHECK(told_.back().key == "+628111");
  CHECK(told_.back().begins);
  Start("+628111003");
  CHECK_FALSE(told_.back().begins);
  CHECK(Start("+628222001").status == 201);
  const auto pauses = store_->Pauses(clock_.Wall());
  REQUIRE(pauses->size() == 1);
  CHECK(pauses->front().started == 21);
  CHECK(pauses->front().approved == 4);

  // When it is over, what led to it is not held against them again.
  clock_.Advance(minutes(30));
  CHECK(Start("+628111004").status == 201);
  CHECK(store_->Pauses(clock_.Wall())->empty());
}

TEST_CASE_METHOD(ConversionFixture,
                 "Few say nothing, and enough approved is "
                 "well") {
  UseKey("few", kEveryScope);
  Traffic(*this, "+628111", 19, 0);
  const std::string few = std::exchange(key_, "");
  Traffic(*this, "+628222", 20, 5);
  clock_.Advance(minutes(16));
  CHECK(Start("+628222002").status == 201);
  key_ = few;
  CHECK(Start("+628111002").status == 201);
}

TEST_CASE_METHOD(ConversionFixture,
                 "What the client approves on its own word is approved") {
  for (int i = 100; i < 120; ++i) {
    const Response started = Start("+628111" + std::to_string(i));
    const VerificationEnd end{.id = *ParseUuid(Field(started, "id")),
                              .to = VerificationState::kApproved,
                              .now = clock_.Wall()};
    REQUIRE(ApplyChange(*store_, &end).has_value());
  }
  clock_.Advance(minutes(16));
  CHECK(Start("+628111200").status == 201);
}

TEST_CASE_METHOD(ConversionFixture,
                 "What a dry run found keeps nobody out when it is over") {
  config_.guard.conversion.dry_run = true;
  Traffic(*this, "+628111", 20, 0);
  clock_.Advance(minutes(16));
  REQUIRE(Start("+628111002").status == 201);
  config_.guard.conversion.dry_run = false;
  const Response paused = Start("+628111003");
  CHECK(paused.status == 429);
  CHECK(told_.back().begins);
}

TEST_CASE_METHOD(ConversionFixture, "A client is paused as a prefix is") {
  for (int i = 0; i < 20; ++i) {
    Start("+6281" + std::to_string(i) + "000000");
  }
  clock_.Advance(minutes(16));
  CHECK(Start("+62822000000").status == 429);
  CHECK(told_.back().rule == "conversion.client");
  UseKey("other", kEveryScope);
  CHECK(Start("+62822000000").status == 201);
}

TEST_CASE_METHOD(ConversionFixture, "An operator ends a pause") {
  Traffic(*this, "+628111", 20, 0);
  clock_.Advance(minutes(16));
  REQUIRE(Start("+628111002").status == 429);
  const auto end = [&](const char* key) {
    const auto per = key[0] == '+' ? LimitPer::kPrefix : LimitPer::kClient;
    return store_->EndPause(per, key, clock_.Wall(),
                            {.at = clock_.Wall(), .act = "guard.resume"});
  };
  CHECK(end("+62").error().kind == ErrorKind::kNotFound);
  REQUIRE(end("+628111").has_value());
  CHECK(told_.back().rule == "conversion.prefix");
  CHECK(Start("+628111002").status == 429);
  CHECK(told_.back().rule == "conversion.client");
  REQUIRE(end("trusted network").has_value());
  CHECK(Start("+628111002").status == 201);
}

TEST_CASE_METHOD(ConversionFixture, "A dry run of it pauses nobody") {
  config_.guard.conversion.dry_run = true;
  Traffic(*this, "+628111", 20, 0);
  clock_.Advance(minutes(16));
  CHECK(Start("+628111002").status == 201);
  CHECK(Rules(told_) ==
        std::vector<std::string>{"conversion.prefix?", "conversion.client?"});
  CHECK(told_.front().begins);
}

TEST_CASE_METHOD(
    VerifyFixture,
    "With uniform answers, who is refused sees what the others see") {
  config_.verify.uniform_answers = true;
  config_.guard.numbers.block = {"+62899"};
  REQUIRE(store_->AddOptOut({"+62877", kNow, "STOP"}).has_value());
  const Response sent = Start("+62811");
  const auto names = [](const Response& response) {
    std::vector<std::string> keys;
    const Json json = Json::parse(response.body);
    for (const auto& [name, value] : json.items()) keys.push_back(name);
    return keys;
  };
  for (const char* refused : {"+4915112345", "+62899", "+62877"}) {
    INFO(refused);
    const Response muted = Start(refused);
    CHECK(muted.status == 201);
    CHECK(names(muted) == names(sent));
    const std::string id = Field(muted, "id");
    CHECK(Field(muted, "message_state") == "queued");
    CHECK(CodeOf(Start(refused)) == "resend_too_early");
    for (int left = 4; left >= 0; --left) {
      const Response checked = Check(id, "123456");
      CHECK(checked.status == 200);
      CHECK(Field(checked, "attempts_left") == std::to_string(left));
    }
    CHECK(Field(Show(id), "status") == "max_attempts");
    CHECK(Field(Show(id), "message_state") == "sent");
  }
  // Nobody but the first was sent anything.
  CHECK(store_->CountByState()->front().count == 1);
  clock_.Advance(seconds(30));
  const Response again = Start("+62899");
  CHECK(again.status == 201);
  clock_.Advance(hours(1));
  CHECK(Field(Show(Field(again, "id")), "status") == "expired");
}

TEST_CASE_METHOD(VerifyFixture, "No code is the right one of a muted one") {
  config_.verify.uniform_answers = true;
  const Response muted = Start("+4915112345");
  const auto id = ParseUuid(Field(muted, "id"));
  const auto verification = store_->FindVerification(*id, kNow);
  REQUIRE(verification.has_value());
  CHECK(verification->muted);
  // Even the one that would have been sent.
  const VerificationCheck check{
      .id = id,
      .matches = [](const Verification&) { return true; },
      .now = kNow};
  const auto outcome = ApplyChange(*store_, &check);
  CHECK(std::get<CheckOutcome>(*outcome).verification.state ==
        VerificationState::kPending);
}

TEST_CASE_METHOD(VerifyFixture,
                 "A client is told of its own limits in any case") {
  config_.verify.uniform_answers = true;
  config_.guard.limits = {{"client", 1, hours(1)}, {"number", 1, hours(1)}};
  CHECK(Start("+62811").status == 201);
  CHECK(Start("+62812").status == 429);
}

TEST_CASE("The network of an end user is an address, or the /64 of one") {
  CHECK(AddressBlock("192.0.2.1") == "192.0.2.1");
  CHECK(AddressBlock("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(AddressBlock("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(AddressBlock("2001:DB8:1:2::") == "2001:db8:1:2::/64");
  CHECK(AddressBlock("::1") == "::/64");
  for (const char* nonsense : {"", "host", "1.2.3", "1.2.3.4.5", "::g"}) {
    CHECK(AddressBlock(nonsense) == std::nullopt);
  }
}

class BacklogFixture : public VerifyFixture {
 public:
  void Record(const std::string& state, Millis part_time,
              const std::string& detail = "") {
    SpoolerTurn turn{.token = 1, .now = clock_.Wall()};
    turn.modems.push_back({.name = "m1",
                           .state = state,
                           .detail = detail,
                           .since = clock_.Wall(),
                           .part_time = part_time});
    REQUIRE(store_->RecordTurn(turn).has_value());
  }
};

TEST_CASE_METHOD(BacklogFixture,
                 "A code that could not be sent in time is refused at once") {
  for (int i = 0; i < 20; ++i) Start("+6281" + std::to_string(i));
  Record("ready", seconds(6));
  clock_.Advance(seconds(1));
  CHECK(Start("+62821").status == 201);  // 21 more take 126 s of its 600
  const Response refused = Start("+62822", R"(, "ttl": 60)");
  CHECK(refused.status == 503);
  CHECK(CodeOf(refused) == "backlog");
  CHECK(Field(refused, "expected_wait") == "126");
  CHECK(HeaderOf(refused, "Retry-After") == "66");
  CHECK(told_.back().rule == "backlog");
  config_.guard.backlog.dry_run = true;
  CHECK(Start("+62822", R"(, "ttl": 60)").status == 201);
}

TEST_CASE_METHOD(BacklogFixture,
                 "Without a modem for a minute there is no code") {
  Record("registering", Millis(0));
  clock_.Advance(seconds(59));
  CHECK(Start("+62811").status == 201);
  clock_.Advance(seconds(1));
  const Response refused = Start("+62812");
  CHECK(refused.status == 503);
  CHECK(Field(refused, "expected_wait") == "null");
  CHECK(HeaderOf(refused, "Retry-After") == "30");
  // A spooler that is not there starts when it is rung.
  Record("closed", Millis(0), std::string(kSpoolerEnded));
  clock_.Advance(seconds(90));
  CHECK(Start("+62812").status == 201);
}

}  // namespace
}  // namespace smsweb
