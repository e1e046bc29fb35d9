#include "cgi/twilio_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cgi/access.h"
#include "cgi/draft_problem.h"
#include "cgi/form.h"
#include "cgi/store_problem.h"
#include "cgi/verify_api.h"
#include "common/verify/verification_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRoot = "/v2/Services/";
constexpr std::string_view kVerifications = "Verifications";
constexpr std::string_view kCheck = "VerificationCheck";
constexpr std::string_view kSidPrefix = "VE";

// What our codes are called there. https://www.twilio.com/docs/api/errors
struct ErrorRow {
  std::string_view code;
  int number;
  int status;
};
constexpr std::array<ErrorRow, 12> kErrors = {{
    {"unauthorized", 20003, 401},
    {"invalid_key", 20003, 401},
    {"verification_not_found", 20404, 404},
    {"already_approved", 20404, 404},
    {"not_found", 20404, 404},
    {"max_attempts", 60202, 429},
    {"max_sends", 60203, 429},
    {"country_not_allowed", 60605, 403},
    {"type_not_allowed", 60410, 403},
    {"number_not_allowed", 60410, 403},
    {"recipient_opted_out", 60410, 403},
    {"too_late", 20409, 409},
}};
constexpr int kInvalidParameter = 60200;

ErrorRow RowOf(std::string_view code, int status) {
  const auto known = std::ranges::find(kErrors, code, &ErrorRow::code);
  if (known != kErrors.end()) return *known;
  if (status == 422 || status == 400) return {code, kInvalidParameter, 400};
  return {code, 20000 + status, status};  // 20429, 20503
}

// The names of their fields, where ours are said to be at fault.
std::string_view TheirName(std::string_view field) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7>
      kNames = {{{"to", "To"},
                 {"code", "Code"},
                 {"locale", "Locale"},
                 {"template", "TemplateSid"},
                 {"app_hash", "AppHash"},
                 {"client_ip", "DeviceIp"},
                 {"metadata", "Tags"}}};
  const auto known =
      std::ranges::find(kNames, field, [](const auto& n) { return n.first; });
  return known == kNames.end() ? field : known->second;
}

std::string Hex(const Uuid& id) {
  std::string text = ToString(id);
  std::erase(text, '-');
  return text;
}

std::string SidOf(const Uuid& id) { return std::string(kSidPrefix) + Hex(id); }

std::optional<Uuid> ParseSid(std::string_view text) {
  constexpr std::size_t kHexDigits = 32;
  if (!text.starts_with(kSidPrefix) ||
      text.size() != kSidPrefix.size() + kHexDigits) {
    return std::nullopt;
  }
  std::string dashed(text.substr(kSidPrefix.size()));
  for (const std::size_t place : {8U, 13U, 18U, 23U}) dashed.insert(place, "-");
  return ParseUuid(dashed);
}

std::string_view StatusOf(const Verification& verification) {
  return verification.state == VerificationState::kMaxAttempts
             ? "max_attempts_reached"
             : ToString(verification.state);
}

// Who asks, as their answers repeat it.
struct Caller {
  std::string account;
  std::string service;
};

Json CommonJson(const Verification& verification, const Caller& caller) {
  return {{"sid", SidOf(verification.id)},
          {"service_sid", caller.service},
          {"account_sid", caller.account},
          {"to", verification.recipient},
          {"channel", "sms"},
          {"status", StatusOf(verification)},
          {"valid", verification.state == VerificationState::kApproved},
          {"amount", nullptr},
          {"payee", nullptr},
          {"date_created", FormatRfc3339(verification.created_at)},
          {"date_updated", FormatRfc3339(verification.updated_at)}};
}

Response VerificationAnswer(int status, const Verification& verification,
                            const Caller& caller) {
  Json json = CommonJson(verification, caller);
  json["lookup"] = Json::object();
  json["sna"] = nullptr;
  json["send_code_attempts"] =
      Json::array({{{"time", FormatRfc3339(verification.created_at)},
                    {"channel", "sms"},
                    {"attempt_sid", "VL" + Hex(verification.message)}}});
  json["url"] = fmt::format("{}{}/{}/{}", kRoot, caller.service, kVerifications,
                            SidOf(verification.id));
  return JsonResponse(status, json);
}

