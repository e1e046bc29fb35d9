// How many modems a rate of messages needs.
#include <fmt/format.h>

#include <cmath>

#include "bench/figures/figures.h"
#include "bench/plan/plan_report.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

Table ModemTable(const ModemPlan& plan) {
  Table table;
  for (const char* title :
       {"modems", "busy", "that wait", "mean wait", "95 % wait", "99 % wait"}) {
    table.columns.push_back({title, true});
  }
  for (const QueueForecast& row : plan.rows) {
    const bool chosen = row.modems == plan.chosen.modems;
    table.rows.push_back(
        {{Grouped(static_cast<std::uint64_t>(row.modems)),
          Percent(row.utilisation), Percent(row.waiting_share),
          WaitText(row.mean_wait), WaitText(row.p95_wait),
          WaitText(row.p99_wait)},
         chosen ? Table::Row::Look::kMarked : Table::Row::Look::kPlain});
  }
  return table;
}

Series WaitsOf(const ModemPlan& plan, const std::string& name, int colour,
               double QueueForecast::*wait) {
  Series series{
      .name = name, .colour = colour, .look = Series::Look::kLineAndPoints};
  for (const QueueForecast& row : plan.rows) {
    if (!std::isfinite(row.*wait)) continue;
    series.points.push_back({static_cast<double>(row.modems), row.*wait});
  }
  return series;
}

Chart ModemChart(const ModemPlan& plan) {
  Axis modems{.label = "modems"};
  for (const QueueForecast& row : plan.rows) {
    modems.ticks.emplace_back(row.modems,
                              Grouped(static_cast<std::uint64_t>(row.modems)));
  }
  Series limit{.name = "no longer than",
               .colour = kPaperColour,
               .look = Series::Look::kDashed};
  for (const QueueForecast& row : plan.rows) {
    limit.points.push_back({static_cast<double>(row.modems), plan.need.wait});
  }
  return {.name = "modems",
          .title = "How long messages wait for a modem",
          .body = Curves{
              .x = modems,
              .y = {.label = "seconds", .from = 0},
              .series = {WaitsOf(plan, "95 %", 0, &QueueForecast::p95_wait),
                         WaitsOf(plan, "99 %", 1, &QueueForecast::p99_wait),
                         WaitsOf(plan, "mean", 2, &QueueForecast::mean_wait),
                         std::move(limit)}}};
}

}  // namespace

void AddModemPlan(const ModemNeed& need, Document& document) {
  document.Add(Heading{3, "How many modems"});
  const auto plan = MakeModemPlan(need);
  if (!plan) {
    document.Add(Paragraph{"No plan was made: " + plan.error().message + "."});
    return;
  }
  document.Add(Paragraph{Question(*plan)});
  document.Add(Paragraph{StrongText(Answer(*plan))});
  document.Add(ModemTable(*plan));
  document.Add(Picture{ModemChart(*plan),
                       "Erlang's formula C: messages at random, modems whose "
                       "time a message is exponential."});
  List assumptions;
  for (const auto& sentence : Assumptions(*plan)) {
    assumptions.items.emplace_back(sentence);
  }
  document.Add(std::move(assumptions));
  document.Add(Paragraph{"For another rate:"});
  document.Add(
      Code{fmt::format("smsweb-bench plan --rate {} --seconds {} --wait {}",
                       need.rate, need.seconds, need.wait)});
}

}  // namespace smsweb::bench
