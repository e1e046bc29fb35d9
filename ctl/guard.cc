// smsweb guard: whom the conversion guard keeps out.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

Json PauseJson(const GuardPause& pause) {
  return {{"per", ToString(pause.per)},
          {"key", pause.key},
          {"since", FormatRfc3339(pause.began_at)},
          {"until", FormatRfc3339(pause.until)},
          {"started", pause.started},
          {"approved", pause.approved}};
}

Outcome ListPauses(const GuardTools& tools) {
  const auto pauses = tools.store.Pauses(tools.now);
  if (!pauses) return FailStore(pauses.error());
  Report report{.json = {{"items", Json::array()}}};
  Table table({{.title = "PER"},
               {.title = "KEY"},
               {.title = "SINCE", .importance = 3},
               {.title = "UNTIL"},
               {.title = "STARTED", .importance = 1, .right = true},
               {.title = "APPROVED", .importance = 1, .right = true}});
  for (const auto& pause : *pauses) {
    report.json["items"].push_back(PauseJson(pause));
    table.Add({std::string(ToString(pause.per)), pause.key,
               FormatRfc3339(pause.began_at), FormatRfc3339(pause.until),
               std::to_string(pause.started), std::to_string(pause.approved)});
  }
  report.text = pauses->empty() ? "The conversion guard keeps nobody out.\n"
                                : table.Render(tools.width);
  if (!pauses->empty() && tools.config.guard.conversion.dry_run) {
    AddNote(report,
            "guard.conversion.dry_run: it would keep them out, and does not");
  }
  return report;
}

// How it stood when it was ended, for the audit log.
std::string DetailOf(const std::vector<GuardPause>& pauses,
                     const GuardOptions& options) {
  const auto pause = std::ranges::find_if(pauses, [&](const GuardPause& p) {
    return p.per == options.per && p.key == options.key;
  });
  if (pause == pauses.end()) return "";
  return fmt::format("{} of {} approved, since {}, until {}", pause->approved,
                     pause->started, FormatRfc3339(pause->began_at),
                     FormatRfc3339(pause->until));
}

Outcome Resume(const GuardOptions& options, const GuardTools& tools) {
  const auto pauses = tools.store.Pauses(tools.now);
  if (!pauses) return FailStore(pauses.error());
  const std::string whose =
      fmt::format("{} {}", ToString(options.per), options.key);
  const auto ended =
      tools.store.EndPause(options.per, options.key, tools.now,
                           {.at = tools.now,
                            .who = tools.who,
                            .act = "guard.resume",
                            .subject = whose,
                            .detail = DetailOf(*pauses, options)});
  if (ended) {
    return Report{
        .text = whose + ": codes are sent again.\n",
        .json = {{"per", ToString(options.per)}, {"key", options.key}}};
  }
  if (ended.error().kind != ErrorKind::kNotFound) {
    return FailStore(ended.error());
  }
  return Fail(ExitCode::kNotFound, "pause_not_found",
              fmt::format("{} is not kept out: \"smsweb guard list\" shows who "
                          "is",
                          whose));
}

}  // namespace

Outcome GuardCommand(const GuardOptions& options, const GuardTools& tools) {
  switch (options.action) {
    case GuardOptions::Action::kList:
      return ListPauses(tools);
    case GuardOptions::Action::kResume:
      return Resume(options, tools);
  }
  return FailUsage("guard takes list or resume");
}

}  // namespace smsweb::ctl
