#include <unistd.h>

#include <fstream>

#include "bench/load/load_sizes.h"
#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

// The defaults of Linux, where /proc is not to be read.
constexpr std::uint64_t kUsualLowest = 32'768;
constexpr std::uint64_t kUsualHighest = 60'999;
constexpr std::uint64_t kUnknownMany = 1'000'000'000;

std::uint64_t ReadPorts() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t lowest = kUsualLowest;
  std::uint64_t highest = kUsualHighest;
  if (file >> lowest >> highest) return highest - lowest + 1;
  return kUsualHighest - kUsualLowest + 1;
}

std::uint64_t ReadSystemFiles() {
  std::ifstream file("/proc/sys/fs/file-max");
  std::uint64_t most = 0;
  return file >> most ? most : kUnknownMany;
}

}  // namespace

ClientLimits ReadClientLimits() {
  const auto cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  return {.descriptors = HardDescriptors(),
          .system_files = ReadSystemFiles(),
          .ports = ReadPorts(),
          .cores = static_cast<int>(cores > 0 ? cores : 1)};
}

}  // namespace smsweb::bench
