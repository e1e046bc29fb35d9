// POST /v1/messages:import.
#include "cgi/import_api.h"

#include "api_fixture.h"

namespace smsweb {
namespace {

Request Import(std::string body, std::string query = "",
               std::string type = "text/csv") {
  Request request = PostStreamed(kImport, std::move(type), std::move(body));
  request.query = std::move(query);
  return request;
}

Request WithKey(Request request, std::string key) {
  request.idempotency_key = std::move(key);
  return request;
}

TEST_CASE_METHOD(ApiFixture, "A table is taken, and each error has its line") {
  const Response response =
      Answer(Import("to,text\n0811,one\n12,two\n0812,\"three\n3\"\n"));
  REQUIRE(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["accepted"] == 2);
  CHECK(body["rejected"] == 1);
  CHECK(body["lines"] == 5);
  CHECK(body["finished"] == true);
  CHECK(body["errors_left_out"] == 0);
  REQUIRE(body["errors"].size() == 1);
  CHECK(body["errors"][0]["line"] == 3);
  CHECK(body["errors"][0]["to"] == "12");
  CHECK(body["errors"][0]["code"] == "invalid_recipient");
  CHECK(HeaderOf(response, "Location") ==
        "/v1/batches/" + body["batch"].get<std::string>());
  const Json batch =
      Json::parse(Answer(Get(HeaderOf(response, "Location"))).body);
  CHECK(batch["states"]["queued"] == 2);
  CHECK(batch["lines"] == 5);
  CHECK(rings_ > 0);
}

TEST_CASE_METHOD(ApiFixture,
                 "JSON lines are taken, with defaults in the query") {
  const Response response =
      Answer(Import("{\"to\":\"0811\"}\n{\"to\":\"0812\",\"text\":\"own\","
                    "\"class\":\"otp\"}\n",
                    "text=hello+all&class=bulk&ttl=60&report=1",
                    "application/x-ndjson; charset=utf-8"));
  REQUIRE(response.status == 202);
  const auto messages = store_->List({});
  REQUIRE(messages->size() == 2);
  const auto own = store_->Find(messages->at(0).id);
  const auto all = store_->Find(messages->at(1).id);
  CHECK(own->text == "own");
  CHECK(own->message_class == MessageClass::kOtp);
  CHECK(all->text == "hello all");
  CHECK(all->message_class == MessageClass::kBulk);
  CHECK(all->expires_at == kNow + std::chrono::seconds(60));
  CHECK(all->report);
  CHECK(all->client == "trusted network");
}

TEST_CASE_METHOD(ApiFixture, "What can't be imported is said with its code") {
  config_.endpoint.max_import_bytes = 1024;
  Request cut = Import("to,text\n0811,one\n0812,tw");
  cut.length = *cut.length + 1;
  Request unsure = Import("to,text\n0811,one\n0812,tw");
  unsure.length.reset();
  Request endless = Import("to,text\n" + std::string(2000, '\n'));
  endless.length.reset();
  const struct {
    Request request;
    int status;
    const char* code;
    int accepted;  // -1: nothing was begun
  } rows[] = {
      {Get(std::string(kImport)), 405, "method_not_allowed", -1},
      {Import("x", "", "application/json"), 415, "unsupported_media_type", -1},
      {Import("to,text\n0811,x\n", "to=0811"), 422, "unknown_field", -1},
      {Import("to,text\n0811,x\n", "txet=x"), 422, "unknown_field", -1},
      {Import("to,text\n0811,x\n", "ttl=0"), 422, "out_of_range", -1},
      {WithKey(Import("to,text\n0811,x\n"), "a b"), 400,
       "invalid_idempotency_key", -1},
      {Import(""), 422, "empty_import", -1},
      {Import("to,text\n"), 422, "empty_import", -1},
      {Import("to;text\n0811;x\n"), 422, "unknown_field", -1},
      {Import("to\n0811\n"), 422, "missing_field", -1},
      {Import("to,text\n0811,x\n0812,x\"y\"\n"), 422, "malformed_csv", 1},
      {Import(std::string(1025, 'x')), 413, "body_too_large", -1},
      {endless, 413, "body_too_large", -1},
      {cut, 400, "body_cut_short", 1},
      {unsure, 400, "body_cut_short", 1},
  };
  for (const auto& row : rows) {
    INFO(row.code);
    const Response response = Answer(row.request);
    CHECK(response.status == row.status);
    CHECK(CodeOf(response) == row.code);
    CHECK(Json::parse(response.body).value("accepted", -1) == row.accepted);
  }
  const Json body =
      Json::parse(Answer(Import("to,text\n0811,x\n0812,x\"y\"\n")).body);
  CHECK(body["line"] == 3);
  CHECK(body["lines"] == 2);
  CHECK(body.contains("batch"));
}

TEST_CASE_METHOD(ApiFixture, "An import under a key is taken once") {
  const std::string file = "to,text\n0811,x\n0812,y\n";
  const Response first = Answer(WithKey(Import(file), "k"));
  REQUIRE(first.status == 202);
  CHECK(HeaderOf(first, "Idempotency-Replayed").empty());
  const Response second = Answer(WithKey(Import(file), "k"));
  CHECK(second.status == 202);
  CHECK(second.body == first.body);
  CHECK(HeaderOf(second, "Idempotency-Replayed") == "true");
  CHECK(store_->List({})->size() == 2);

  // Another file, or other defaults.
  for (const Request& request :
       {Import("to,text\n0811,x\n0813,y\n"), Import(file + "0813,z\n"),
        Import(file, "class=otp")}) {
    const Response other = Answer(WithKey(request, "k"));
    CHECK(other.status == 422);
    CHECK(CodeOf(other) == "idempotency_key_reused");
  }
  CHECK(store_->List({})->size() == 2);
}

TEST_CASE_METHOD(ApiFixture, "An import that is in the way of others waits") {
  const ImportGate::Place taken(imports_);
  const Response response = Answer(Import("to,text\n0811,x\n"));
  CHECK(response.status == 503);
  CHECK(CodeOf(response) == "overloaded");
}

TEST_CASE_METHOD(ApiFixture, "An endpoint that ends says how far it came") {
  std::string file = "to,text\n";
  for (int i = 0; i < 1200; ++i) file += "+62" + std::to_string(i) + ",x\n";
  imports_.Close();
  const Response response = Answer(WithKey(Import(file), "k"));
  CHECK(response.status == 503);
  CHECK(CodeOf(response) == "interrupted");
  CHECK(Json::parse(response.body)["lines"] == 501);
  CHECK(Json::parse(response.body)["finished"] == false);
}

TEST_CASE_METHOD(ApiFixture, "Only an import is streamed, for who may call") {
  const Access access(config_.endpoint);
  const auto may = [&](const Request& request) {
    return access.MayBeSomebody(request);
  };
  config_.endpoint.max_import_bytes = 5000;
  Request head = Import("");
  CHECK(PlanBodyOf(head, config_.endpoint, may).streamed);
  CHECK(PlanBodyOf(head, config_.endpoint, may).most == 5000);
  head.remote_address = "10.0.0.1";
  CHECK_FALSE(PlanBodyOf(head, config_.endpoint, may).streamed);
  CHECK(PlanBodyOf(head, config_.endpoint, may).most == 1000);
  head = PostJson("");
  CHECK_FALSE(PlanBodyOf(head, config_.endpoint, may).streamed);
}

}  // namespace
}  // namespace smsweb
