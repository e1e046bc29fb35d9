// What failed, by kind.
#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

constexpr int kSuccess = 2;  // hundreds

struct Kinds {
  std::uint64_t asked = 0;
  std::uint64_t succeeded = 0;
  std::map<int, std::uint64_t> statuses;  // not 2xx
  std::map<std::string, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> problems;
  std::uint64_t non_2xx = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;

  bool Any() const { return non_2xx + failed + lost > 0; }
};

void AddTo(Kinds& kinds, const RunRecord& run) {
  kinds.asked += Asked(run);
  kinds.succeeded += run.succeeded;
  kinds.non_2xx += run.non_2xx;
  kinds.failed += run.failed;
  kinds.lost += run.lost;
  for (const auto& [status, count] : run.statuses) {
    if (status / 100 != kSuccess) kinds.statuses[status] += count;
  }
  for (const auto& [fault, count] : run.faults) kinds.faults[fault] += count;
  for (const auto& [said, count] : run.problems) kinds.problems[said] += count;
}

Kinds KindsOf(const RowRecord& row) {
  Kinds kinds;
  for (const auto& run : row.runs) AddTo(kinds, run);
  return kinds;
}

void Append(Text& text, const Text& what, std::uint64_t count) {
  if (!text.empty()) text += ", ";
  text += Grouped(count) + "\u00A0×\u00A0";
  text += what;
}

Text StatusWords(const Kinds& kinds) {
  Text text;
  for (const auto& [status, count] : kinds.statuses) {
    Append(text, "HTTP " + std::to_string(status), count);
  }
  if (text.empty() && kinds.non_2xx > 0) {
    Append(text, "not 2xx (ab does not say which)", kinds.non_2xx);
  }
  return text;
}

Text FaultWords(const Kinds& kinds) {
  Text text;
  for (const auto& [fault, count] : kinds.faults) Append(text, fault, count);
  if (text.empty() && kinds.failed > 0) {
    Append(text, "no answer", kinds.failed);
  }
  return text;
}

Text ProblemWords(const Kinds& kinds) {
  Text text;
  for (const auto& [said, count] : kinds.problems) {
    Append(text, CodeText(said), count);
  }
  return text;
}

Table EmptyTable() {
  return {.columns = {{"set-up"},
                      {"case"},
                      {"load"},
                      {"asked", true},
                      {"2xx", true},
                      {"other answers"},
                      {"no answer"},
                      {"what answers said"},
                      {"lost", true}}};
}

void AddRow(const CaseRecord& record, const RowRecord& row, Table& table) {
  const Kinds kinds = KindsOf(row);
  if (!kinds.Any()) return;
  table.rows.push_back(
      {{TitleOf(record), CodeText(record.name), LoadName(row),
        Grouped(kinds.asked), Grouped(kinds.succeeded), StatusWords(kinds),
        FaultWords(kinds), ProblemWords(kinds), Grouped(kinds.lost)}});
}

std::string WordsOfMessages(const Results& results) {
  const auto rows = RanRows(results);
  const auto counted = std::ranges::count_if(
      rows, [](const RanRow& ran) { return ran.run->counted; });
  if (counted == 0) {
    return "; whether each has its message was not counted";
  }
  return std::cmp_equal(counted, rows.size())
             ? ", and every 2xx has its message"
             : ", and every 2xx has its message, wherever they were counted";
}

}  // namespace

void AddFailures(const Material& material, Document& document) {
  document.Add(Heading{2, "What failed"});
  Table table = EmptyTable();
  for (const auto& record : material.results.cases) {
    for (const auto& row : record.rows) AddRow(record, row, table);
  }
  if (RanRows(material.results).empty()) {
    document.Add(Paragraph{"No test case was run, so nothing could fail."});
  } else if (table.rows.empty()) {
    document.Add(Note{Note::Kind::kGood, "Nothing: every request got its 2xx" +
                                             WordsOfMessages(material.results) +
                                             "."});
  } else {
    document.Add(
        Paragraph{"Over all runs of a row. Loads that are not here "
                  "had no failure. Where requests got no 2xx, \"lost\" is only "
                  "at least: such a request may have left a message, which "
                  "hides a lost one."});
    document.Add(std::move(table));
  }
}

}  // namespace smsweb::bench
