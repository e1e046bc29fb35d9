#include "bench/sample/sampling.h"

#include <utility>

#include "bench/sample/group_values.h"
#include "bench/sample/growth.h"
#include "bench/sample/machine_values.h"
#include "bench/sample/process_details.h"

namespace smsweb::bench {
namespace {

using Seconds = std::chrono::duration<double>;

std::vector<std::string> NamesOf(const std::vector<SampleGroup>& groups) {
  std::vector<std::string> names;
  names.reserve(groups.size());
  for (const auto& group : groups) names.push_back(group.name);
  return names;
}

}  // namespace

Sampling::Sampling(const SamplePlan& plan, const Clock& clock, ProcFolder proc)
    : clock_(&clock),
      sys_(plan.sys),
      proc_(std::move(proc)),
      book_(plan.groups),
      names_(NamesOf(plan.groups)) {}

Result<Sampling> Sampling::Begin(const SamplePlan& plan, const Clock& clock) {
  auto proc = ProcFolder::Open(plan.proc);
  if (!proc) return std::unexpected(proc.error());
  Sampling sampling(plan, clock, std::move(*proc));
  auto look = sampling.LookNow();
  if (!look) return std::unexpected(look.error());
  sampling.began_ = look->at;
  sampling.last_ = std::move(*look);
  GrowthByProcess none;
  sampling.forgotten_.Add(sampling.proc_, sampling.last_.processes, none);
  return sampling;
}

Result<Sampling::Look> Sampling::LookNow() {
  Look look{.at = clock_->Mono()};
  auto machine = LookAtMachine(proc_, sys_);
  if (!machine) return std::unexpected(machine.error());
  look.machine = std::move(*machine);
  if (!names_.empty()) {
    look.processes = ReadProcesses(proc_, units_);
    book_.Assign(look.processes);
    ReadDetails(proc_, last_.processes, looks_, look.processes);
  }
  ++looks_;
  return look;
}

RowValues Sampling::Compare(const Look& before, const Look& after) {
  const double seconds = Seconds(after.at - before.at).count();
  auto values = MachineValues(before.machine, after.machine, seconds);
  auto cpu = CpuGrowth(before.processes, after.processes);
  forgotten_.Add(proc_, after.processes, cpu);
  AddGroupValues(names_,
                 {.before = before.processes,
                  .after = after.processes,
                  .cpu = cpu,
                  .seconds = seconds,
                  .cores = static_cast<int>(after.machine.stat.cores.size())},
                 values);
  return values;
}

Result<Sample> Sampling::Next() {
  auto look = LookNow();
  if (!look) return std::unexpected(look.error());
  Sample sample{.seconds = Seconds(look->at - began_).count(),
                .values = Compare(last_, *look)};
  sample.values["unix_time"] =
      Seconds(clock_->Wall().time_since_epoch()).count();
  last_ = std::move(*look);
  return sample;
}

std::vector<SampleColumn> Sampling::columns() const {
  return Columns(last_.machine.stat.cores.rbegin()->first + 1, names_);
}

}  // namespace smsweb::bench
