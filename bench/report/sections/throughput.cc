// Throughput and goodput over concurrency, beside the paper's own points.
#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

Series PapersGoodput() {
  Series series{.name = "the paper, 2xx/s",
                .colour = kPaperColour,
                .look = Series::Look::kLineAndPoints};
  for (const PaperRow& row : kPaperTable3) {
    series.points.push_back(
        {static_cast<double>(row.concurrency), row.Goodput()});
  }
  return series;
}

Series PapersThroughput() {
  Series series{.name = "the paper, all answers/s",
                .colour = kPaperColour,
                .look = Series::Look::kDashed};
  for (const PaperRow& row : kPaperTable3) {
    series.points.push_back(
        {static_cast<double>(row.concurrency), row.per_second});
  }
  return series;
}

Series Goodput(const Results& results, const CaseRecord& record,
               const std::string& name) {
  Series series{.name = name,
                .colour = ColourOfSetup(results, record.setup),
                .look = Series::Look::kLineAndPoints};
  for (const CurvePoint& point : CurveOf(record)) {
    series.points.push_back({point.concurrency, point.goodput});
  }
  return series;
}

Series Throughput(const Results& results, const CaseRecord& record) {
  Series series{.name = "all answers/s",
                .colour = ColourOfSetup(results, record.setup),
                .look = Series::Look::kDashed};
  for (const RanRow& ran : RanRows(record)) {
    if (IsOpenLoop(*ran.row)) continue;
    series.points.push_back(
        {static_cast<double>(ran.row->concurrency), ran.run->PerSecond()});
  }
  return series;
}

Chart ChartOf(const std::string& name, const std::string& title,
              std::vector<Series> series, Chart::Size size) {
  return {.name = name,
          .title = title,
          .body = Curves{.x = {.label = "requests at once", .log = true},
                         .y = {.label = "per second", .log = true},
                         .series = std::move(series)},
          .size = size};
}

void AddCase(const Results& results,
             const std::vector<const CaseRecord*>& records,
             Document& document) {
  std::vector<Series> together;
  Gallery gallery;
  for (const CaseRecord* record : records) {
    if (CurveOf(*record).size() < kCurvePoints) continue;
    together.push_back(Goodput(results, *record, TitleOf(*record)));
    gallery.figures.push_back({ChartOf(
        "throughput " + record->name + " " + record->setup, TitleOf(*record),
        {Goodput(results, *record, "2xx/s"), Throughput(results, *record),
         PapersGoodput(), PapersThroughput()},
        Chart::Size::kHalf)});
  }
  if (together.empty()) return;
  together.push_back(PapersGoodput());
  const std::string& name = records[0]->name;
  const std::string title = records[0]->title;
  document.Add(Heading{3, title.empty() ? name : title});
  document.Add(Picture{
      ChartOf("goodput " + name, "Goodput over concurrency: 2xx a second",
              std::move(together), Chart::Size::kWide),
      "Goodput of each set-up, and the paper's. Both axes are "
      "logarithmic."});
  document.Add(std::move(gallery));
}

}  // namespace

void AddThroughput(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "Throughput and goodput over concurrency"});
  if (CurveCase(results).empty()) {
    document.Add(Paragraph{
        "No case was run with three concurrencies, so there is no curve."});
    return;
  }
  document.Add(Paragraph{
      "Failures are fast: a server that refuses more answers more requests a "
      "second. The paper's figures rise from 0.68 to 2.75 requests/s while its "
      "2xx/s fall from 0.87 to 0.57. Only 2xx are capacity."});
  for (const auto& name : CaseNames(results)) {
    AddCase(results, CasesNamed(results, name), document);
  }
}

}  // namespace smsweb::bench
