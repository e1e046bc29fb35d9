#include "cgi/submit_api.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cgi/draft_problem.h"
#include "cgi/form.h"
#include "cgi/idempotency.h"
#include "cgi/store_problem.h"
#include "common/message/draft_json.h"
#include "common/message/intake.h"
#include "common/store/message_json.h"

namespace smsweb {
namespace {

Response At(const Uuid& id, Response response) {
  response.headers.emplace_back("Location", "/v1/messages/" + ToString(id));
  return response;
}

Response TakenAnswer(const Intake& intake, const FanOut* fan_out,
                     const IntakeOutcome& outcome) {
  if (fan_out) return FanOutAnswer(*fan_out, intake, outcome);
  if (!outcome.opted_out.empty()) {
    return Problem(403, "recipient_opted_out",
                   RecipientOptedOut().error().message);
  }
  const NewMessage& message = intake.messages.front();
  if (!outcome.duplicates.empty()) {
    const Uuid& first = outcome.duplicates.front().first;
    return At(first, JsonResponse(202, DuplicateJson(message, first)));
  }
  return At(message.id, JsonTextResponse(202, AcceptedText(message)));
}

Response Limited(const IntakeOutcome& outcome, WallTime now) {
  Response response =
      Problem(429, "rate_limited", "nothing was taken: " + outcome.limit);
  if (outcome.retry_at) SetRetryAfter(response, *outcome.retry_at - now);
  return response;
}

// `key`: none, or what makes the request one that is carried out once.
Step Submit(Intake intake, std::shared_ptr<const FanOut> fan_out,
            const Request& request, const Client& client, std::string key,
            const ApiTools& tools) {
  intake.limits =
      client.LimitUses(static_cast<std::int64_t>(intake.messages.size()));
  Answer answer = [fan_out](const Work& work,
                            const Result<ChangeOutcome>& outcome) {
    return SubmissionAnswer(std::get<Intake>(work), fan_out.get(), outcome);
  };
  if (key.empty()) return Submission{std::move(intake), std::move(answer)};
  intake.fingerprint = FingerprintOf(request, request.body);
  intake.key = std::move(key);
  intake.key_expires_at = intake.now + tools.config.endpoint.idempotency_life;
  intake.answer = [fan_out](const Intake& taken, const IntakeOutcome& outcome) {
    return KeptAnswer(TakenAnswer(taken, fan_out.get(), outcome));
  };
  return Submission{std::move(intake), std::move(answer)};
}

Step SubmitOne(Draft draft, const Request& request, const Client& client,
               std::string key, const DraftFieldNames& names,
               const ApiTools& tools) {
  Intake intake = BeginIntake(tools.config, client.name, tools.clock.Wall());
  draft.client = client.name;
  auto message = MakeMessage(std::move(draft), tools.config, tools.recipients,
                             tools.windows, intake.now, tools.random);
  if (!message) return ProblemOf(message.error(), tools.config.message, names);
  intake.messages.push_back(std::move(*message));
  return Submit(std::move(intake), nullptr, request, client, std::move(key),
                tools);
}

Step SubmitMany(DraftRequest asked, const Request& request,
                const Client& client, std::string key, const ApiTools& tools) {
  Intake intake = BeginIntake(tools.config, client.name, tools.clock.Wall());
  auto fan_out = SpreadOut(std::move(asked), tools.config, tools.recipients,
                           tools.windows, tools.random, &intake);
  if (!fan_out) return std::move(fan_out.error());
  return Submit(std::move(intake),
                std::make_shared<const FanOut>(std::move(*fan_out)), request,
                client, std::move(key), tools);
}

}  // namespace

Step SubmitByForm(const Request& request, const Client& client,
                  const ApiTools& tools) {
  if (request.method != "GET" && request.method != "POST") {
    return MethodNotAllowed("GET, POST");
  }
  if (request.method == "POST" && !request.body.empty() &&
      !IsMediaType(request.content_type, "application/x-www-form-urlencoded")) {
    return Problem(415, "unsupported_media_type",
                   "/s.py takes application/x-www-form-urlencoded; JSON goes "
                   "to /v1/messages");
  }
  auto key = IdempotencyKeyOf(request);
  if (!key) return std::move(key.error());
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
  return SubmitOne(std::move(draft), request, client, std::move(*key),
                   {.to = "rcpt", .text = "msg"}, tools);
}

Step SubmitByJson(const Request& request, const Client& client,
                  const ApiTools& tools) {
  if (!IsMediaType(request.content_type, "application/json")) {
    return Problem(415, "unsupported_media_type",
                   "this resource takes application/json");
  }
  auto key = IdempotencyKeyOf(request);
  if (!key) return std::move(key.error());
  auto asked = DraftFromJson(request.body);
  if (!asked) return ProblemOf(asked.error());
  if (asked->recipients) {
    return SubmitMany(std::move(*asked), request, client, std::move(*key),
                      tools);
  }
  return SubmitOne(std::move(asked->draft), request, client, std::move(*key),
                   kJsonFields, tools);
}

Response SubmissionAnswer(const Intake& intake, const FanOut* fan_out,
                          const Result<ChangeOutcome>& outcome) {
  if (!outcome) {
    const char* what =
        fan_out ? "no message was taken: " : "the message was not taken: ";
    return StoreProblem({outcome.error().kind, what + outcome.error().message});
  }
  const auto& taken = std::get<IntakeOutcome>(*outcome);
  switch (taken.kind) {
    case IntakeOutcome::Kind::kRepeated:
      return ReplayedAnswer(taken.answer);
    case IntakeOutcome::Kind::kKeyReused:
      return KeyReused();
    case IntakeOutcome::Kind::kLimited:
      return Limited(taken, intake.now);
    case IntakeOutcome::Kind::kTaken:
    case IntakeOutcome::Kind::kOvertaken:  // not without an import
      break;
  }
  return TakenAnswer(intake, fan_out, taken);
}

}  // namespace smsweb
