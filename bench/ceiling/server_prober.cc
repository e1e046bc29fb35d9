// A server that is there, loaded and looked at.

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "bench/ceiling/connections.h"
#include "bench/ceiling/new_lines.h"
#include "bench/ceiling/prober.h"
#include "bench/ceiling/processor_use.h"
#include "bench/process/child.h"
#include "bench/sample/snapshot.h"

namespace smsweb::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{20};
constexpr milliseconds kPatience{60'000};  // in which nothing changes

// Whatever a real modem says to us is no evidence, and has texts in it.
NewLines::Files LogsOf(const Setup* setup) {
  NewLines::Files files;
  if (!setup) return files;
  for (auto& [name, path] : setup->logs()) {
    if (name != "trace") files.emplace_back(name, path);
  }
  return files;
}

// What grew between two looks at the kernel's counters.
std::map<std::string, std::int64_t> Growth(const Snapshot& before,
                                           const Snapshot& after) {
  std::map<std::string, std::int64_t> grown;
  for (const auto& [name, count] : after.kernel) {
    const auto was = before.kernel.find(name);
    if (was == before.kernel.end() || count <= was->second) continue;
    grown[name] = count - was->second;
  }
  return grown;
}

// The extremes of several looks.
void Keep(const Snapshot& snapshot, Evidence& evidence) {
  for (const auto& [name, use] : snapshot.descriptors) {
    auto& most = evidence.descriptors[name];
    if (use.used >= most.used) most = {.used = use.used, .limit = use.limit};
  }
  if (snapshot.memory_total > 0) {
    const bool first = evidence.memory_total == 0;
    evidence.memory_total = snapshot.memory_total;
    evidence.memory_available =
        first ? snapshot.memory_available
              : std::min(evidence.memory_available, snapshot.memory_available);
  }
}

void KeepLoad(LoadResult load, Evidence& evidence) {
  const auto processes =
      static_cast<std::uint64_t>(std::max(load.processes, 1));
  evidence.descriptors["load"] = {
      .used = (load.peak_open + processes - 1) / processes,
      .limit = HardDescriptors()};
  evidence.load = std::move(load);
}

class ServerProber final : public Prober {
 public:
  ServerProber(const Target& target, const CeilingPlan& plan)
      : target_(target),
        timeout_(plan.timeout),
        groups_(target.setup ? target.setup->groups()
                             : std::vector<SampleGroup>()),
        settings_(KernelSettings()),
        calm_(CountConnections(target.port)),
        logs_(LogsOf(target.setup)) {}

  Result<void> AwaitCalm() override {
    return bench::AwaitCalm(
        calm_, static_cast<int>(kPatience / kLook),
        [this] { return CountConnections(target_.port); },
        [] { std::this_thread::sleep_for(kLook); });
  }

  Result<Evidence> Load(std::uint64_t concurrency,
                        std::uint64_t requests) override {
    Evidence evidence{.concurrency = concurrency,
                      .timeout = timeout_,
                      .kernel_settings = settings_};
    if (target_.setup) evidence.sizes = target_.setup->sizes();
    if (auto loaded = LoadAndLook(requests, evidence); !loaded) {
      return std::unexpected(loaded.error());
    }
    evidence.log_lines = logs_.Take();
    if (auto alive = CheckAlive(); !alive) {
      evidence.ended = alive.error().message;
    }
    return evidence;
  }

  Result<std::optional<std::uint64_t>> CountMessages() override {
    if (!target_.setup) return std::nullopt;
    const auto count = target_.setup->CountQueue();
    if (!count) return std::unexpected(count.error());
    return count->messages;
  }

 private:
  LoadPlan PlanFor(std::uint64_t concurrency, std::uint64_t requests) {
    LoadPlan plan;
    plan.address = target_.address;
    plan.port = target_.port;
    plan.host = target_.host;
    plan.request = target_.request;
    plan.first_number = std::exchange(next_number_, next_number_ + requests);
    plan.requests = requests;
    plan.concurrency = concurrency;
    plan.timeout = timeout_;
    return plan;
  }

  Result<void> LoadAndLook(std::uint64_t requests, Evidence& evidence) {
    (void)logs_.Take();
    const Snapshot before = TakeSnapshot(groups_);
    const ProcessorLook idle = LookAtProcessors(groups_);
    Keep(before, evidence);
    auto load = RunLoad(
        PlanFor(evidence.concurrency, requests),
        [&](const LoadProgress&) { Keep(TakeSnapshot(groups_), evidence); });
    if (!load) return std::unexpected(load.error());
    if (load->interrupted) {
      return Fail(ErrorKind::kUnavailable, "the search was interrupted");
    }
    KeepShares(idle, load->cpu_seconds, evidence);
    const Snapshot after = TakeSnapshot(groups_);
    Keep(after, evidence);
    evidence.kernel = Growth(before, after);
    evidence.oom_kills =
        after.oom_kills - std::min(after.oom_kills, before.oom_kills);
    KeepLoad(std::move(*load), evidence);
    return {};
  }

  // Of a server that is not ours, nobody knows which processes are its.
  void KeepShares(const ProcessorLook& before, double load_seconds,
                  Evidence& evidence) {
    if (!target_.setup) return;
    const auto shares =
        SharesBetween(before, LookAtProcessors(groups_), load_seconds);
    evidence.busy = shares.ours;
    evidence.busy_others = shares.others;
  }

  Result<void> CheckAlive() {
    return target_.setup ? target_.setup->CheckAlive() : Result<void>();
  }

  const Target& target_;
  const milliseconds timeout_;
  const std::vector<SampleGroup> groups_;
  const std::map<std::string, std::string> settings_;
  const std::uint64_t calm_;  // connections of others
  NewLines logs_;
  std::uint64_t next_number_ = 0;
};

}  // namespace

std::unique_ptr<Prober> MakeServerProber(const Target& target,
                                         const CeilingPlan& plan) {
  return std::make_unique<ServerProber>(target, plan);
}

}  // namespace smsweb::bench
