#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/ceiling/failures.h"
#include "bench/ceiling/log_signs.h"
#include "bench/ceiling/prober.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

std::uint64_t RequestsFor(const CeilingPlan& plan, std::uint64_t concurrency) {
  const double requests =
      plan.requests_per_connection * static_cast<double>(concurrency);
  return std::max<std::uint64_t>(
      concurrency, static_cast<std::uint64_t>(std::llround(requests)));
}

// A message whose answer came too late for its client makes up for one that is
// lost: this errs to the good. AwaitCalm keeps it out of the next load.
std::uint64_t LostIn(const LoadResult& load, std::uint64_t queued) {
  const std::uint64_t promised = load.Succeeded();
  return promised > queued ? promised - queued : 0;
}

Trial TrialOf(const Evidence& evidence) {
  const std::uint64_t succeeded = evidence.load.Succeeded();
  return {.requests = evidence.load.asked,
          .succeeded = succeeded - std::min(succeeded, evidence.lost),
          .peak_connected = evidence.load.peak_connected,
          .seconds = evidence.load.seconds,
          .what_failed = WhatFailed(evidence)};
}

std::string InWords(std::uint64_t concurrency, const Trial& trial) {
  return fmt::format("{} at once: {}", Grouped(concurrency),
                     trial.what_failed.empty()
                         ? fmt::format("{} in {}, nothing failed",
                                       Count(trial.requests, "request"),
                                       Duration(trial.seconds))
                         : trial.what_failed);
}

class CeilingSearch {
 public:
  CeilingSearch(Prober& prober, const CeilingPlan& plan, const Say& say)
      : prober_(prober), plan_(plan), say_(say) {}

  Result<Trial> Attempt(std::uint64_t concurrency) {
    if (const std::string& ended = last_failure_.ended; !ended.empty()) {
      return Fail(ErrorKind::kUnavailable, ended);
    }
    if (auto calm = prober_.AwaitCalm(); !calm) {
      return std::unexpected(calm.error());
    }
    auto evidence = Load(concurrency);
    if (!evidence) return std::unexpected(evidence.error());
    const Trial trial = TrialOf(*evidence);
    if (say_) say_(InWords(concurrency, trial));
    if (!trial.what_failed.empty()) last_failure_ = std::move(*evidence);
    return trial;
  }

  // Of the lowest concurrency that failed: the search only goes down from a
  // failure.
  const Evidence& last_failure() const { return last_failure_; }

 private:
  Result<Evidence> Load(std::uint64_t concurrency) {
    const auto before = prober_.CountMessages();
    if (!before) return std::unexpected(before.error());
    auto evidence = prober_.Load(concurrency, RequestsFor(plan_, concurrency));
    if (!evidence) return evidence;
    const auto after = prober_.CountMessages();
    if (!after) return std::unexpected(after.error());
    if (*before && *after) {
      evidence->lost = LostIn(evidence->load, **after - **before);
    }
    evidence->earlier_lines = said_sparingly_;
    Remember(evidence->log_lines);
    return evidence;
  }

  void Remember(const std::vector<std::string>& log_lines) {
    for (const std::string& line : log_lines) {
      const LogSign* sign = SignOf(line);
      if (sign && sign->sparing) said_sparingly_.push_back(line);
    }
  }

  Prober& prober_;
  const CeilingPlan& plan_;
  const Say& say_;
  Evidence last_failure_;
  std::vector<std::string> said_sparingly_;
};

void AddCause(std::vector<Cause> causes, CeilingRecord& record) {
  record.cause = std::move(causes.front().name);
  record.sentence = std::move(causes.front().sentence);
  record.evidence = std::move(causes.front().evidence);
  record.remedy = std::move(causes.front().remedy);
  for (std::size_t i = 1; i < causes.size(); ++i) {
    record.evidence.push_back(
        fmt::format("also {}: {}", causes[i].name, causes[i].sentence));
  }
}

CeilingRecord RecordOf(SearchResult result, const Subject& subject) {
  CeilingRecord record{.setup = subject.setup,
                       .setup_title = subject.title,
                       .highest = result.highest,
                       .lowest_failing = result.lowest_failing,
                       .steps = std::move(result.steps)};
  for (const auto& step : record.steps) {
    record.tried = std::max(record.tried, step.concurrency);
  }
  return record;
}

std::string NoCeiling(const CeilingRecord& record,
                      const std::string& broke_off) {
  return fmt::format(
      "Nothing failed up to {} at once{}.", Grouped(record.tried),
      broke_off.empty() ? ", the most that was to be tried" : "");
}

Subject SubjectOf(const Target& target) {
  if (target.setup) {
    return {.setup = std::string(target.setup->kind().name),
            .title = std::string(target.setup->kind().title)};
  }
  const std::string host =
      target.host.empty() ? fmt::format("{}:{}", target.address, target.port)
                          : target.host;
  return {.setup = "http://" + host + "/", .title = "a server of others"};
}

}  // namespace

Result<CeilingRecord> FindCeiling(Prober& prober, const Subject& subject,
                                  const CeilingPlan& plan, const Say& say) {
  CeilingSearch search(prober, plan, say);
  auto result = SearchCeiling(plan, [&](std::uint64_t concurrency) {
    return search.Attempt(concurrency);
  });
  if (!result) return std::unexpected(result.error());
  const std::string broke_off = result->broke_off;
  CeilingRecord record = RecordOf(std::move(*result), subject);
  if (record.lowest_failing == 0) {
    record.sentence = NoCeiling(record, broke_off);
  } else {
    AddCause(NameCauses(search.last_failure()), record);
  }
  if (!broke_off.empty()) {
    record.evidence.push_back("the search went no further: " + broke_off);
  }
  return record;
}

Result<CeilingRecord> FindCeiling(const Target& target, const CeilingPlan& plan,
                                  const Say& say) {
  const auto prober = MakeServerProber(target, plan);
  return FindCeiling(*prober, SubjectOf(target), plan, say);
}

}  // namespace smsweb::bench
