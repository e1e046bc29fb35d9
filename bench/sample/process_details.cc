#include "bench/sample/process_details.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace smsweb::bench {
namespace {

bool IsDenied(int error) { return error == EACCES || error == EPERM; }

void ReadDescriptors(const ProcFolder& proc, pid_t pid,
                     ProcessDetails& details) {
  const auto count = proc.CountDescriptors(pid);
  if (count) details.descriptors = *count;
  details.descriptors_denied = !count && IsDenied(count.error());
}

std::optional<ProcessStatus> ReadStatus(ProcFolder& proc,
                                        const std::string& name) {
  return ParseProcessStatus(proc.ReadOrNothing(name));
}

// Each thread counts its own switches.
std::uint64_t SumSwitches(ProcFolder& proc, pid_t pid) {
  std::uint64_t sum = 0;
  for (const pid_t thread : proc.Threads(pid)) {
    const auto status =
        ReadStatus(proc, fmt::format("{}/task/{}/status", pid, thread));
    if (status) sum += status->switches;
  }
  return sum;
}

void ReadCounters(ProcFolder& proc, const Process& process,
                  ProcessDetails& details) {
  details.status = ReadStatus(proc, fmt::format("{}/status", process.pid));
  if (details.status && process.threads > 1) {
    details.status->switches = SumSwitches(proc, process.pid);
  }
  const auto io = proc.Read(fmt::format("{}/io", process.pid));
  if (io) details.io = ParseProcessIo(*io);
  details.io_denied = !io && IsDenied(io.error());
}

// As they were when they were last read. One that has begun since then had done
// nothing.
void KeepCounters(const ProcessTable& before, const Process& process,
                  ProcessDetails& details) {
  const Process* earlier = FindSame(before, process);
  if (!earlier) {
    details.status.emplace();
    details.io.emplace();
    return;
  }
  details.status = earlier->details.status;
  details.io = earlier->details.io;
  details.io_denied = earlier->details.io_denied;
}

// The one that is nearest to running out of descriptors, as far as numbers
// tell.
Process* Greatest(const std::vector<Process*>& members, int group) {
  Process* greatest = nullptr;
  for (Process* member : members) {
    if (member->group != group || !member->details.descriptors) continue;
    if (!greatest ||
        *member->details.descriptors > *greatest->details.descriptors) {
      greatest = member;
    }
  }
  return greatest;
}

void ReadLimits(ProcFolder& proc, const std::vector<Process*>& members) {
  int groups = 0;
  for (const Process* member : members) {
    groups = std::max(groups, member->group + 1);
  }
  for (int group = 0; group < groups; ++group) {
    Process* greatest = Greatest(members, group);
    if (!greatest) continue;
    greatest->details.descriptor_limit = ParseDescriptorLimit(
        proc.ReadOrNothing(fmt::format("{}/limits", greatest->pid)));
  }
}

std::vector<Process*> Members(ProcessTable& table) {
  std::vector<Process*> members;
  for (auto& [pid, process] : table) {
    if (process.group != kNoGroup) members.push_back(&process);
  }
  return members;
}

}  // namespace

bool HasTurn(pid_t pid, std::uint64_t look, std::uint64_t threads) {
  const auto turns = std::max<std::uint64_t>(
      1, (threads + kThreadsPerLook - 1) / kThreadsPerLook);
  return look == 0 || static_cast<std::uint64_t>(pid) % turns == look % turns;
}

void ReadDetails(ProcFolder& proc, const ProcessTable& before,
                 std::uint64_t look, ProcessTable& table) {
  const auto members = Members(table);
  std::uint64_t threads = 0;
  for (const Process* member : members) threads += member->threads;
  for (Process* member : members) {
    if (!member->ended) ReadDescriptors(proc, member->pid, member->details);
    if (!member->ended && HasTurn(member->pid, look, threads)) {
      ReadCounters(proc, *member, member->details);
    } else {
      KeepCounters(before, *member, member->details);
    }
  }
  ReadLimits(proc, members);
}

}  // namespace smsweb::bench
