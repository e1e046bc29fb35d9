#include "cgi/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/import_api.h"
#include "cgi/inbox_api.h"
#include "cgi/messages_api.h"
#include "cgi/openapi.h"
#include "cgi/store_problem.h"
#include "cgi/submit_api.h"
#include "cgi/twilio_api.h"
#include "cgi/verify_api.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMessages = "/v1/messages";
constexpr std::string_view kMessageFolder = "/v1/messages/";
constexpr std::string_view kBatchFolder = "/v1/batches/";
constexpr std::string_view kInbox = "/v1/inbox";
constexpr std::string_view kInboxFolder = "/v1/inbox/";
constexpr std::string_view kVerifications = "/v1/verifications";
constexpr std::string_view kContract = "/v1/openapi.json";

std::string_view After(std::string_view folder, const Request& request) {
  return std::string_view(request.path).substr(folder.size());
}

Response Health(const Request& request) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  return JsonResponse(200, Json{{"status", "ok"}});
}

Response Contract(const Request& request) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  return JsonTextResponse(200, std::string(OpenApiJson()));
}

bool IsIn(std::string_view folder, std::string_view path) {
  return path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

// What a request needs; none: there is nothing at its path.
std::optional<Scope> ScopeOf(const Request& request) {
  const std::string_view path = request.path;
  if (IsIn(kMessages, path)) {
    return IsRead(request) ? Scope::kRead : Scope::kSend;
  }
  if (path == "/s.py" || path == kImport) return Scope::kSend;
  if (path.starts_with(kBatchFolder)) return Scope::kRead;
  if (IsIn(kInbox, path)) return Scope::kAdmin;  // nobody's own
  if (IsIn(kVerifications, path) || IsTwilioPath(path)) return Scope::kVerify;
  return std::nullopt;
}

Response ScopeMissing(Scope scope) {
  const auto name = ToString(scope);
  return Problem(403, "scope_missing",
                 fmt::format("this API key lacks the scope \"{}\"", name),
                 Json{{"scope", name}});
}

}  // namespace

BodyPlan PlanBodyOf(const Request& head, const EndpointConfig& config,
                    const std::function<bool(const Request&)>& may_import) {
  const bool streamed = head.path == kImport && may_import(head);
  const int most = streamed ? config.max_import_bytes : config.max_body_bytes;
  return {.most = static_cast<std::size_t>(most), .streamed = streamed};
}

Step Api::Begin(const Request& request) {
  Step step = Answer(request);
  return IsTwilioPath(request.path) ? AsTwilio(std::move(step))
                                    : std::move(step);
}

Step Api::Answer(const Request& request) {
  if (request.path == "/healthz") return Health(request);
  if (request.path == kContract) return Contract(request);
  const auto client =
      tools_.access.Authorize(request, tools_.store, tools_.clock.Wall());
  if (!client) return client.error();
  if (auto problem = CheckBody(request)) return std::move(*problem);
  const auto scope = ScopeOf(request);
  if (!scope) {
    return Problem(404, "not_found", "there is nothing at this path");
  }
  if (!client->May(*scope)) return ScopeMissing(*scope);
  return Route(request, *client);
}

Step Api::Route(const Request& request, const Client& client) {
  const std::string_view path = request.path;
  if (path == "/s.py") return SubmitByForm(request, client, tools_);
  if (path == kMessages) return Messages(request, client);
  if (path == kImport) return Import(request, client, tools_);
  if (path.starts_with(kMessageFolder)) return OneMessage(request, client);
  if (path.starts_with(kBatchFolder)) {
    return ShowBatch(request, After(kBatchFolder, request), client.SeesOnly(),
                     tools_.store);
  }
  if (path == kInbox) return ListInbox(request, tools_.store);
  if (path.starts_with(kInboxFolder)) {
    return ShowInbound(request, After(kInboxFolder, request), tools_.store);
  }
  if (IsTwilioPath(path)) return TwilioVerifications(request, client, tools_);
  return Verifications(request, After(kVerifications, request), client, tools_);
}

std::optional<Response> Api::CheckBody(const Request& request) const {
  const int most = tools_.config.endpoint.max_body_bytes;
  switch (request.body_state) {
    case Request::BodyState::kWhole:
      return std::nullopt;
    case Request::BodyState::kCutShort:
      return Problem(400, "body_cut_short",
                     "the body is shorter than its Content-Length");
    case Request::BodyState::kTooLarge:
      return Problem(413, "body_too_large",
                     fmt::format("a request body may have {} bytes", most),
                     Json{{"max_bytes", most}});
    case Request::BodyState::kNotStored:
      return StoreProblem(
          {ErrorKind::kUnavailable,
           "there is no room to keep the body until all of it has come"});
  }
  return std::nullopt;
}

Step Api::Messages(const Request& request, const Client& client) {
  if (request.method == "POST") return SubmitByJson(request, client, tools_);
  if (!IsRead(request)) return MethodNotAllowed("GET, POST");
  return ListMessages(request, client.SeesOnly(), tools_.store,
                      tools_.recipients);
}

Response Api::OneMessage(const Request& request, const Client& client) {
  const auto id = After(kMessageFolder, request);
  const auto only = client.SeesOnly();
  if (IsRead(request)) return ShowMessage(id, only, tools_.store);
  if (request.method != "DELETE") return MethodNotAllowed("GET, DELETE");
  return CancelMessage(id, only, tools_.store, tools_.clock.Wall(),
                       tools_.ring);
}

}  // namespace smsweb
