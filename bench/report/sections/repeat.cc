// The exact commands.
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

std::string StartOf(const CaseRecord& record) {
  std::string text;
  for (const auto& command : record.commands) text += command + "\n";
  return text;
}

std::string LoadsOf(const CaseRecord& record) {
  std::string text;
  for (const RanRow& ran : RanRows(record)) {
    if (!ran.run->command.empty()) text += ran.run->command + "\n";
  }
  return text;
}

void Append(List& list, const RanRow& ran, std::size_t run) {
  const RunRecord& record = ran.row->runs[run];
  if (record.output.empty() && record.samples.empty()) return;
  Text item = TitleOf(*ran.record) + ", " + LoadName(*ran.row) + ", run " +
              std::to_string(run + 1) + ": ";
  if (!record.samples.empty()) item += FileLink("samples", record.samples);
  if (!record.samples.empty() && !record.output.empty()) item += ", ";
  if (!record.output.empty()) {
    item += FileLink("output of " + record.tool, record.output);
  }
  list.items.push_back(std::move(item));
}

List FilesOf(const CaseRecord& record) {
  List list;
  for (const RanRow& ran : RanRows(record)) {
    for (std::size_t i = 0; i < ran.row->runs.size(); ++i) {
      Append(list, ran, i);
    }
  }
  return list;
}

void AddCommands(const CaseRecord& record, Document& document) {
  Fold fold{record.name + ", " + TitleOf(record), {}};
  const std::string start = StartOf(record);
  if (!start.empty()) {
    fold.blocks.emplace_back(Paragraph{"The set-up was started with"});
    fold.blocks.emplace_back(Code{start});
  }
  if (const std::string loads = LoadsOf(record); !loads.empty()) {
    fold.blocks.emplace_back(Paragraph{"and the load with"});
    fold.blocks.emplace_back(Code{loads});
  }
  if (List files = FilesOf(record); !files.items.empty()) {
    fold.blocks.emplace_back(Paragraph{"What each run left:"});
    fold.blocks.emplace_back(std::move(files));
  }
  if (!fold.blocks.empty()) document.Add(std::move(fold));
}

}  // namespace

void AddRepeat(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "How to repeat it"});
  document.Add(Paragraph{"All of it:"});
  document.Add(Code{results.command});
  document.Add(Paragraph{
      "All figures are in " + FileLink("results.json", "results.json") +
      ". In its folder, this report is made from it anew, without measuring, "
      "by"});
  document.Add(Code{"smsweb-bench report --from ."});
  for (const auto& record : results.cases) AddCommands(record, document);
}

}  // namespace smsweb::bench
