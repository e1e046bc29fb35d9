// The audit log: what was done by those who run the service.
#include <fmt/format.h>

#include <utility>

#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

Json EntryJson(const AuditEntry& entry) {
  return {{"sequence", entry.sequence}, {"at", FormatRfc3339(entry.at)},
          {"who", entry.who},           {"act", entry.act},
          {"subject", entry.subject},   {"detail", entry.detail}};
}

}  // namespace

void RecordAct(const Recorder& record, const AuditEntry& entry,
               Report& report) {
  const auto recorded = record(entry);
  if (recorded) return;
  AddNote(report, fmt::format("it is done, but {} is not in the audit log: {}",
                              entry.act, recorded.error().message));
}

Outcome ShowAudit(const AuditOptions& options, Store& store,
                  std::size_t width) {
  auto entries = store.Audit(options.limit + 1, options.before);
  if (!entries) return FailStore(entries.error());
  const auto limit = static_cast<std::size_t>(options.limit);
  const bool more = entries->size() > limit;
  if (more) entries->resize(limit);
  Report report{.json = {{"items", Json::array()}, {"next", nullptr}}};
  Table table({{.title = "AT"},
               {.title = "WHO", .importance = 1, .least = 12},
               {.title = "ACT"},
               {.title = "SUBJECT"},
               {.title = "DETAIL", .importance = 2, .least = 16}});
  for (const auto& entry : *entries) {
    report.json["items"].push_back(EntryJson(entry));
    table.Add({FormatRfc3339(entry.at), entry.who, entry.act, entry.subject,
               entry.detail});
  }
  report.text = entries->empty() ? "Nothing was done.\n" : table.Render(width);
  if (more) {
    const std::int64_t next = entries->back().sequence;
    report.json["next"] = next;
    report.text += fmt::format("More: the same with --before {}\n", next);
  }
  return report;
}

}  // namespace smsweb::ctl
