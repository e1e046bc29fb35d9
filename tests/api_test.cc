// The HTTP interface, from request values to response values.
#include "api_fixture.h"
#include "fake_store.h"

namespace smsweb {
namespace {

TEST_CASE_METHOD(ApiFixture, "A callback goes where the operator allows it") {
  config_.callback.allow = {*ParseWebUrl("https://app.example.com/hooks")};
  const auto answer = [&](const std::string& url) {
    return Answer(PostJson(R"({"to": "089610707901", "text": "x", )"
                           R"("callback_url": ")" +
                           url + "\"}"));
  };
  REQUIRE(answer("https://app.example.com/hooks/1?a=b").status == 202);
  CHECK(last_.callback_url == "https://app.example.com/hooks/1?a=b");
  CHECK(answer("").status == 202);
  const auto refused = answer("https://app.example.com/hooks2?secret");
  CHECK(refused.status == 422);
  CHECK(CodeOf(refused) == "callback_not_allowed");
  CHECK(refused.body.find("secret") == std::string::npos);
}

TEST_CASE_METHOD(ApiFixture, "The paper's call queues a message") {
  const Response response =
      Answer(Get("/s.py", "rcpt=089610707901&msg=pesan+satu%21"));
  CHECK(response.status == 202);
  CHECK(HeaderOf(response, "Content-Type") == "application/json");
  const Json body = Json::parse(response.body);
  CHECK(body["state"] == "queued");
  CHECK(body["to"] == "+6289610707901");
  CHECK(body["parts"] == 1);
  CHECK(HeaderOf(response, "Location") ==
        "/v1/messages/" + body["id"].get<std::string>());
  const auto stored = store_->Find(last_.id);
  REQUIRE(stored.has_value());
  CHECK(stored->text == "pesan satu!");
  CHECK(stored->expires_at == kNow + std::chrono::hours(24));
}

TEST_CASE_METHOD(ApiFixture, "The paper's call works as a form, too") {
  const Response response =
      Answer(Post("/s.py", "application/x-www-form-urlencoded; charset=UTF-8",
                  "msg=hal%C3%B6&rcpt=%2B6289610707901"));
  CHECK(response.status == 202);
  CHECK(last_.recipient == "+6289610707901");
  CHECK(last_.text == "halö");
}

TEST_CASE_METHOD(ApiFixture, "A plus sign that was not escaped is understood") {
  CHECK(Answer(Get("/s.py", "rcpt=+6289610707901&msg=x")).status == 202);
  CHECK(last_.recipient == "+6289610707901");
}

TEST_CASE_METHOD(ApiFixture, "JSON says class, life, time and reference") {
  const Response response = Answer(
      PostJson(R"({"to": "089610707901", "text": "kode 123", "class": "otp",
                   "ttl": 60, "not_before": "2025-11-23T08:00:00Z",
                   "reference": "order 7"})"));
  REQUIRE(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["class"] == "otp");
  CHECK(body["not_before"] == "2025-11-23T08:00:00.000Z");
  CHECK(body["expires_at"] == "2025-11-23T08:01:00.000Z");
  CHECK(body["reference"] == "order 7");
  CHECK(last_.message_class == MessageClass::kOtp);
}

TEST_CASE_METHOD(ApiFixture,
                 "Without a ttl the class decides how long it lives") {
  Answer(PostJson(R"({"to": "1234", "text": "x", "class": "otp"})"));
  CHECK(last_.expires_at == kNow + std::chrono::minutes(5));
  CHECK(last_.recipient == "1234");
  Answer(PostJson(R"({"to": "1234", "text": "x", "class": "bulk"})"));
  CHECK(last_.expires_at == kNow + std::chrono::hours(72));
}

TEST_CASE_METHOD(ApiFixture, "A message is for one modem, or goes its route") {
  config_.modems = {{.name = "a"}, {.name = "b", .groups = {"otp"}}};
  config_.routes = {{.prefixes = {"+62811"}, .group = "otp"}};
  Answer(PostJson(R"({"to":"+62811","text":"x"})"));
  CHECK(last_.lane == "otp");
  Answer(PostJson(R"({"to":"+62811","text":"x","modem":"a"})"));
  CHECK(last_.lane == "=a");
  Answer(PostJson(R"({"to":"+62812","text":"x"})"));
  CHECK(last_.lane.empty());
  config_.modems.erase(config_.modems.begin());
  const auto refused = Answer(PostJson(R"({"to":"+62812","text":"x"})"));
  CHECK(refused.status == 422);
  CHECK(Json::parse(refused.body)["code"] == "no_route");
  CHECK(Json::parse(refused.body)["field"] == "to");
}

TEST_CASE_METHOD(ApiFixture, "A message is shown, without its text") {
  Answer(PostJson(R"({"to": "089610707901", "text": "secret 4711"})"));
  const Response response = Answer(Get("/v1/messages/" + ToString(last_.id)));
  CHECK(response.status == 200);
  const Json body = Json::parse(response.body);
  CHECK(body["id"] == ToString(last_.id));
  CHECK(body["state"] == "queued");
  CHECK(body["attempts"] == 0);
  CHECK(body["part_states"].empty());
  CHECK(response.body.find("4711") == std::string::npos);
}

TEST_CASE_METHOD(ApiFixture, "The answer tells how the text is encoded") {
  config_.message.languages = {{"+62", {"turkish"}}};
  const struct {
    const char* to;
    const char* text;
    const char* encoding;
  } rows[] = {
      {"0811", "plain", "gsm7"},
      {"0811", "\u015Fimdi", "gsm7 single=turkish"},
      {"+90532", "\u015Fimdi", "ucs2"},
      {"0811", "\u6F22", "ucs2"},
  };
  for (const auto& row : rows) {
    const Response response = Answer(
        PostJson(nlohmann::json{{"to", row.to}, {"text", row.text}}.dump()));
    REQUIRE(response.status == 202);
    CHECK(Json::parse(response.body)["encoding"] == row.encoding);
    CHECK(last_.text == row.text);
    const Response shown = Answer(Get("/v1/messages/" + ToString(last_.id)));
    CHECK(Json::parse(shown.body)["encoding"] == row.encoding);
  }
}

TEST_CASE_METHOD(ApiFixture,
                 "Typography is made plain where that saves UCS-2") {
  const auto stored = [&](const std::string& text) {
    Answer(PostJson(nlohmann::json{{"to", "0811"}, {"text", text}}.dump()));
    return store_->Find(last_.id)->text;
  };
  CHECK(stored("\u201Cyes\u201D") == "\u201Cyes\u201D");
  config_.message.transliterate = true;
  CHECK(stored("\u201Cyes\u201D") == "\"yes\"");
  CHECK(last_.coding == "gsm7");
  CHECK(stored("\u201C\u6F22\u201D") == "\u201C\u6F22\u201D");
  CHECK(last_.coding == "ucs2");
}

TEST_CASE_METHOD(ApiFixture,
                 "A report is asked for by request, or by default") {
  const auto asks = [&](const Request& request) {
    const Response response = Answer(request);
    REQUIRE(response.status == 202);
    CHECK(Json::parse(response.body).value("report", false) == last_.report);
    return store_->Find(last_.id)->report;
  };
  const auto json = [](const char* more) {
    return PostJson(R"({"to": "0811", "text": "x")" + std::string(more) + "}");
  };
  CHECK_FALSE(asks(json("")));
  CHECK(asks(json(R"(, "report": true)")));
  CHECK(asks(Get("/s.py", "rcpt=0811&msg=x&report=1")));
  config_.message.report = true;
  CHECK(asks(json("")));
  CHECK_FALSE(asks(json(R"(, "report": false)")));
  CHECK_FALSE(asks(Get("/s.py", "rcpt=0811&msg=x&report=0")));
}

TEST_CASE_METHOD(ApiFixture, "What goes to the do-not-send list is refused") {
  REQUIRE(store_->AddOptOut({"+62811", kNow, "STOP"}).has_value());
  for (const Request& request :
       {PostJson(R"({"to": "0811", "text": "x", "class": "otp"})"),
        Get("/s.py", "rcpt=%2B62811&msg=x")}) {
    const Response response = Answer(request);
    CHECK(response.status == 403);
    CHECK(CodeOf(response) == "recipient_opted_out");
    CHECK(HeaderOf(response, "Location").empty());
  }
  CHECK(store_->CountByState()->empty());
  CHECK(Answer(Get("/s.py", "rcpt=0812&msg=x")).status == 202);
}

TEST_CASE_METHOD(ApiFixture, "A part tells what its report said") {
  Answer(PostJson(R"({"to": "0811", "text": "x", "report": true})"));
  SpoolerTurn turn{.token = 1, .now = kNow};
  turn.leases = {{.limit = 1}};
  const auto sequence = store_->RecordTurn(turn)->leased.at(0).sequence;
  turn = {.token = 1, .now = kNow};
  turn.intents.push_back({sequence, 1, "a", kNow, "510"});
  REQUIRE(store_->RecordTurn(turn).has_value());
  turn = {.token = 1, .now = kNow};
  turn.results.push_back({sequence, 1, PartState::kAccepted, 41, -1, kNow});
  turn.changes.push_back(
      {.sequence = sequence, .to = MessageState::kSent, .at = kNow});
  NewReport report;
  report.fingerprint = {1};
  turn.reports = {report};
  turn.settlements = {{.report = report.fingerprint,
                       .sequence = sequence,
                       .status = 0x46,
                       .to = MessageState::kUndelivered,
                       .error = "the phone was off",
                       .at = kNow + std::chrono::seconds(2)}};
  REQUIRE(store_->RecordTurn(turn).has_value());
  const Json body =
      Json::parse(Answer(Get("/v1/messages/" + ToString(last_.id))).body);
  CHECK(body["state"] == "undelivered");
  CHECK(body["error"] == "the phone was off");
  const Json& part = body["part_states"][0];
  CHECK(part["report"] == "failed");
  CHECK(part["report_status"] == 0x46);
  CHECK(part["reported_at"] == "2025-11-23T07:16:50.123Z");
  CHECK_FALSE(part.contains("sim"));
}

// Puts messages 1 to `count` into the inbox.
void Receive(Store& store, int count) {
  SpoolerTurn turn{.token = 1, .now = kNow};
  for (int i = 1; i <= count; ++i) {
    SeededRandom random(static_cast<std::uint64_t>(i));
    InboundPart part;
    part.id = MakeUuidV7(kNow, random);
    part.fingerprint = {static_cast<std::uint8_t>(i)};
    part.modem = "a";
    part.sim = "510101234567890";
    part.sender = i % 2 ? "+62811" : "INFO";
    part.text = "text " + std::to_string(i);
    part.coding = "gsm7";
    part.sent_at = kNow - std::chrono::seconds(9);
    part.received_at = kNow;
    turn.inbound.push_back(part);
  }
  REQUIRE(store.RecordTurn(turn).has_value());
}

TEST_CASE_METHOD(ApiFixture, "The inbox is listed by pages, the newest first") {
  Receive(*store_, 3);
  const auto page = [&](const std::string& query) {
    const Response response = Answer(Get("/v1/inbox", query));
    REQUIRE(response.status == 200);
    CHECK(response.body.find("510101") == std::string::npos);  // no IMSI
    return Json::parse(response.body);
  };
  const Json all = page("");
  REQUIRE(all["items"].size() == 3);
  CHECK(all["next"].is_null());
  const Json& newest = all["items"][0];
  CHECK(newest["from"] == "+62811");
  CHECK(newest["to_modem"] == "a");
  CHECK(newest["text"] == "text 3");
  CHECK(newest["encoding"] == "gsm7");
  CHECK_FALSE(newest.contains("port"));
  CHECK(newest["parts"] == 1);
  CHECK(newest["parts_received"] == 1);
  CHECK(newest["complete"] == true);
  CHECK(newest["sent_at"] == "2025-11-23T07:16:39.123Z");
  CHECK(newest["received_at"] == "2025-11-23T07:16:48.123Z");

  const Json first = page("limit=2");
  CHECK(first["items"].size() == 2);
  CHECK(first["next"] == first["items"][1]["id"]);
  const Json second = page("limit=2&after=" + first["next"].get<std::string>());
  REQUIRE(second["items"].size() == 1);
  CHECK(second["items"][0]["text"] == "text 1");
  CHECK(second["next"].is_null());

  CHECK(page("from=INFO")["items"].size() == 1);
  CHECK(page("from=%2B62811")["items"].size() == 2);
  CHECK(page("from=+62811")["items"].size() == 2);
  CHECK(page("from=nobody")["items"].is_array());
  CHECK(page("from=nobody")["items"].empty());

  const Response one =
      Answer(Get("/v1/inbox/" + newest["id"].get<std::string>()));
  CHECK(one.status == 200);
  CHECK(Json::parse(one.body) == newest);
}

TEST_CASE_METHOD(ApiFixture, "Data is shown as data, with its port") {
  SpoolerTurn turn{.token = 1, .now = kNow};
  InboundPart part;
  part.coding = "8bit";
  part.text = "00FF";
  part.port = 2948;
  turn.inbound = {part};
  REQUIRE(store_->RecordTurn(turn).has_value());
  const Json item = Json::parse(Answer(Get("/v1/inbox")).body)["items"][0];
  CHECK(item["data"] == "00FF");
  CHECK(item["port"] == 2948);
  CHECK_FALSE(item.contains("text"));
}

TEST_CASE_METHOD(ApiFixture, "Whoever is not trusted gets nothing") {
  Request request = Get("/s.py", "rcpt=089610707901&msg=x");
  for (const char* address : {"10.0.0.1", "::1", "", "nonsense"}) {
    request.remote_address = address;
    const Response response = Answer(request);
    CHECK(response.status == 401);
    CHECK(CodeOf(response) == "unauthorized");
    CHECK(HeaderOf(response, "WWW-Authenticate") == "Bearer realm=\"smsweb\"");
  }
  request.path = "/healthz";
  CHECK(Answer(request).status == 200);
}

TEST_CASE_METHOD(ApiFixture, "What is wrong is said with a stable code") {
  struct Row {
    Request request;
    int status;
    const char* code;
    const char* field;
  };
  const std::string form = "application/x-www-form-urlencoded";
  const Row rows[] = {
      {Get("/"), 404, "not_found", ""},
      {Get("/v3/messages"), 404, "not_found", ""},
      {Get("/s.py"), 422, "missing_field", "rcpt"},
      {Get("/s.py", "rcpt=0896"), 422, "missing_field", "msg"},
      {Get("/s.py", "rcpt=0896&msg="), 422, "empty_text", "msg"},
      {Get("/s.py", "rcpt=&msg=x"), 422, "invalid_recipient", "rcpt"},
      {Get("/s.py", "rcpt=12&msg=x"), 422, "invalid_recipient", "rcpt"},
      {Get("/s.py", "rcpt=9999&msg=x"), 422, "invalid_recipient", "rcpt"},
      {Get("/s.py", "rcpt=0896&msg=%FF"), 422, "invalid_utf8", "msg"},
      {Get("/s.py", "rcpt=0896&msg=" + std::string(460, 'x')), 422,
       "too_many_parts", "msg"},
      {Post("/s.py", "application/json", "{}"), 415, "unsupported_media_type",
       ""},
      {Post("/healthz", "", ""), 405, "method_not_allowed", ""},
      {Post("/v1/messages/x", "", ""), 405, "method_not_allowed", ""},
      {Get("/v1/messages/"), 404, "message_not_found", ""},
      {Get("/v1/messages/123"), 404, "message_not_found", ""},
      {Get("/v1/messages/0192d3c4-0000-7000-8000-000000000000"), 404,
       "message_not_found", ""},
      {Post("/v1/messages", form, "to=0896&text=x"), 415,
       "unsupported_media_type", ""},
      {PostJson(""), 400, "malformed_json", ""},
      {PostJson("{"), 400, "malformed_json", ""},
      {PostJson("[]"), 400, "malformed_json", ""},
      {PostJson("{\"to\": \"\xFF\"}"), 400, "malformed_json", ""},
      {PostJson(R"({"text": "x"})"), 422, "missing_field", "to"},
      {PostJson(R"({"to": "0896"})"), 422, "missing_field", "text"},
      {PostJson(R"({"to": 896, "text": "x"})"), 422, "wrong_type", "to"},
      {PostJson(R"({"to": "0896", "text": null})"), 422, "wrong_type", "text"},
      {PostJson(R"({"to": "0896", "text": "x", "ttl": 0})"), 422,
       "out_of_range", "ttl"},
      {PostJson(R"({"to": "0896", "text": "x", "ttl": "60"})"), 422,
       "wrong_type", "ttl"},
      {PostJson(R"({"to": "0896", "text": "x", "class": "fast"})"), 422,
       "out_of_range", "class"},
      {PostJson(R"({"to": "0896", "text": "x", "not_before": "soon"})"), 422,
       "out_of_range", "not_before"},
      {PostJson(R"({"to": "0896", "text": "x",
                    "not_before": "9999-12-31T23:59:59Z"})"),
       422, "out_of_range", "not_before"},
      {PostJson(R"({"to": "0896", "text": "x", "txet": "y"})"), 422,
       "unknown_field", "txet"},
      {PostJson(R"({"to":"+1","text":"x","modem":"none"})"), 422,
       "unknown_modem", "modem"},
      {PostJson(R"({"to": "0896", "text": ""})"), 422, "empty_text", "text"},
      {PostJson(R"({"to": "0896", "text": "x", "report": 1})"), 422,
       "wrong_type", "report"},
      {PostJson(R"({"to": "0896", "text": "x", "callback_url": 1})"), 422,
       "wrong_type", "callback_url"},
      {PostJson(R"({"to": "0896", "text": "x",
                    "callback_url": "https://app.example.com/"})"),
       422, "callback_not_allowed", "callback_url"},
      {Get("/s.py", "rcpt=0896&msg=x&report=yes"), 422, "out_of_range",
       "report"},
      {Post("/v1/inbox", "", ""), 405, "method_not_allowed", ""},
      {Post("/v1/inbox/x", "", ""), 405, "method_not_allowed", ""},
      {Get("/v1/inbox", "limit=0"), 422, "out_of_range", "limit"},
      {Get("/v1/inbox", "limit=1001"), 422, "out_of_range", "limit"},
      {Get("/v1/inbox", "limit=5x"), 422, "out_of_range", "limit"},
      {Get("/v1/inbox", "after=x"), 422, "out_of_range", "after"},
      {Get("/v1/inbox", "after=0192d3c4-0000-7000-8000-000000000000"), 422,
       "out_of_range", "after"},
      {Get("/v1/inbox", "sender=x"), 422, "unknown_field", "sender"},
      {Get("/v1/inbox/"), 404, "message_not_found", ""},
      {Get("/v1/inbox/0192d3c4-0000-7000-8000-000000000000"), 404,
       "message_not_found", ""},
  };
  for (const Row& row : rows) {
    INFO(row.request.method << " " << row.request.path << "?"
                            << row.request.query << " " << row.request.body);
    const Response response = Answer(row.request);
    CHECK(response.status == row.status);
    CHECK(HeaderOf(response, "Content-Type") == "application/problem+json");
    const Json body = Json::parse(response.body);
    CHECK(body["status"] == row.status);
    CHECK(body["code"] == row.code);
    CHECK(body.value("field", "") == row.field);
    CHECK_FALSE(body["detail"].get<std::string>().empty());
  }
}

