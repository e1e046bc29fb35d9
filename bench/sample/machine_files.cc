#include "bench/sample/machine_files.h"

#include <iterator>

#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

std::optional<CpuTimes> ParseCpuTimes(std::string_view line) {
  CpuTimes times;
  std::uint64_t* const fields[] = {&times.user,    &times.nice,   &times.system,
                                   &times.idle,    &times.iowait, &times.irq,
                                   &times.softirq, &times.steal};
  constexpr std::size_t kOldest = 4;  // fields of the first kernels
  for (std::size_t i = 0; i < std::size(fields); ++i) {
    const auto number = TakeNumber<std::uint64_t>(line);
    if (!number && i < kOldest) return std::nullopt;
    *fields[i] = number.value_or(0);
  }
  return times;
}

// "cpu" or "cpu7"; false: the line is not what it should be.
bool TakeCpuLine(std::string_view name, std::string_view line,
                 KernelStat& stat) {
  const auto times = ParseCpuTimes(line);
  if (!times) return false;
  name.remove_prefix(std::string_view("cpu").size());
  if (name.empty()) {
    stat.all = *times;
    return true;
  }
  const auto core = ToNumber<int>(name);
  if (core) stat.cores[*core] = *times;
  return core.has_value();
}

// "MemTotal:       24684096 kB"
std::optional<std::uint64_t> ParseKibibytes(std::string_view line) {
  const auto number = TakeNumber<std::uint64_t>(line);
  if (!number || *number > UINT64_MAX / 1024) return std::nullopt;
  return *number * 1024;
}

}  // namespace

std::optional<KernelStat> ParseKernelStat(std::string_view text) {
  KernelStat stat;
  while (!text.empty()) {
    auto line = TakeLine(text);
    const auto name = TakeWord(line);
    if (name.starts_with("cpu")) {
      if (!TakeCpuLine(name, line, stat)) return std::nullopt;
    } else if (name == "intr") {  // of all kinds; then of each
      stat.interrupts = TakeNumber<std::uint64_t>(line);
    } else if (name == "ctxt") {
      stat.context_switches = TakeNumber<std::uint64_t>(line);
    } else if (name == "processes") {
      stat.forks = TakeNumber<std::uint64_t>(line);
    }
  }
  if (stat.cores.empty()) return std::nullopt;
  return stat;
}

std::optional<Memory> ParseMemory(std::string_view text) {
  std::map<std::string_view, std::uint64_t> found;
  while (!text.empty()) {
    auto line = TakeLine(text);
    const auto name = TakeWord(line);
    if (const auto bytes = ParseKibibytes(line)) found[name] = *bytes;
  }
  if (!found.contains("MemTotal:") || !found.contains("MemAvailable:")) {
    return std::nullopt;
  }
  return Memory{.total = found["MemTotal:"],
                .available = found["MemAvailable:"],
                .swap_total = found["SwapTotal:"],
                .swap_free = found["SwapFree:"]};
}

std::optional<std::uint64_t> ParseOpenFiles(std::string_view text) {
  return TakeNumber<std::uint64_t>(text);
}

std::optional<double> ParseMegahertz(std::string_view text) {
  double sum = 0;
  int cores = 0;
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (!TakeUntil(line, ':').starts_with("cpu MHz")) continue;
    if (const auto number = TakeNumber<double>(line)) {
      sum += *number;
      ++cores;
    }
  }
  if (cores == 0) return std::nullopt;
  return sum / cores;
}

std::optional<std::uint64_t> ParseOomKills(std::string_view text) {
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (TakeWord(line) == "oom_kill") return TakeNumber<std::uint64_t>(line);
  }
  return std::nullopt;
}

}  // namespace smsweb::bench
