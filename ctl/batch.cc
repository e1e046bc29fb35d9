// smsweb batch.
#include <fmt/format.h>

#include "common/store/batch_json.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {

Outcome ShowBatch(const BatchOptions& options, Store& store) {
  const auto batch = store.FindBatch(options.id);
  if (!batch) {
    const Error& error = batch.error();
    return FailStore({error.kind, ToString(options.id) + ": " + error.message},
                     "batch_not_found");
  }
  Report report{.json = BatchJson(*batch)};
  report.text = Field("id", ToString(batch->id));
  report.text += Field("created", FormatRfc3339(batch->created_at));
  report.text += Field("accepted", std::to_string(batch->accepted));
  report.text += Field("rejected", std::to_string(batch->rejected));
  if (batch->lines > 0) {
    report.text += Field("lines", std::to_string(batch->lines));
  }
  report.text += Field("finished", batch->finished ? "yes" : "no");
  for (const auto& [state, count] : batch->states) {
    report.text += Field(ToString(state), std::to_string(count));
  }
  return report;
}

}  // namespace smsweb::ctl