Response CheckAnswer(const CheckOutcome& outcome, const Caller& caller) {
  const Verification& verification = outcome.verification;
  using enum VerificationState;
  // The try that was the last is a wrong code like the others before it.
  if (verification.state == kMaxAttempts && !outcome.counted) {
    return Problem(429, "max_attempts", "Max check attempts reached");
  }
  if (verification.state == kExpired || verification.state == kCanceled) {
    return NoVerification();
  }
  Json json = CommonJson(verification, caller);
  if (verification.state == kMaxAttempts) json["status"] = ToString(kPending);
  json["sna_attempts_error_codes"] = Json::array();
  return JsonResponse(201, json);
}

Response Unsupported(std::string_view field, std::string_view why) {
  return FieldProblem("out_of_range", field, why);
}

std::optional<Response> RefuseOthers(
    const Form& form, std::initializer_list<std::string_view> known) {
  for (const auto& name : form.Names()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return Unsupported(
        Shown(name),
        "it is not supported here, and nothing was done: leave it "
        "out");
  }
  return std::nullopt;
}

std::expected<Form, Response> ReadForm(
    const Request& request, std::initializer_list<std::string_view> known) {
  if (request.method != "POST") {
    return std::unexpected(MethodNotAllowed("POST"));
  }
  if (!IsMediaType(request.content_type, "application/x-www-form-urlencoded")) {
    return std::unexpected(
        Problem(415, "unsupported_media_type",
                "this resource takes application/x-www-form-urlencoded"));
  }
  Form form = Form::Parse(request.body);
  if (auto refused = RefuseOthers(form, known)) {
    return std::unexpected(std::move(*refused));
  }
  return form;
}

Step Start(const Request& request, const Caller& caller, const Client& client,
           const ApiTools& tools) {
  const auto form =
      ReadForm(request, {"To", "Channel", "Locale", "AppHash", "TemplateSid",
                         "DeviceIp", "Tags", "RiskCheck"});
  if (!form) return form.error();
  const auto value = [&](std::string_view name) {
    return form->Find(name).value_or("");
  };
  if (value("Channel") != "sms") {
    return Unsupported("Channel", "Channel takes \"sms\"");
  }
  VerificationOrder order{.to = value("To"), .client_ip = value("DeviceIp")};
  if (order.to.empty()) return FieldProblem("missing_field", "to", "missing");
  order.text.locale = value("Locale");
  order.text.app_hash = value("AppHash");
  if (auto name = form->Find("TemplateSid")) {
    order.text.template_name = std::move(*name);
  }
  if (const auto tags = form->Find("Tags")) {
    auto metadata = MetadataFromJson(*tags);
    if (!metadata) return ProblemOf(metadata.error());
    order.metadata = std::move(*metadata);
  }
  return StartVerification(
      order, client, tools, [caller](const StartOutcome& start) {
        return VerificationAnswer(201, start.verification, caller);
      });
}

Step Check(const Request& request, const Caller& caller, const Client& client,
           const ApiTools& tools) {
  const auto form = ReadForm(request, {"To", "VerificationSid", "Code"});
  if (!form) return form.error();
  CheckedCode asked{.to = form->Find("To").value_or(""),
                    .code = form->Find("Code").value_or("")};
  if (const auto sid = form->Find("VerificationSid")) {
    asked.id = ParseSid(*sid);
    if (!asked.id) return NoVerification();
  } else if (asked.to.empty()) {
    return FieldProblem("missing_field", "to",
                        "To or VerificationSid is missing");
  }
  return CheckVerification(asked, client, tools,
                           [caller](const CheckOutcome& outcome) {
                             return CheckAnswer(outcome, caller);
                           });
}

