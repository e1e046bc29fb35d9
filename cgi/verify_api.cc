#include "cgi/verify_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/backlog_watch.h"
#include "cgi/draft_problem.h"
#include "cgi/store_problem.h"
#include "common/message/draft_json.h"
#include "common/verify/verification_json.h"

namespace smsweb {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFolder = "/v1/verifications/";
constexpr std::string_view kChecks = "/checks";
constexpr std::chrono::seconds kRetryWithoutModem{30};

Response Later(const StartRefusal& refusal, WallTime now, Json more) {
  const auto at = refusal.retry_at;
  if (at) more["retry_at"] = FormatRfc3339(*at);
  Response response = Problem(429, refusal.code, refusal.detail, more);
  if (at) SetRetryAfter(response, *at - now);
  return response;
}

VerifyTools VerifyToolsOf(const ApiTools& tools) {
  return {.config = tools.config,
          .recipients = tools.recipients,
          .windows = tools.windows,
          .facts = tools.facts,
          .keys = tools.keys,
          .random = tools.random};
}

void TellAll(const std::vector<GuardFinding>& findings,
             const TellFinding& tell) {
  for (const GuardFinding& finding : findings) tell(finding);
}

Response ProblemOf(const StartProblem& problem, const Config& config) {
  switch (problem.kind) {
    case StartProblem::Kind::kField:
      return ProblemOf(problem.fault);
    case StartProblem::Kind::kDraft:
      return ProblemOf(*problem.draft, config.message, kJsonFields);
    case StartProblem::Kind::kInternal:
      return Problem(500, "internal", problem.fault.detail);
    case StartProblem::Kind::kRefused:
      break;
  }
  const GuardFinding& finding = *Decisive(problem.findings);
  return Problem(403, finding.rule + "_not_allowed", finding.detail,
                 Json{{"field", "to"}});
}

Response StartAnswer(const Result<ChangeOutcome>& outcome, WallTime now,
                     const TellFinding& tell, const Show<StartOutcome>& show) {
  if (!outcome) {
    return StoreProblem({outcome.error().kind, "no verification was begun: " +
                                                   outcome.error().message});
  }
  const auto& start = std::get<StartOutcome>(*outcome);
  TellAll(start.findings, tell);
  const auto refusal = RefusalOf(start);
  if (!refusal) return show(start);
  if (start.kind == StartOutcome::Kind::kUnsendable) {
    return FieldProblem(refusal->code, "template", refusal->detail);
  }
  if (start.kind == StartOutcome::Kind::kOptedOut) {
    return Problem(403, refusal->code, refusal->detail);
  }
  Json more = Json::object();
  if (refusal->pending) {
    more["verification_id"] = ToString(start.verification.id);
  }
  return Later(*refusal, now, std::move(more));
}

Response CheckAnswer(const Result<ChangeOutcome>& outcome,
                     const Show<CheckOutcome>& show) {
  if (!outcome) {
    return StoreProblem({outcome.error().kind, "the code was not checked: " +
                                                   outcome.error().message});
  }
  const auto& check = std::get<CheckOutcome>(*outcome);
  switch (check.kind) {
    case CheckOutcome::Kind::kChecked:
      return show(check);
    case CheckOutcome::Kind::kApprovedBefore:
      return Problem(409, "already_approved",
                     "it was approved before, and a code is good once");
    case CheckOutcome::Kind::kNotFound:
      break;
  }
  return NoVerification();
}

Response EndAnswer(const Result<ChangeOutcome>& outcome,
                   const Show<EndOutcome>& show) {
  if (!outcome) {
    return StoreProblem({outcome.error().kind,
                         "nothing was changed: " + outcome.error().message});
  }
  const auto& end = std::get<EndOutcome>(*outcome);
  if (end.kind == EndOutcome::Kind::kEnded) return show(end);
  if (end.kind == EndOutcome::Kind::kNotFound) return NoVerification();
  const auto status = ToString(end.verification.state);
  return Problem(409, "too_late",
                 fmt::format("it is {}, and nothing was changed", status),
                 Json{{"verification_status", status}});
}

Response ShowStart(const StartOutcome& start) {
  const bool fresh = start.kind == StartOutcome::Kind::kStarted;
  Response response =
      JsonResponse(fresh ? 201 : 200, VerificationJson(start.verification));
  // Beside a 200 it would be a redirect for a web server that speaks CGI (RFC
  // 3875 § 6.2.2): mod_fcgid takes it for one.
  if (!fresh) return response;
  response.headers.emplace_back(
      "Location", std::string(kFolder) + ToString(start.verification.id));
  return response;
}

Step Start(const Request& request, const Client& client,
           const ApiTools& tools) {
  const auto order = OrderFromJson(request.body);
  if (!order) return ProblemOf(order.error());
  return StartVerification(*order, client, tools, ShowStart);
}

// `id`: none where the number is in the body.
Step Check(const Request& request, std::optional<Uuid> id, const Client& client,
           const ApiTools& tools) {
  auto order = CheckFromJson(request.body, !id);
  if (!order) return ProblemOf(order.error());
  return CheckVerification(
      {.id = id, .to = std::move(order->to), .code = std::move(order->code)},
      client, tools, [](const CheckOutcome& outcome) {
        return JsonResponse(200, CheckJson(outcome.verification));
      });
}

Step One(const Request& request, const Uuid& id, const Client& client,
         const ApiTools& tools) {
  if (request.method == "DELETE") {
    return EndVerification(id, VerificationState::kCanceled, client, tools,
                           [](const EndOutcome& end) {
                             return JsonResponse(
                                 200, VerificationJson(end.verification));
                           });
  }
  if (!IsRead(request)) return MethodNotAllowed("GET, DELETE");
  const auto found = FindVerification(id, client, tools);
  if (!found) return found.error();
  return JsonResponse(200, VerificationJson(*found));
}

std::optional<Response> RefuseBody(const Request& request) {
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (IsMediaType(request.content_type, "application/json")) {
    return std::nullopt;
  }
  return Problem(415, "unsupported_media_type",
                 "this resource takes application/json");
}

std::optional<Response> RefusedByBacklog(const VerificationOrder& order,
                                         const ApiTools& tools) {
  const auto delay = tools.backlog.Look(tools.store);
  const std::chrono::seconds life = order.ttl.value_or(tools.config.verify.ttl);
  const auto finding = JudgeDelay(delay, life, tools.config.guard.backlog);
  if (!finding) return std::nullopt;
  tools.tell(*finding);
  if (finding->dry_run) return std::nullopt;
  Json more = {{"expected_wait", nullptr}};
  Millis retry = kRetryWithoutModem;
  if (delay->wait) {
    more["expected_wait"] = delay->wait->count() / 1000;
    retry = *delay->wait - life;
  }
  Response response = Problem(503, "backlog", finding->detail, more);
  SetRetryAfter(response, retry);
  return response;
}

}  // namespace

