// What the machine was told to have done until now.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "bench/sample/device_files.h"
#include "bench/sample/machine_files.h"
#include "bench/sample/proc_folder.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct MachineLook {
  KernelStat stat;
  std::optional<double> megahertz;
  std::optional<Memory> memory;
  std::optional<InterfaceBytes> traffic;
  std::map<std::string, DiskCounters> disks;  // whole ones, not those in memory
  std::optional<std::uint64_t> open_files;
  std::map<std::string, std::int64_t> net;
  std::optional<std::uint64_t> time_wait;
};

// kUnavailable where there is no /proc/stat. What else is missing is left out.
Result<MachineLook> LookAtMachine(ProcFolder& proc,
                                  const std::filesystem::path& sys);

// /proc/stat alone.
Result<KernelStat> LookAtKernelStat(ProcFolder& proc);

// Both files of counters about the network.
std::map<std::string, std::int64_t> LookAtNetCounters(ProcFolder& proc);

}  // namespace smsweb::bench