TEST_CASE_METHOD(ApiFixture, "Too many parts are refused with the count") {
  const Response response =
      Answer(Get("/s.py", "rcpt=0896&msg=" + std::string(460, 'x')));
  const Json body = Json::parse(response.body);
  CHECK(body["parts"] == 4);
  CHECK(body["max_parts"] == 3);
  CHECK(Answer(Get("/s.py", "rcpt=0896&msg=" + std::string(459, 'x'))).status ==
        202);
}

TEST_CASE_METHOD(ApiFixture,
                 "A body that is too large or cut short is refused") {
  Request request = PostJson("{");
  request.body_state = Request::BodyState::kTooLarge;
  CHECK(Answer(request).status == 413);
  CHECK(CodeOf(Answer(request)) == "body_too_large");
  request.body_state = Request::BodyState::kCutShort;
  CHECK(Answer(request).status == 400);
  CHECK(CodeOf(Answer(request)) == "body_cut_short");
}

TEST_CASE_METHOD(ApiFixture, "A wrong method is told which are right") {
  CHECK(HeaderOf(Answer(Post("/v1/messages/x", "", "")), "Allow") ==
        "GET, DELETE");
}

TEST_CASE_METHOD(ApiFixture,
                 "A queue that can't is a 503 to be tried again, one that is "
                 "broken a 500, whatever was asked of it") {
  const std::string id = "0192d3c4-0000-7000-8000-000000000000";
  Request cancel = Get("/v1/messages/" + id);
  cancel.method = "DELETE";
  const Request requests[] = {
      PostJson(R"({"to": "0811", "text": "x"})"),
      PostJson(R"({"to": ["0811", "0812"], "text": "x"})"),
      PostStreamed("/v1/messages:import", "text/csv", "to,text\n0811,x\n"),
      Get("/v1/messages"),
      Get("/v1/messages", "after=" + id),
      Get("/v1/messages/" + id),
      cancel,
      Get("/v1/batches/" + id),
      Get("/v1/inbox"),
      Get("/v1/inbox", "after=" + id),
      Get("/v1/inbox/" + id),
  };
  for (const Request& request : requests) {
    INFO(request.method << ' ' << request.path << '?' << request.query);
    store_ = std::make_unique<FakeStore>(ErrorKind::kUnavailable);
    Response response = Answer(Request(request));
    CHECK(response.status == 503);
    CHECK(CodeOf(response) == "store_unavailable");
    CHECK(HeaderOf(response, "Retry-After") == "1");
    store_ = std::make_unique<FakeStore>(ErrorKind::kInternal);
    response = Answer(request);
    CHECK(response.status == 500);
    CHECK(CodeOf(response) == "internal");
    CHECK(HeaderOf(response, "Retry-After").empty());
  }
}

