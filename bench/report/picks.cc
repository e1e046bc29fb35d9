#include "bench/report/picks.h"

#include <algorithm>
#include <set>

#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kPaperConcurrency = 252;
constexpr int kPaperSetupColour = 1;

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

std::vector<std::string> Setups(const Results& results) {
  std::vector<std::string> setups;
  for (const auto& record : results.cases) AddOnce(setups, record.setup);
  for (const auto& record : results.ceilings) AddOnce(setups, record.setup);
  for (const auto& record : results.deliveries) AddOnce(setups, record.setup);
  return setups;
}

// One for each set-up that ran such a load, of one case.
std::vector<RanRow> RowsWithLoad(const std::vector<const CaseRecord*>& records,
                                 const RowRecord& load) {
  std::vector<RanRow> rows;
  for (const CaseRecord* record : records) {
    for (const RanRow& ran : RanRows(*record)) {
      if (!SameLoad(*ran.row, load)) continue;
      rows.push_back(ran);
      break;
    }
  }
  return rows;
}

// More set-ups count more, then 252 at once, then a greater concurrency.
bool Better(const std::vector<RanRow>& a, const std::vector<RanRow>& b) {
  if (a.empty() || b.empty()) return b.empty() && !a.empty();
  const auto rank = [](const std::vector<RanRow>& rows) {
    const RowRecord& row = *rows[0].row;
    return std::tuple(rows.size(), row.concurrency == kPaperConcurrency,
                      row.concurrency);
  };
  return rank(a) > rank(b);
}

std::vector<RanRow> BestRowsOf(const std::vector<const CaseRecord*>& records) {
  std::vector<RanRow> best;
  for (const CaseRecord* record : records) {
    for (const RanRow& ran : RanRows(*record)) {
      if (IsOpenLoop(*ran.row)) continue;
      auto rows = RowsWithLoad(records, *ran.row);
      if (Better(rows, best)) best = std::move(rows);
    }
  }
  return best;
}

}  // namespace

const RunRecord* TypicalRun(const RowRecord& row) {
  if (row.runs.empty()) return nullptr;
  std::vector<const RunRecord*> runs;
  for (const auto& run : row.runs) runs.push_back(&run);
  const auto middle =
      runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
  std::ranges::nth_element(runs, middle, {},
                           [](const RunRecord* run) { return run->Goodput(); });
  return *middle;
}

std::vector<RanRow> RanRows(const CaseRecord& record) {
  std::vector<RanRow> rows;
  for (const auto& row : record.rows) {
    if (const RunRecord* run = TypicalRun(row)) {
      rows.push_back({&record, &row, run});
    }
  }
  return rows;
}

std::vector<RanRow> RanRows(const Results& results) {
  std::vector<RanRow> rows;
  for (const auto& record : results.cases) {
    for (const RanRow& row : RanRows(record)) rows.push_back(row);
  }
  return rows;
}

std::string LoadName(const RowRecord& row) {
  if (IsOpenLoop(row)) {
    return Duration(row.seconds) + " of " + Figure(row.rate) + "/s";
  }
  const std::string at_once = Grouped(row.concurrency) + " at once";
  if (row.requests == 0) return Duration(row.seconds) + " of " + at_once;
  return Count(row.requests, "request") + ", " + at_once;
}

bool SameLoad(const RowRecord& a, const RowRecord& b) {
  return a.requests == b.requests && a.concurrency == b.concurrency &&
         a.rate == b.rate && a.seconds == b.seconds;
}

bool IsOpenLoop(const RowRecord& row) { return row.rate > 0; }

const PaperRow* PaperRowOf(const RowRecord& row) {
  for (const PaperRow& paper : kPaperTable3) {
    if (std::cmp_equal(paper.requests, row.requests) &&
        std::cmp_equal(paper.concurrency, row.concurrency) &&
        !IsOpenLoop(row)) {
      return &paper;
    }
  }
  return nullptr;
}

