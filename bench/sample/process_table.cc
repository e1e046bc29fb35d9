#include "bench/sample/process_table.h"

#include <fmt/format.h>
#include <unistd.h>

namespace smsweb::bench {

const Process* Find(const ProcessTable& table, pid_t pid) {
  const auto found = table.find(pid);
  return found == table.end() ? nullptr : &found->second;
}

const Process* FindSame(const ProcessTable& table, const Process& process) {
  const Process* found = Find(table, process.pid);
  return found && found->start == process.start ? found : nullptr;
}

ProcUnits SystemUnits() {
  return {
      .ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)),
      .page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

Process ToProcess(const ProcessStat& stat, const ProcUnits& units) {
  const std::uint64_t tick_us = 1'000'000 / units.ticks_per_second;
  return {.pid = stat.pid,
          .parent = stat.parent,
          .session = stat.session,
          .name = stat.name,
          .ended = stat.state == 'Z' || stat.state == 'X',
          .start = stat.start_ticks,
          .own_us = stat.own_ticks * tick_us,
          .reaped_us = stat.reaped_ticks * tick_us,
          .threads = stat.threads,
          .memory = stat.resident_pages * units.page_size};
}

ProcessTable ReadProcesses(ProcFolder& proc, const ProcUnits& units) {
  ProcessTable table;
  for (const pid_t pid : proc.Processes()) {
    const auto text = proc.Read(fmt::format("{}/stat", pid));
    if (!text) continue;
    if (const auto stat = ParseProcessStat(*text)) {
      table.emplace_hint(table.end(), pid, ToProcess(*stat, units));
    }
  }
  return table;
}

}  // namespace smsweb::bench
