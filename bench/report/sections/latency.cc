// How long answers took: percentiles, up to the last of them.
#include <algorithm>
#include <cmath>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

constexpr std::size_t kFewRows = 12;

// Over 1/(1-p), which gives the last thousandth as much room as the first half;
// up to one in all.
Series PercentileCurve(const LatencyHistogram& latency, const std::string& name,
                       int colour) {
  constexpr int kPointsPerDecade = 24;
  Series series{.name = name, .colour = colour};
  const auto count = static_cast<double>(latency.count());
  for (int i = 0;; ++i) {
    const double one_in =
        std::pow(10, static_cast<double>(i) / kPointsPerDecade);
    if (one_in >= count) break;
    series.points.push_back(
        {one_in, 1000 * SecondsAt(latency, 100 * (1 - 1 / one_in))});
  }
  series.points.push_back(
      {std::max(count, 1.0), 1000 * SecondsAt(latency, 100)});
  return series;
}

Axis PercentileAxis() {
  return {.label = "percentile of answers",
          .log = true,
          .from = 1,
          .ticks = {{1, "0"},
                    {2, "50"},
                    {10, "90"},
                    {100, "99"},
                    {1000, "99.9"},
                    {1e4, "99.99"},
                    {1e5, "99.999"},
                    {1e6, "99.9999"}}};
}

Chart PercentileChart(const std::string& name, const std::string& title,
                      std::vector<Series> series, Chart::Size size) {
  return {.name = name,
          .title = title,
          .body = Curves{.x = PercentileAxis(),
                         .y = {.label = "milliseconds", .log = true},
                         .series = std::move(series)},
          .size = size};
}

bool HasLatency(const RanRow& ran) { return ran.run->latency.count() > 0; }

void AddComparison(const Results& results, Document& document) {
  std::vector<Series> series;
  std::vector<RanRow> rows = ComparedRows(results);
  std::erase_if(rows, [](const RanRow& ran) { return !HasLatency(ran); });
  if (rows.empty()) return;
  for (const RanRow& ran : rows) {
    series.push_back(
        PercentileCurve(ran.run->latency, TitleOf(*ran.record),
                        ColourOfSetup(results, ran.record->setup)));
  }
  document.Add(Picture{
      PercentileChart("latency-by-set-up",
                      "Time to the answer: " + LoadName(*rows[0].row),
                      std::move(series), Chart::Size::kWide),
      "Read upwards from 99: one answer in a hundred took longer than that. "
      "Both axes are logarithmic. Case " +
          CodeText(rows[0].record->name) + "."});
}

Table PercentileTable(const std::vector<RanRow>& rows) {
  Table table{.columns = {{"set-up"}, {"load"}, {"measured by"}}};
  for (const char* title :
       {"answers", "median", "90 %", "99 %", "99.9 %", "longest"}) {
    table.columns.push_back({title, true});
  }
  for (const RanRow& ran : rows) {
    const LatencyHistogram& latency = ran.run->latency;
    std::vector<Text> cells{TitleOf(*ran.record), LoadName(*ran.row),
                            ran.run->tool, Grouped(latency.count())};
    for (const double percent : {50.0, 90.0, 99.0, 99.9, 100.0}) {
      cells.emplace_back(Duration(SecondsAt(latency, percent)));
    }
    table.rows.push_back({std::move(cells)});
  }
  return table;
}

Picture ByLoad(const CaseRecord& record) {
  std::vector<Series> series;
  for (const RanRow& ran : RanRows(record)) {
    if (!HasLatency(ran)) continue;
    series.push_back(PercentileCurve(ran.run->latency, LoadName(*ran.row),
                                     static_cast<int>(series.size())));
  }
  return {PercentileChart("latency " + record.name + " " + record.setup,
                          TitleOf(record), std::move(series),
                          Chart::Size::kHalf)};
}

void AddCase(const Results& results, const std::string& name,
             Document& document) {
  std::vector<RanRow> rows;
  Gallery gallery;
  for (const CaseRecord* record : CasesNamed(results, name)) {
    auto ran = RanRows(*record);
    std::erase_if(ran, [](const RanRow& row) { return !HasLatency(row); });
    if (!ran.empty()) gallery.figures.push_back(ByLoad(*record));
    std::ranges::move(ran, std::back_inserter(rows));
  }
  if (rows.empty()) return;
  const auto* record = rows[0].record;
  const std::string title = record->title.empty() ? name : record->title;
  Fold fold{"Each load of: " + title, {}, rows.size() <= kFewRows};
  fold.blocks.emplace_back(PercentileTable(rows));
  fold.blocks.emplace_back(std::move(gallery));
  document.Add(std::move(fold));
}

// A curve of each percentile over the rate of an open loop.
std::vector<Series> CurvesOverRate(const std::vector<RanRow>& rows) {
  std::vector<Series> series{{.name = "median", .colour = 0},
                             {.name = "99 %", .colour = 1},
                             {.name = "99.9 %", .colour = 2}};
  constexpr double kPercents[] = {50, 99, 99.9};
  for (const RanRow& ran : rows) {
    for (std::size_t i = 0; i < series.size(); ++i) {
      series[i].look = Series::Look::kLineAndPoints;
      series[i].points.push_back(
          {ran.row->rate, 1000 * SecondsAt(ran.run->latency, kPercents[i])});
    }
  }
  return series;
}

void AddRates(const CaseRecord& record, Document& document) {
  auto rows = RanRows(record);
  std::erase_if(rows, [](const RanRow& ran) {
    return !IsOpenLoop(*ran.row) || !HasLatency(ran);
  });
  if (rows.size() < 2) return;
  document.Add(Picture{
      {.name = "latency-over-rate " + record.setup,
       .title = "Time to the answer at fixed rates: " + TitleOf(record),
       .body = Curves{.x = {.label = "requests/s that were due", .log = true},
                      .y = {.label = "milliseconds", .log = true},
                      .series = CurvesOverRate(rows)}},
      "An open loop: requests are due at fixed times whatever the server does, "
      "and the time counts from then. Where the curves rise steeply, the rate "
      "is more than it can take."});
}

}  // namespace

void AddLatency(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "Time to the answer"});
  if (std::ranges::none_of(RanRows(results), HasLatency)) {
    document.Add(Paragraph{"No latencies were measured."});
    return;
  }
  document.Add(Paragraph{
      "From when a request was due to the last byte of its answer. ab times "
      "all answers, failures too, in whole milliseconds; smsweb-bench those "
      "with 2xx, in microseconds."});
  AddComparison(results, document);
  for (const auto& record : results.cases) AddRates(record, document);
  for (const auto& name : CaseNames(results)) AddCase(results, name, document);
}

}  // namespace smsweb::bench
