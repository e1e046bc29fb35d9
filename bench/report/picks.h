// What the sections pick out of results: the run that stands for its row, the
// rows that can be compared, a set-up's colour.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/plan/plan.h"
#include "bench/report/paper_figures.h"
#include "bench/results/results.h"

namespace smsweb::bench {

// The run of median goodput; null: the row was not run.
const RunRecord* TypicalRun(const RowRecord& row);

// A row that was run, and its typical run.
struct RanRow {
  const CaseRecord* record = nullptr;
  const RowRecord* row = nullptr;
  const RunRecord* run = nullptr;
};
std::vector<RanRow> RanRows(const CaseRecord& record);
std::vector<RanRow> RanRows(const Results& results);

// "100 requests, 50 at once", "1 s of 64 at once", "2 s of 5,000/s".
std::string LoadName(const RowRecord& row);
// Whether they ask for the same.
bool SameLoad(const RowRecord& a, const RowRecord& b);
bool IsOpenLoop(const RowRecord& row);

// The row of the paper's Table 3 that asks for the same; null: it has none.
const PaperRow* PaperRowOf(const RowRecord& row);
bool HasPaperRows(const CaseRecord& record);
// The case that has the most of them; "": none has any.
std::string PaperCase(const Results& results);

// What a set-up is called.
std::string TitleOf(const CaseRecord& record);
std::string TitleOf(const CeilingRecord& ceiling);
std::string TitleOfSetup(const Results& results, const std::string& setup);
// The same colour in each chart; the paper's design has one of its own.
int ColourOfSetup(const Results& results, const std::string& setup);
// smsweb as it is shipped: nginx-fastcgi, else the first that was measured.
std::string ReferenceSetup(const Results& results);
// Names of set-ups, as results have them.
inline constexpr std::string_view kPaperSetup = "paper";
inline constexpr std::string_view kShippedSetup = "nginx-fastcgi";

// The names of cases, each once, and its records: one for each set-up.
std::vector<std::string> CaseNames(const Results& results);
std::vector<const CaseRecord*> CasesNamed(const Results& results,
                                          const std::string& name);

// Rows of the same case and the same load, one for each set-up that ran it: of
// the case that most set-ups ran, with 252 at once or else as many as there
// are.
std::vector<RanRow> ComparedRows(const Results& results);

// Goodput over concurrency, by closed loops of this case; so many points make a
// curve.
inline constexpr std::size_t kCurvePoints = 3;
std::vector<CurvePoint> CurveOf(const CaseRecord& record);
// The case whose curves are the longest and the most: "" where none has three
// points.
std::string CurveCase(const Results& results);

std::uint64_t Asked(const RunRecord& run);
// The seconds within which so many percent were answered.
double SecondsAt(const LatencyHistogram& latency, double percent);

}  // namespace smsweb::bench