bool HasPaperRows(const CaseRecord& record) {
  return std::ranges::any_of(record.rows, [](const RowRecord& row) {
    return PaperRowOf(row) != nullptr;
  });
}

std::string PaperCase(const Results& results) {
  std::string best;
  std::ptrdiff_t most = 0;
  for (const auto& record : results.cases) {
    const auto rows = std::ranges::count_if(
        record.rows,
        [](const RowRecord& row) { return PaperRowOf(row) != nullptr; });
    if (rows > most) {
      most = rows;
      best = record.name;
    }
  }
  return best;
}

std::string TitleOf(const CaseRecord& record) {
  return record.setup_title.empty() ? record.setup : record.setup_title;
}

std::string TitleOf(const CeilingRecord& ceiling) {
  return ceiling.setup_title.empty() ? ceiling.setup : ceiling.setup_title;
}

std::string TitleOfSetup(const Results& results, const std::string& setup) {
  for (const auto& record : results.cases) {
    if (record.setup == setup) return TitleOf(record);
  }
  for (const auto& ceiling : results.ceilings) {
    if (ceiling.setup == setup) return TitleOf(ceiling);
  }
  return setup;
}

int ColourOfSetup(const Results& results, const std::string& setup) {
  if (setup == kPaperSetup) return kPaperSetupColour;
  auto setups = Setups(results);
  std::erase(setups, kPaperSetup);
  const auto place = std::ranges::find(setups, setup) - setups.begin();
  const int colour = static_cast<int>(place);
  return colour < kPaperSetupColour ? colour : colour + 1;
}

std::string ReferenceSetup(const Results& results) {
  const auto setups = Setups(results);
  const std::string shipped(kShippedSetup);
  if (std::ranges::find(setups, shipped) != setups.end()) return shipped;
  return setups.empty() ? "" : setups.front();
}

std::vector<std::string> CaseNames(const Results& results) {
  std::vector<std::string> names;
  for (const auto& record : results.cases) AddOnce(names, record.name);
  return names;
}

std::vector<const CaseRecord*> CasesNamed(const Results& results,
                                          const std::string& name) {
  std::vector<const CaseRecord*> records;
  for (const auto& record : results.cases) {
    if (record.name == name) records.push_back(&record);
  }
  return records;
}

std::vector<RanRow> ComparedRows(const Results& results) {
  std::vector<RanRow> best;
  for (const auto& name : CaseNames(results)) {
    auto rows = BestRowsOf(CasesNamed(results, name));
    if (rows.size() > best.size()) best = std::move(rows);
  }
  return best;
}

std::vector<CurvePoint> CurveOf(const CaseRecord& record) {
  std::vector<CurvePoint> curve;
  for (const auto& [_, row, run] : RanRows(record)) {
    if (IsOpenLoop(*row)) continue;
    curve.push_back({static_cast<double>(row->concurrency), run->Goodput(),
                     SecondsAt(run->latency, 99) * 1000});
  }
  std::ranges::stable_sort(curve, {}, &CurvePoint::concurrency);
  return curve;
}

std::string CurveCase(const Results& results) {
  std::string best;
  std::size_t most = 0;
  for (const auto& name : CaseNames(results)) {
    std::size_t points = 0;
    for (const CaseRecord* record : CasesNamed(results, name)) {
      const std::size_t size = CurveOf(*record).size();
      if (size >= kCurvePoints) points += size;
    }
    if (points > most) {
      most = points;
      best = name;
    }
  }
  return best;
}

std::uint64_t Asked(const RunRecord& run) {
  return run.succeeded + run.non_2xx + run.failed;
}

double SecondsAt(const LatencyHistogram& latency, double percent) {
  constexpr double kMicros = 1e6;
  return static_cast<double>(latency.Percentile(percent)) / kMicros;
}

}  // namespace smsweb::bench
