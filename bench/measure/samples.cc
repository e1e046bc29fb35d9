#include "bench/measure/samples.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "bench/sample/sampler.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kPatience = 20s;

// Waits until so many lines more are in the file.
Result<void> AwaitLines(GrowingFile& csv, std::ptrdiff_t lines,
                        Child& sampler) {
  const auto end = steady_clock::now() + kPatience;
  while (true) {
    lines -= std::ranges::count(csv.TakeLines(), '\n');
    if (lines <= 0) return {};
    if (!sampler.Running()) {
      return Fail(ErrorKind::kUnavailable,
                  "the sampler has ended: " + sampler.LastWords());
    }
    if (steady_clock::now() > end) {
      return Fail(ErrorKind::kUnavailable,
                  fmt::format("the sampler (process {}) has written no row for "
                              "{} s: is it stopped, or the machine too busy?",
                              sampler.pid(), kPatience.count()));
    }
    std::this_thread::sleep_for(5ms);
  }
}

Command SampleCommand(const CaseJob& job,
                      const std::vector<SampleGroup>& groups,
                      const std::filesystem::path& csv) {
  Command command{.arguments = {job.self.string(), "sample", "--interval",
                                fmt::format("{}ms", job.interval.count()),
                                "--out", csv.string()}};
  for (const SampleGroup& group : groups) {
    command.arguments.emplace_back("--group");
    command.arguments.push_back(
        fmt::format("{}={}", group.name, fmt::join(group.roots, ",")));
  }
  return command;
}

double ValueOf(const Sample& sample, const std::string& column) {
  const auto found = sample.values.find(column);
  return found == sample.values.end() ? 0 : found->second;
}

}  // namespace

void TakePeaks(const Sample& sample, const std::vector<std::string>& groups,
               PeakUse& peak) {
  const auto raise = [&](double& greatest, const char* column) {
    greatest = std::max(greatest, ValueOf(sample, column));
  };
  raise(peak.cpu_percent, "cpu_percent");
  raise(peak.memory_percent, "memory_percent");
  raise(peak.rx_bytes_per_second, "rx_bytes_per_second");
  raise(peak.tx_bytes_per_second, "tx_bytes_per_second");
  double memory = 0;
  for (const std::string& group : groups) {
    if (IsOfService(group)) memory += ValueOf(sample, group + "_memory_bytes");
  }
  peak.memory_bytes = std::max(peak.memory_bytes, memory);
}

void AddCpu(const Sample& sample, double seconds, double cores,
            const std::vector<std::string>& groups,
            std::map<std::string, double>& used) {
  const auto add = [&](const std::string& name, const std::string& column) {
    const auto found = sample.values.find(column);
    if (found == sample.values.end()) return;  // not known, which is not 0
    used[name] += found->second / 100 * cores * seconds;
  };
  add("machine", "cpu_percent");
  for (const std::string& group : groups) add(group, group + "_cpu_percent");
}

Result<SampledTime> SampledTime::Begin(const CaseJob& job, const Setup* setup,
                                       const std::filesystem::path& csv) {
  std::vector<SampleGroup> groups;
  if (setup) groups = setup->groups();
  groups.push_back({"load", {::getpid()}});
  auto sampler = Child::Start("sampler", SampleCommand(job, groups, csv),
                              csv.string() + ".log");
  if (!sampler) return std::unexpected(sampler.error());
  GrowingFile rows(csv);
  if (auto there = AwaitLines(rows, 2, *sampler); !there) {
    return std::unexpected(there.error());
  }
  std::vector<std::string> names;
  for (const SampleGroup& group : groups) names.push_back(group.name);
  return SampledTime(std::move(*sampler), csv, std::move(rows),
                     std::move(names));
}

Result<void> SampledTime::End(RunRecord& run) {
  rows_.PassOver();
  if (auto more = AwaitLines(rows_, 1, sampler_); !more) return more;
  sampler_.Stop();
  std::filesystem::remove(csv_.string() + ".log");
  const auto samples = ReadSamples(csv_);
  if (!samples) return std::unexpected(samples.error());
  const double cores = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  double before = 0;
  for (const Sample& sample : *samples) {
    TakePeaks(sample, groups_, run.peak);
    AddCpu(sample, sample.seconds - before, cores, groups_, run.cpu_seconds);
    before = sample.seconds;
  }
  return {};
}

}  // namespace smsweb::bench
