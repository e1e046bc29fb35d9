// What became of all that was asked of a set-up, over all runs of a case.
#include <fmt/format.h>

#include "bench/figures/figures.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

struct Sums {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t unanswered = 0;
  bool counted = false;  // of these runs alone:
  std::uint64_t in_queue_or_lost = 0;
  std::uint64_t lost = 0;
  std::uint64_t extra = 0;
  bool exact = true;  // lost
};

void AddTo(Sums& sums, const RunRecord& run) {
  sums.accepted += run.succeeded;
  sums.refused += run.non_2xx;
  sums.unanswered += run.failed;
  if (!run.counted) return;
  sums.counted = true;
  sums.in_queue_or_lost += run.succeeded;
  sums.lost += run.lost;
  sums.extra += run.extra;
  sums.exact = sums.exact && run.IsLostExact();
}

Sums SumsOf(const CaseRecord& record) {
  Sums sums;
  for (const auto& row : record.rows) {
    for (const auto& run : row.runs) AddTo(sums, run);
  }
  return sums;
}

std::string AnswerWords(const Sums& sums) {
  return fmt::format(
      "Of {} in all runs, {} got 2xx, {} another answer, {} none.",
      Count(sums.accepted + sums.refused + sums.unanswered, "request"),
      Grouped(sums.accepted), Grouped(sums.refused), Grouped(sums.unanswered));
}

std::string QueueWords(const Sums& sums) {
  if (!sums.counted) return " What is in its queue was not counted.";
  const std::string accepted = Count(sums.in_queue_or_lost, "message");
  if (sums.lost > 0) {
    return fmt::format(" {}{} of {} that got 2xx were not in the queue.",
                       sums.exact ? "" : "At least ", Grouped(sums.lost),
                       accepted);
  }
  std::string words =
      sums.exact
          ? fmt::format(" All {} that got 2xx were in the queue.", accepted)
          : fmt::format(
                " As many as the {} that got 2xx were in the queue, at "
                "least; a lost one would be hidden by the message of a "
                "request without 2xx.",
                accepted);
  if (sums.extra > 0) {
    words += fmt::format(" {} more were there whose answer was not 2xx.",
                         Grouped(sums.extra));
  }
  return words;
}

std::string PhoneWords(const CaseRecord& record) {
  if (!record.has_modems) return "";
  const std::string words = fmt::format(" {} arrived at the simulated phones",
                                        Count(record.arrived, "message"));
  if (record.stranded == 0 && record.repeated == 0) {
    return words + ": none is missing, none came twice.";
  }
  return fmt::format(
      "{}: {} that were accepted had not come by then, {} came more than once.",
      words, Grouped(record.stranded), Grouped(record.repeated));
}

}  // namespace

Note OutcomeOf(const CaseRecord& record) {
  const Sums sums = SumsOf(record);
  const bool good =
      sums.refused + sums.unanswered + sums.lost + record.stranded == 0;
  return {good ? Note::Kind::kGood : Note::Kind::kWarning,
          AnswerWords(sums) + QueueWords(sums) + PhoneWords(record)};
}

}  // namespace smsweb::bench
