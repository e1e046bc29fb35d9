// Who may call, and what they see.
#include "verify_fixture.h"

namespace smsweb {
namespace {

using std::chrono::minutes;
using enum Scope;

constexpr Scopes Only(Scope scope) { return static_cast<Scopes>(scope); }

class AccessFixture : public VerifyFixture {
 public:
  AccessFixture() { config_.endpoint.trusted_networks.clear(); }

  Response Send(const std::string& authorization) {
    Request request = PostJson(R"({"to": "0811", "text": "x"})");
    request.authorization = authorization;
    return Answer(request);
  }
  static std::string Basic(const std::string& name,
                           const std::string& password) {
    const std::string pair = name + ":" + password;
    return "Basic " +
           ToBase64({reinterpret_cast<const std::uint8_t*>(pair.data()),
                     pair.size()});
  }
};

TEST_CASE_METHOD(AccessFixture, "A key opens by Bearer and as a password") {
  UseKey("shop", Only(kSend));
  CHECK(Send("Bearer " + key_).status == 202);
  CHECK(last_.client == "shop");
  CHECK(Send("bearer   " + key_).status == 202);
  CHECK(Send(Basic("AC123", key_)).status == 202);
  CHECK(Send(Basic("", key_)).status == 202);
}

TEST_CASE_METHOD(AccessFixture, "What is no key opens nothing") {
  UseKey("shop", Only(kSend));
  const std::string other =
      key_.substr(0, key_.size() - 1) + (key_.ends_with('A') ? "B" : "A");
  for (const std::string& authorization :
       {std::string("Bearer"), std::string("Bearer "), "Bearer " + other,
        "Bearer " + key_ + "x", "Bearer  " + key_ + " x", "Token " + key_, key_,
        Basic(key_, "x"), std::string("Basic !!!"),
        std::string("Basic eA==")}) {
    INFO(authorization.substr(0, 12));
    const Response response = Send(authorization);
    CHECK(response.status == 401);
    CHECK(CodeOf(response) == "invalid_key");
    CHECK(HeaderOf(response, "WWW-Authenticate") == "Bearer realm=\"smsweb\"");
    CHECK(response.body.find(key_) == std::string::npos);
  }
  const Response none = Send("");
  CHECK(none.status == 401);
  CHECK(CodeOf(none) == "unauthorized");
}

TEST_CASE_METHOD(AccessFixture,
                 "A trusted address with a wrong key is nobody") {
  config_.endpoint.trusted_networks = {"127.0.0.1"};
  CHECK(Send("").status == 202);
  CHECK(last_.client == "trusted network");
  CHECK(Send("Bearer wrong").status == 401);
}

TEST_CASE_METHOD(AccessFixture,
                 "The paper's call takes its key as a field, and "
                 "nothing else does") {
  UseKey("shop", Only(kSend));
  CHECK(Answer(Get("/s.py", "rcpt=0811&msg=x&key=" + key_)).status == 202);
  Request form = Post("/s.py", "application/x-www-form-urlencoded",
                      "rcpt=0811&msg=x&key=" + key_);
  CHECK(Answer(form).status == 202);
  CHECK(Answer(Get("/s.py", "rcpt=0811&msg=x&key=no")).status == 401);
  CHECK(Answer(Get("/v1/messages", "key=" + key_)).status == 401);
}

TEST_CASE_METHOD(AccessFixture, "A key that was revoked is of no use at once") {
  UseKey("shop", kEveryScope);
  const std::string first = key_;
  UseKey("shop", kEveryScope);
  CHECK(Send("Bearer " + first).status == 202);
  const auto revoke = [&](const std::string& name) {
    return store_->RevokeKeys(name, kNow, {.at = kNow, .act = "key.revoke"});
  };
  REQUIRE(revoke(ApiKeyId(ApiKeyDigest(first)))->size() == 1);
  CHECK(Send("Bearer " + first).status == 401);
  CHECK(Send("Bearer " + key_).status == 202);
  REQUIRE(revoke("shop")->size() == 1);
  CHECK(Send("Bearer " + key_).status == 401);
  CHECK(revoke("shop").error().kind == ErrorKind::kNotFound);
  CHECK(store_->Keys()->size() == 2);
  CHECK(store_->Audit(10, 0)->size() == 4);
}

TEST_CASE_METHOD(AccessFixture, "A key is good where it is said to be") {
  UseKey("shop", Only(kSend), {}, {"10.0.0.0/8", "2001:db8::/32"});
  Request request = PostJson(R"({"to": "0811", "text": "x"})");
  request.authorization = "Bearer " + key_;
  for (const auto& [address, status] :
       {std::pair("10.1.2.3", 202), std::pair("2001:db8::1", 202),
        std::pair("127.0.0.1", 403), std::pair("", 403)}) {
    request.remote_address = address;
    CHECK(Answer(request).status == status);
  }
  request.remote_address = "192.0.2.1";
  CHECK(CodeOf(Answer(request)) == "network_not_allowed");
}

TEST_CASE_METHOD(AccessFixture, "Each request needs its scope") {
  struct Row {
    Request request;
    Scope scope;
  };
  const std::string id = ToString(MakeUuidV7(kNow, random_));
  std::vector<Row> rows = {
      {Get("/s.py", "rcpt=0811&msg=x"), kSend},
      {PostJson(R"({"to": "0811", "text": "x"})"), kSend},
      {Get("/v1/messages"), kRead},
      {Get("/v1/messages/" + id), kRead},
      {Call("DELETE", "/v1/messages/" + id), kSend},
      {Get("/v1/batches/" + id), kRead},
      {Get("/v1/inbox"), kAdmin},
      {Get("/v1/inbox/" + id), kAdmin},
      {Call("POST", "/v1/verifications", "{}"), kVerify},
      {Get("/v1/verifications/" + id), kVerify},
      {Get("/v2/Services/VA1/Verifications/VE1"), kVerify},
  };
  for (Row& row : rows) {
    for (const Scope scope : {kSend, kVerify, kRead, kAdmin}) {
      INFO(row.request.method << ' ' << row.request.path << ' '
                              << ToString(scope));
      UseKey("shop", Only(scope));
      row.request.authorization = "Bearer " + key_;
      const bool may = scope == row.scope || scope == kAdmin;
      CHECK((Answer(row.request).status != 403) == may);
    }
  }
}

TEST_CASE_METHOD(AccessFixture, "A client sees its own messages alone") {
  UseKey("shop", kEveryScope & ~Only(kAdmin));
  const std::string shop = key_;
  REQUIRE(Send("Bearer " + shop).status == 202);
  const std::string mine = ToString(last_.id);
  UseKey("bank", kEveryScope & ~Only(kAdmin));
  const std::string bank = key_;
  REQUIRE(Send("Bearer " + bank).status == 202);
  Request many = PostJson(R"({"to": ["0811", "0812"], "text": "x"})");
  many.authorization = "Bearer " + bank;
  const std::string batch = Field(Answer(many), "batch");
  UseKey("root", Only(kAdmin));
  const auto ask = [&](const std::string& key, const std::string& method,
                       const std::string& path) {
    Request request = Get(path);
    request.method = method;
    request.authorization = "Bearer " + key;
    return Answer(request);
  };
  const auto count = [&](const std::string& key) {
    return Json::parse(ask(key, "GET", "/v1/messages").body)["items"].size();
  };
  CHECK(count(shop) == 1);
  CHECK(count(bank) == 3);
  CHECK(count(key_) == 4);
  CHECK(ask(shop, "GET", "/v1/messages/" + mine).status == 200);
  CHECK(ask(bank, "GET", "/v1/messages/" + mine).status == 404);
  CHECK(ask(key_, "GET", "/v1/messages/" + mine).status == 200);
  CHECK(ask(bank, "DELETE", "/v1/messages/" + mine).status == 404);
  CHECK(ask(bank, "GET", "/v1/batches/" + batch).status == 200);
  CHECK(ask(shop, "GET", "/v1/batches/" + batch).status == 404);
  CHECK(ask(shop, "DELETE", "/v1/messages/" + mine).status == 200);
}

TEST_CASE_METHOD(AccessFixture,
                 "Pages of a client's messages hold no other's") {
  UseKey("shop", kEveryScope & ~Only(kAdmin));
  const std::string shop = key_;
  UseKey("bank", kEveryScope & ~Only(kAdmin));
  for (int i = 0; i < 6; ++i) {
    REQUIRE(Send("Bearer " + (i % 2 == 0 ? shop : key_)).status == 202);
  }
  std::vector<std::string> ids;
  std::string query = "limit=2";
  for (int page = 0; page < 2; ++page) {
    Request request = Get("/v1/messages", query);
    request.authorization = "Bearer " + shop;
    const Json json = Json::parse(Answer(request).body);
    for (const auto& item : json["items"]) ids.push_back(item["id"]);
    if (json["next"].is_string()) {
      query = "limit=2&after=" + json["next"].get<std::string>();
    }
  }
  CHECK(ids.size() == 3);
}

TEST_CASE_METHOD(AccessFixture, "The last use of a key is recorded, about") {
  UseKey("shop", Only(kSend));
  CHECK_FALSE(store_->Keys()->front().last_used_at.has_value());
  Send("Bearer " + key_);
  CHECK(store_->Keys()->front().last_used_at == kNow);
  clock_.Advance(Millis(59'999));
  Send("Bearer " + key_);
  CHECK(store_->Keys()->front().last_used_at == kNow);
  clock_.Advance(Millis(1));
  Send("Bearer " + key_);
  CHECK(store_->Keys()->front().last_used_at == kNow + minutes(1));
}

TEST_CASE_METHOD(AccessFixture, "A key with limits imports nothing") {
  UseKey("shop", Only(kSend), {{.most = 5, .within = minutes(1)}});
  Request request =
      PostStreamed("/v1/messages:import", "text/csv", "to,text\n0811,x\n");
  request.authorization = "Bearer " + key_;
  CHECK(CodeOf(Answer(request)) == "import_not_allowed");
}

TEST_CASE_METHOD(AccessFixture, "The contract is there for everybody") {
  const Response response = Answer(Get("/v1/openapi.json"));
  CHECK(response.status == 200);
  CHECK(Json::parse(response.body)["openapi"] == "3.1.0");
  CHECK(Answer(Post("/v1/openapi.json", "", "")).status == 405);
}

TEST_CASE("A limit of a key is written as it is read") {
  CHECK(ParseKeyLimit("100/hour") == KeyLimit{100, std::chrono::hours(1)});
  CHECK(ToString(*ParseKeyLimit("5/minute")) == "5/minute");
  CHECK(ToString(*ParseKeyLimit("1000/day")) == "1000/day");
  for (const char* nonsense :
       {"", "5", "/hour", "0/hour", "-1/hour", "5/week", "5/hour ", "x/day"}) {
    CHECK(ParseKeyLimit(nonsense) == std::nullopt);
  }
}

}  // namespace
}  // namespace smsweb
