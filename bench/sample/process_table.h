// All processes of the machine at one look.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "bench/sample/proc_folder.h"
#include "bench/sample/process_files.h"

namespace smsweb::bench {

inline constexpr int kNoGroup = -1;

// What is read of the processes of groups alone. What could not be read is
// none; what we are not allowed to read is said so.
struct ProcessDetails {
  std::optional<std::uint64_t> descriptors;
  std::optional<std::uint64_t> descriptor_limit;  // the group's greatest only
  bool descriptors_denied = false;
  std::optional<ProcessStatus> status;  // switches: of all its threads
  std::optional<ProcessIo> io;
  bool io_denied = false;
};

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  std::string name;
  bool ended = false;           // and nobody has waited for it yet
  std::uint64_t start = 0;      // tells apart two that had the same pid
  std::uint64_t own_us = 0;     // CPU time
  std::uint64_t reaped_us = 0;  // that of children that it has waited for
  std::uint64_t threads = 0;
  std::uint64_t memory = 0;  // resident, bytes
  int group = kNoGroup;
  ProcessDetails details;
};

using ProcessTable = std::map<pid_t, Process>;

const Process* Find(const ProcessTable& table, pid_t pid);
// The same process in another look, not one that has its pid by now.
const Process* FindSame(const ProcessTable& table, const Process& process);

// Units of /proc/PID/stat.
struct ProcUnits {
  std::uint64_t ticks_per_second = 100;
  std::uint64_t page_size = 4096;
};
ProcUnits SystemUnits();

Process ToProcess(const ProcessStat& stat, const ProcUnits& units);

// Those that go away meanwhile are not in it.
ProcessTable ReadProcesses(ProcFolder& proc, const ProcUnits& units);

}  // namespace smsweb::bench
