// smsweb cancel.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/message_json.h"
#include "ctl/commands.h"

namespace smsweb::ctl {
namespace {

struct Attempt {
  ExitCode exit = ExitCode::kDone;
  std::string text;
  Json json;
};

Attempt TooLate(const Uuid& id, MessageState state) {
  return {
      .exit = ExitCode::kRefused,
      .text = fmt::format("it is {}, and nothing was changed", ToString(state)),
      .json = {{"id", ToString(id)},
               {"code", "too_late"},
               {"state", ToString(state)}}};
}

Attempt TryIt(const Uuid& id, const CancelTools& tools) {
  const auto outcome = tools.store.Cancel(id, tools.now);
  if (!outcome) {
    auto failure = StoreFailure(outcome.error(), "message_not_found");
    return {.exit = failure.exit,
            .text = std::move(failure.message),
            .json = {{"id", ToString(id)}, {"code", failure.code}}};
  }
  const Message& message = outcome->message;
  if (!WasCancelled(message)) return TooLate(id, message.state);
  std::string text(ToString(message.state));
  if (!message.error.empty()) text += ": " + message.error;
  return {.text = std::move(text), .json = MessageItemJson(message)};
}

// What the next try may mend is told before what none will.
ExitCode WorseOf(ExitCode a, ExitCode b) {
  if (a == ExitCode::kUnavailable || b == ExitCode::kUnavailable) {
    return ExitCode::kUnavailable;
  }
  return std::max(a, b);
}

}  // namespace

// What can be called back is, whatever becomes of the others.
Outcome Cancel(const CancelOptions& options, const CancelTools& tools) {
  Report report{.json = {{"items", Json::array()}}};
  for (const Uuid& id : options.ids) {
    Attempt tried = TryIt(id, tools);
    report.text += fmt::format("{}  {}\n", ToString(id), tried.text);
    report.json["items"].push_back(std::move(tried.json));
    report.exit = WorseOf(report.exit, tried.exit);
  }
  (void)tools.wake();  // for those who asked for a callback
  return report;
}

}  // namespace smsweb::ctl