TEST_CASE("A problem quotes what is no UTF-8 without breaking the JSON") {
  const Response response = Problem(422, "x", "bad \xFF byte");
  CHECK_FALSE(Json::parse(response.body, nullptr, false).is_discarded());
}

TEST_CASE("A response is written as CGI takes it") {
  const Response response{202, {{"Location", "/x"}}, "body"};
  CHECK(
      FormatCgi(response) ==
      "Status: 202 Accepted\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nbody");
}

// It is 14:16 in Jakarta.
class WindowFixture : public ApiFixture {
 public:
  WindowFixture() {
    config_.window.bulk.opens = std::chrono::hours(20);
    config_.window.bulk.closes = std::chrono::hours(22);
    config_.window.zones["+62"] = {.name = "Asia/Jakarta"};
  }
};

TEST_CASE_METHOD(
    WindowFixture,
    "A message waits until its class is sent, and lives from then") {
  const Response response =
      Answer(PostJson(R"({"to": "0811", "text": "sale", "class": "bulk"})"));
  CHECK(response.status == 202);
  const Json body = Json::parse(response.body);
  CHECK(body["not_before"] == "2025-11-23T13:00:00.000Z");
  CHECK(body["expires_at"] == "2025-11-26T13:00:00.000Z");
  Answer(PostJson(R"({"to": "0811", "text": "sale", "class": "bulk",
                      "not_before": "2025-11-23T15:00:00Z"})"));
  CHECK(FormatRfc3339(last_.not_before) == "2025-11-24T13:00:00.000Z");
  Answer(PostJson(R"({"to": "0811", "text": "sale", "class": "bulk",
                      "not_before": "2025-11-23T14:00:00Z"})"));
  CHECK(FormatRfc3339(last_.not_before) == "2025-11-23T14:00:00.000Z");
}

