// The program behind the web server, and its queue.
#include <fmt/format.h>

#include <algorithm>

#include "bench/ceiling/cause_rules.h"
#include "bench/ceiling/log_signs.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {

namespace {

constexpr const char* kWhyBacklog =
    "the modems could not send the code within its life";
constexpr const char* kAgainstBacklog =
    "More modems, or longer lives of codes (verify.ttl)";
constexpr const char* kAgainstOverload =
    "Raise endpoint.max_waiting in smsweb.toml; it should be at least as much "
    "as the web server lets through";

std::string WhyOverloaded(const Evidence& evidence) {
  const auto most = SizeOf(evidence, {"endpoint.max_waiting"});
  return fmt::format("more than endpoint.max_waiting ({}) waited for the disk",
                     Grouped(static_cast<std::uint64_t>(most)));
}

}  // namespace

MaybeFinding DatabaseLocked(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "database_locked");
  const auto unavailable = ProblemsOf(evidence, "store_unavailable");
  if (!said && unavailable == 0) return std::nullopt;
  const Failures failures = FailuresOf(evidence);
  Finding finding{.weight = said ? Weight::kSaid : Weight::kFits,
                  .explains = failures.errors + failures.broken};
  finding.cause = {
      .name = "database_locked",
      .sentence = fmt::format(
          "The queue's database was locked: at {} at once so many programs "
          "write to it that some are still waiting when their patience ends.",
          Count(evidence.concurrency, "request")),
      .evidence = WithCode(said.quotes, unavailable, "store_unavailable"),
      .remedy = fmt::format(
          "Let one resident program write for all (FastCGI: smsweb-cgi commits "
          "what waits together), or let fewer write at once "
          "(MaxRequestWorkers); the paper's design has its patience in "
          "sqlite3.connect(timeout=) of bench/paper/smsweb.py. See {}.",
          kSizesDocument)};
  return finding;
}

MaybeFinding OverloadAnswer(const Evidence& evidence) {
  const auto overloaded = ProblemsOf(evidence, "overloaded");
  const auto backlog = ProblemsOf(evidence, "backlog");
  const auto refused = overloaded + backlog;
  if (refused == 0) return std::nullopt;
  Finding finding{.weight = Weight::kSaid, .explains = refused};
  finding.cause = {
      .name = "overload_answer",
      .sentence = fmt::format(
          "smsweb-cgi itself refused {} with 503 and Retry-After: {}.",
          Count(refused, "request"),
          overloaded > 0 ? WhyOverloaded(evidence) : kWhyBacklog),
      .evidence =
          WithCode(WithCode({}, overloaded, "overloaded"), backlog, "backlog"),
      .remedy = fmt::format("{}. See {}.",
                            overloaded > 0 ? kAgainstOverload : kAgainstBacklog,
                            kSizesDocument)};
  return finding;
}

MaybeFinding ProgramEnded(const Evidence& evidence) {
  if (evidence.ended.empty()) return std::nullopt;
  const Failures failures = FailuresOf(evidence);
  const std::uint64_t unserved = failures.errors + failures.broken +
                                 failures.unconnected + failures.unanswered;
  Finding finding{.weight = Weight::kSaid,
                  .explains = std::max<std::uint64_t>(unserved, 1)};
  finding.cause = {
      .name = "program_ended",
      .sentence = fmt::format("A program of the server ended at {} at once.",
                              Grouped(evidence.concurrency)),
      .evidence = {evidence.ended},
      .remedy =
          "Its last words, or the kernel's log (dmesg), say why. No size "
          "should make a server end: it is worth a report to those who "
          "make it."};
  return finding;
}

MaybeFinding ProgramFailed(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "program_failed");
  const auto failed = ProblemsOf(evidence, "endpoint_failed");
  if (!said && failed == 0) return std::nullopt;
  const Failures failures = FailuresOf(evidence);
  Finding finding{.weight = said ? Weight::kCounted : Weight::kFits,
                  .explains = failures.errors + failures.broken};
  finding.cause = {
      .name = "program_failed",
      .sentence = fmt::format(
          "{}: {} ended in an error at {} at once.",
          said ? said.Sentence() : "The program behind the web server failed",
          Count(finding.explains, "request"), Grouped(evidence.concurrency)),
      .evidence = WithCode(said.quotes, failed, "endpoint_failed"),
      .remedy =
          "The log says why, mostly in the lines before. Where processes can't "
          "be started, raise their number (ulimit -u; TasksMax= of the systemd "
          "unit; pids.max of the cgroup) or let fewer run at once "
          "(MaxRequestWorkers). See docs/web-servers.md."};
  return finding;
}

MaybeFinding MessagesLost(const Evidence& evidence) {
  if (evidence.lost == 0) return std::nullopt;
  Finding finding{.weight = Weight::kSaid, .explains = evidence.lost};
  finding.cause = {
      .name = "messages_lost",
      .sentence = fmt::format(
          "{} of {} answers with 2xx left no message in the queue: what was "
          "promised was not kept.",
          Grouped(evidence.lost), Grouped(evidence.load.Succeeded())),
      .evidence = {fmt::format("queue: {} fewer than there were answers with "
                               "2xx",
                               Count(evidence.lost, "message"))},
      .remedy =
          "No size mends this: the program answers before the message is "
          "on disk, or its web server answers for it. "
          "docs/internals.md says at which instant smsweb counts a "
          "message as queued."};
  return finding;
}

}  // namespace smsweb::bench
