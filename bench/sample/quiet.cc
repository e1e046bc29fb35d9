#include "bench/sample/quiet.h"

#include <thread>

#include "bench/sample/cpu_share.h"
#include "bench/sample/machine_look.h"
#include "bench/sample/proc_folder.h"

namespace smsweb::bench {

Result<CpuTimes> LookAtCpu(const std::filesystem::path& proc) {
  auto folder = ProcFolder::Open(proc);
  if (!folder) return std::unexpected(folder.error());
  const auto stat = LookAtKernelStat(*folder);
  if (!stat) return std::unexpected(stat.error());
  return stat->all;
}

double BusyShare(const CpuTimes& before, const CpuTimes& after) {
  const auto times = Between(before, after);
  return Share(BusyWithStolen(times) - times.steal, times).value_or(0);
}

double StealShare(const CpuTimes& before, const CpuTimes& after) {
  const auto times = Between(before, after);
  return Share(times.steal, times).value_or(0);
}

Result<double> BusyShare(std::chrono::milliseconds wait,
                         const std::filesystem::path& proc) {
  const auto before = LookAtCpu(proc);
  if (!before) return std::unexpected(before.error());
  std::this_thread::sleep_for(wait);
  const auto after = LookAtCpu(proc);
  if (!after) return std::unexpected(after.error());
  return BusyShare(*before, *after);
}

}  // namespace smsweb::bench