TEST_CASE_METHOD(WindowFixture,
                 "A ttl counts from the time that was asked for") {
  Answer(PostJson(
      R"({"to": "0811", "text": "sale", "class": "bulk", "ttl": 86400})"));
  CHECK(FormatRfc3339(last_.not_before) == "2025-11-23T13:00:00.000Z");
  CHECK(last_.expires_at == kNow + std::chrono::hours(24));
}

TEST_CASE_METHOD(WindowFixture,
                 "A ttl that ends before its class is sent is refused") {
  const Response response = Answer(PostJson(
      R"({"to": "0811", "text": "sale", "class": "bulk", "ttl": 3600})"));
  CHECK(response.status == 422);
  const Json body = Json::parse(response.body);
  CHECK(body["code"] == "outside_window");
  CHECK(body["field"] == "ttl");
  CHECK(body["opens_at"] == "2025-11-23T13:00:00.000Z");
  CHECK(body["detail"].get<std::string>().find("2025-11-23T13:00:00.000Z") !=
        std::string::npos);
}

TEST_CASE_METHOD(WindowFixture,
                 "A recipient whose hours nobody knows is refused") {
  const Response response =
      Answer(PostJson(R"({"to": "1234", "text": "sale", "class": "bulk"})"));
  CHECK(response.status == 422);
  const Json body = Json::parse(response.body);
  CHECK(body["code"] == "outside_window");
  CHECK(body["field"] == "to");
}

TEST_CASE_METHOD(WindowFixture, "Other classes are sent at any hour") {
  Answer(PostJson(R"({"to": "0811", "text": "123456", "class": "otp"})"));
  CHECK(last_.not_before == kNow);
  Answer(PostJson(R"({"to": "0811", "text": "hello"})"));
  CHECK(last_.not_before == kNow);
}

TEST_CASE_METHOD(WindowFixture, "A zone that can't be had is no message") {
  config_.window.zones["+62"].name = "Asia/Jakatra";
  const Response response =
      Answer(PostJson(R"({"to": "0811", "text": "sale", "class": "bulk"})"));
  CHECK(response.status == 500);
  CHECK(CodeOf(response) == "internal");
}

}  // namespace
}  // namespace smsweb
