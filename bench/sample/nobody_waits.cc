#include "bench/sample/nobody_waits.h"

#include <algorithm>
#include <utility>

#include "bench/sample/cpu_share.h"

namespace smsweb::bench {
namespace {

// What was counted of those that the clock runs for.
std::uint64_t Counted(const Process& root, const ProcessTable& table,
                      const std::set<pid_t>& uncovered,
                      const GrowthByProcess& cpu) {
  std::uint64_t sum = 0;
  for (const auto& [pid, grown] : cpu) {
    if (IsCovered(*Find(table, pid), root, table, uncovered)) sum += grown;
  }
  return sum;
}

}  // namespace

std::uint64_t LostTime::Take(std::uint64_t clock_grown, std::uint64_t counted) {
  balance_ += static_cast<std::int64_t>(clock_grown) -
              static_cast<std::int64_t>(counted);
  if (balance_ <= 0) return 0;
  return static_cast<std::uint64_t>(std::exchange(balance_, 0));
}

bool IsCovered(const Process& process, const Process& root,
               const ProcessTable& table, const std::set<pid_t>& uncovered) {
  const Process* p = &process;
  for (std::size_t steps = 0; p && steps < table.size(); ++steps) {
    if (p->pid == root.pid) return p->start == root.start;
    if (uncovered.contains(p->pid)) return false;
    p = Find(table, p->parent);
  }
  return false;
}

bool ForgottenChildren::IsWatched(const Process& process,
                                  const ProcessTable& table) const {
  return std::ranges::any_of(watched_, [&](const auto& entry) {
    const Watched& watched = entry.second;
    return IsCovered(process, watched.root, table, watched.uncovered);
  });
}

void ForgottenChildren::Watch(const ProcFolder& proc, const Process& process,
                              const ProcessTable& table) {
  auto clock = TaskClock::Open(proc.Threads(process.pid));
  if (!clock) return;
  Watched watched{.root = process, .clock = std::move(*clock)};
  for (const auto& [pid, other] : table) {
    if (pid != process.pid) watched.uncovered.insert(pid);
  }
  watched_.emplace(process.pid, std::move(watched));
}

void ForgottenChildren::Add(const ProcFolder& proc, const ProcessTable& after,
                            GrowthByProcess& cpu) {
  std::erase_if(watched_, [&](const auto& entry) {
    return !FindSame(after, entry.second.root);
  });
  for (auto& [pid, watched] : watched_) {
    const auto now = watched.clock.Microseconds();
    const auto grown = Grown(std::exchange(watched.read_us, now), now);
    const auto counted = Counted(watched.root, after, watched.uncovered, cpu);
    cpu[pid] += watched.lost.Take(grown, counted);
  }
  for (const auto& [pid, process] : after) {
    if (process.group == kNoGroup || !process.details.status) continue;
    if (!process.details.status->ignores_children) continue;
    if (!IsWatched(process, after)) Watch(proc, process, after);
  }
}

}  // namespace smsweb::bench
