// Verifications over HTTP: begun, sent again, checked, ended.
#include "verify_fixture.h"

namespace smsweb {
namespace {

using std::chrono::seconds;
using enum Scope;

TEST_CASE_METHOD(VerifyFixture,
                 "A verification is begun, and its code approves"
                 " it once") {
  const Response started = Start("0811");
  REQUIRE(started.status == 201);
  const Json json = Json::parse(started.body);
  CHECK(json["to"] == "+62811");
  CHECK(json["status"] == "pending");
  CHECK(json["attempts_left"] == 5);
  CHECK(json["sends_left"] == 4);
  CHECK(json["parts"] == 1);
  CHECK(json["message_state"] == "queued");
  CHECK(json["created_at"] == FormatRfc3339(kNow));
  CHECK(json["expires_at"] == FormatRfc3339(kNow + seconds(600)));
  CHECK(json["resend_after"] == FormatRfc3339(kNow + seconds(30)));
  const std::string id = json["id"];
  CHECK(HeaderOf(started, "Location") == "/v1/verifications/" + id);

  const std::string code = CodeSent(started);
  CHECK(code.size() == 6);
  CHECK(TextOf(started) == code + " is your Shop code, for 10 min.");
  const Message message = MessageOf(started);
  CHECK(message.message_class == MessageClass::kOtp);
  CHECK(message.expires_at == kNow + seconds(600));
  CHECK_FALSE(message.seal.empty());
  CHECK(message.text.find(code) == std::string::npos);

  const Response wrong = Check(id, Wrong(code));
  CHECK(wrong.status == 200);
  CHECK(Field(wrong, "status") == "pending");
  CHECK(Field(wrong, "attempts_left") == "4");
  const Response right = Check(id, code);
  CHECK(right.status == 200);
  CHECK(Field(right, "status") == "approved");
  CHECK(Field(Show(id), "status") == "approved");
  const Response again = Check(id, code);
  CHECK(again.status == 409);
  CHECK(CodeOf(again) == "already_approved");
}

TEST_CASE_METHOD(VerifyFixture, "A code is read as people type it") {
  const Response started = Start("0811");
  const std::string code = CodeSent(started);
  const std::string typed =
      " " + code.substr(0, 3) + "-" + code.substr(3) + " ";
  CHECK(Field(Check(Field(started, "id"), typed), "status") == "approved");
  for (const char* nonsense : {"", "12345a", "-", "１２３"}) {
    const Response response = Check(Field(started, "id"), nonsense);
    CHECK(response.status == 422);
    CHECK(Field(response, "field") == "code");
  }
}

TEST_CASE_METHOD(VerifyFixture, "Who keeps no id checks by the number") {
  const std::string code = CodeSent(Start("0811"));
  CHECK(Field(CheckNumber("+62811", Wrong(code)), "status") == "pending");
  CHECK(Field(CheckNumber("0811", code), "status") == "approved");
  CHECK(CheckNumber("0812", code).status == 404);
}

TEST_CASE_METHOD(VerifyFixture,
                 "After five wrong codes the right one is late") {
  const Response started = Start("0811");
  const std::string id = Field(started, "id");
  const std::string code = CodeSent(started);
  for (int left = 4; left >= 0; --left) {
    const Response response = Check(id, Wrong(code));
    CHECK(response.status == 200);
    CHECK(Field(response, "attempts_left") == std::to_string(left));
    CHECK(Field(response, "status") == (left > 0 ? "pending" : "max_attempts"));
  }
  CHECK(Field(Check(id, code), "status") == "max_attempts");
  // The message, which no longer helps anybody, is not sent.
  CHECK(MessageOf(started).state == MessageState::kCancelled);
  CHECK(Field(Show(id), "message_state") == "cancelled");
  // Another one may be begun at once.
  CHECK(Start("0811").status == 201);
}

TEST_CASE_METHOD(VerifyFixture, "A code is good until its life is over") {
  const Response started = Start("0811", R"(, "ttl": 60)");
  const std::string id = Field(started, "id");
  const std::string code = CodeSent(started);
  clock_.Advance(seconds(60));
  const Response late = Check(id, code);
  CHECK(late.status == 200);
  CHECK(Field(late, "status") == "expired");
  CHECK(Field(late, "attempts_left") == "5");
  CHECK(Field(Show(id), "status") == "expired");
  CHECK(Field(Start("0811"), "id") != id);
}

TEST_CASE_METHOD(VerifyFixture,
                 "Starting again sends the same code, not before its time, and "
                 "not more often than it may") {
  config_.verify.max_sends = 3;
  const Response first = Start("0811");
  const std::string id = Field(first, "id");
  const std::string code = CodeSent(first);
  SendMessage(first);
  clock_.Advance(Millis(29'001));
  const Response early = Start("0811");
  CHECK(early.status == 429);
  CHECK(CodeOf(early) == "resend_too_early");
  CHECK(HeaderOf(early, "Retry-After") == "1");

  clock_.Advance(seconds(1));
  const Response second = Start("0811", R"(, "locale": "de-AT")");
  CHECK(second.status == 200);
  CHECK(Field(second, "id") == id);
  CHECK(Field(second, "sends_left") == "1");
  CHECK(Field(second, "message_id") != Field(first, "message_id"));
  CHECK(TextOf(second) == code + " ist dein Code.");
  CHECK(MessageOf(second).expires_at == kNow + seconds(600));

  SendMessage(second);
  clock_.Advance(seconds(30));
  const Response third = Start("0811");
  CHECK(Field(third, "sends_left") == "0");
  CHECK(TextOf(third) == code + " is your Shop code, for 8 min.");
  SendMessage(third);
  clock_.Advance(seconds(30));
  const Response fourth = Start("0811");
  CHECK(fourth.status == 429);
  CHECK(CodeOf(fourth) == "max_sends");
  CHECK(Field(Check(id, code), "status") == "approved");
}

TEST_CASE_METHOD(VerifyFixture,
                 "A copy that still waits is the only one there will be") {
  const Response first = Start("0811");
  clock_.Advance(seconds(30));
  const Response second = Start("0811");
  CHECK(second.status == 200);
  CHECK(Field(second, "message_id") == Field(first, "message_id"));
  CHECK(Field(second, "sends_left") == Field(first, "sends_left"));
  CHECK(Field(second, "resend_after") ==
        FormatRfc3339(clock_.Wall() + seconds(30)));
  CHECK(store_->CountByState()->front().count == 1);
}

TEST_CASE_METHOD(VerifyFixture, "Who cancels takes the message back, too") {
  const Response started = Start("0811");
  const std::string id = Field(started, "id");
  const std::string code = CodeSent(started);
  for (int i = 0; i < 2; ++i) {
    const Response ended = Answer(Call("DELETE", "/v1/verifications/" + id));
    CHECK(ended.status == 200);
    CHECK(Field(ended, "status") == "canceled");
    CHECK(Field(ended, "message_state") == "cancelled");
  }
  CHECK(MessageOf(started).text.empty());
  CHECK(Field(Check(id, code), "status") == "canceled");

  const Response other = Start("0812");
  Check(Field(other, "id"), CodeSent(other));
  const Response late =
      Answer(Call("DELETE", "/v1/verifications/" + Field(other, "id")));
  CHECK(late.status == 409);
  CHECK(CodeOf(late) == "too_late");
  CHECK(Field(late, "status") == "409");
  CHECK(Field(late, "verification_status") == "approved");
}

TEST_CASE_METHOD(VerifyFixture, "An approved code is not sent any more") {
  const Response first = Start("0811");
  const std::string code = CodeSent(first);
  SendMessage(first);
  clock_.Advance(seconds(30));
  const Response second = Start("0811");
  Check(Field(first, "id"), code);
  CHECK(MessageOf(second).state == MessageState::kCancelled);
}

TEST_CASE_METHOD(VerifyFixture,
                 "The last line is the web site's or the app's, never both") {
  const Response web =
      Start("0811", R"(, "origin": "https://Shop.Example.com/login")");
  const std::string code = CodeSent(web);
  CHECK(TextOf(web).ends_with("\n@shop.example.com #" + code));
  const Response app = Start("0812", R"(, "app_hash": "FA+9qCX9VSu")");
  CHECK(TextOf(app).ends_with("\nFA+9qCX9VSu"));
  const Response both =
      Start("0813", R"(, "app_hash": "FA+9qCX9VSu", "origin": "example.com")");
  CHECK(both.status == 422);
  CHECK(CodeOf(both) == "conflicting_fields");
}

TEST_CASE_METHOD(VerifyFixture, "A bad field is named, and nothing is begun") {
  struct Row {
    const char* more;
    const char* code;
    const char* field;
  };
  const Row rows[] = {
      {R"(, "code_length": 3)", "out_of_range", "code_length"},
      {R"(, "code_length": 11)", "out_of_range", "code_length"},
      {R"(, "code_length": 1e99)", "wrong_type", "code_length"},
      {R"(, "ttl": 59)", "out_of_range", "ttl"},
      {R"(, "ttl": 601)", "out_of_range", "ttl"},
      {R"(, "ttl": 18446744073709551615)", "out_of_range", "ttl"},
      {R"(, "ttl": "60")", "wrong_type", "ttl"},
      {R"(, "template": "none")", "out_of_range", "template"},
      {R"(, "app_hash": "short")", "out_of_range", "app_hash"},
      {R"(, "origin": "no host")", "out_of_range", "origin"},
      {R"(, "origin": "a..b")", "out_of_range", "origin"},
      {R"(, "client_ip": "300.1.1.1")", "out_of_range", "client_ip"},
      {R"(, "metadata": [1])", "wrong_type", "metadata"},
      {R"(, "locale": 5)", "wrong_type", "locale"},
      {R"(, "locale": "en;q=0.5")", "out_of_range", "locale"},
      {R"(, "locale": "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a")", "out_of_range",
       "locale"},
      {R"(, "origin": "my_shop.example.com")", "out_of_range", "origin"},
      {R"(, "code": "123456")", "unknown_field", "code"},
  };
  for (const Row& row : rows) {
    INFO(row.more);
    const Response response = Start("0811", row.more);
    CHECK(response.status == 422);
    CHECK(CodeOf(response) == row.code);
    CHECK(Field(response, "field") == row.field);
  }
  CHECK(Start("nonsense").status == 422);
  CHECK(CodeOf(Answer(Call("POST", "/v1/verifications", "{}"))) ==
        "missing_field");
  CHECK(Answer(Call("POST", "/v1/verifications", "[")).status == 400);
  CHECK(store_->CountByState()->empty());
}

TEST_CASE_METHOD(VerifyFixture, "What nests without end is refused") {
  const std::string deep =
      std::string(500'000, '[') + std::string(500'000, ']');
  config_.endpoint.max_body_bytes = 2'000'000;
  const Response response =
      Start("0811", R"(, "metadata": {"a": )" + deep + "}");
  CHECK(response.status == 400);
  CHECK(CodeOf(response) == "malformed_json");
  CHECK(Start("0811", R"(, "metadata": {"a": "[[[[[[[[[[[[[[[[[[[[\""})")
            .status == 201);
}

TEST_CASE_METHOD(VerifyFixture, "A code whose key has gone is not waited for") {
  const Response started = Start("0811");
  WriteSecret(config_.verify.secret_file, 9);
  keys_ = *KeyRing::Load(config_.verify.secret_file);
  clock_.Advance(seconds(30));
  const Response again = Start("0811");
  CHECK(again.status == 201);
  CHECK(Field(Show(Field(started, "id")), "status") == "canceled");
  CHECK(MessageOf(started).state == MessageState::kCancelled);
}

TEST_CASE_METHOD(VerifyFixture, "What the client added comes back") {
  const Response started =
      Start("0811", R"(, "metadata": {"user": 7}, "code_length": 8)");
  CHECK(CodeSent(started).size() == 8);
  CHECK(Json::parse(started.body)["metadata"]["user"] == 7);
  CHECK(Json::parse(Show(Field(started, "id")).body)["metadata"]["user"] == 7);
}

TEST_CASE_METHOD(VerifyFixture,
                 "What is not there is a 404, what is not done a"
                 " 405 or a 415") {
  const std::string id = ToString(MakeUuidV7(kNow, random_));
  CHECK(CodeOf(Show(id)) == "verification_not_found");
  CHECK(CodeOf(Show("nonsense")) == "verification_not_found");
  CHECK(CodeOf(Check(id, "123456")) == "verification_not_found");
  CHECK(Answer(Call("DELETE", "/v1/verifications/" + id)).status == 404);
  CHECK(Answer(Call("GET", "/v1/verifications")).status == 405);
  CHECK(Answer(Call("PUT", "/v1/verifications/" + id)).status == 405);
  CHECK(Answer(Call("GET", "/v1/verifications/checks")).status == 405);
  CHECK(Answer(Call("GET", "/v1/verificationsx")).status == 404);
  Request form = Call("POST", "/v1/verifications", "to=0811");
  form.content_type = "application/x-www-form-urlencoded";
  CHECK(Answer(form).status == 415);
  keys_.reset();
  const Response off = Start("0811");
  CHECK(off.status == 501);
  CHECK(CodeOf(off) == "verifications_off");
}

TEST_CASE_METHOD(VerifyFixture,
                 "Each client has its own, and sees no other's") {
  UseKey("shop", static_cast<Scopes>(kVerify));
  const Response shop = Start("0811");
  const std::string id = Field(shop, "id");
  const std::string code = CodeSent(shop);
  UseKey("bank", static_cast<Scopes>(kVerify));
  CHECK(Show(id).status == 404);
  CHECK(Check(id, code).status == 404);
  CHECK(Answer(Call("DELETE", "/v1/verifications/" + id)).status == 404);
  CHECK(CheckNumber("0811", code).status == 404);
  const Response bank = Start("0811");
  CHECK(bank.status == 201);
  CHECK(Field(bank, "id") != id);
  UseKey("root", static_cast<Scopes>(kAdmin));
  CHECK(Field(Show(id), "status") == "pending");
}

TEST_CASE_METHOD(VerifyFixture,
                 "A rotated key still checks, one that is gone does not") {
  const Response started = Start("0811");
  const std::string id = Field(started, "id");
  const std::string code = CodeSent(started);
  SeededRandom random(8);
  const std::string path = config_.verify.secret_file;
  std::string old;
  std::getline(std::ifstream(path), old);
  std::ofstream(path) << MakeSecretLine(random) << '\n' << old << '\n';
  keys_ = *KeyRing::Load(path);
  CHECK(Field(Check(id, Wrong(code)), "attempts_left") == "4");
  const Response fresh = Start("0812");
  CHECK(fresh.status == 201);
  CHECK(Field(Check(Field(fresh, "id"), CodeSent(fresh)), "status") ==
        "approved");
  SendMessage(started);
  clock_.Advance(seconds(30));
  CHECK(CodeSent(Start("0811")) == code);

  WriteSecret(path, 9);
  keys_ = *KeyRing::Load(path);
  CHECK(Field(Check(id, code), "status") == "pending");
  // The code could never be told again: another one takes its place.
  clock_.Advance(seconds(30));
  SpoolerTurn turn{.token = 1, .now = clock_.Wall()};
  turn.leases.push_back({.limit = 1});
  REQUIRE(store_->RecordTurn(turn).has_value());
  const Response again = Start("0811");
  CHECK(again.status == 201);
  CHECK(Field(Show(id), "status") == "canceled");
  CHECK(Field(Check(Field(again, "id"), CodeSent(again)), "status") ==
        "approved");
}

TEST_CASE_METHOD(VerifyFixture,
                 "Nobody who wants nothing from us is sent a code") {
  REQUIRE(store_->AddOptOut({"+62811", kNow, "STOP"}).has_value());
  const Response refused = Start("0811");
  CHECK(refused.status == 403);
  CHECK(CodeOf(refused) == "recipient_opted_out");
}

TEST_CASE_METHOD(VerifyFixture, "A text that grew too long is refused") {
  const std::string host(150, 'x');
  const Response response = Start("0811", R"(, "origin": ")" + host + "\"");
  CHECK(response.status == 422);
  CHECK(CodeOf(response) == "too_many_parts");
}

TEST_CASE_METHOD(VerifyFixture, "A key that may not verify is told so") {
  UseKey("shop", static_cast<Scopes>(kSend));
  const Response response = Start("0811");
  CHECK(response.status == 403);
  CHECK(CodeOf(response) == "scope_missing");
  CHECK(Field(response, "scope") == "verify");
}

}  // namespace
}  // namespace smsweb
