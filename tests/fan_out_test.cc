// One request to many recipients, and the batch it makes.
#include "cgi/fan_out.h"

#include "api_fixture.h"

namespace smsweb {
namespace {

Request ToMany(const Json& to, const std::string& text = "x") {
  return PostJson(Json{{"to", to}, {"text", text}}.dump());
}

Json BatchOf(ApiFixture& api, const Response& response) {
  return Json::parse(api.Answer(Get(HeaderOf(response, "Location"))).body);
}

TEST_CASE_METHOD(ApiFixture, "Each recipient of a list gets its own message") {
  const Response response = Answer(ToMany({"0811", "+62812", "1234"}));
  REQUIRE(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["accepted"] == 3);
  CHECK(body["rejected"] == 0);
  CHECK(body["errors"].empty());
  REQUIRE(body["messages"].size() == 3);
  CHECK(body["messages"][0]["to"] == "+62811");
  CHECK(body["messages"][1]["to"] == "+62812");
  CHECK(body["messages"][2]["to"] == "1234");
  CHECK(HeaderOf(response, "Location") ==
        "/v1/batches/" + body["batch"].get<std::string>());
  const Json one =
      Json::parse(Answer(Get("/v1/messages/" +
                             body["messages"][1]["id"].get<std::string>()))
                      .body);
  CHECK(one["to"] == "+62812");
  CHECK(one["state"] == "queued");

  const Json batch = BatchOf(*this, response);
  CHECK(batch["id"] == body["batch"]);
  CHECK(batch["created_at"] == "2025-11-23T07:16:48.123Z");
  CHECK(batch["accepted"] == 3);
  CHECK(batch["rejected"] == 0);
  CHECK(batch["finished"] == true);
  CHECK(batch["states"] == Json{{"queued", 3}});
}

TEST_CASE_METHOD(ApiFixture, "What can't be sent is listed as it came") {
  REQUIRE(store_->AddOptOut({"+62813", kNow, "STOP"}).has_value());
  config_.endpoint.max_body_bytes = 100'000;
  const Response response =
      Answer(ToMany({"0811", "12", "+62813", "+62811", std::string(300, '7')}));
  REQUIRE(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["accepted"] == 1);
  CHECK(body["rejected"] == 4);
  CHECK(body["messages"].size() == 1);
  REQUIRE(body["errors"].size() == 4);
  const char* codes[] = {"invalid_recipient", "recipient_opted_out",
                         "duplicate_recipient", "invalid_recipient"};
  for (int i = 0; i < 4; ++i) {
    CHECK(body["errors"][i]["code"] == codes[i]);
    CHECK_FALSE(body["errors"][i]["detail"].get<std::string>().empty());
  }
  CHECK(body["errors"][0]["to"] == "12");
  CHECK(body["errors"][1]["to"] == "+62813");
  CHECK(body["errors"][2]["to"] == "+62811");
  CHECK(body["errors"][3]["to"] == std::string(40, '7'));
  const Json batch = BatchOf(*this, response);
  CHECK(batch["accepted"] == 1);
  CHECK(batch["rejected"] == 4);
}

TEST_CASE_METHOD(ApiFixture, "Where nobody can be sent to, nothing is made") {
  REQUIRE(store_->AddOptOut({"+62813", kNow, "STOP"}).has_value());
  for (const Json& to :
       {Json{"12", "34"}, Json{"+62813"}, Json{"12", "0813"}}) {
    const Response response = Answer(ToMany(to));
    CHECK(response.status == 422);
    CHECK(CodeOf(response) == "no_recipient_accepted");
    CHECK(Json::parse(response.body)["errors"].size() == to.size());
    CHECK(HeaderOf(response, "Location").empty());
  }
  CHECK(store_->CountByState()->empty());
}

TEST_CASE_METHOD(ApiFixture,
                 "What is wrong for all that can be sent to is said once") {
  const std::pair<std::string, const char*> rows[] = {
      {"", "empty_text"},
      {std::string(460, 'x'), "too_many_parts"},
  };
  for (const auto& [text, code] : rows) {
    const Response one =
        Answer(PostJson(Json{{"to", "0811"}, {"text", text}}.dump()));
    const Response many = Answer(ToMany({"12", "0811", "0812"}, text));
    CHECK(many.status == 422);
    CHECK(CodeOf(many) == code);
    CHECK(many.body == one.body);
  }
}

TEST_CASE_METHOD(ApiFixture,
                 "What is wrong for each in its own way is listed") {
  config_.message.languages = {{"+90", {"turkish"}}};
  std::string turkish;
  for (int i = 0; i < 600; ++i) turkish += "\u015F";  // 4 parts, and 9 of UCS-2
  config_.endpoint.max_body_bytes = 10'000;
  const Response response = Answer(ToMany({"+90532", "0811"}, turkish));
  CHECK(CodeOf(response) == "no_recipient_accepted");
  const Json errors = Json::parse(response.body)["errors"];
  REQUIRE(errors.size() == 2);
  for (const Json& error : errors) CHECK(error["code"] == "too_many_parts");
  CHECK(errors[0]["detail"] != errors[1]["detail"]);
}

TEST_CASE_METHOD(ApiFixture, "The text is cut for each recipient by itself") {
  config_.message.languages = {{"+90", {"turkish"}}};
  std::string turkish;
  for (int i = 0; i < 214; ++i) turkish += "\u015F";  // 4 parts of UCS-2
  const Json body =
      Json::parse(Answer(ToMany({"+90532", "0811"}, turkish)).body);
  CHECK(body["accepted"] == 1);
  CHECK(body["messages"][0]["to"] == "+90532");
  CHECK(body["errors"][0]["code"] == "too_many_parts");
}

TEST_CASE_METHOD(ApiFixture, "A list has 1 to 10,000 strings") {
  const auto refused = [&](const Json& to) {
    const Response response = Answer(ToMany(to));
    CHECK(response.status == 422);
    CHECK(Json::parse(response.body)["field"] == "to");
    return CodeOf(response);
  };
  CHECK(refused(Json::array()) == "out_of_range");
  CHECK(refused(Json(std::vector<std::string>(10'001, "0811"))) ==
        "out_of_range");
  CHECK(refused({"0811", 812}) == "wrong_type");
}

TEST_CASE_METHOD(ApiFixture, "10,000 recipients are one transaction") {
  std::vector<std::string> to;
  for (int i = 0; i < 10'000; ++i) to.push_back("+62" + std::to_string(i));
  const Response response = Answer(ToMany(to));
  REQUIRE(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["messages"].size() == 10'000);
  CHECK(body["messages"][9'999]["to"] == "+629999");
  CHECK(BatchOf(*this, response)["states"]["queued"] == 10'000);
}

TEST_CASE_METHOD(ApiFixture, "A list under a key is taken once") {
  Request request = ToMany({"0811", "12"});
  request.idempotency_key = "k";
  const Response first = Answer(request);
  const Response second = Answer(request);
  CHECK(second.status == 202);
  CHECK(second.body == first.body);
  CHECK(HeaderOf(second, "Location") == HeaderOf(first, "Location"));
  CHECK(store_->List({})->size() == 1);
}

TEST_CASE_METHOD(ApiFixture, "Duplicates in a list point to what they repeat") {
  config_.message.duplicate_window = std::chrono::seconds(60);
  const Json first = Json::parse(Answer(ToMany({"0811"})).body);
  const Response response = Answer(ToMany({"0811", "0812"}));
  const Json body = Json::parse(response.body);
  CHECK(body["accepted"] == 1);
  CHECK(body["rejected"] == 1);
  CHECK(body["errors"][0]["code"] == "duplicate");
  CHECK(body["errors"][0]["id"] == first["messages"][0]["id"]);
  const Response all = Answer(ToMany({"0811", "0812"}));
  CHECK(all.status == 202);
  CHECK(Json::parse(all.body)["accepted"] == 0);
  CHECK(BatchOf(*this, all)["rejected"] == 2);
}

TEST_CASE_METHOD(ApiFixture, "A batch that is not there is not found") {
  for (const char* id : {"", "x", "0192d3c4-0000-7000-8000-000000000000"}) {
    const Response response = Answer(Get(std::string("/v1/batches/") + id));
    CHECK(response.status == 404);
    CHECK(CodeOf(response) == "batch_not_found");
  }
  CHECK(Answer(Post("/v1/batches/x", "", "")).status == 405);
}

}  // namespace
}  // namespace smsweb
