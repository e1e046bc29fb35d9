#include "bench/sample/growth.h"

#include "bench/sample/cpu_share.h"

namespace smsweb::bench {
namespace {

// The nearest ancestor of one who has gone that is still there; null: none.
const Process* Heir(const Process& gone, const ProcessTable& before,
                    const ProcessTable& after) {
  const Process* ancestor = &gone;
  for (std::size_t steps = 0; steps < before.size(); ++steps) {
    ancestor = Find(before, ancestor->parent);
    if (!ancestor) return nullptr;
    if (const Process* there = FindSame(after, *ancestor)) return there;
  }
  return nullptr;
}

// By heir: what had been counted of those that have gone since.
GrowthByProcess CountedOfGone(const ProcessTable& before,
                              const ProcessTable& after,
                              const Counter& counter) {
  GrowthByProcess counted;
  for (const auto& [pid, process] : before) {
    if (FindSame(after, process)) continue;
    const Process* heir = Heir(process, before, after);
    if (heir) counted[heir->pid] += counter(process).value_or(0);
  }
  return counted;
}

std::uint64_t At(const GrowthByProcess& growth, pid_t pid) {
  const auto found = growth.find(pid);
  return found == growth.end() ? 0 : found->second;
}

}  // namespace

GrowthByProcess CpuGrowth(const ProcessTable& before,
                          const ProcessTable& after) {
  const auto counted = CountedOfGone(
      before, after, [](const Process& p) -> std::optional<std::uint64_t> {
        return p.own_us + p.reaped_us;
      });
  GrowthByProcess growth;
  for (const auto& [pid, process] : after) {
    if (process.group == kNoGroup) continue;
    const Process* earlier = FindSame(before, process);
    const auto reaped =
        Grown(earlier ? earlier->reaped_us : 0, process.reaped_us);
    growth[pid] = Grown(earlier ? earlier->own_us : 0, process.own_us) +
                  Grown(At(counted, pid), reaped);
  }
  return growth;
}

GrowthByProcess CounterGrowth(const ProcessTable& before,
                              const ProcessTable& after, const Counter& counter,
                              OfChildren children) {
  GrowthByProcess counted;
  if (children == OfChildren::kTakenOver) {
    counted = CountedOfGone(before, after, counter);
  }
  GrowthByProcess growth;
  for (const auto& [pid, process] : after) {
    const auto now = counter(process);
    if (process.group == kNoGroup || !now) continue;
    const Process* earlier = FindSame(before, process);
    const auto then = earlier ? counter(*earlier).value_or(*now) : 0;
    growth[pid] = Grown(At(counted, pid), Grown(then, *now));
  }
  return growth;
}

GrowthByGroup SumByGroup(const GrowthByProcess& growth,
                         const ProcessTable& after, std::size_t groups) {
  GrowthByGroup sums(groups);
  for (const auto& [pid, amount] : growth) {
    sums[static_cast<std::size_t>(Find(after, pid)->group)] += amount;
  }
  return sums;
}

}  // namespace smsweb::bench
