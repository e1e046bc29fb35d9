#include "bench/sample/machine_look.h"

#include <fstream>

namespace smsweb::bench {
namespace {

// The mean of what the cores run at now; without such files, what the processor
// says.
std::optional<double> Megahertz(ProcFolder& proc,
                                const std::filesystem::path& sys,
                                const KernelStat& stat) {
  double sum = 0;
  for (const auto& [core, times] : stat.cores) {
    std::ifstream file(sys / "devices/system/cpu" /
                       ("cpu" + std::to_string(core)) /
                       "cpufreq/scaling_cur_freq");
    double kilohertz = 0;
    if (!(file >> kilohertz)) {
      return ParseMegahertz(proc.ReadOrNothing("cpuinfo"));
    }
    sum += kilohertz / 1000;
  }
  return sum / static_cast<double>(stat.cores.size());
}

// In a list of the kernel's, partitions are beside their disk, and disks that
// are made of others beside those: each byte would count twice.
bool CountsAsDisk(const std::string& name, const std::filesystem::path& sys) {
  for (const char* prefix : {"loop", "ram", "zram", "dm-", "md"}) {
    if (name.starts_with(prefix)) return false;
  }
  return std::filesystem::exists(sys / "block" / name);
}

std::map<std::string, DiskCounters> LookAtDisks(
    ProcFolder& proc, const std::filesystem::path& sys) {
  auto disks = ParseDisks(proc.ReadOrNothing("diskstats"));
  std::erase_if(
      disks, [&](const auto& disk) { return !CountsAsDisk(disk.first, sys); });
  return disks;
}

}  // namespace

Result<KernelStat> LookAtKernelStat(ProcFolder& proc) {
  const auto text = proc.Read("stat");
  if (!text)
    return FailErrno("the kernel's stat file (/proc/stat)", text.error());
  auto stat = ParseKernelStat(*text);
  if (!stat) {
    return Fail(ErrorKind::kUnavailable,
                "the kernel's stat file (/proc/stat) can't be understood: "
                "sampling needs Linux");
  }
  return *stat;
}

std::map<std::string, std::int64_t> LookAtNetCounters(ProcFolder& proc) {
  auto counters = ParseNetCounters(proc.ReadOrNothing("net/netstat"));
  counters.merge(ParseNetCounters(proc.ReadOrNothing("net/snmp")));
  return counters;
}

Result<MachineLook> LookAtMachine(ProcFolder& proc,
                                  const std::filesystem::path& sys) {
  auto stat = LookAtKernelStat(proc);
  if (!stat) return std::unexpected(stat.error());
  MachineLook look{.stat = std::move(*stat)};
  look.megahertz = Megahertz(proc, sys, look.stat);
  look.memory = ParseMemory(proc.ReadOrNothing("meminfo"));
  look.traffic = ParseInterfaces(proc.ReadOrNothing("net/dev"));
  look.disks = LookAtDisks(proc, sys);
  look.open_files = ParseOpenFiles(proc.ReadOrNothing("sys/fs/file-nr"));
  look.net = LookAtNetCounters(proc);
  look.time_wait = ParseTimeWait(proc.ReadOrNothing("net/sockstat"));
  return look;
}

}  // namespace smsweb::bench
