#include <fmt/format.h>

#include <utility>
#include <vector>

#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

Json OptOutJson(const OptOut& opt_out) {
  return {{"number", opt_out.number},
          {"since", FormatRfc3339(opt_out.since)},
          {"reason", opt_out.reason}};
}

Outcome ListOptOuts(const OptOutOptions& options, Store& store,
                    std::size_t width) {
  auto listed = store.OptOuts(options.limit + 1, options.after);
  if (!listed) return FailStore(listed.error());
  const auto limit = static_cast<std::size_t>(options.limit);
  const bool more = listed->size() > limit;
  if (more) listed->resize(limit);
  Report report{.json = {{"items", Json::array()}, {"next", nullptr}}};
  Table table({{.title = "NUMBER"},
               {.title = "SINCE"},
               {.title = "REASON", .importance = 1, .least = 12}});
  for (const auto& opt_out : *listed) {
    report.json["items"].push_back(OptOutJson(opt_out));
    table.Add({opt_out.number, FormatRfc3339(opt_out.since), opt_out.reason});
  }
  report.text =
      listed->empty() ? "Nobody is on the list.\n" : table.Render(width);
  if (more) {
    report.json["next"] = listed->back().number;
    report.text +=
        fmt::format("More: the same with --after {}\n", listed->back().number);
  }
  return report;
}

// As messages are sent to it: what can't be sent to needs no list.
std::expected<std::string, Failure> NumberOf(const std::string& typed,
                                             RecipientParser& recipients) {
  auto number = recipients.Parse(typed);
  if (number) return *number;
  const bool refused = number.error().kind == ErrorKind::kInvalid;
  return Fail(refused ? ExitCode::kRefused : ExitCode::kUnavailable,
              refused ? "invalid_recipient" : "internal",
              "the number can't be used: " + number.error().message,
              Json{{"field", "number"}});
}

void RecordIt(const char* act, const std::string& number,
              const OptOutTools& tools, Report& report) {
  RecordAct([&](const AuditEntry& entry) { return tools.store.Record(entry); },
            {.at = tools.now, .who = tools.who, .act = act, .subject = number},
            report);
}

Outcome Add(const OptOutOptions& options, const OptOutTools& tools) {
  const auto number = NumberOf(options.number, tools.recipients);
  if (!number) return std::unexpected(number.error());
  const OptOut opt_out{
      .number = *number, .since = tools.now, .reason = options.note};
  if (auto done = tools.store.AddOptOut(opt_out); !done) {
    return FailStore(done.error());
  }
  // One that was there keeps its time, and its reason where none was given.
  const auto stands = tools.store.FindOptOut(*number);
  if (!stands) return FailStore(stands.error());
  Report report{.text = *number + " is sent nothing any more.\n",
                .json = OptOutJson(stands->value_or(opt_out))};
  RecordIt("optout.add", *number, tools, report);
  return report;
}

// A list may hold numbers that the rules of today would not let in.
Outcome Remove(const OptOutOptions& options, const OptOutTools& tools) {
  std::string number = options.number;
  auto removed = tools.store.RemoveOptOut(number);
  if (!removed && removed.error().kind == ErrorKind::kNotFound) {
    const auto parsed = NumberOf(options.number, tools.recipients);
    if (!parsed) return std::unexpected(parsed.error());
    number = *parsed;
    removed = tools.store.RemoveOptOut(number);
  }
  if (removed) {
    Report report{.text = number + " may be sent to again.\n",
                  .json = {{"number", number}}};
    RecordIt("optout.remove", number, tools, report);
    return report;
  }
  if (removed.error().kind != ErrorKind::kNotFound) {
    return FailStore(removed.error());
  }
  return Fail(ExitCode::kNotFound, "not_on_the_list",
              number + " is not on the do-not-send list");
}

}  // namespace

Outcome OptOutCommand(const OptOutOptions& options, const OptOutTools& tools) {
  switch (options.action) {
    case OptOutOptions::Action::kList:
      return ListOptOuts(options, tools.store, tools.width);
    case OptOutOptions::Action::kAdd:
      return Add(options, tools);
    case OptOutOptions::Action::kRemove:
      return Remove(options, tools);
  }
  return FailUsage("optout takes list, add or remove");
}

}  // namespace smsweb::ctl
