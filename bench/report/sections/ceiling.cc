// The highest concurrency at which nothing fails, and what ends it.
#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

std::string FirstFailure(const CeilingRecord& ceiling) {
  if (ceiling.lowest_failing > 0) return Grouped(ceiling.lowest_failing);
  return "none up to " + Grouped(ceiling.tried);
}

Table Overview(const std::vector<CeilingRecord>& ceilings) {
  Table table{.columns = {{"set-up"},
                          {"nothing fails at", true},
                          {"something fails at", true},
                          {"cause"}}};
  for (const auto& ceiling : ceilings) {
    if (!ceiling.skipped.empty()) {
      table.rows.push_back(
          {{TitleOf(ceiling), "–", "–", "not run: " + ceiling.skipped}});
      continue;
    }
    table.rows.push_back(
        {{TitleOf(ceiling), Grouped(ceiling.highest), FirstFailure(ceiling),
          ceiling.cause.empty() ? Text("–") : CodeText(ceiling.cause)}});
  }
  return table;
}

Chart ChartOf(const Results& results) {
  Ranges ranges{.label = "requests at once"};
  for (const auto& ceiling : results.ceilings) {
    if (ceiling.highest == 0) continue;
    const std::string more =
        ceiling.lowest_failing == 0 ? ", the most tried" : "";
    ranges.ranges.push_back({.name = TitleOf(ceiling),
                             .from = static_cast<double>(ceiling.highest),
                             .to = static_cast<double>(ceiling.lowest_failing),
                             .figure = Grouped(ceiling.highest) + more,
                             .colour = ColourOfSetup(results, ceiling.setup)});
  }
  constexpr double kPapers = 252;
  ranges.ranges.push_back({.name = "the paper",
                           .from = kPapers,
                           .to = kPapers + 1,
                           .figure = "252",
                           .colour = kPaperColour});
  return {.name = "ceilings",
          .title = "Highest concurrency at which nothing fails",
          .body = std::move(ranges)};
}

Table StepsOf(const CeilingRecord& ceiling) {
  Table table{.columns = {{"at once", true},
                          {"connected", true},
                          {"requests", true},
                          {"2xx", true},
                          {"seconds", true},
                          {"2xx/s", true},
                          {"what failed"}}};
  for (const auto& step : ceiling.steps) {
    table.rows.push_back(
        {{Grouped(step.concurrency), Grouped(step.peak_connected),
          Grouped(step.requests), Grouped(step.succeeded), Figure(step.seconds),
          Figure(step.goodput),
          step.what_failed.empty() ? "nothing" : step.what_failed}});
  }
  return table;
}

void AddWords(const CeilingRecord& ceiling, Document& document) {
  if (!ceiling.sentence.empty()) document.Add(Paragraph{ceiling.sentence});
  if (!ceiling.remedy.empty()) {
    document.Add(Paragraph{StrongText("To raise it:") + " " + ceiling.remedy});
  }
  if (ceiling.evidence.empty()) return;
  std::string lines;
  for (const auto& line : ceiling.evidence) lines += line + "\n";
  document.Add(Fold{"The evidence", {Code{lines}}});
}

void AddRecord(const CeilingRecord& ceiling, Document& document) {
  document.Add(Heading{3, TitleOf(ceiling) + ": " + Grouped(ceiling.highest)});
  AddWords(ceiling, document);
  if (ceiling.steps.empty()) return;
  document.Add(Fold{"The search, step by step",
                    {StepsOf(ceiling),
                     Paragraph{"So many clients asked at once; connected are "
                               "those that had a connection at the same time, "
                               "fewer where answers come faster than clients "
                               "connect."}}});
}

}  // namespace

void AddCeiling(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "The ceiling of each set-up"});
  if (results.ceilings.empty()) {
    document.Add(Paragraph{"No ceiling was looked for."});
    return;
  }
  document.Add(Paragraph{
      "The highest concurrency at which every request gets its 2xx, found by "
      "halving the distance between one that holds and one that does not; and "
      "what ends it, named from what was seen while it failed."});
  document.Add(Picture{ChartOf(results),
                       "Nothing fails at the full mark, something does at the "
                       "empty one. The paper's is its client's."});
  document.Add(Overview(results.ceilings));
  for (const auto& ceiling : results.ceilings) {
    if (ceiling.skipped.empty()) AddRecord(ceiling, document);
  }
}

}  // namespace smsweb::bench
