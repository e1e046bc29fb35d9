#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/modem/modem.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

constexpr Millis kPoll{200};

// Takes its request away again, however it ends.
class Asking {
 public:
  Asking(Store& store, std::int64_t sequence)
      : store_(store), sequence_(sequence) {}
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() { (void)store_.RemoveRequest(sequence_); }

  Result<ModemRequest> Look() { return store_.FindRequest(sequence_); }

 private:
  Store& store_;
  std::int64_t sequence_;
};

Outcome Answered(const ModemRequest& answer) {
  if (answer.failed) {
    return Fail(ExitCode::kUnavailable, "ussd_failed",
                fmt::format("{}: {}", answer.modem, answer.answer));
  }
  return Report{.text = Printable(answer.answer, /*lines=*/true) + "\n",
                .json = {{"modem", answer.modem},
                         {"code", answer.argument},
                         {"answer", answer.answer}}};
}

Outcome Await(Asking& asking, const ModemUssdOptions& options,
              const UssdTools& tools) {
  for (Millis waited{0};; waited += kPoll) {
    const auto request = asking.Look();
    if (!request) return FailStore(request.error());
    if (request->finished) return Answered(*request);
    if (waited >= options.timeout) break;
    tools.pause(kPoll);
  }
  return Fail(ExitCode::kUnavailable, "no_answer",
              fmt::format("{}: no answer within {} s (\"smsweb modem show {}\" "
                          "tells how it fares)",
                          options.name, options.timeout.count(), options.name));
}

}  // namespace

Outcome AskByUssd(const ModemUssdOptions& options, const UssdTools& tools) {
  const auto& modems = tools.config.modems;
  if (std::ranges::find(modems, options.name, &ModemConfig::name) ==
      modems.end()) {
    return FailNoModem(options.name, tools.config);
  }
  if (!IsUssdCode(options.code)) {
    return Fail(ExitCode::kRefused, "invalid_code",
                "a code has digits, \"*\" and \"#\", as '*888#', and at most "
                "182 of them",
                Json{{"field", "code"}});
  }
  const auto sequence =
      tools.store.AddRequest({.modem = options.name,
                              .kind = "ussd",
                              .argument = options.code,
                              .created_at = tools.now,
                              .expires_at = tools.now + options.timeout});
  if (!sequence) return FailStore(sequence.error());
  Asking asking(tools.store, *sequence);
  const auto woken = tools.wake();
  if (!woken) {
    return Fail(ExitCode::kUnavailable, "not_started",
                "smswebd could not be started: " + woken.error().message);
  }
  if (*woken == Wake::kNobody) {
    return Fail(ExitCode::kUnavailable, "not_running",
                fmt::format("no smswebd listens at {}: nobody can ask",
                            tools.config.spooler.bell));
  }
  return Await(asking, options, tools);
}

}  // namespace smsweb::ctl
