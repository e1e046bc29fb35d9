#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/ceiling/ceiling.h"

namespace smsweb::bench {
namespace {

using Attempt = std::function<Result<Trial>(std::uint64_t concurrency)>;

std::string WhatIsWrong(const CeilingPlan& plan) {
  if (plan.lowest == 0) return "lowest: expected one or more";
  if (plan.highest < plan.lowest) {
    return fmt::format("highest: {} is less than lowest, {}", plan.highest,
                       plan.lowest);
  }
  if (!(plan.resolution >= 0 && plan.resolution <= 1)) {
    return "resolution: expected 0 to 1";
  }
  if (plan.confirmations < 1) return "confirmations: expected one or more";
  if (!(plan.requests_per_connection > 0)) {
    return "requests_per_connection: expected more than 0";
  }
  return {};
}

std::uint64_t LeastDistance(const CeilingPlan& plan, std::uint64_t holding) {
  return std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(plan.resolution *
                                    static_cast<double>(holding)));
}

std::uint64_t Doubled(std::uint64_t concurrency, std::uint64_t highest) {
  return concurrency > highest / 2 ? highest : concurrency * 2;
}

CeilingRecord::Step StepOf(std::uint64_t concurrency, const Trial& trial) {
  return {.concurrency = concurrency,
          .requests = trial.requests,
          .succeeded = trial.succeeded,
          .peak_connected = trial.peak_connected,
          .seconds = trial.seconds,
          .goodput = trial.seconds > 0
                         ? static_cast<double>(trial.succeeded) / trial.seconds
                         : 0,
          .what_failed = trial.what_failed};
}

class Search {
 public:
  Search(const CeilingPlan& plan, const Attempt& attempt)
      : plan_(plan), attempt_(attempt) {}

  Result<SearchResult> Run() {
    auto done = Double();
    if (done) done = Halve();
    if (!done && result_.steps.empty()) return std::unexpected(done.error());
    if (!done) result_.broke_off = done.error().message;
    return std::move(result_);
  }

 private:
  Result<void> Double() {
    std::uint64_t concurrency = plan_.lowest;
    for (;;) {
      const auto held = Holds(concurrency);
      if (!held) return std::unexpected(held.error());
      if (!*held || concurrency == plan_.highest) return {};
      concurrency = Doubled(concurrency, plan_.highest);
    }
  }

  Result<void> Halve() {
    while (IsOpen()) {
      const auto distance = result_.lowest_failing - result_.highest;
      const auto held = Holds(result_.highest + distance / 2);
      if (!held) return std::unexpected(held.error());
    }
    return {};
  }

  bool IsOpen() const {
    return result_.highest > 0 && result_.lowest_failing > 0 &&
           result_.lowest_failing - result_.highest >
               LeastDistance(plan_, result_.highest);
  }

  // Moves one of the two bounds.
  Result<bool> Holds(std::uint64_t concurrency) {
    for (int i = 0; i < plan_.confirmations; ++i) {
      const auto trial = attempt_(concurrency);
      if (!trial) return std::unexpected(trial.error());
      result_.steps.push_back(StepOf(concurrency, *trial));
      if (!trial->what_failed.empty()) {
        result_.lowest_failing = concurrency;
        return false;
      }
    }
    result_.highest = concurrency;
    return true;
  }

  const CeilingPlan& plan_;
  const Attempt& attempt_;
  SearchResult result_;
};

std::uint64_t Doublings(const CeilingPlan& plan) {
  std::uint64_t count = 0;
  for (auto at = plan.lowest; at < plan.highest; ++count) {
    at = Doubled(at, plan.highest);
  }
  return count;
}

// After a doubling, the bounds are as far apart as the lower one is large.
std::uint64_t Halvings(const CeilingPlan& plan) {
  std::uint64_t count = 0;
  const auto holding = std::max<std::uint64_t>(1, plan.highest / 2);
  for (auto distance = plan.highest - std::min(holding, plan.highest);
       distance > LeastDistance(plan, holding); ++count) {
    distance -= distance / 2;
  }
  return count;
}

}  // namespace

Result<SearchResult> SearchCeiling(
    const CeilingPlan& plan,
    const std::function<Result<Trial>(std::uint64_t concurrency)>& attempt) {
  if (const std::string wrong = WhatIsWrong(plan); !wrong.empty()) {
    return Fail(ErrorKind::kInvalid, "ceiling: " + wrong);
  }
  return Search(plan, attempt).Run();
}

std::uint64_t MostLoads(const CeilingPlan& plan) {
  return static_cast<std::uint64_t>(plan.confirmations) *
         (1 + Doublings(plan) + Halvings(plan));
}

}  // namespace smsweb::bench
