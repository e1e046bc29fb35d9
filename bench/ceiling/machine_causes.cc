// The machine under the server, and the clocks of those who wait.
#include <fmt/format.h>

#include <algorithm>

#include "bench/ceiling/cause_rules.h"
#include "bench/ceiling/log_signs.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr double kLeastMemoryShare = 0.02;
constexpr double kMuchByOthers = 0.2;  // of the processors

// --- Memory ----------------------------------------------------------------

bool IsMemoryScarce(const Evidence& evidence) {
  return evidence.memory_total > 0 &&
         static_cast<double>(evidence.memory_available) <
             kLeastMemoryShare * static_cast<double>(evidence.memory_total);
}

std::vector<std::string> MemoryLines(const Evidence& evidence,
                                     const Said& said) {
  std::vector<std::string> lines = said.quotes;
  if (evidence.oom_kills > 0) {
    lines.push_back(
        fmt::format("kernel: {} killed for want of memory",
                    evidence.oom_kills == 1
                        ? "1 process was"
                        : Grouped(evidence.oom_kills) + " processes were"));
  }
  if (const auto faults = FaultsOf(evidence, RequestFault::kNoMemory)) {
    lines.push_back(fmt::format("load: {} ended in ENOBUFS or ENOMEM",
                                Count(faults, "request")));
  }
  if (evidence.memory_total > 0) {
    lines.push_back(
        fmt::format("{} of {} of memory were available at the least",
                    Bytes(static_cast<double>(evidence.memory_available)),
                    Bytes(static_cast<double>(evidence.memory_total))));
  }
  return lines;
}

// --- Time ------------------------------------------------------------------

double Seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string RateInWords(const Evidence& evidence) {
  if (!IsTooSlow(evidence)) return {};
  const double seconds = SecondsAtRate(evidence);
  return fmt::format(
      " It answers {} requests/s, at which {} at once wait for up to {}.",
      Figure(static_cast<double>(evidence.concurrency) / seconds),
      Grouped(evidence.concurrency), Duration(seconds));
}

std::string BusyInWords(const Evidence& evidence) {
  if (evidence.busy_others > kMuchByOthers) {
    return fmt::format(
        " Others had {} of the processors: the machine was too noisy to tell "
        "what it can do.",
        Percent(evidence.busy_others));
  }
  if (!IsBusy(evidence)) return {};
  return fmt::format(
      " Server and load had {} of the processors: these are the limit.",
      Percent(evidence.busy));
}

std::string WhoseTimeOut(const Evidence& evidence, const Said& said,
                         std::uint64_t silent) {
  if (said) return said.Sentence() + ".";
  if (silent == 0) {
    return "The web server gave up waiting for the endpoint, and answered 504.";
  }
  return fmt::format("{} had no answer within {}, the client's own time-out.",
                     Count(silent, "request"),
                     Duration(Seconds(evidence.timeout)));
}

std::vector<std::string> TimeLines(const Evidence& evidence, const Said& said,
                                   const Failures& failures) {
  std::vector<std::string> lines = said.quotes;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0)
      lines.push_back(
          fmt::format("load: {} {}", Count(count, "request"), what));
  };
  add(failures.unanswered, "had a connection and no answer in time");
  add(FaultsOf(evidence, RequestFault::kConnectTimeout),
      "had no connection in time");
  add(failures.late, "answered 504");
  if (evidence.busy >= 0) {
    lines.push_back(fmt::format(
        "server and load had {} of the processors, others {}",
        Percent(evidence.busy), Percent(std::max(0.0, evidence.busy_others))));
  }
  return lines;
}

// Where clients waited in a full listen queue, and the rate is good enough, the
// client's time-out is only how that shows.
Weight WeightOfTimeOut(const Evidence& evidence, const Said& said) {
  if (said || (IsTooSlow(evidence) && IsBusy(evidence))) return Weight::kSaid;
  return HasOverflowed(evidence) && !IsTooSlow(evidence) ? Weight::kFits
                                                         : Weight::kCounted;
}

}  // namespace

MaybeFinding Memory(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "memory");
  const bool refused = said || evidence.oom_kills > 0 ||
                       FaultsOf(evidence, RequestFault::kNoMemory) > 0;
  if (!refused && !IsMemoryScarce(evidence)) return std::nullopt;
  Finding finding{.weight = refused ? Weight::kSaid : Weight::kFits,
                  .explains = FailuresOf(evidence).OfServer() +
                              FaultsOf(evidence, RequestFault::kNoMemory)};
  finding.cause = {
      .name = "memory",
      .sentence = fmt::format("Memory ran short at {} at once.",
                              Count(evidence.concurrency, "request")),
      .evidence = MemoryLines(evidence, said),
      .remedy =
          "Let fewer programs run at once (MaxRequestWorkers; a program "
          "of its own for each request takes some 10 MB), or give the "
          "machine or its cgroup more memory; net.ipv4.tcp_mem bounds "
          "what sockets take. See docs/web-servers.md."};
  return finding;
}

MaybeFinding TimeOut(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "timeout");
  const Failures failures = FailuresOf(evidence);
  const auto silent =
      failures.unanswered + FaultsOf(evidence, RequestFault::kConnectTimeout);
  if (!said && silent + failures.late == 0) return std::nullopt;
  Finding finding{
      .weight = WeightOfTimeOut(evidence, said),
      .explains = silent + std::max(failures.late, said ? failures.errors : 0)};
  finding.cause = {
      .name = "timeout",
      .sentence = WhoseTimeOut(evidence, said, silent) + RateInWords(evidence) +
                  BusyInWords(evidence),
      .evidence = TimeLines(evidence, said, failures),
      .remedy = fmt::format(
          "{}Fewer at once, a faster way to call the program (FastCGI), or "
          "more patience of who waits. See docs/web-servers.md, \"Time-outs\".",
          said ? std::string(said.sign->remedy) + " " : "")};
  return finding;
}

}  // namespace smsweb::bench
