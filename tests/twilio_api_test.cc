// The door for programs that were written for Twilio Verify.
#include "verify_fixture.h"

namespace smsweb {
namespace {

class TwilioFixture : public VerifyFixture {
 public:
  TwilioFixture() { UseKey("shop", static_cast<Scopes>(Scope::kVerify)); }

  Response Call(const std::string& method, const std::string& path,
                const std::string& form = "") {
    Request request = Post("/v2/Services/VAabc/" + path,
                           "application/x-www-form-urlencoded", form);
    request.method = method;
    const std::string pair = "ACdef:" + key_;
    request.authorization =
        "Basic " + ToBase64({reinterpret_cast<const std::uint8_t*>(pair.data()),
                             pair.size()});
    return Answer(request);
  }
  Response Start(const std::string& more = "") {
    return Call("POST", "Verifications", "To=%2B62811&Channel=sms" + more);
  }
  Response Check(const std::string& code) {
    return Call("POST", "VerificationCheck", "To=%2B62811&Code=" + code);
  }
  std::string Code() {
    const auto found = store_->FindVerification("shop", "+62811", kNow);
    REQUIRE(found.has_value());
    const auto message = store_->Find(found->message);
    const auto text = OpenText(message->text, message->seal, *keys_);
    return text->substr(0, text->find(' '));
  }
};

void CheckError(const Response& response, int status, int code) {
  const Json json = Json::parse(response.body);
  CHECK(response.status == status);
  CHECK(json["code"] == code);
  CHECK(json["status"] == status);
  CHECK(json["more_info"] ==
        "https://www.twilio.com/docs/errors/" + std::to_string(code));
  CHECK(json["message"].is_string());
  CHECK(HeaderOf(response, "Content-Type") == "application/json");
}

TEST_CASE_METHOD(TwilioFixture, "A verification is as their clients read it") {
  const Response started = Start("&Locale=de&Tags=%7B%22a%22%3A1%7D");
  CHECK(started.status == 201);
  const Json json = Json::parse(started.body);
  const std::string sid = json["sid"];
  CHECK(sid.starts_with("VE"));
  CHECK(sid.size() == 34);
  CHECK(json["service_sid"] == "VAabc");
  CHECK(json["account_sid"] == "ACdef");
  CHECK(json["to"] == "+62811");
  CHECK(json["channel"] == "sms");
  CHECK(json["status"] == "pending");
  CHECK(json["valid"] == false);
  CHECK(json["send_code_attempts"].size() == 1);
  CHECK(Field(Call("GET", "Verifications/" + sid), "status") == "pending");
  CHECK(Field(Call("GET", "Verifications/+62811"), "sid") == sid);

  const Response wrong = Check(Wrong(Code()));
  CHECK(wrong.status == 201);
  CHECK(Field(wrong, "status") == "pending");
  CHECK(Field(wrong, "valid") == "false");
  const Response right = Call("POST", "VerificationCheck",
                              "VerificationSid=" + sid + "&Code=" + Code());
  CHECK(right.status == 201);
  CHECK(Field(right, "status") == "approved");
  CHECK(Field(right, "valid") == "true");
  CHECK(Field(right, "sid") == sid);
  CHECK(Field(Call("GET", "Verifications/" + sid), "status") == "approved");
}

TEST_CASE_METHOD(TwilioFixture, "What fails has their numbers") {
  CheckError(Call("POST", "Verifications", "Channel=sms"), 400, 60200);
  CheckError(Call("POST", "Verifications", "To=%2B62811&Channel=call"), 400,
             60200);
  CheckError(Call("POST", "Verifications", "To=nonsense&Channel=sms"), 400,
             60200);
  CheckError(Start("&CustomCode=123456"), 400, 60200);
  CheckError(Start("&Tags=nonsense"), 400, 60200);
  CheckError(Start("&Tags=" + std::string(170'000, '[')), 400, 60200);
  CheckError(Check("123456"), 404, 20404);
  CheckError(Call("GET", "Verifications/VE123"), 404, 20404);
  CheckError(Call("GET", "Nonsense"), 404, 20404);
  CheckError(Call("PUT", "Verifications"), 405, 20405);
  CHECK(HeaderOf(Call("PUT", "Verifications"), "Allow") == "POST");
  CheckError(Call("POST", "Verifications", "To=%2B4915112345&Channel=sms"), 403,
             60605);
  CheckError(Call("POST", "Verifications", "To=%2B62809123&Channel=sms"), 403,
             60410);
  REQUIRE(Start().status == 201);
  const Response early = Start();
  CheckError(early, 429, 20429);
  CHECK(HeaderOf(early, "Retry-After") == "30");
  CheckError(Check(""), 400, 60200);
  key_ = "wrong";
  CheckError(Start(), 401, 20003);
}

TEST_CASE_METHOD(TwilioFixture,
                 "After the last wrong code, no check is let in") {
  const std::string sid = Field(Start(), "sid");
  const std::string code = Code();
  for (int i = 0; i < 5; ++i) {
    const Response wrong = Check(Wrong(code));
    CHECK(wrong.status == 201);
    CHECK(Field(wrong, "status") == "pending");
  }
  CheckError(Check(code), 429, 60202);
  CHECK(Field(Call("GET", "Verifications/" + sid), "status") ==
        "max_attempts_reached");
}

TEST_CASE_METHOD(TwilioFixture, "After the last message, none is sent") {
  config_.verify.max_sends = 1;
  Start();
  clock_.Advance(std::chrono::seconds(30));
  CheckError(Start(), 429, 60203);
}

TEST_CASE_METHOD(TwilioFixture, "A verification is ended by its status") {
  const std::string sid = Field(Start(), "sid");
  CheckError(Call("POST", "Verifications/" + sid, "Status=pending"), 400,
             60200);
  const Response ended =
      Call("POST", "Verifications/" + sid, "Status=canceled");
  CHECK(ended.status == 200);
  CHECK(Field(ended, "status") == "canceled");
  CheckError(Check("123456"), 404, 20404);
  CheckError(Call("POST", "Verifications/" + sid, "Status=approved"), 409,
             20409);
  clock_.Advance(std::chrono::seconds(30));
  const std::string other = Field(Start(), "sid");
  CHECK(other != sid);
  CHECK(Field(Call("POST", "Verifications/" + other, "Status=approved"),
              "valid") == "true");
}

}  // namespace
}  // namespace smsweb
