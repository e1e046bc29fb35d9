// smsweb verify: verifications, as the endpoint makes and checks them, with the
// endpoint's codes (cgi/verify_api.cc).
#include <fmt/format.h>

#include <utility>

#include "common/message/draft_json.h"
#include "common/verify/backlog.h"
#include "common/verify/verification_json.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::unexpected<Failure> Refuse(std::string code, std::string message,
                                Json details = Json::object()) {
  return Fail(ExitCode::kRefused, std::move(code), std::move(message),
              std::move(details));
}

std::unexpected<Failure> RefuseField(const FieldFault& fault) {
  return Refuse(fault.code, fault.detail, Json{{"field", fault.field}});
}

std::unexpected<Failure> FailInternal(std::string message) {
  return Fail(ExitCode::kUnavailable, "internal", std::move(message));
}

std::unexpected<Failure> FailNoVerification() {
  return Fail(ExitCode::kNotFound, "verification_not_found",
              "there is no such verification, or it is long over");
}

std::unexpected<Failure> FailDraft(const DraftError& error,
                                   const MessageConfig& config) {
  if (error.problem == DraftProblem::kInternal) {
    return FailInternal(error.message);
  }
  return Refuse(std::string(ToString(error.problem)), error.message,
                DetailsOf(error, config));
}

std::unexpected<Failure> FailStart(const StartProblem& problem,
                                   const Config& config) {
  switch (problem.kind) {
    case StartProblem::Kind::kField:
      return RefuseField(problem.fault);
    case StartProblem::Kind::kDraft:
      return FailDraft(*problem.draft, config.message);
    case StartProblem::Kind::kInternal:
      return FailInternal(problem.fault.detail);
    case StartProblem::Kind::kRefused:
      break;
  }
  const GuardFinding& finding = *Decisive(problem.findings);
  return Refuse(finding.rule + "_not_allowed", finding.detail,
                Json{{"field", "to"}});
}

void NoteFindings(const std::vector<GuardFinding>& findings, Report& report) {
  for (const GuardFinding& finding : findings) {
    AddNote(report,
            fmt::format("the guard {} it ({}): {}",
                        finding.dry_run ? "would refuse (dry run)" : "refuses",
                        finding.rule, finding.detail));
  }
}

std::string MessageText(const Verification& verification) {
  if (verification.muted) return "none was sent";
  return fmt::format("{} ({})", ToString(verification.message),
                     verification.message_state
                         ? ToString(*verification.message_state)
                         : "no longer kept");
}

Report ReportOf(const Verification& verification) {
  std::string text = Field("id", ToString(verification.id));
  text += Field("status", ToString(verification.state));
  text += Field("to", verification.recipient);
  text += Field("client", verification.client);
  text += Field("message", MessageText(verification));
  text += Field("attempts left", std::to_string(verification.attempts_left));
  text += Field("sends left", std::to_string(verification.sends_left));
  text += Field("created", FormatRfc3339(verification.created_at));
  text += Field("expires", FormatRfc3339(verification.expires_at));
  text += Field("resend after", FormatRfc3339(verification.resend_after));
  text += Field("metadata", verification.metadata);
  Report report{.text = std::move(text),
                .json = VerificationJson(verification)};
  if (verification.muted) report.json["muted"] = true;
  return report;
}

// A client is not told so (verify.uniform_answers); an operator is.
void NoteMuted(const Verification& verification, Report& report) {
  if (!verification.muted) return;
  AddNote(report,
          "no code is sent, and none is right: the guard, or the do-not-send "
          "list, refuses the number, and verify.uniform_answers hides that "
          "from clients");
}

// None: the modems can be in time.
std::optional<GuardFinding> LookAtBacklog(const VerificationOrder& order,
                                          const VerifyCommandTools& tools) {
  const auto backlog = ReadBacklog(tools.store, tools.now);
  if (!backlog) return std::nullopt;  // what can't be read is not known
  const auto delay = ExpectedDelay(*backlog, tools.now);
  const std::chrono::seconds life = order.ttl.value_or(tools.config.verify.ttl);
  return JudgeDelay(delay, life, tools.config.guard.backlog);
}

Report ReportStart(const StartOutcome& start, const VerifyCommandTools& tools) {
  Report report = ReportOf(start.verification);
  if (start.kind == StartOutcome::Kind::kResent) {
    AddNote(report, "one was pending: it is the same code, sent again");
  } else if (start.kind == StartOutcome::Kind::kStillQueued) {
    AddNote(report,
            "one is pending, and the message with its code has not gone yet: "
            "no other is sent");
  }
  NoteFindings(start.findings, report);
  NoteMuted(start.verification, report);
  if (!start.queued) return report;
  const auto woken = tools.wake();
  AddNote(report, NoteOf(woken, tools.config));
  report.json["spooler"] = SpoolerJson(woken);
  return report;
}

Outcome AnswerStart(const StartOutcome& start,
                    const VerifyCommandTools& tools) {
  const auto refusal = RefusalOf(start);
  if (!refusal) return ReportStart(start, tools);
  if (start.kind == StartOutcome::Kind::kUnsendable) {
    return RefuseField(
        {std::string(refusal->code), "template", refusal->detail});
  }
  Json details = Json::object();
  if (start.kind == StartOutcome::Kind::kOptedOut) details["field"] = "to";
  if (refusal->pending) details["id"] = ToString(start.verification.id);
  if (refusal->retry_at) {
    details["retry_at"] = FormatRfc3339(*refusal->retry_at);
  }
  return Refuse(std::string(refusal->code), refusal->detail,
                std::move(details));
}

