#include "bench/measure/machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "bench/load/apache_bench.h"
#include "bench/process/child.h"
#include "bench/sample/quiet.h"
#include "bench/sample/snapshot.h"
#include "common/base/unique_fd.h"
#include "common/base/version.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How long nothing is done, to see what others do.
constexpr auto kQuietTime = 2s;

// "KEY : VALUE" or KEY=VALUE of a file in /proc or /etc; empty: it has none.
std::string FieldOf(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto at = line.find(separator);
    if (at == line.npos) continue;
    const auto start = line.find_first_not_of(" \t\"", at + 1);
    if (start == line.npos) return {};
    const auto end = line.find_last_not_of(" \t\"");
    return line.substr(start, end + 1 - start);
  }
  return {};
}

double MedianSyncMs(const std::filesystem::path& disk) {
  const auto path = disk / "fsync.probe";
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  ::unlink(path.c_str());
  const std::array<char, 4096> block{};
  std::vector<double> times;
  for (int i = 0; i < 21 && file; ++i) {
    const auto began = steady_clock::now();
    if (::pwrite(file.get(), block.data(), block.size(), i * 4096L) < 0) break;
    ::fsync(file.get());
    times.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - began)
            .count());
  }
  if (times.empty()) return 0;
  std::ranges::nth_element(times, times.begin() + times.size() / 2);
  return times[times.size() / 2];
}

void AddVersion(const std::string& name, const Command& command,
                std::map<std::string, std::string>& versions) {
  const auto ended = Run(command, 10s);
  if (!ended || ended->exit_code != 0) return;
  const std::string& text =
      ended->output.empty() ? ended->errors : ended->output;
  versions[name] = text.substr(0, text.find('\n'));
}

}  // namespace

MachineRecord DescribeMachine(const std::filesystem::path& disk) {
  MachineRecord machine;
  machine.processor = FieldOf("/proc/cpuinfo", "model name", ':');
  if (machine.processor.empty()) {
    machine.processor = FieldOf("/proc/cpuinfo", "Model", ':');
  }
  machine.cores = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  machine.mhz = std::atof(FieldOf("/proc/cpuinfo", "cpu MHz", ':').c_str());
  struct sysinfo info {};
  ::sysinfo(&info);
  machine.memory = std::uint64_t{info.totalram} * info.mem_unit;
  utsname system{};
  ::uname(&system);
  machine.kernel = fmt::format("{} {}", system.sysname, system.release);
  machine.system = FieldOf("/etc/os-release", "PRETTY_NAME", '=');
  machine.fsync_ms = MedianSyncMs(disk);
  machine.hard_descriptors = HardDescriptors();
  machine.kernel_settings = KernelSettings();
  machine.busy_before = BusyShare(kQuietTime).value_or(0);
  return machine;
}

void LookAgain(MachineRecord& machine, const CpuTimes& began) {
  if (const auto now = LookAtCpu()) machine.stolen = StealShare(began, *now);
  machine.busy_after = BusyShare(kQuietTime).value_or(0);
}

std::map<std::string, std::string> OwnVersions(
    const std::filesystem::path& programs) {
  std::map<std::string, std::string> versions;
  versions["smsweb-bench"] = kVersion;
  for (const char* name : {"smsweb-cgi", "smswebd", "smsweb-sim"}) {
    AddVersion(name, {.arguments = {(programs / name).string(), "--version"}},
               versions);
  }
  if (const auto ab = AbVersion(); !ab.empty()) versions["ab"] = ab;
  AddVersion("gnuplot", {.arguments = {"gnuplot", "--version"}}, versions);
  AddVersion("python3", {.arguments = {"python3", "--version"}}, versions);
  return versions;
}

}  // namespace smsweb::bench
