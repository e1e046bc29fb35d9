#include "bench/ceiling/failures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr int kGatewayTimeout = 504;

bool IsSuccess(int status) { return status >= 200 && status < 300; }

void AddAnswers(const LoadResult& load, Failures& failures) {
  for (const auto& [status, count] : load.statuses) {
    if (status >= 500) failures.errors += count;
    if (status == kGatewayTimeout) failures.late += count;
  }
}

}  // namespace

std::uint64_t FaultsOf(const Evidence& evidence, RequestFault fault) {
  const auto found = evidence.load.faults.find(fault);
  return found == evidence.load.faults.end() ? 0 : found->second;
}

std::uint64_t ProblemsOf(const Evidence& evidence, const std::string& code) {
  const auto found = evidence.load.problems.find(code);
  return found == evidence.load.problems.end() ? 0 : found->second;
}

Failures FailuresOf(const Evidence& evidence) {
  const auto faults = [&](RequestFault fault) {
    return FaultsOf(evidence, fault);
  };
  Failures failures{.unconnected = faults(RequestFault::kConnectRefused) +
                                   faults(RequestFault::kConnectTimeout),
                    .unanswered = faults(RequestFault::kAnswerTimeout) +
                                  faults(RequestFault::kNotSent),
                    .broken = faults(RequestFault::kConnectReset) +
                              faults(RequestFault::kClosedEarly) +
                              faults(RequestFault::kNotHttp),
                    .lost = evidence.lost};
  AddAnswers(evidence.load, failures);
  return failures;
}

std::string WhatFailed(const Evidence& evidence) {
  std::vector<std::string> kinds;
  std::uint64_t failed = evidence.lost;
  const auto add = [&](std::uint64_t count, const std::string& what) {
    if (count == 0) return;
    kinds.push_back(fmt::format("{} {}", Grouped(count), what));
  };
  for (const auto& [status, count] : evidence.load.statuses) {
    if (IsSuccess(status)) continue;
    add(count, fmt::format("answered {}", status));
    failed += count;
  }
  for (const auto& [fault, count] : evidence.load.faults) {
    add(count, std::string(ToString(fault)));
    failed += count;
  }
  add(evidence.lost, "answered 2xx without a message in the queue");
  if (failed == 0) return evidence.ended;
  return fmt::format("{} of {} failed: {}", Grouped(failed),
                     Grouped(evidence.load.asked), fmt::join(kinds, ", "));
}

std::vector<std::string> FailureLines(const Evidence& evidence) {
  std::vector<std::string> lines{WhatFailed(evidence)};
  for (const auto& [code, count] : evidence.load.problems) {
    lines.push_back(
        fmt::format("{} answers said \"{}\"", Grouped(count), code));
  }
  return lines;
}

}  // namespace smsweb::bench
