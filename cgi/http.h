// An HTTP request and its answer as values, whichever server brought them.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"

namespace smsweb {

struct Request {
  std::string method;        // "GET"
  std::string path;          // decoded, from the root of the service: "/s.py"
  std::string query;         // as it came, without the '?'
  std::string content_type;  // as it came
  std::string body;
  enum class BodyState { kWhole, kTooLarge, kCutShort, kNotStored };
  BodyState body_state = BodyState::kWhole;    // else `body` is of no use
  std::string remote_address;                  // as the web server says
  std::string authorization;                   // the header's value, or empty
  std::optional<std::string> idempotency_key;  // of the header, where there is

  // In place of `body`, where whoever answers reads it as it goes: gives 0 at
  // the end.
  std::function<std::size_t(char* buffer, std::size_t size)> stream;
  std::optional<std::size_t> length;  // of the body, where it is known
};

// What becomes of a request's body.
struct BodyPlan {
  std::size_t most = 0;   // bytes
  bool streamed = false;  // not read into `body`
};
// By all that is known before it; safe from several threads.
using PlanBody = std::function<BodyPlan(const Request& head)>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

Response JsonResponse(int status, const nlohmann::ordered_json& body);
// With a body that is JSON already.
Response JsonTextResponse(int status, std::string body);

// RFC 9457. `code` is stable: programs may depend on it; `detail` is for
// people. `more` is an object whose members join those of the problem.
Response Problem(int status, std::string_view code, std::string_view detail);
Response Problem(int status, std::string_view code, std::string_view detail,
                 const nlohmann::ordered_json& more);
// 422, where one field of the request is at fault.
Response FieldProblem(std::string_view code, std::string_view field,
                      std::string_view detail);

// In whole seconds, one at the least (RFC 9110 § 10.2.3). In the place of one
// that is there.
void SetRetryAfter(Response& response, Millis wait);

// 405; `allowed` is "GET" or "GET, POST".
Response MethodNotAllowed(std::string_view allowed);
bool IsRead(const Request& request);  // GET or HEAD

// Whether a Content-Type names this type, with parameters or without.
bool IsMediaType(std::string_view header, std::string_view type);

// As CGI takes it (RFC 3875 § 6): "Status: 202 Accepted", headers, body.
std::string FormatCgi(const Response& response);

}  // namespace smsweb
