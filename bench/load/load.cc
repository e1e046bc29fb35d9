#include "bench/load/load.h"

#include <numeric>

#include "bench/load/board.h"
#include "bench/load/crew.h"
#include "bench/load/gate.h"
#include "bench/load/held_signals.h"
#include "bench/load/load_sizes.h"
#include "bench/load/micros.h"
#include "bench/load/tally.h"

namespace smsweb::bench {

namespace {

template <typename Iterator>
std::uint64_t Sum(Iterator begin, Iterator end) {
  return std::accumulate(
      begin, end, std::uint64_t{0},
      [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

}  // namespace

std::uint64_t LoadResult::Answered() const {
  return Sum(statuses.begin(), statuses.end());
}

std::uint64_t LoadResult::Succeeded() const {
  return Sum(statuses.lower_bound(200), statuses.lower_bound(300));
}

std::uint64_t LoadResult::Failed() const {
  return Sum(faults.begin(), faults.end());
}

Result<LoadResult> RunLoad(
    const LoadPlan& plan,
    const std::function<void(const LoadProgress&)>& progress) {
  const Micros end = NowMicros() + ToMicros(plan.limit);
  const auto sizes = SizeLoad(plan, ReadClientLimits());
  if (!sizes) return std::unexpected(sizes.error());
  const auto board =
      Board::Make(sizes->processes, plan.record ? sizes->requests : 0);
  if (!board) return std::unexpected(board.error());
  const auto gate = Gate::Make();
  if (!gate) return std::unexpected(gate.error());
  auto signals = HeldSignals::Hold();
  if (!signals) return std::unexpected(signals.error());

  const Orders orders{plan, *sizes, *board, *gate, end};
  Crew crew(orders, *signals);
  if (auto started = crew.Start(); !started) {
    return std::unexpected(started.error());
  }
  if (auto watched = crew.Watch(progress); !watched) {
    return std::unexpected(watched.error());
  }

  LoadResult result = Gather(*board, plan, *sizes);
  result.cpu_seconds = crew.cpu_seconds();
  result.interrupted = crew.interrupted();
  return result;
}

}  // namespace smsweb::bench
