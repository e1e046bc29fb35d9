#include "bench/sample/cpu_share.h"

namespace smsweb::bench {

std::uint64_t Grown(std::uint64_t before, std::uint64_t after) {
  return after > before ? after - before : 0;
}

CpuTimes Between(const CpuTimes& before, const CpuTimes& after) {
  return {.user = Grown(before.user, after.user),
          .nice = Grown(before.nice, after.nice),
          .system = Grown(before.system, after.system),
          .idle = Grown(before.idle, after.idle),
          .iowait = Grown(before.iowait, after.iowait),
          .irq = Grown(before.irq, after.irq),
          .softirq = Grown(before.softirq, after.softirq),
          .steal = Grown(before.steal, after.steal)};
}

std::uint64_t BusyWithStolen(const CpuTimes& times) {
  return times.user + times.nice + times.system + times.irq + times.softirq +
         times.steal;
}

std::uint64_t Total(const CpuTimes& times) {
  return BusyWithStolen(times) + times.idle + times.iowait;
}

std::optional<double> Share(std::uint64_t part, const CpuTimes& times) {
  const auto total = Total(times);
  if (total == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(total);
}

}  // namespace smsweb::bench
