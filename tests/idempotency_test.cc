// Requests that are made again: Idempotency-Key, and the window in which the
// same text to the same number is a duplicate.
#include "cgi/idempotency.h"

#include "api_fixture.h"

namespace smsweb {
namespace {

Request WithKey(Request request, std::string key) {
  request.idempotency_key = std::move(key);
  return request;
}

Request Plain(const std::string& text = "x") {
  return PostJson(Json{{"to", "0811"}, {"text", text}}.dump());
}

Request Order(std::string key, const std::string& text = "x") {
  return WithKey(Plain(text), std::move(key));
}

TEST_CASE_METHOD(ApiFixture, "The same request is answered as the first time") {
  const Response first = Answer(Order("order-7"));
  REQUIRE(first.status == 202);
  CHECK(HeaderOf(first, "Idempotency-Replayed").empty());
  const Response second = Answer(Order("order-7"));
  CHECK(second.status == 202);
  CHECK(second.body == first.body);
  CHECK(HeaderOf(second, "Location") == HeaderOf(first, "Location"));
  CHECK(HeaderOf(second, "Content-Type") == "application/json");
  CHECK(HeaderOf(second, "Idempotency-Replayed") == "true");
  CHECK(store_->List({})->size() == 1);
}

TEST_CASE_METHOD(ApiFixture, "With a key the answer is the one without") {
  const Response plain = Answer(Plain());
  const Response keyed = Answer(Order("k"));
  Json one = Json::parse(plain.body);
  Json two = Json::parse(keyed.body);
  one.erase("id");
  two.erase("id");
  CHECK(one == two);
  CHECK(plain.headers.size() == keyed.headers.size());
}

TEST_CASE_METHOD(ApiFixture, "The paper's call takes a key, too") {
  const Request call = WithKey(Get("/s.py", "rcpt=0811&msg=x"), "k");
  const Response first = Answer(call);
  CHECK(Answer(call).body == first.body);
  CHECK(store_->List({})->size() == 1);
}

TEST_CASE_METHOD(ApiFixture,
                 "A key that was used for something else is refused") {
  Answer(Order("k", "one"));
  Request form =
      Post("/s.py", "application/x-www-form-urlencoded", "rcpt=0811&msg=one");
  Request other_type = Order("k", "one");
  other_type.content_type = "application/json; charset=utf-8";
  for (const Request& request :
       {Order("k", "two"), WithKey(form, "k"),
        WithKey(Get("/s.py", "rcpt=0811&msg=one"), "k")}) {
    const Response response = Answer(request);
    CHECK(response.status == 422);
    CHECK(CodeOf(response) == "idempotency_key_reused");
  }
  CHECK(Answer(other_type).status == 202);  // a parameter makes no difference
  CHECK(store_->List({})->size() == 1);
}

TEST_CASE_METHOD(ApiFixture, "A key lives as long as the configuration says") {
  config_.endpoint.idempotency_life = std::chrono::hours(1);
  Answer(Order("k", "one"));
  clock_.Advance(std::chrono::hours(1));
  CHECK(Answer(Order("k", "two")).status == 202);
  CHECK(store_->List({})->size() == 2);
}

TEST_CASE_METHOD(ApiFixture, "What is refused may be mended under its key") {
  CHECK(Answer(Order("k", "")).status == 422);
  CHECK(Answer(Order("k", "x")).status == 202);
}

TEST_CASE_METHOD(ApiFixture, "A key stands in quotes, or bare") {
  const Response bare = Answer(Order("a\"b"));
  const Response quoted = Answer(Order(R"("a\"b")"));
  CHECK(bare.status == 202);
  CHECK(quoted.body == bare.body);
  for (const std::string key :
       {"", "a, b", "\"", "\"\"", "\"open", "\"a\"b\"", "with space",
        "tab\there", "\"back\\\"", "caf\xC3\xA9"}) {
    INFO(key);
    CHECK(Answer(Order(key)).status == 400);
    CHECK(CodeOf(Answer(Order(key))) == "invalid_idempotency_key");
  }
  CHECK(Answer(Order(std::string(256, 'k'))).status == 400);
  CHECK(Answer(Order(std::string(255, 'k'))).status == 202);
}

TEST_CASE_METHOD(ApiFixture, "Within the window a duplicate is told as one") {
  config_.message.duplicate_window = std::chrono::seconds(60);
  const Json first = Json::parse(Answer(Plain()).body);
  clock_.Advance(std::chrono::seconds(59));
  const Response response = Answer(Plain());
  CHECK(response.status == 202);
  const Json again = Json::parse(response.body);
  CHECK(again["id"] == first["id"]);
  CHECK(again["to"] == "+62811");
  CHECK(again["duplicate"] == true);
  CHECK(HeaderOf(response, "Location") ==
        "/v1/messages/" + first["id"].get<std::string>());
  CHECK(store_->List({})->size() == 1);
  CHECK_FALSE(Json::parse(Answer(Plain("y")).body).contains("duplicate"));
  clock_.Advance(std::chrono::seconds(1));
  CHECK_FALSE(Json::parse(Answer(Plain()).body).contains("duplicate"));
}

TEST_CASE_METHOD(ApiFixture, "A message knows who asked for it") {
  Answer(Plain());
  CHECK(store_->Find(last_.id)->client == "trusted network");
}

}  // namespace
}  // namespace smsweb
