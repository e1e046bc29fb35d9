#include <fmt/format.h>
#include <utf8.h>

#include <utility>

#include "common/message/draft.h"
#include "common/message/draft_json.h"
#include "common/message/intake.h"
#include "common/store/message_json.h"
#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

Failure Refused(const DraftError& error, const MessageConfig& config) {
  Failure failure{.exit = ExitCode::kRefused,
                  .code = std::string(ToString(error.problem)),
                  .message = error.message};
  if (error.problem == DraftProblem::kInternal) {
    failure.exit = ExitCode::kUnavailable;
    return failure;
  }
  failure.details = DetailsOf(error, config);
  return failure;
}

}  // namespace

// It is in the queue whatever becomes of the ring.
std::string NoteOf(const Result<Wake>& woken, const Config& config) {
  if (!woken) {
    return "smswebd could not be started, and what was taken waits in the "
           "queue: " +
           woken.error().message;
  }
  if (*woken != Wake::kNobody) return "";
  return fmt::format(
      "no smswebd listens at {}; what was taken waits in the queue",
      config.spooler.bell);
}

std::string_view SpoolerJson(const Result<Wake>& woken) {
  if (!woken) return "not_started";
  switch (*woken) {
    case Wake::kHeard:
      return "rung";
    case Wake::kStarted:
      return "started";
    case Wake::kNobody:
      return "not_running";
  }
  return "not_running";
}

namespace {

Report Taken(const NewMessage& message, const IntakeOutcome& outcome,
             const SendTools& tools) {
  const auto woken = tools.wake();
  Report report{.text = ToString(message.id) + "\n",
                .json = AcceptedJson(message),
                .note = NoteOf(woken, tools.config)};
  if (!outcome.duplicates.empty()) {
    const Uuid& first = outcome.duplicates.front().first;
    report.text = ToString(first) + "\n";
    report.json = DuplicateJson(message, first);
    if (!report.note.empty()) report.note += '\n';
    report.note +=
        "the same text has just gone to this number: it was not queued again, "
        "and this is the id of the first";
  }
  report.json["spooler"] = SpoolerJson(woken);
  return report;
}

}  // namespace

Outcome Send(SendOptions options, const SendTools& tools) {
  if (!utf8::is_valid(options.reference.begin(), options.reference.end())) {
    return FailUsage("--reference: it is not UTF-8");
  }
  Draft draft{.to = std::move(options.to),
              .text = std::move(options.text),
              .message_class = options.message_class,
              .ttl = options.ttl,
              .not_before = options.not_before,
              .reference = std::move(options.reference),
              .report = options.report,
              .modem = std::move(options.modem)};
  auto message = MakeMessage(std::move(draft), tools.config, tools.recipients,
                             tools.windows, tools.now, tools.random);
  if (!message) {
    return std::unexpected(Refused(message.error(), tools.config.message));
  }
  Intake intake = BeginIntake(tools.config, "", tools.now);
  intake.messages.push_back(std::move(*message));
  const auto outcome = InsertIntake(tools.store, intake);
  if (!outcome) {
    return FailStore({outcome.error().kind,
                      "the message was not taken: " + outcome.error().message});
  }
  if (!outcome->opted_out.empty()) {
    return Fail(ExitCode::kRefused, "recipient_opted_out",
                RecipientOptedOut().error().message, Json{{"field", "to"}});
  }
  return Taken(intake.messages.front(), *outcome, tools);
}

}  // namespace smsweb::ctl
