// Files of /proc about the machine, read: proc(5). None of them is had where
// the text is not what it should be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace smsweb::bench {

// A line "cpu" of /proc/stat, in ticks. Time of guests is in `user` and `nice`.
struct CpuTimes {
  std::uint64_t user = 0;
  std::uint64_t nice = 0;
  std::uint64_t system = 0;
  std::uint64_t idle = 0;
  std::uint64_t iowait = 0;
  std::uint64_t irq = 0;
  std::uint64_t softirq = 0;
  std::uint64_t steal = 0;  // the host gave it to others
};

// /proc/stat.
struct KernelStat {
  CpuTimes all;
  std::map<int, CpuTimes> cores;  // those that are online, by number
  std::optional<std::uint64_t> interrupts;
  std::optional<std::uint64_t> context_switches;
  std::optional<std::uint64_t> forks;
};
std::optional<KernelStat> ParseKernelStat(std::string_view text);

// /proc/meminfo, in bytes.
struct Memory {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
};
std::optional<Memory> ParseMemory(std::string_view text);

// /proc/sys/fs/file-nr: how many files are open, on the whole machine.
std::optional<std::uint64_t> ParseOpenFiles(std::string_view text);

// /proc/cpuinfo: the mean of all cores. Few processors but x86 tell it.
std::optional<double> ParseMegahertz(std::string_view text);

// /proc/vmstat: processes killed for want of memory. Linux 4.13 and later.
std::optional<std::uint64_t> ParseOomKills(std::string_view text);

}  // namespace smsweb::bench
