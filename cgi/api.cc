#include "cgi/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/import_api.h"
#include "cgi/inbox_api.h"
#include "cgi/messages_api.h"
#include "cgi/store_problem.h"
#include "cgi/submit_api.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMessages = "/v1/messages";
constexpr std::string_view kMessageFolder = "/v1/messages/";
constexpr std::string_view kBatchFolder = "/v1/batches/";
constexpr std::string_view kInbox = "/v1/inbox";
constexpr std::string_view kInboxFolder = "/v1/inbox/";

std::string_view After(std::string_view folder, const Request& request) {
  return std::string_view(request.path).substr(folder.size());
}

Response Health(const Request& request) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  return JsonResponse(200, Json{{"status", "ok"}});
}

}  // namespace

BodyPlan PlanBodyOf(const Request& head, const EndpointConfig& config,
                    const Access& access) {
  const bool streamed = head.path == kImport && access.Authorize(head);
  const int most = streamed ? config.max_import_bytes : config.max_body_bytes;
  return {.most = static_cast<std::size_t>(most), .streamed = streamed};
}

Step Api::Begin(const Request& request) {
  if (request.path == "/healthz") return Health(request);
  const auto client = tools_.access.Authorize(request);
  if (!client) return Problem(403, "forbidden", client.error().message);
  if (auto problem = CheckBody(request)) return std::move(*problem);
  if (request.path == "/s.py") return SubmitByForm(request, *client, tools_);
  if (request.path == kMessages) return Messages(request, *client);
  if (request.path == kImport) return Import(request, *client, tools_);
  if (request.path.starts_with(kMessageFolder)) return OneMessage(request);
  if (request.path.starts_with(kBatchFolder)) {
    return ShowBatch(request, After(kBatchFolder, request), tools_.store);
  }
  if (request.path == kInbox) return ListInbox(request, tools_.store);
  if (request.path.starts_with(kInboxFolder)) {
    return ShowInbound(request, After(kInboxFolder, request), tools_.store);
  }
  return Problem(404, "not_found", "there is nothing at this path");
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
  return ListMessages(request, tools_.store, tools_.recipients);
}

Response Api::OneMessage(const Request& request) {
  const auto id = After(kMessageFolder, request);
  if (IsRead(request)) return ShowMessage(id, tools_.store);
  if (request.method != "DELETE") return MethodNotAllowed("GET, DELETE");
  return CancelMessage(id, tools_.store, tools_.clock.Wall(), tools_.ring);
}

Response Api::Finish(const Intake& intake, const FanOut* fan_out,
                     const Result<IntakeOutcome>& outcome) {
  return SubmissionAnswer(intake, fan_out, outcome);
}

}  // namespace smsweb