// By its sid, or by the number.
std::expected<Verification, Response> Find(std::string_view name,
                                           const Client& client,
                                           const ApiTools& tools) {
  if (const auto id = ParseSid(name)) {
    return FindVerification(*id, client, tools);
  }
  const auto recipient = tools.recipients.Parse(name);
  if (!recipient && recipient.error().kind == ErrorKind::kInvalid) {
    return std::unexpected(NoVerification());
  }
  if (!recipient) {
    return std::unexpected(Problem(500, "internal", recipient.error().message));
  }
  auto found =
      tools.store.FindVerification(client.name, *recipient, tools.clock.Wall());
  if (found) return std::move(*found);
  return std::unexpected(
      LookupProblem(found.error(), "verification_not_found"));
}

Step One(const Request& request, std::string_view name, const Caller& caller,
         const Client& client, const ApiTools& tools) {
  const auto found = Find(name, client, tools);
  if (!found) return found.error();
  if (IsRead(request)) return VerificationAnswer(200, *found, caller);
  if (request.method != "POST") return MethodNotAllowed("GET, POST");
  const auto form = ReadForm(request, {"Status"});
  if (!form) return form.error();
  const auto status = form->Find("Status").value_or("");
  if (status != "canceled" && status != "approved") {
    return Unsupported("Status", "Status takes \"canceled\" or \"approved\"");
  }
  const auto to = status == "approved" ? VerificationState::kApproved
                                       : VerificationState::kCanceled;
  return EndVerification(
      found->id, to, client, tools, [caller](const EndOutcome& end) {
        return VerificationAnswer(200, end.verification, caller);
      });
}

}  // namespace

bool IsTwilioPath(std::string_view path) { return path.starts_with("/v2/"); }

Step TwilioVerifications(const Request& request, const Client& client,
                         const ApiTools& tools) {
  const auto nothing = [] {
    return Problem(404, "not_found", "there is nothing at this path");
  };
  std::string_view rest = request.path;
  if (!rest.starts_with(kRoot)) return nothing();
  rest.remove_prefix(kRoot.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return nothing();
  const Caller caller{.account = NameInBasic(request.authorization),
                      .service = std::string(rest.substr(0, slash))};
  rest.remove_prefix(slash + 1);
  if (auto off = VerificationsOff(tools)) return std::move(*off);
  if (rest == kVerifications) return Start(request, caller, client, tools);
  if (rest == kCheck) return Check(request, caller, client, tools);
  if (rest.starts_with(kVerifications) &&
      rest.size() > kVerifications.size() + 1 &&
      rest[kVerifications.size()] == '/') {
    return One(request, rest.substr(kVerifications.size() + 1), caller, client,
               tools);
  }
  return nothing();
}

Response AsTwilio(Response response) {
  const auto type =
      std::ranges::find(response.headers, "application/problem+json",
                        &std::pair<std::string, std::string>::second);
  if (type == response.headers.end()) return response;
  const Json problem = Json::parse(response.body, nullptr, false);
  if (!problem.is_object()) return response;
  const auto row = RowOf(problem.value("code", std::string()), response.status);
  std::string message = problem.value("detail", std::string());
  if (row.number == kInvalidParameter) {
    message =
        fmt::format("Invalid parameter `{}`: {}",
                    TheirName(problem.value("field", std::string())), message);
  }
  const Json error = {
      {"code", row.number},
      {"message", std::move(message)},
      {"more_info",
       fmt::format("https://www.twilio.com/docs/errors/{}", row.number)},
      {"status", row.status}};
  Response answer = JsonResponse(row.status, error);
  for (auto& header : response.headers) {
    if (header.first != "Content-Type") {
      answer.headers.push_back(std::move(header));
    }
  }
  return answer;
}

Step AsTwilio(Step step) {
  if (auto* response = std::get_if<Response>(&step)) {
    return AsTwilio(std::move(*response));
  }
  auto& submission = std::get<Submission>(step);
  submission.answer = [inner = std::move(submission.answer)](
                          const Work& work,
                          const Result<ChangeOutcome>& outcome) {
    return AsTwilio(inner(work, outcome));
  };
  return step;
}

}  // namespace smsweb
