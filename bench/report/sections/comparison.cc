// Set-ups beside each other, under the same load.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

std::string CostOf(const RunRecord& run) {
  const auto cost = CostPerMessage(run);
  return cost ? Duration(cost->total_ms / 1000) : "–";
}

Table TableOf(const std::vector<RanRow>& rows) {
  Table table{.columns = {{"set-up"}}};
  for (const char* title :
       {"2xx/s", "requests/s", "median", "99 %", "CPU a message", "memory",
        "not 2xx", "no answer", "lost"}) {
    table.columns.push_back({title, true});
  }
  for (const RanRow& ran : rows) {
    const RunRecord& run = *ran.run;
    table.rows.push_back(
        {{TitleOf(*ran.record), Figure(run.Goodput()), Figure(run.PerSecond()),
          Duration(SecondsAt(run.latency, 50)),
          Duration(SecondsAt(run.latency, 99)), CostOf(run),
          Bytes(run.peak.memory_bytes), Grouped(run.non_2xx),
          Grouped(run.failed), LostText(run)}});
  }
  return table;
}

// A case may leave messages in the queue, and a part of the cost undone.
std::string WithoutSpooler(const std::vector<RanRow>& rows) {
  std::vector<std::string> titles;
  for (const RanRow& ran : rows) {
    if (!ran.record->has_modems) titles.push_back(TitleOf(*ran.record));
  }
  if (titles.empty()) return {};
  return fmt::format(
      " No spooler ran in this case, and sending is not in it, "
      "of: {}.",
      fmt::join(titles, "; "));
}

Chart ChartOf(const Results& results, const std::vector<RanRow>& rows) {
  Bars bars{.label = "2xx/s"};
  for (const RanRow& ran : rows) {
    bars.bars.push_back({.name = TitleOf(*ran.record),
                         .value = ran.run->Goodput(),
                         .figure = Figure(ran.run->Goodput()),
                         .colour = ColourOfSetup(results, ran.record->setup)});
  }
  return {.name = "set-ups",
          .title = "Goodput by set-up: " + LoadName(*rows[0].row),
          .body = std::move(bars)};
}

}  // namespace

void AddComparison(const Material& material, Document& document) {
  document.Add(Heading{2, "Set-ups compared"});
  auto rows = ComparedRows(material.results);
  if (rows.size() < 2) {
    document.Add(Paragraph{
        "No two set-ups were measured under the same load of one case."});
    return;
  }
  std::ranges::stable_sort(rows, std::greater(), [](const RanRow& ran) {
    return ran.run->Goodput();
  });
  document.Add(Paragraph{"The same load on each: " + LoadName(*rows[0].row) +
                         ", case " + CodeText(rows[0].record->name) +
                         ". Best goodput first."});
  document.Add(Picture{ChartOf(material.results, rows)});
  document.Add(TableOf(rows));
  document.Add(Paragraph{
      "CPU a message is what web server, endpoint and spooler took, for each "
      "2xx. Memory is theirs, resident, added up: pages that processes share "
      "count once for each." +
      WithoutSpooler(rows)});
}

}  // namespace smsweb::bench
