// Messages that are there: lists by pages, and cancelling.
#include "cgi/messages_api.h"

#include "api_fixture.h"

namespace smsweb {
namespace {

class ListFixture : public ApiFixture {
 public:
  void Send(const std::string& to, const std::string& text) {
    REQUIRE(Answer(PostJson(Json{{"to", to}, {"text", text}}.dump())).status ==
            202);
  }
  Json Page(const std::string& query) {
    const Response response = Answer(Get("/v1/messages", query));
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  }
  Response Delete(const Uuid& id) {
    Request request = Get("/v1/messages/" + ToString(id));
    request.method = "DELETE";
    return Answer(request);
  }
  // Leases it, and means to send its part.
  Message Intend() {
    SpoolerTurn turn{.token = 1, .now = kNow};
    turn.leases = {{.limit = 1}};
    const Message message = store_->RecordTurn(turn)->leased.at(0);
    turn = {.token = 1, .now = kNow};
    turn.intents.push_back({message.sequence, 1, "a", kNow, "510"});
    REQUIRE(store_->RecordTurn(turn).has_value());
    return message;
  }
};

TEST_CASE_METHOD(ListFixture,
                 "Messages are listed by pages, the newest first") {
  Send("0811", "secret 1");
  Send("0812", "secret 2");
  Send("0811", "secret 3");
  const Response response = Answer(Get("/v1/messages"));
  CHECK(response.body.find("secret") == std::string::npos);
  const Json all = Page("");
  REQUIRE(all["items"].size() == 3);
  CHECK(all["next"].is_null());
  CHECK(all["items"][0]["id"] == ToString(last_.id));
  CHECK(all["items"][0]["to"] == "+62811");
  CHECK(all["items"][0]["state"] == "queued");
  CHECK_FALSE(all["items"][0].contains("part_states"));

  const Json first = Page("limit=2");
  CHECK(first["items"].size() == 2);
  CHECK(first["next"] == first["items"][1]["id"]);
  const Json second = Page("limit=2&after=" + first["next"].get<std::string>());
  REQUIRE(second["items"].size() == 1);
  CHECK(second["items"][0] == all["items"][2]);
  CHECK(second["next"].is_null());
}

TEST_CASE_METHOD(ListFixture,
                 "A list is of one state, of one recipient, or both") {
  Send("0811", "one");
  Send("0812", "two");
  Delete(last_.id);
  Send("0812", "three");
  CHECK(Page("state=queued")["items"].size() == 2);
  CHECK(Page("state=cancelled")["items"].size() == 1);
  CHECK(Page("state=sent")["items"].empty());
  CHECK(Page("to=0812")["items"].size() == 2);  // as callers write it
  CHECK(Page("to=%2B62812")["items"].size() == 2);
  CHECK(Page("to=+62812")["items"].size() == 2);
  CHECK(Page("to=0812&state=queued")["items"].size() == 1);
  CHECK(Page("to=0813")["items"].empty());
}

TEST_CASE_METHOD(ListFixture, "What a list can't be asked is refused") {
  const struct {
    const char* query;
    const char* code;
    const char* field;
  } rows[] = {
      {"state=waiting", "out_of_range", "state"},
      {"to=12", "invalid_recipient", "to"},
      {"limit=0", "out_of_range", "limit"},
      {"limit=1001", "out_of_range", "limit"},
      {"after=x", "out_of_range", "after"},
      {"after=0192d3c4-0000-7000-8000-000000000000", "out_of_range", "after"},
      {"offset=5", "unknown_field", "offset"},
  };
  for (const auto& row : rows) {
    INFO(row.query);
    const Response response = Answer(Get("/v1/messages", row.query));
    CHECK(response.status == 422);
    CHECK(CodeOf(response) == row.code);
    CHECK(Json::parse(response.body)["field"] == row.field);
  }
}

TEST_CASE_METHOD(ListFixture, "A message that waits is cancelled") {
  Send("0811", "x");
  clock_.Advance(std::chrono::seconds(2));
  const Response response = Delete(last_.id);
  CHECK(response.status == 200);
  const Json body = Json::parse(response.body);
  CHECK(body["state"] == "cancelled");
  CHECK(body["updated_at"] == "2025-11-23T07:16:50.123Z");
  CHECK(rings_ == 1);
  CHECK(Json::parse(Delete(last_.id).body) == body);  // and stays so
  CHECK(Delete(last_.id).status == 200);
  CHECK(rings_ == 1);
}

TEST_CASE_METHOD(ListFixture, "Cancelling says when it came too late") {
  Send("0811", "x");
  Intend();
  const Response response = Delete(last_.id);
  CHECK(response.status == 409);
  CHECK(CodeOf(response) == "too_late");
  CHECK(Json::parse(response.body)["state"] == "sending");
  CHECK(rings_ == 0);
}

TEST_CASE_METHOD(ListFixture,
                 "What may have gone is unknown, though cancelled") {
  Send("0811", "x");
  const Message message = Intend();
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.results = {{message.sequence, 1, PartState::kUnknown, -1, -1, kNow}};
  turn.changes = {
      {.sequence = message.sequence, .to = MessageState::kQueued, .at = kNow}};
  REQUIRE(store_->RecordTurn(turn).has_value());
  const Response response = Delete(last_.id);
  CHECK(response.status == 200);
  CHECK(Json::parse(response.body)["state"] == "unknown");
  const Response again = Delete(last_.id);
  CHECK(again.status == 200);
  CHECK(again.body == response.body);
  CHECK(rings_ == 1);
}

TEST_CASE_METHOD(ListFixture, "What is unknown by itself is not cancelled") {
  Send("0811", "x");
  const Message message = Intend();
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.changes = {
      {.sequence = message.sequence, .to = MessageState::kUnknown, .at = kNow}};
  REQUIRE(store_->RecordTurn(turn).has_value());
  const Response response = Delete(last_.id);
  CHECK(response.status == 409);
  CHECK(Json::parse(response.body)["state"] == "unknown");
}

TEST_CASE_METHOD(ListFixture, "What is not there can't be cancelled") {
  CHECK(Delete(ParseUuid("0192d3c4-0000-7000-8000-000000000000").value())
            .status == 404);
  Request request = Get("/v1/messages/123");
  request.method = "DELETE";
  CHECK(CodeOf(Answer(request)) == "message_not_found");
}

TEST_CASE_METHOD(ListFixture,
                 "A repeat after an unknown outcome is asked for") {
  const Response response = Answer(
      PostJson(R"({"to": "0811", "text": "x", "repeat_unknown": true})"));
  REQUIRE(response.status == 202);
  CHECK(Json::parse(response.body)["repeat_unknown"] == true);
  CHECK(store_->Find(last_.id)->repeat_unknown);
  Send("0811", "y");
  CHECK_FALSE(store_->Find(last_.id)->repeat_unknown);
}

}  // namespace
}  // namespace smsweb