Response NoVerification() {
  return Problem(404, "verification_not_found",
                 "there is no such verification, or it is long over");
}

std::optional<Response> VerificationsOff(const ApiTools& tools) {
  if (tools.keys) return std::nullopt;
  return Problem(501, "verifications_off",
                 "this service makes no verifications: its configuration has "
                 "no verify.secret_file");
}

Step StartVerification(const VerificationOrder& order, const Client& client,
                       const ApiTools& tools, Show<StartOutcome> show) {
  const WallTime now = tools.clock.Wall();
  std::vector<GuardFinding> told;
  auto start = MakeStart(order, client.name, VerifyToolsOf(tools), now, &told);
  if (!start) {
    TellAll(start.error().findings, tools.tell);
    return ProblemOf(start.error(), tools.config);
  }
  TellAll(told, tools.tell);
  if (auto refused = RefusedByBacklog(order, tools)) return std::move(*refused);
  std::ranges::move(client.LimitUses(1), std::back_inserter(start->limits));
  return Submission{
      .work = std::move(*start),
      .answer = [now, tell = tools.tell, show = std::move(show)](
                    const Work&, const Result<ChangeOutcome>& outcome) {
        return StartAnswer(outcome, now, tell, show);
      }};
}

Step CheckVerification(const CheckedCode& asked, const Client& client,
                       const ApiTools& tools, Show<CheckOutcome> show) {
  auto check = MakeCheck(asked.code, tools.keys, tools.clock.Wall());
  if (!check) return ProblemOf(check.error());
  check->id = asked.id;
  check->client = asked.id ? client.SeesOnly() : client.name;
  if (!asked.id) {
    auto recipient = tools.recipients.Parse(asked.to);
    if (!recipient) {
      return recipient.error().kind == ErrorKind::kInvalid
                 ? FieldProblem("invalid_recipient", "to",
                                recipient.error().message)
                 : Problem(500, "internal", recipient.error().message);
    }
    check->recipient = std::move(*recipient);
  }
  return Submission{
      .work = std::move(*check),
      .answer = [show = std::move(show)](const Work&,
                                         const Result<ChangeOutcome>& outcome) {
        return CheckAnswer(outcome, show);
      }};
}

Step EndVerification(const Uuid& id, VerificationState to, const Client& client,
                     const ApiTools& tools, Show<EndOutcome> show) {
  return Submission{
      .work = VerificationEnd{.id = id,
                              .client = client.SeesOnly(),
                              .to = to,
                              .now = tools.clock.Wall()},
      .answer = [show = std::move(show)](const Work&,
                                         const Result<ChangeOutcome>& outcome) {
        return EndAnswer(outcome, show);
      }};
}

std::expected<Verification, Response> FindVerification(const Uuid& id,
                                                       const Client& client,
                                                       const ApiTools& tools) {
  auto found = tools.store.FindVerification(id, tools.clock.Wall());
  if (!found && found.error().kind != ErrorKind::kNotFound) {
    return std::unexpected(StoreProblem(found.error()));
  }
  const auto only = client.SeesOnly();
  if (!found || (only && found->client != *only)) {
    return std::unexpected(NoVerification());
  }
  return std::move(*found);
}

Step Verifications(const Request& request, std::string_view rest,
                   const Client& client, const ApiTools& tools) {
  if (auto off = VerificationsOff(tools)) return std::move(*off);
  const bool checks = rest.ends_with(kChecks);
  if (rest.empty() || checks) {
    if (auto problem = RefuseBody(request)) return std::move(*problem);
  }
  if (rest.empty()) return Start(request, client, tools);
  if (rest == kChecks) return Check(request, std::nullopt, client, tools);
  rest.remove_prefix(1);
  if (checks) rest.remove_suffix(kChecks.size());
  const auto id = ParseUuid(rest);
  if (!id) return NoVerification();
  return checks ? Check(request, id, client, tools)
                : One(request, *id, client, tools);
}

}  // namespace smsweb
