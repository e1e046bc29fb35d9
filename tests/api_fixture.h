// The HTTP interface as tests call it: a real queue in a folder of its own, and
// the answer, after the insert where there is one.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "catch.h"
#include "cgi/api.h"
#include "cgi/backlog_watch.h"
#include "cgi/import_gate.h"
#include "common/store/sqlite_store.h"
#include "temp_folder.h"

namespace smsweb {

using Json = nlohmann::json;

inline constexpr WallTime kNow{Millis(1'763'882'208'123)};

// Takes numbers that start with "08" or "+", as Indonesia would.
class FakeChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    if (input.starts_with("+")) return std::string(input);
    if (input.starts_with("08")) return "+62" + std::string(input.substr(1));
    return Fail(ErrorKind::kInvalid, "it is too short");
  }
};

// Appends the answer to the file that SMSWEB_ANSWERS names, where it is set:
// tests/system/contract.py holds them to docs/openapi.yaml.
inline void RecordAnswer(const Request& request, const Response& response) {
  static const char* const path = std::getenv("SMSWEB_ANSWERS");
  if (!path) return;
  static std::ofstream file(path);
  const Json answer = {{"method", request.method},
                       {"path", request.path},
                       {"status", response.status},
                       {"headers", response.headers},
                       {"body", response.body}};
  file << answer.dump() << std::endl;
}

class ApiFixture {
 public:
  ApiFixture() {
    config_.endpoint.trusted_networks = {"127.0.0.0/8"};
    config_.endpoint.max_body_bytes = 1000;
    config_.message.max_parts = 3;
    config_.message.short_codes = {"1234"};
    auto opened = OpenSqliteStores(folder_ / "queue.db");
    REQUIRE(opened.has_value());
    store_ = std::move(opened->queue);
  }

  // The answer, after the change where there is one.
  Response Answer(const Request& request) {
    Response response = AnswerOf(request);
    RecordAnswer(request, response);
    return response;
  }

 protected:
  Response AnswerOf(const Request& request) {
    const Access access(config_.endpoint);
    RecipientParser recipients("ID", config_.message.short_codes,
                               NumberRule::kValid,
                               []() -> Result<std::unique_ptr<NumberChecker>> {
                                 return std::make_unique<FakeChecker>();
                               });
    Api api({.config = config_,
             .access = access,
             .recipients = recipients,
             .windows = windows_,
             .store = *store_,
             .clock = clock_,
             .random = random_,
             .ring = [this] { ++rings_; },
             .imports = imports_,
             .facts = facts_,
             .backlog = backlog_,
             .keys = keys_,
             .tell = [this](const GuardFinding& finding) {
               told_.push_back(finding);
             }});
    Step step = api.Begin(request);
    if (auto* response = std::get_if<Response>(&step)) return *response;
    const auto& submission = std::get<Submission>(step);
    if (const auto* intake = std::get_if<Intake>(&submission.work)) {
      last_ = intake->messages.front();
    }
    return submission.answer(submission.work,
                             ApplyChange(*store_, ViewOf(submission.work)));
  }

  TempFolder folder_;
  Config config_;
  SendingWindows windows_{config_};
  ManualClock clock_{kNow};
  SeededRandom random_{1};
  std::unique_ptr<Store> store_;
  NewMessage last_;
  int rings_ = 0;
  ImportGate imports_{1};
  NumberFacts facts_;
  BacklogWatch backlog_{clock_};
  std::shared_ptr<KeyRing> keys_;
  std::vector<GuardFinding> told_;
};

inline Request Get(std::string path, std::string query = "") {
  return {.method = "GET",
          .path = std::move(path),
          .query = std::move(query),
          .remote_address = "127.0.0.1"};
}

inline Request Post(std::string path, std::string type, std::string body) {
  return {.method = "POST",
          .path = std::move(path),
          .content_type = std::move(type),
          .body = std::move(body),
          .remote_address = "127.0.0.1"};
}

// As the server hands an import over: the body is read while it is taken. Once:
// who sends it again sends a copy.
inline Request PostStreamed(std::string_view path, std::string type,
                            std::string body) {
  Request request = Post(std::string(path), std::move(type), "");
  request.length = body.size();
  request.stream = [body = std::move(body), at = std::size_t{0}](
                       char* buffer, std::size_t size) mutable {
    const auto count = std::min(size, body.size() - at);
    body.copy(buffer, count, at);
    at += count;
    return count;
  };
  return request;
}

inline Request PostJson(std::string body) {
  return Post("/v1/messages", "application/json", std::move(body));
}

inline std::string HeaderOf(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

inline std::string CodeOf(const Response& response) {
  const Json body = Json::parse(response.body);
  return body.value("code", "");
}

}  // namespace smsweb
