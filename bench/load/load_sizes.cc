#include "bench/load/load_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/load/plan_check.h"

namespace smsweb::bench {
namespace {

// Descriptors of a process that are no connections: its standard ones, epoll,
// the gate, and a few to spare.
constexpr std::uint64_t kOwnDescriptors = 32;
// A port rests for a minute after its connection where we closed first, and the
// system looks for a free one the longer the fewer there are.
constexpr double kPortsInUse = 0.35;
constexpr std::uint64_t kMostSources = 1000;

std::uint64_t ConnectionsPerProcess(const ClientLimits& limits) {
  return limits.descriptors > kOwnDescriptors
             ? limits.descriptors - kOwnDescriptors
             : 1;
}

std::uint64_t DivideUp(std::uint64_t amount, std::uint64_t by) {
  return (amount + by - 1) / by;
}

int SizeProcesses(const LoadPlan& plan, const ClientLimits& limits,
                  std::uint64_t connections) {
  const auto wanted =
      plan.processes > 0
          ? static_cast<std::uint64_t>(plan.processes)
          : std::max<std::uint64_t>(
                limits.cores,
                DivideUp(connections, ConnectionsPerProcess(limits)));
  return static_cast<int>(std::min(wanted, connections));
}

int SizeSources(const LoadPlan& plan, const ClientLimits& limits,
                std::uint64_t requests, std::uint64_t connections) {
  if (plan.sources > 0) return plan.sources;
  if (!IsLoopback(plan.address)) return 1;
  const std::uint64_t ports = plan.keep_alive ? connections : requests;
  const auto per_source = std::max<std::uint64_t>(
      1, std::llround(kPortsInUse * static_cast<double>(limits.ports)));
  return static_cast<int>(std::min(DivideUp(ports, per_source), kMostSources));
}

// An open loop that is one of time has no more than come due in it.
std::uint64_t CountDue(const LoadPlan& plan) {
  const double seconds = std::chrono::duration<double>(plan.duration).count();
  if (plan.rate == 0 || seconds == 0) return plan.requests;
  const double due = std::max(1.0, std::ceil(plan.rate * seconds));
  return due < static_cast<double>(plan.requests)
             ? static_cast<std::uint64_t>(due)
             : plan.requests;
}

// Empty: they can all be held.
std::string WhatLimits(const LoadSizes& sizes, const ClientLimits& limits) {
  const auto possible = static_cast<std::uint64_t>(sizes.processes) *
                        ConnectionsPerProcess(limits);
  if (sizes.connections > possible) {
    return fmt::format(
        "{} processes of {} descriptors each hold {} connections: give more "
        "processes, or 0 for as many as it takes",
        sizes.processes, limits.descriptors, possible);
  }
  if (sizes.connections > limits.system_files) {
    return fmt::format(
        "this system holds {} open files, and so fewer connections: raise "
        "fs.file-max",
        limits.system_files);
  }
  return {};
}

}  // namespace

void FillIn(LoadPlan& plan) {
  constexpr std::uint64_t kEnoughAtOnce = 10'000;
  if (plan.requests == 0) {
    plan.requests = plan.duration.count() > 0 ? kMostRequests : 1;
    plan.requests = CountDue(plan);
  }
  if (plan.concurrency == 0) {
    plan.concurrency =
        plan.rate > 0 ? std::min(plan.requests, kEnoughAtOnce) : 1;
  }
}

std::uint32_t LoadSizes::ConnectionsOf(int process) const {
  const auto count = static_cast<std::uint64_t>(processes);
  const bool takes_rest =
      static_cast<std::uint64_t>(process) < connections % count;
  return static_cast<std::uint32_t>(connections / count + (takes_rest ? 1 : 0));
}

Result<LoadSizes> SizeLoad(const LoadPlan& plan, const ClientLimits& limits) {
  if (auto sound = CheckPlan(plan); !sound) {
    return std::unexpected(sound.error());
  }
  const std::uint64_t requests = CountDue(plan);
  const std::uint64_t connections = std::min(plan.concurrency, requests);
  const LoadSizes sizes{requests, connections,
                        SizeProcesses(plan, limits, connections),
                        SizeSources(plan, limits, requests, connections)};
  if (const std::string limit = WhatLimits(sizes, limits); !limit.empty()) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("{} connections at once are too many: {}",
                            connections, limit));
  }
  return sizes;
}

}  // namespace smsweb::bench
