#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "bench/ceiling/cause_rules.h"
#include "bench/plan/figures.h"

namespace smsweb::bench {
namespace {

constexpr double kBusyShare = 0.9;

// Of two that speak as directly and explain as much, the one that stands
// further up is behind the other.
constexpr std::array kRules{
    &ClientDescriptors, &ClientPorts,   &ProcessDescriptors,
    &DatabaseLocked,    &Memory,        &WebConnections,
    &UpstreamQueue,     &WebWorkers,    &OverloadAnswer,
    &MessagesLost,      &ProgramFailed, &ListenQueue,
    &TimeOut,
};

std::vector<Finding> AskAll(const Evidence& evidence) {
  std::vector<Finding> findings;
  for (const auto& rule : kRules) {
    if (auto finding = rule(evidence)) findings.push_back(std::move(*finding));
  }
  return findings;
}

bool Before(const Finding& one, const Finding& other) {
  if (one.weight != other.weight) return one.weight < other.weight;
  return one.explains > other.explains;
}

// What was there beside the failures, without explaining them.
std::vector<std::string> SeenBeside(const std::vector<Finding>& findings) {
  std::vector<std::string> seen;
  for (const Finding& finding : findings) {
    for (const std::string& line : finding.cause.evidence) {
      seen.push_back("beside them: " + line);
    }
  }
  return seen;
}

Cause Unknown(const Evidence& evidence, const std::vector<Finding>& beside) {
  Cause cause{.name = "unknown",
              .sentence = fmt::format(
                  "{} at {} at once, and neither the kernel's counters nor the "
                  "logs say why.",
                  WhatFailed(evidence), Grouped(evidence.concurrency)),
              .evidence = FailureLines(evidence),
              .remedy =
                  "Look at the logs of web server and endpoint at the "
                  "time of the load; docs/operations.md says what they "
                  "mean."};
  for (std::string& line : SeenBeside(beside)) {
    cause.evidence.push_back(std::move(line));
  }
  return cause;
}

}  // namespace

std::int64_t SizeOf(const Evidence& evidence,
                    std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto found = evidence.sizes.find(std::string(name));
    if (found != evidence.sizes.end()) return found->second;
  }
  return 0;
}

std::string SettingOf(const Evidence& evidence, const std::string& name) {
  const auto found = evidence.kernel_settings.find(name);
  if (found == evidence.kernel_settings.end()) return "not known";
  const std::string& text = found->second;
  std::uint64_t number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ptr == text.data() + text.size() ? Grouped(number) : text;
}

bool IsBusy(const Evidence& evidence) { return evidence.busy >= kBusyShare; }

std::vector<Cause> NameCauses(const Evidence& evidence) {
  std::vector<Finding> findings = AskAll(evidence);
  const auto beside = std::ranges::stable_partition(
      findings, [](const Finding& finding) { return finding.explains > 0; });
  const std::vector<Finding> seen(std::make_move_iterator(beside.begin()),
                                  std::make_move_iterator(beside.end()));
  findings.erase(beside.begin(), beside.end());
  std::ranges::stable_sort(findings, Before);
  if (findings.empty()) return {Unknown(evidence, seen)};
  std::vector<Cause> causes;
  causes.reserve(findings.size());
  for (Finding& finding : findings) causes.push_back(std::move(finding.cause));
  return causes;
}

}  // namespace smsweb::bench
