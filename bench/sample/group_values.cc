#include "bench/sample/group_values.h"

#include <algorithm>
#include <optional>

namespace smsweb::bench {
namespace {

// What the processes of a group come to.
struct Totals {
  std::uint64_t processes = 0;
  std::uint64_t threads = 0;
  std::uint64_t memory = 0;
  std::uint64_t descriptors = 0;
  std::optional<std::uint64_t> greatest;
  std::optional<std::uint64_t> limit;  // of the one with the greatest number
  bool descriptors_denied = false;
  bool io_denied = false;
};

void AddDescriptors(const ProcessDetails& details, Totals& totals) {
  totals.descriptors_denied |= details.descriptors_denied;
  if (!details.descriptors) return;
  totals.descriptors += *details.descriptors;
  if (!totals.greatest || *details.descriptors > *totals.greatest) {
    totals.greatest = details.descriptors;
    totals.limit = details.descriptor_limit;
  }
}

void AddProcess(const Process& process, Totals& totals) {
  totals.io_denied |= process.details.io_denied;
  if (process.ended) return;
  ++totals.processes;
  totals.threads += process.threads;
  totals.memory += process.memory;
  AddDescriptors(process.details, totals);
}

std::vector<Totals> AddUp(const ProcessTable& table, std::size_t groups) {
  std::vector<Totals> totals(groups);
  for (const auto& [pid, process] : table) {
    if (process.group == kNoGroup) continue;
    AddProcess(process, totals[static_cast<std::size_t>(process.group)]);
  }
  return totals;
}

std::optional<std::uint64_t> Switches(const Process& process) {
  if (!process.details.status) return std::nullopt;
  return process.details.status->switches;
}

std::optional<std::uint64_t> BytesRead(const Process& process) {
  if (!process.details.io) return std::nullopt;
  return process.details.io->read;
}

std::optional<std::uint64_t> BytesWritten(const Process& process) {
  if (!process.details.io) return std::nullopt;
  return process.details.io->written;
}

// Sets the columns of one group.
class Setter {
 public:
  Setter(std::string group, RowValues& values)
      : group_(std::move(group)), values_(values) {}
  void Set(const char* column, double value) {
    values_[group_ + "_" + column] = value;
  }
  void Set(const char* column, std::uint64_t value) {
    Set(column, static_cast<double>(value));
  }
  void Set(const char* column, const std::optional<std::uint64_t>& value) {
    if (value) Set(column, *value);
  }

 private:
  std::string group_;
  RowValues& values_;
};

void SetTotals(const Totals& totals, Setter& setter) {
  setter.Set("processes", totals.processes);
  setter.Set("threads", totals.threads);
  setter.Set("memory_bytes", totals.memory);
  if (totals.descriptors_denied) return;
  setter.Set("descriptors", totals.descriptors);
  setter.Set("descriptors_greatest", totals.greatest);
  setter.Set("descriptors_limit", totals.limit);
}

}  // namespace

void AddGroupValues(const std::vector<std::string>& groups,
                    const GroupLooks& looks, RowValues& values) {
  const auto sum = [&](const Counter& counter, OfChildren children) {
    return SumByGroup(
        CounterGrowth(looks.before, looks.after, counter, children),
        looks.after, groups.size());
  };
  const auto totals = AddUp(looks.after, groups.size());
  const auto cpu = SumByGroup(looks.cpu, looks.after, groups.size());
  const auto switches = sum(Switches, OfChildren::kLost);
  const auto read = sum(BytesRead, OfChildren::kTakenOver);
  const auto written = sum(BytesWritten, OfChildren::kTakenOver);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Setter setter(groups[i], values);
    SetTotals(totals[i], setter);
    if (looks.seconds <= 0) continue;
    const auto rate = [&](std::uint64_t grown) {
      return static_cast<double>(grown) / looks.seconds;
    };
    setter.Set("cpu_percent", rate(cpu[i]) / 1e6 / looks.cores * 100);
    setter.Set("context_switches_per_second", rate(switches[i]));
    if (totals[i].io_denied) continue;
    setter.Set("read_bytes_per_second", rate(read[i]));
    setter.Set("written_bytes_per_second", rate(written[i]));
  }
}

}  // namespace smsweb::bench