std::string_view Meaning(VerificationState state) {
  switch (state) {
    case VerificationState::kPending:
      return "the code is wrong";
    case VerificationState::kApproved:
      return "the code is right";
    case VerificationState::kCanceled:
      return "it was canceled before";
    case VerificationState::kMaxAttempts:
      return "too many wrong codes: no code is right any more";
    case VerificationState::kExpired:
      return "its life is over";
  }
  return "";
}

Report ReportCheck(const Verification& verification) {
  std::string text = Field("id", ToString(verification.id));
  text += Field("status", fmt::format("{} ({})", ToString(verification.state),
                                      Meaning(verification.state)));
  text += Field("attempts left", std::to_string(verification.attempts_left));
  const bool approved = verification.state == VerificationState::kApproved;
  return {.text = std::move(text),
          .json = CheckJson(verification),
          .exit = approved ? ExitCode::kDone : ExitCode::kRefused};
}

Outcome AnswerCheck(const CheckOutcome& check) {
  switch (check.kind) {
    case CheckOutcome::Kind::kChecked:
      return ReportCheck(check.verification);
    case CheckOutcome::Kind::kApprovedBefore:
      return Refuse("already_approved",
                    "it was approved before, and a code is good once",
                    Json{{"id", ToString(check.verification.id)}});
    case CheckOutcome::Kind::kNotFound:
      break;
  }
  return FailNoVerification();
}

}  // namespace

// Its client has no name, as that of "smsweb send".
Outcome StartVerification(const VerifyStartOptions& options,
                          const VerifyCommandTools& tools) {
  Report beforehand;
  if (const auto finding = LookAtBacklog(options.order, tools)) {
    if (!finding->dry_run) return Refuse("backlog", finding->detail);
    NoteFindings({*finding}, beforehand);
  }
  std::vector<GuardFinding> told;
  const auto start = MakeStart(options.order, "",
                               {.config = tools.config,
                                .recipients = tools.recipients,
                                .windows = tools.windows,
                                .facts = tools.facts,
                                .keys = tools.keys,
                                .random = tools.random},
                               tools.now, &told);
  if (!start) return FailStart(start.error(), tools.config);
  NoteFindings(told, beforehand);
  const auto outcome = ApplyChange(tools.store, &*start);
  if (!outcome) {
    return FailStore({outcome.error().kind,
                      "no verification was begun: " + outcome.error().message});
  }
  auto answer = AnswerStart(std::get<StartOutcome>(*outcome), tools);
  if (answer) {
    AddNote(beforehand, answer->note);
    answer->note = std::move(beforehand.note);
  }
  return answer;
}

Outcome CheckVerification(const VerifyCheckOptions& options,
                          const VerifyCommandTools& tools) {
  auto check = MakeCheck(options.code, tools.keys, tools.now);
  if (!check) return RefuseField(check.error());
  check->id = options.id;
  if (!options.id) {
    auto recipient = tools.recipients.Parse(options.number);
    if (!recipient && recipient.error().kind == ErrorKind::kInvalid) {
      return RefuseField(
          {"invalid_recipient", "to",
           "it is neither the id of a verification nor a number: " +
               recipient.error().message});
    }
    if (!recipient) return FailInternal(recipient.error().message);
    check->client = "";
    check->recipient = std::move(*recipient);
  }
  const auto outcome = ApplyChange(tools.store, &*check);
  if (!outcome) {
    return FailStore({outcome.error().kind,
                      "the code was not checked: " + outcome.error().message});
  }
  return AnswerCheck(std::get<CheckOutcome>(*outcome));
}

Outcome ShowVerification(const VerifyShowOptions& options,
                         const VerifyCommandTools& tools) {
  const auto found = tools.store.FindVerification(options.id, tools.now);
  if (!found && found.error().kind == ErrorKind::kNotFound) {
    return FailNoVerification();
  }
  if (!found) return FailStore(found.error());
  Report report = ReportOf(*found);
  NoteMuted(*found, report);
  return report;
}

Outcome CancelVerification(const VerifyCancelOptions& options,
                           const VerifyCommandTools& tools) {
  const VerificationEnd end{
      .id = options.id, .to = VerificationState::kCanceled, .now = tools.now};
  const auto outcome = ApplyChange(tools.store, &end);
  if (!outcome) {
    return FailStore({outcome.error().kind,
                      "nothing was changed: " + outcome.error().message});
  }
  const auto& ended = std::get<EndOutcome>(*outcome);
  if (ended.kind == EndOutcome::Kind::kEnded) {
    Report report = ReportOf(ended.verification);
    RecordAct(
        [&](const AuditEntry& entry) { return tools.store.Record(entry); },
        {.at = tools.now,
         .who = tools.who,
         .act = "verify.cancel",
         .subject = ToString(options.id),
         .detail = ended.verification.client},
        report);
    return report;
  }
  if (ended.kind == EndOutcome::Kind::kNotFound) return FailNoVerification();
  const auto status = ToString(ended.verification.state);
  return Refuse("too_late",
                fmt::format("it is {}, and nothing was changed", status),
                Json{{"verification_status", status}});
}

}  // namespace smsweb::ctl
