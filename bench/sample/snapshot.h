// One look, for the evidence of a ceiling: what the kernel has counted, who is
// near the end of his descriptors, how much memory there is, and how the kernel
// is set.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/sample/sampler.h"

namespace smsweb::bench {

struct DescriptorUse {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;  // soft; 0: not known
};

// What can't be read is not there, or 0.
struct Snapshot {
  std::map<std::string, std::int64_t> kernel;  // "TcpExt.ListenOverflows": all
                                               // of /proc/net/netstat and snmp
  // By the name of the process (ps -o comm), the one of this name with the most
  // descriptors, of all processes in the groups.
  std::map<std::string, DescriptorUse> descriptors;
  std::uint64_t memory_available = 0;
  std::uint64_t memory_total = 0;
  std::uint64_t oom_kills = 0;  // since the machine was started
};

Snapshot TakeSnapshot(const std::vector<SampleGroup>& groups,
                      const std::filesystem::path& proc = "/proc");

// By their names in sysctl(8): "net.core.somaxconn", "fs.nr_open", ... Those
// that this kernel has.
std::map<std::string, std::string> KernelSettings(
    const std::filesystem::path& proc = "/proc");

}  // namespace smsweb::bench
