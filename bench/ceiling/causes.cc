#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bench/ceiling/cause_rules.h"
#include "bench/figures/figures.h"
#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

constexpr double kBusyShare = 0.9;

// Of two that speak as directly and explain as much, the one that stands
// further up is behind the other.
constexpr std::array kRules{
    &ClientDescriptors, &ClientPorts,  &ProcessDescriptors,
    &DatabaseLocked,    &Memory,       &WebConnections,
    &UpstreamQueue,     &WebWorkers,   &OverloadAnswer,
    &MessagesLost,      &ProgramEnded, &ProgramFailed,
    &ListenQueue,       &TimeOut,
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

// The counters are the whole machine's. A queue that has a place for each
// connection of the load, those that their clients have left among them, does
// not overflow by it.
bool CouldOverflow(const Evidence& evidence) {
  const auto backlog = BacklogOf(evidence);
  return backlog == 0 || evidence.load.asked > backlog;
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

std::vector<std::string> WithCode(std::vector<std::string> lines,
                                  std::uint64_t count, std::string_view code) {
  if (count > 0) {
    lines.push_back(
        fmt::format("{} said \"{}\"", Count(count, "answer"), code));
  }
  return lines;
}

std::int64_t SizeOf(const Evidence& evidence,
                    std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto found = evidence.sizes.find(std::string(name));
    if (found != evidence.sizes.end()) return found->second;
  }
  return 0;
}

std::uint64_t BacklogOf(const Evidence& evidence) {
  const auto wanted = SizeOf(evidence, {"backlog", "ListenBacklog",
                                        "server.listen-backlog", "listen"});
  if (wanted <= 0) return 0;
  const auto backlog = static_cast<std::uint64_t>(wanted);
  const auto most = evidence.kernel_settings.find("net.core.somaxconn");
  if (most == evidence.kernel_settings.end()) return backlog;
  return std::min(backlog,
                  ToNumber<std::uint64_t>(most->second).value_or(backlog));
}

std::string SettingOf(const Evidence& evidence, const std::string& name) {
  const auto found = evidence.kernel_settings.find(name);
  if (found == evidence.kernel_settings.end()) return "not known";
  const auto number = ToNumber<std::uint64_t>(found->second);
  return number ? Grouped(*number) : found->second;
}

bool IsBusy(const Evidence& evidence) { return evidence.busy >= kBusyShare; }

double SecondsAtRate(const Evidence& evidence) {
  const auto succeeded = static_cast<double>(evidence.load.Succeeded());
  return succeeded > 0 ? static_cast<double>(evidence.concurrency) *
                             evidence.load.seconds / succeeded
                       : 0;
}

bool IsTooSlow(const Evidence& evidence) {
  return SecondsAtRate(evidence) >
         std::chrono::duration<double>(evidence.timeout).count();
}

bool HasOverflowed(const Evidence& evidence) {
  return CouldOverflow(evidence) &&
         std::ranges::any_of(
             std::array{"TcpExt.ListenOverflows", "TcpExt.ListenDrops"},
             [&](const char* counter) {
               const auto found = evidence.kernel.find(counter);
               return found != evidence.kernel.end() && found->second > 0;
             });
}

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
