// The HTTP interface with verifications, and the codes as phones would show
// them.
#pragma once

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "api_fixture.h"
#include "common/secret/api_key.h"
#include "common/secret/sealed_text.h"

namespace smsweb {

// Where the numbers of tests are from.
class FakeRegions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    if (e164.starts_with("+62")) return {"ID"};
    if (e164.starts_with("+49")) return {"DE"};
    if (e164.starts_with("+1")) return {"US", "CA"};
    return {};
  }
  std::string TypeOf(const std::string& e164) const override {
    return e164.starts_with("+62809") ? "premium_rate" : "mobile";
  }
};

inline std::string WriteSecret(const std::string& path, std::uint64_t seed) {
  SeededRandom random(seed);
  std::ofstream(path) << MakeSecretLine(random) << '\n';
  ::chmod(path.c_str(), 0600);
  return path;
}

class VerifyFixture : public ApiFixture {
 public:
  VerifyFixture() {
    facts_ = NumberFacts([]() -> Result<std::unique_ptr<NumberRegions>> {
      return std::make_unique<FakeRegions>();
    });
    config_.verify.secret_file = WriteSecret(folder_ / "secret", 7);
    config_.verify.app = "Shop";
    config_.verify.templates["default"].texts["en"] =
        "{code} is your {app} code, for {minutes} min.";
    config_.verify.templates["default"].texts["de"] = "{code} ist dein Code.";
    config_.guard.countries.allow = {"ID"};
    config_.guard.limits.clear();
    keys_ = *KeyRing::Load(config_.verify.secret_file);
  }

  Request Call(std::string method, std::string path, std::string body = "") {
    Request request =
        Post(std::move(path), "application/json", std::move(body));
    request.method = std::move(method);
    if (!key_.empty()) request.authorization = "Bearer " + key_;
    return request;
  }
  Response Start(const std::string& to, const std::string& more = "") {
    return Answer(Call("POST", "/v1/verifications",
                       R"({"to": ")" + to + "\"" + more + "}"));
  }
  Response Check(const std::string& id, const std::string& code) {
    return Answer(Call("POST", "/v1/verifications/" + id + "/checks",
                       R"({"code": ")" + code + "\"}"));
  }
  Response CheckNumber(const std::string& to, const std::string& code) {
    return Answer(Call("POST", "/v1/verifications/checks",
                       R"({"to": ")" + to + R"(", "code": ")" + code + "\"}"));
  }
  Response Show(const std::string& id) {
    return Answer(Call("GET", "/v1/verifications/" + id));
  }

  Message MessageOf(const Response& started) {
    const Json json = Json::parse(started.body);
    const auto message =
        store_->Find(*ParseUuid(json["message_id"].get<std::string>()));
    REQUIRE(message.has_value());
    return *message;
  }
  std::string TextOf(const Response& started) {
    const Message message = MessageOf(started);
    const auto text = OpenText(message.text, message.seal, *keys_);
    REQUIRE(text.has_value());
    return *text;
  }
  std::string CodeSent(const Response& started) {
    const std::string text = TextOf(started);
    return text.substr(0, text.find(' '));
  }
  // As a spooler would: the message has gone.
  void SendMessage(const Response& started) {
    SpoolerTurn turn{.token = 1, .now = clock_.Wall()};
    turn.leases.push_back({.limit = 1});
    const auto leased = store_->RecordTurn(turn);
    REQUIRE(leased.has_value());
    REQUIRE(leased->leased.size() == 1);
    const Message message = MessageOf(started);
    turn.leases.clear();
    turn.changes.push_back({.sequence = message.sequence,
                            .to = MessageState::kSent,
                            .at = clock_.Wall()});
    REQUIRE(store_->RecordTurn(turn).has_value());
  }

  // From now on, requests come with a key of this client.
  void UseKey(const std::string& client, Scopes scopes,
              std::vector<KeyLimit> limits = {},
              std::vector<std::string> networks = {}) {
    key_ = MakeApiKey(random_);
    REQUIRE(store_
                ->AddKey({.digest = ApiKeyDigest(key_),
                          .client = client,
                          .scopes = scopes,
                          .networks = std::move(networks),
                          .limits = std::move(limits),
                          .created_at = clock_.Wall()},
                         {.at = clock_.Wall(),
                          .who = "test",
                          .act = "key.add",
                          .subject = client})
                .has_value());
  }

 protected:
  std::string key_;
};

inline std::string Field(const Response& response, const char* name) {
  const Json json = Json::parse(response.body);
  if (!json.contains(name)) return "";
  return json[name].is_string() ? json[name].get<std::string>()
                                : json[name].dump();
}

// Another code of the same length.
inline std::string Wrong(std::string code) {
  code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
  return code;
}

}  // namespace smsweb
