// Test cases, row by row, beside the paper's own figures, with the paper's
// charts.
#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

using Look = Table::Row::Look;

std::vector<Table::Column> ColumnsOf(bool with_paper) {
  std::vector<Table::Column> columns{{"load"}};
  if (with_paper) columns.push_back({"where"});
  for (const char* title :
       {"CPU %", "memory %", "Rx B/s", "Tx B/s", "seconds", "requests/s",
        "2xx/s", "not 2xx", "no answer", "lost"}) {
    columns.push_back({title, true});
  }
  return columns;
}

Table::Row OurRow(const RanRow& ran, bool with_paper) {
  const RunRecord& run = *ran.run;
  std::vector<Text> cells{LoadName(*ran.row)};
  if (with_paper) cells.emplace_back("here");
  for (const std::string& figure :
       {Figure(run.peak.cpu_percent), Figure(run.peak.memory_percent),
        Figure(run.peak.rx_bytes_per_second),
        Figure(run.peak.tx_bytes_per_second), Figure(run.seconds),
        Figure(run.PerSecond()), Figure(run.Goodput()), Grouped(run.non_2xx),
        Grouped(run.failed), LostText(run)}) {
    cells.emplace_back(figure);
  }
  return {std::move(cells)};
}

Table::Row PapersRow(const PaperRow& paper) {
  const std::string unknown = "–";
  return {
      {"", "the paper", Figure(paper.cpu_percent), Figure(paper.memory_percent),
       Figure(paper.rx_bytes_per_second), Figure(paper.tx_bytes_per_second),
       Figure(paper.seconds), Figure(paper.per_second), Figure(paper.Goodput()),
       Grouped(static_cast<std::uint64_t>(paper.non_2xx)), unknown, unknown},
      Look::kMuted};
}

Table TableOf(const CaseRecord& record) {
  const bool with_paper = HasPaperRows(record);
  Table table{.columns = ColumnsOf(with_paper)};
  for (const RanRow& ran : RanRows(record)) {
    table.rows.push_back(OurRow(ran, with_paper));
    if (const PaperRow* paper = PaperRowOf(*ran.row)) {
      table.rows.push_back(PapersRow(*paper));
    }
  }
  return table;
}

List SkippedRows(const CaseRecord& record) {
  List list;
  for (const auto& row : record.rows) {
    if (row.skipped.empty()) continue;
    list.items.push_back(StrongText(LoadName(row)) +
                         " was not run: " + row.skipped);
  }
  return list;
}

Text VersionsOf(const CaseRecord& record) {
  Text text;
  for (const auto& [program, version] : record.versions) {
    text += text.empty() ? Text("Versions: ") : Text(", ");
    text += CodeText(program) + " " + version;
  }
  return text;
}

Text SizesOf(const CaseRecord& record) {
  Text text;
  for (const auto& [name, size] : record.sizes) {
    text += text.empty() ? Text("Sizes: ") : Text(", ");
    text += CodeText(name) + " " + std::to_string(size);
  }
  return text;
}

Fold UseOf(const Material& material, const CaseRecord& record) {
  Gallery gallery;
  List missing;
  for (const RanRow& ran : RanRows(record)) {
    const std::string load = LoadName(*ran.row);
    UseOverTime use = DrawUse(material, *ran.run, load,
                              record.name + " " + record.setup + " " + load);
    if (!use.missing.empty()) missing.items.emplace_back(use.missing);
    std::ranges::move(use.figures, std::back_inserter(gallery.figures));
  }
  Fold fold{"CPU, memory and network over time: " + TitleOf(record), {}};
  if (!gallery.figures.empty()) fold.blocks.emplace_back(std::move(gallery));
  if (!missing.items.empty()) fold.blocks.emplace_back(std::move(missing));
  fold.open =
      HasPaperRows(record) && record.setup == ReferenceSetup(material.results);
  return fold;
}

void AddSetup(const Material& material, const CaseRecord& record,
              Document& document) {
  document.Add(Heading{4, TitleOf(record)});
  if (!record.skipped.empty()) {
    document.Add(Note{Note::Kind::kWarning, "Not run: " + record.skipped});
    return;
  }
  if (!RanRows(record).empty()) {
    document.Add(OutcomeOf(record));
    document.Add(TableOf(record));
  }
  if (!record.broke_off.empty()) {
    document.Add(Note{Note::Kind::kWarning, "Broke off: " + record.broke_off});
  }
  if (List skipped = SkippedRows(record); !skipped.items.empty()) {
    document.Add(std::move(skipped));
  }
  for (const Text& text : {SizesOf(record), VersionsOf(record)}) {
    if (!text.empty()) document.Add(Paragraph{text});
  }
  if (Fold use = UseOf(material, record); !use.blocks.empty()) {
    document.Add(std::move(use));
  }
}

void AddCase(const Material& material,
             const std::vector<const CaseRecord*>& records,
             Document& document) {
  const CaseRecord& first = *records.front();
  document.Add(Heading{3, first.title.empty() ? first.name : first.title});
  document.Add(Paragraph{Text("Case ") + CodeText(first.name) +
                         ", each request " + CodeText(first.request) + "."});
  for (const CaseRecord* record : records) {
    AddSetup(material, *record, document);
  }
}

}  // namespace

void AddCases(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "The test cases, row by row"});
  if (results.cases.empty()) {
    document.Add(Paragraph{"No test case was run."});
    return;
  }
  document.Add(Paragraph{
      "CPU, memory and network are the largest sample of each run, of the "
      "whole machine, as in the paper's Table 3. The paper counts failures as "
      "requests/s; beside them stands what got 2xx."});
  for (const auto& name : CaseNames(results)) {
    AddCase(material, CasesNamed(results, name), document);
  }
}

}  // namespace smsweb::bench
