#include "bench/sample/machine_values.h"

#include <algorithm>
#include <optional>

#include "bench/sample/cpu_share.h"

namespace smsweb::bench {
namespace {

void SetPercent(RowValues& values, const std::string& name,
                std::optional<double> share) {
  if (share) values[name] = *share * 100;
}

template <typename Number>
void Set(RowValues& values, const std::string& name,
         const std::optional<Number>& value) {
  if (value) values[name] = static_cast<double>(*value);
}

// Of a counter that both looks have.
template <typename Number>
void SetRate(RowValues& values, const std::string& name,
             const std::optional<Number>& before,
             const std::optional<Number>& after, double seconds) {
  if (!before || !after || seconds <= 0) return;
  values[name] = std::max(0.0, static_cast<double>(*after) -
                                   static_cast<double>(*before)) /
                 seconds;
}

void AddCpu(const KernelStat& before, const KernelStat& after,
            RowValues& values) {
  const auto all = Between(before.all, after.all);
  SetPercent(values, "cpu_percent", Share(BusyWithStolen(all), all));
  SetPercent(values, "user_percent", Share(all.user + all.nice, all));
  SetPercent(values, "system_percent",
             Share(all.system + all.irq + all.softirq, all));
  SetPercent(values, "iowait_percent", Share(all.iowait, all));
  SetPercent(values, "steal_percent", Share(all.steal, all));
  for (const auto& [number, times] : after.cores) {
    const auto earlier = before.cores.find(number);
    if (earlier == before.cores.end()) continue;
    const auto core = Between(earlier->second, times);
    SetPercent(values, "cpu" + std::to_string(number) + "_percent",
               Share(BusyWithStolen(core), core));
  }
}

void AddKernel(const KernelStat& before, const KernelStat& after,
               double seconds, RowValues& values) {
  SetRate(values, "context_switches_per_second", before.context_switches,
          after.context_switches, seconds);
  SetRate(values, "interrupts_per_second", before.interrupts, after.interrupts,
          seconds);
  SetRate(values, "forks_per_second", before.forks, after.forks, seconds);
}

void AddMemory(const Memory& memory, RowValues& values) {
  const auto used = Grown(memory.available, memory.total);
  if (memory.total > 0) {
    values["memory_percent"] =
        static_cast<double>(used) / static_cast<double>(memory.total) * 100;
  }
  values["memory_used_bytes"] = static_cast<double>(used);
  values["memory_available_bytes"] = static_cast<double>(memory.available);
  values["swap_used_bytes"] =
      static_cast<double>(Grown(memory.swap_free, memory.swap_total));
}

void AddTraffic(const MachineLook& before, const MachineLook& after,
                double seconds, RowValues& values) {
  if (!before.traffic || !after.traffic || seconds <= 0) return;
  values["rx_bytes_per_second"] =
      static_cast<double>(
          Grown(before.traffic->received, after.traffic->received)) /
      seconds;
  values["tx_bytes_per_second"] =
      static_cast<double>(Grown(before.traffic->sent, after.traffic->sent)) /
      seconds;
}

// Disks that were there both times.
void AddDisks(const MachineLook& before, const MachineLook& after,
              double seconds, RowValues& values) {
  if (after.disks.empty() || seconds <= 0) return;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  std::uint64_t busiest_ms = 0;
  for (const auto& [name, disk] : after.disks) {
    const auto earlier = before.disks.find(name);
    if (earlier == before.disks.end()) continue;
    read += Grown(earlier->second.read, disk.read);
    written += Grown(earlier->second.written, disk.written);
    busiest_ms =
        std::max(busiest_ms, Grown(earlier->second.busy_ms, disk.busy_ms));
  }
  values["disk_read_bytes_per_second"] = static_cast<double>(read) / seconds;
  values["disk_written_bytes_per_second"] =
      static_cast<double>(written) / seconds;
  values["disk_busy_percent"] =
      std::min(100.0, static_cast<double>(busiest_ms) / 10 / seconds);
}

std::optional<std::int64_t> Find(
    const std::map<std::string, std::int64_t>& counters,
    const std::string& name) {
  const auto found = counters.find(name);
  if (found == counters.end()) return std::nullopt;
  return found->second;
}

void AddTcp(const MachineLook& before, const MachineLook& after, double seconds,
            RowValues& values) {
  const auto set_rate = [&](const char* column, const char* counter) {
    SetRate(values, column, Find(before.net, counter), Find(after.net, counter),
            seconds);
  };
  set_rate("tcp_listen_overflows_per_second", "TcpExt.ListenOverflows");
  set_rate("tcp_listen_drops_per_second", "TcpExt.ListenDrops");
  set_rate("tcp_retransmits_per_second", "Tcp.RetransSegs");
  Set(values, "tcp_established", Find(after.net, "Tcp.CurrEstab"));
  Set(values, "tcp_time_wait", after.time_wait);
}

}  // namespace

RowValues MachineValues(const MachineLook& before, const MachineLook& after,
                        double seconds) {
  RowValues values;
  AddCpu(before.stat, after.stat, values);
  AddKernel(before.stat, after.stat, seconds, values);
  Set(values, "mhz", after.megahertz);
  if (after.memory) AddMemory(*after.memory, values);
  AddTraffic(before, after, seconds, values);
  AddDisks(before, after, seconds, values);
  Set(values, "descriptors_open", after.open_files);
  AddTcp(before, after, seconds, values);
  return values;
}

}  // namespace smsweb::bench
