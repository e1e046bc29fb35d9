// What to buy: the paper's plan, and a better one beside it.
#include <fmt/format.h>

#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

constexpr double kBananaPiMhz = 1000;
constexpr std::uint64_t kBananaPiMemory = 1ULL << 30;

PaperPlan PapersOwn() {
  std::vector<PeakUse> peaks;
  for (const PaperRow& row : kPaperTable3) {
    peaks.push_back({.cpu_percent = row.cpu_percent,
                     .memory_percent = row.memory_percent,
                     .rx_bytes_per_second = row.rx_bytes_per_second,
                     .tx_bytes_per_second = row.tx_bytes_per_second});
  }
  return PlanAsThePaper(peaks, kBananaPiMhz, kBananaPiMemory);
}

Table::Row PlanRow(const std::string& where, const PaperPlan& plan,
                   Table::Row::Look look) {
  return {{where, Figure(plan.mhz) + " MHz",
           fmt::format("{:.3f} MB", plan.memory_mb),
           fmt::format("{:.2f} Mbit/s", plan.mbit_per_second)},
          look};
}

void AddPaperPlan(const Results& results, Document& document) {
  document.Add(Heading{3, "As the paper computes it"});
  Table table{.columns = {{"where"},
                          {"processor", true},
                          {"memory", true},
                          {"bandwidth", true}}};
  table.rows.push_back(
      PlanRow("the paper", PapersOwn(), Table::Row::Look::kMuted));
  for (const CaseRecord* record : CasesNamed(results, PaperCase(results))) {
    std::vector<PeakUse> peaks;
    for (const RanRow& ran : RanRows(*record)) {
      if (PaperRowOf(*ran.row) != nullptr) peaks.push_back(ran.run->peak);
    }
    if (peaks.empty()) continue;
    table.rows.push_back(PlanRow(
        TitleOf(*record),
        PlanAsThePaper(peaks, results.machine.mhz, results.machine.memory),
        Table::Row::Look::kPlain));
  }
  document.Add(std::move(table));
  document.Add(Paragraph{
      "The largest sample of each column of Table 3, times what the machine "
      "has. It tells what the load happened to take while it lasted, not what "
      "a message needs: a faster machine takes more MHz for the same messages "
      "in less time. CPU is a part of all cores, as there, and MHz those of "
      "one."});
}

// Of each set-up the run with the best goodput in the case of the curves: the
// most messages, so the truest share of each.
std::vector<RanRow> BusiestRuns(const Results& results) {
  std::vector<RanRow> runs;
  for (const CaseRecord* record : CasesNamed(results, CurveCase(results))) {
    auto rows = RanRows(*record);
    std::erase_if(rows,
                  [](const RanRow& ran) { return !CostPerMessage(*ran.run); });
    if (rows.empty()) continue;
    runs.push_back(*std::ranges::max_element(
        rows, {}, [](const RanRow& ran) { return ran.run->Goodput(); }));
  }
  return runs;
}

std::string GroupCost(const MessageCost& cost, const std::string& group) {
  const auto found = cost.cpu_ms.find(group);
  return found == cost.cpu_ms.end() ? "–" : Duration(found->second / 1000);
}

void AddCost(const Results& results, Document& document) {
  document.Add(Heading{3, "What a message costs"});
  const auto runs = BusiestRuns(results);
  if (runs.empty()) {
    document.Add(Paragraph{
        "No run lasted long enough, with CPU times of its programs, to tell."});
    return;
  }
  Table table{.columns = {{"set-up"}, {"load"}}};
  for (const char* title : {"web server", "endpoint", "spooler",
                            "CPU a message", "messages/s a core"}) {
    table.columns.push_back({title, true});
  }
  for (const RanRow& ran : runs) {
    const MessageCost cost = *CostPerMessage(*ran.run);
    table.rows.push_back(
        {{TitleOf(*ran.record), LoadName(*ran.row), GroupCost(cost, "web"),
          GroupCost(cost, "endpoint"), GroupCost(cost, "spooler"),
          Duration(cost.total_ms / 1000), Figure(cost.per_second_per_core)}});
  }
  document.Add(std::move(table));
  document.Add(Paragraph{
      "CPU time in all, divided by the messages accepted, in the run of the "
      "best goodput; and how many a second a core of this machine takes when "
      "the service has it for itself. Plan for half of that."});
}

void AddKnees(const Results& results, Document& document) {
  document.Add(Heading{3, "Where more at once only wait longer"});
  Table table{.columns = {{"set-up"},
                          {"knee: at once", true},
                          {"2xx/s there", true},
                          {"99 % there", true},
                          {"best 2xx/s", true}}};
  for (const CaseRecord* record : CasesNamed(results, CurveCase(results))) {
    const auto curve = CurveOf(*record);
    const auto knee = Knee(curve);
    if (!knee) continue;
    const double best =
        std::ranges::max_element(curve, {}, &CurvePoint::goodput)->goodput;
    table.rows.push_back(
        {{TitleOf(*record), Figure(knee->concurrency), Figure(knee->goodput),
          Duration(knee->p99_ms / 1000), Figure(best)}});
  }
  if (table.rows.empty()) {
    document.Add(Paragraph{"It takes three concurrencies to tell a knee."});
    return;
  }
  document.Add(std::move(table));
  document.Add(Paragraph{
      "The knee is the lowest concurrency with nine tenths of the best "
      "goodput. Let a client ask so many at once; more lengthen the wait and "
      "bring nothing."});
}

}  // namespace

void AddCapacity(const Material& material, Document& document) {
  document.Add(Heading{2, "Capacity"});
  AddPaperPlan(material.results, document);
  AddCost(material.results, document);
  AddKnees(material.results, document);
  AddModemPlan(material.need, document);
}

}  // namespace smsweb::bench
