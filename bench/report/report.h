// The report: one HTML page that needs no network, and the same as Markdown.
// Made of Results and of the files that they name; charts are drawn by gnuplot
// (SVG, inline in the page, as files beside the Markdown).
#pragma once

#include <filesystem>

#include "bench/plan/plan.h"
#include "bench/results/results.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct ReportPlan {
  std::filesystem::path folder;  // results.json's; report.html, report.md and
                                 // charts/*.svg are written there
  ModemNeed need;                // for the plan of modems
};

// kUnavailable: gnuplot is missing (which package), or a file can't be written.
// A case without samples, a row that was skipped, is said so in the report and
// is no error.
Result<void> WriteReport(const Results& results, const ReportPlan& plan);

}  // namespace smsweb::bench
