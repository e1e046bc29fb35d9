#include "cgi/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/draft_json.h"
#include "cgi/form.h"
#include "cgi/inbox_api.h"
#include "common/message/draft.h"
#include "common/route/router.h"
#include "common/store/message_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMessages = "/v1/messages";
constexpr std::string_view kMessageFolder = "/v1/messages/";
constexpr std::string_view kInbox = "/v1/inbox";
constexpr std::string_view kInboxFolder = "/v1/inbox/";

std::string_view After(std::string_view folder, const Request& request) {
  return std::string_view(request.path).substr(folder.size());
}

Response Health(const Request& request) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  return JsonResponse(200, Json{{"status", "ok"}});
}

bool IsMediaType(std::string_view header, std::string_view type) {
  return header.starts_with(type) &&
         (header.size() == type.size() || header[type.size()] == ';' ||
          header[type.size()] == ' ');
}

}  // namespace

// How the caller's way calls its fields, for errors.
struct Api::Fields {
  std::string_view to;
  std::string_view text;
};

Step Api::Begin(const Request& request) {
  if (request.path == "/healthz") return Health(request);
  const auto client = access_.Authorize(request);
  if (!client) return Problem(403, "forbidden", client.error().message);
  if (auto problem = CheckBody(request)) return std::move(*problem);
  if (request.path == "/s.py") return SubmitByForm(request);
  if (request.path == kMessages) return SubmitByJson(request);
  if (request.path.starts_with(kMessageFolder)) return ShowMessage(request);
  if (request.path == kInbox) return ListInbox(request, reader_);
  if (request.path.starts_with(kInboxFolder)) {
    return ShowInbound(request, After(kInboxFolder, request), reader_);
  }
  return Problem(404, "not_found", "there is nothing at this path");
}

std::optional<Response> Api::CheckBody(const Request& request) const {
  switch (request.body_state) {
    case Request::BodyState::kWhole:
      return std::nullopt;
    case Request::BodyState::kCutShort:
      return Problem(400, "body_cut_short",
                     "the body is shorter than its Content-Length");
    case Request::BodyState::kTooLarge:
      return Problem(413, "body_too_large",
                     fmt::format("a request body may have {} bytes",
                                 config_.endpoint.max_body_bytes),
                     Json{{"max_bytes", config_.endpoint.max_body_bytes}});
  }
  return std::nullopt;
}

// The paper's call: rcpt and msg in the query, or in a form.
Step Api::SubmitByForm(const Request& request) {
  if (request.method != "GET" && request.method != "POST") {
    return MethodNotAllowed("GET, POST");
  }
  if (request.method == "POST" && !request.body.empty() &&
      !IsMediaType(request.content_type, "application/x-www-form-urlencoded")) {
    return Problem(415, "unsupported_media_type",
                   "/s.py takes application/x-www-form-urlencoded; JSON goes "
                   "to /v1/messages");
  }
  const Form query = Form::Parse(request.query);
  const Form form = Form::Parse(request.body);
  const auto find = [&](std::string_view name) {
    auto value = form.Find(name);
    return value ? value : query.Find(name);
  };
  const auto recipient = find("rcpt");
  const auto text = find("msg");
  if (!recipient) {
    return FieldProblem("missing_field", "rcpt", "rcpt is missing");
  }
  if (!text) return FieldProblem("missing_field", "msg", "msg is missing");
  Draft draft;
  draft.to = *recipient;
  draft.text = *text;
  if (const auto report = find("report")) {
    if (*report != "0" && *report != "1") {
      return FieldProblem("out_of_range", "report", "report takes 1 or 0");
    }
    draft.report = *report == "1";
  }
  // An international number whose '+' was not escaped arrives with a space.
  if (draft.to.starts_with(' ')) draft.to[0] = '+';
  return Submit(std::move(draft), {.to = "rcpt", .text = "msg"});
}

Step Api::SubmitByJson(const Request& request) {
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (!IsMediaType(request.content_type, "application/json")) {
    return Problem(415, "unsupported_media_type",
                   "this resource takes application/json");
  }
  auto draft = DraftFromJson(request.body);
  if (!draft) return std::move(draft.error());
  return Submit(std::move(*draft), {.to = "to", .text = "text"});
}

Step Api::Submit(Draft draft, const Fields& fields) {
  auto message = MakeMessage(std::move(draft), config_, recipients_, windows_,
                             clock_.Wall(), random_);
  if (message) {
    Submission submission;
    submission.intake.now = message->created_at;
    submission.intake.conversations_since =
        ConversationsSince(config_, message->created_at);
    submission.intake.messages.push_back(std::move(*message));
    return submission;
  }
  const DraftError& error = message.error();
  const auto code = ToString(error.problem);
  switch (error.problem) {
    case DraftProblem::kInternal:
      return Problem(500, code, error.message);
    case DraftProblem::kInvalidRecipient:
      return FieldProblem(code, fields.to, error.message);
    case DraftProblem::kTooManyParts:
      return Problem(422, code, error.message,
                     Json{{"field", fields.text},
                          {"parts", error.parts},
                          {"max_parts", config_.message.max_parts}});
    case DraftProblem::kTooFarAhead:
      return FieldProblem(code, "not_before", error.message);
    case DraftProblem::kOutsideWindow:
      if (!error.opens_at) return FieldProblem(code, fields.to, error.message);
      return Problem(
          422, code, error.message,
          Json{{"field", "ttl"}, {"opens_at", FormatRfc3339(*error.opens_at)}});
    case DraftProblem::kCallbackNotAllowed:
      return FieldProblem(code, "callback_url", error.message);
    case DraftProblem::kUnknownModem:
      return FieldProblem(code, "modem", error.message);
    case DraftProblem::kNoRoute:
      return FieldProblem(code, fields.to, error.message);
    case DraftProblem::kEmptyText:
    case DraftProblem::kInvalidUtf8:
      return FieldProblem(code, fields.text, error.message);
  }
  return Problem(500, "internal", error.message);
}

Response Api::ShowMessage(const Request& request) {
  if (!IsRead(request)) return MethodNotAllowed("GET");
  const auto uuid = ParseUuid(After(kMessageFolder, request));
  if (!uuid) {
    return Problem(404, "message_not_found",
                   "an id is a UUID, as the answer to a new message has it");
  }
  const auto message = reader_.Find(*uuid);
  if (message) return JsonResponse(200, MessageJson(*message));
  if (message.error().kind == ErrorKind::kNotFound) {
    return Problem(404, "message_not_found", message.error().message);
  }
  return Problem(503, "store_unavailable", message.error().message);
}

Response Api::Finish(const Intake& intake,
                     const Result<IntakeOutcome>& outcome) {
  if (!outcome) {
    return Problem(503, "store_unavailable",
                   "the message was not taken: " + outcome.error().message);
  }
  if (!outcome->opted_out.empty()) {
    return Problem(403, "recipient_opted_out",
                   RecipientOptedOut().error().message);
  }
  const NewMessage& message = intake.messages.front();
  Response response = JsonTextResponse(202, AcceptedText(message));
  response.headers.emplace_back("Location",
                                "/v1/messages/" + ToString(message.id));
  return response;
}

}  // namespace smsweb
