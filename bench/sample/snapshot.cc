#include "bench/sample/snapshot.h"

#include <fmt/format.h>

#include "bench/sample/groups.h"
#include "bench/sample/machine_look.h"
#include "bench/sample/proc_folder.h"
#include "bench/sample/process_table.h"

namespace smsweb::bench {
namespace {

// Of each name, the process with the most descriptors.
struct Greatest {
  pid_t pid = 0;
  std::uint64_t descriptors = 0;
};

std::map<std::string, Greatest> FindGreatest(
    const std::vector<SampleGroup>& groups, ProcFolder& proc) {
  auto table = ReadProcesses(proc, SystemUnits());
  GroupBook(groups).Assign(table);
  std::map<std::string, Greatest> greatest;
  for (const auto& [pid, process] : table) {
    if (process.group == kNoGroup || process.ended) continue;
    const auto count = proc.CountDescriptors(pid);
    if (!count) continue;
    auto& most = greatest[process.name];
    if (most.pid == 0 || *count > most.descriptors) most = {pid, *count};
  }
  return greatest;
}

void AddDescriptors(const std::vector<SampleGroup>& groups, ProcFolder& proc,
                    Snapshot& snapshot) {
  for (const auto& [name, most] : FindGreatest(groups, proc)) {
    const auto limit = ParseDescriptorLimit(
        proc.ReadOrNothing(fmt::format("{}/limits", most.pid)));
    snapshot.descriptors[name] = {.used = most.descriptors,
                                  .limit = limit.value_or(0)};
  }
}

}  // namespace

Snapshot TakeSnapshot(const std::vector<SampleGroup>& groups,
                      const std::filesystem::path& proc) {
  Snapshot snapshot;
  auto folder = ProcFolder::Open(proc);
  if (!folder) return snapshot;
  snapshot.kernel = LookAtNetCounters(*folder);
  if (const auto memory = ParseMemory(folder->ReadOrNothing("meminfo"))) {
    snapshot.memory_available = memory->available;
    snapshot.memory_total = memory->total;
  }
  snapshot.oom_kills =
      ParseOomKills(folder->ReadOrNothing("vmstat")).value_or(0);
  AddDescriptors(groups, *folder, snapshot);
  return snapshot;
}

}  // namespace smsweb::bench
