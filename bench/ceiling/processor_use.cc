#include "bench/ceiling/processor_use.h"

#include <algorithm>

#include "bench/sample/cpu_share.h"
#include "bench/sample/groups.h"
#include "bench/sample/proc_folder.h"
#include "bench/sample/process_table.h"
#include "bench/sample/quiet.h"

namespace smsweb::bench {
namespace {

std::uint64_t CpuOf(const std::vector<SampleGroup>& groups) {
  auto proc = ProcFolder::Open("/proc");
  if (!proc) return 0;
  ProcessTable table = ReadProcesses(*proc, SystemUnits());
  GroupBook(groups).Assign(table);
  std::uint64_t sum = 0;
  for (const auto& [pid, process] : table) {
    if (process.group != kNoGroup) sum += process.own_us + process.reaped_us;
  }
  return sum;
}

}  // namespace

ProcessorLook LookAtProcessors(const std::vector<SampleGroup>& groups) {
  return {.machine = LookAtCpu().value_or(CpuTimes()),
          .groups_us = CpuOf(groups)};
}

ProcessorShares SharesBetween(const ProcessorLook& before,
                              const ProcessorLook& after, double load_seconds) {
  const auto ticks = Total(Between(before.machine, after.machine));
  const double seconds = static_cast<double>(ticks) /
                         static_cast<double>(SystemUnits().ticks_per_second);
  if (seconds <= 0) return {};
  const auto grown =
      after.groups_us - std::min(after.groups_us, before.groups_us);
  const double ours = load_seconds + static_cast<double>(grown) * 1e-6;
  const double share = std::min(1.0, ours / seconds);
  return {.ours = share,
          .others =
              std::max(0.0, BusyShare(before.machine, after.machine) - share)};
}

}  // namespace smsweb::bench
