// How far the figures can be believed.
#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

struct Agreement {
  std::vector<RanRow> apart;    // they disagree
  std::vector<RanRow> moments;  // they agree but for moments
  std::size_t repeated = 0;
  std::size_t once = 0;
};

Agreement AgreementOf(const Results& results) {
  Agreement found;
  for (const RanRow& ran : RanRows(results)) {
    if (ran.row->runs.size() < 2) {
      ++found.once;
      continue;
    }
    ++found.repeated;
    if (IsWithinBand(*ran.row)) continue;
    (Agrees(*ran.row) ? found.moments : found.apart).push_back(ran);
  }
  return found;
}

std::string BusyWords(const MachineRecord& machine) {
  return "While nothing was measured, " + Percent(machine.busy_before) +
         " of it was in use before and " + Percent(machine.busy_after) +
         " after; its host took " + Percent(machine.stolen) +
         " of the time in between. Up to " + Percent(kNoisyShare) +
         " each is quiet enough.";
}

Note MachineVerdict(const MachineRecord& machine) {
  if (IsNoisy(machine)) {
    return {Note::Kind::kWarning,
            StrongText("The machine was too noisy to tell.") + " " +
                BusyWords(machine) +
                " Take the figures for an impression, compare nothing that "
                "lies near together, and measure again when others are quiet."};
  }
  return {Note::Kind::kGood,
          StrongText("The machine was quiet.") + " " + BusyWords(machine)};
}

std::string Verb(std::size_t count, const std::string& one,
                 const std::string& many) {
  return count == 1 ? one : many;
}

Note RowsVerdict(const Agreement& found) {
  const std::string band = "within " + Percent(kAgreementBand) +
                           " of goodput, or " + Duration(kAgreementSeconds);
  if (found.repeated == 0) {
    return {Note::Kind::kWarning,
            StrongText("No row was run twice.") +
                " Nothing can be said of how far two runs lie apart."};
  }
  if (found.apart.empty()) {
    return {Note::Kind::kGood, StrongText("Repeated runs agree") + " " + band +
                                   ": " + Count(found.repeated, "row") + ", " +
                                   Grouped(found.moments.size()) +
                                   " of them only by the latter."};
  }
  return {Note::Kind::kWarning,
          StrongText(Count(found.apart.size(), "row") + " can't be told.") +
              " Of " + Count(found.repeated, "row") +
              " that were run twice or more often, " +
              Grouped(found.apart.size()) + " " +
              Verb(found.apart.size(), "does", "do") + " not agree " + band +
              ":"};
}

Table TableOf(const std::vector<RanRow>& rows) {
  Table table{.columns = {{"case"},
                          {"set-up"},
                          {"load"},
                          {"runs", true},
                          {"apart", true},
                          {"typical run", true}}};
  for (const RanRow& ran : rows) {
    table.rows.push_back(
        {{CodeText(ran.record->name), TitleOf(*ran.record), LoadName(*ran.row),
          Grouped(ran.row->runs.size()), Percent(Spread(*ran.row)),
          Duration(ran.run->seconds)}});
  }
  return table;
}

// Our own generator was late by so much of the slowest answers that it can't
// be told from them.
bool IsLate(const RanRow& ran) {
  constexpr double kPart = 0.1;
  return ran.run->late_ms / 1000 > kPart * SecondsAt(ran.run->latency, 99) &&
         ran.run->latency.count() > 0;
}

void AddLateness(const Results& results, Document& document) {
  Table table{.columns = {{"case"},
                          {"set-up"},
                          {"load"},
                          {"generator late, 99 %", true},
                          {"answers, 99 %", true}}};
  for (const RanRow& ran : RanRows(results)) {
    if (!IsLate(ran)) continue;
    table.rows.push_back(
        {{CodeText(ran.record->name), TitleOf(*ran.record), LoadName(*ran.row),
          Duration(ran.run->late_ms / 1000),
          Duration(SecondsAt(ran.run->latency, 99))}});
  }
  if (table.rows.empty()) return;
  document.Add(Note{Note::Kind::kWarning,
                    StrongText("The load came late") + " in " +
                        Count(table.rows.size(), "row") +
                        ": our own generator sent requests after they were "
                        "due, by more than a tenth of the slowest answers. "
                        "Their times are in part its own."});
  document.Add(std::move(table));
}

}  // namespace

void AddNoise(const Material& material, Document& document) {
  const Agreement found = AgreementOf(material.results);
  document.Add(Heading{2, "How far to believe it"});
  document.Add(MachineVerdict(material.results.machine));
  document.Add(RowsVerdict(found));
  if (!found.apart.empty()) document.Add(TableOf(found.apart));
  if (!found.moments.empty()) {
    document.Add(Fold{Count(found.moments.size(), "row") +
                          " took the same but "
                          "for " +
                          Duration(kAgreementSeconds) +
                          ", which is much of so short a time",
                      {TableOf(found.moments)}});
  }
  if (found.repeated > 0 && found.once > 0) {
    document.Add(Paragraph{Count(found.once, "row") + " " +
                           Verb(found.once, "was", "were") +
                           " run once: of those nothing can be said."});
  }
  AddLateness(material.results, document);
  document.Add(Paragraph{
      "Apart is the distance between the best and the worst run, in goodput, "
      "as a part of the median. All tables and charts show the run of median "
      "goodput."});
}

}  // namespace smsweb::bench
