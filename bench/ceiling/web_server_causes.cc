// Places in front of the program: queues, workers, connections, descriptors.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/ceiling/cause_rules.h"
#include "bench/ceiling/log_signs.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr const char* kSomaxconn = "net.core.somaxconn";
constexpr std::string_view kRaiseEndpointsBacklog =
    "Raise endpoint.backlog in smsweb.toml and net.core.somaxconn in "
    "/etc/sysctl.d/, or let the endpoint listen on TCP, whose full backlog "
    "delays and does not fail.";

std::string SizeInWords(std::int64_t size) {
  return size > 0 ? Grouped(static_cast<std::uint64_t>(size))
                  : std::string("not known");
}

std::vector<std::string> With(std::vector<std::string> lines,
                              const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

std::string WithDocument(std::string_view remedy) {
  return fmt::format("{} See {}.", remedy, kSizesDocument);
}

// What the logs say of a cause: of this load, or else of one before.
struct Heard {
  Said said;
  bool now = false;
};

Heard Hear(const Evidence& evidence, std::string_view cause) {
  Heard heard{.said = WhatLogsSay(evidence.log_lines, cause), .now = true};
  if (heard.said) return heard;
  heard = {.said = WhatLogsSay(evidence.earlier_lines, cause)};
  for (std::string& quote : heard.said.quotes) {
    quote = "in a load before: " + quote;
  }
  return heard;
}

// --- The listen queue ------------------------------------------------------

std::int64_t Grown(const Evidence& evidence, const std::string& counter) {
  const auto found = evidence.kernel.find(counter);
  return found == evidence.kernel.end() ? 0 : found->second;
}

// A SYN without an answer is sent again after 1 s, 3 s, 7 s: connections that
// took that long, and little longer.
constexpr std::array<std::int64_t, 3> kSynSteps{1'000'000, 3'000'000,
                                                7'000'000};

bool IsSynStep(std::int64_t micros) {
  return std::ranges::any_of(kSynSteps, [&](std::int64_t step) {
    return micros >= step - step / 50 && micros <= step + 400'000;
  });
}

std::uint64_t ConnectedLate(const LoadResult& load) {
  std::uint64_t count = 0;
  for (const auto& bucket : load.connect.Buckets()) {
    if (IsSynStep(bucket.micros)) count += bucket.count;
  }
  return count;
}

std::vector<std::string> ListenQueueLines(const Evidence& evidence,
                                          const Failures& failures) {
  std::vector<std::string> lines;
  for (const char* counter : {"TcpExt.ListenOverflows", "TcpExt.ListenDrops"}) {
    if (const auto grown = Grown(evidence, counter); grown > 0) {
      lines.push_back(
          fmt::format("kernel: {} grew by {} (of the whole machine)", counter,
                      Grouped(static_cast<std::uint64_t>(grown))));
    }
  }
  if (failures.unconnected > 0) {
    lines.push_back(fmt::format("load: {} got no connection",
                                Count(failures.unconnected, "request")));
  }
  if (const auto late = ConnectedLate(evidence.load); late > 0) {
    lines.push_back(fmt::format(
        "load: {} took about 1 s, 3 s or 7 s to be there, as long as TCP waits "
        "before it tries again",
        Count(late, "connection")));
  }
  lines.push_back(
      fmt::format("{} = {}", kSomaxconn, SettingOf(evidence, kSomaxconn)));
  return lines;
}

// --- Descriptors -----------------------------------------------------------

bool IsAtLimit(const Evidence::Descriptors& descriptors) {
  return descriptors.limit > 0 && descriptors.used >= descriptors.limit;
}

std::vector<std::string> AtLimit(const Evidence& evidence) {
  std::vector<std::string> lines;
  for (const auto& [name, descriptors] : evidence.descriptors) {
    if (name == "load" || !IsAtLimit(descriptors)) continue;
    lines.push_back(fmt::format("{} had {} of {} descriptors in use", name,
                                Grouped(descriptors.used),
                                Grouped(descriptors.limit)));
  }
  return lines;
}

}  // namespace

MaybeFinding ListenQueue(const Evidence& evidence) {
  const Failures failures = FailuresOf(evidence);
  const bool overflowed = HasOverflowed(evidence);
  const auto timed_out = FaultsOf(evidence, RequestFault::kConnectTimeout);
  if (!overflowed && timed_out == 0) return std::nullopt;
  Finding finding{.weight = overflowed && failures.unconnected > 0
                                ? Weight::kCounted
                                : Weight::kFits,
                  .explains = failures.unconnected +
                              (overflowed ? failures.unanswered : 0)};
  finding.cause = {
      .name = "listen_queue",
      .sentence = fmt::format(
          "The web server's listen queue {} at {} connections at once: the "
          "kernel lets clients wait for it and try again after 1 s, 3 s, 7 s, "
          "until their patience ends. It holds {} ({} is {}).",
          overflowed ? "overflowed" : "did not take every client",
          Grouped(evidence.concurrency),
          SizeInWords(static_cast<std::int64_t>(BacklogOf(evidence))),
          kSomaxconn, SettingOf(evidence, kSomaxconn)),
      .evidence = ListenQueueLines(evidence, failures),
      .remedy = fmt::format(
          "Raise the backlog (nginx: listen ... backlog= in "
          "deploy/nginx/smsweb.conf; Apache: ListenBacklog in "
          "deploy/apache/smsweb-*.conf; lighttpd: server.listen-backlog; "
          "uWSGI: listen) and {} in /etc/sysctl.d/. See {}.",
          kSomaxconn, kSizesDocument)};
  return finding;
}

MaybeFinding WebWorkers(const Evidence& evidence) {
  const auto [said, now] = Hear(evidence, "web_workers");
  if (!said) return std::nullopt;
  const Failures failures = FailuresOf(evidence);
  const auto workers = SizeOf(evidence, {"MaxRequestWorkers", "processes"});
  // With processors that are busy, more workers would only share them.
  Finding finding{
      .weight = IsBusy(evidence) ? Weight::kFits : Weight::kSaid,
      .explains = failures.unconnected + failures.unanswered + failures.late};
  finding.cause = {
      .name = "web_workers",
      .sentence =
          fmt::format("{}: {} of them for {} at once.", said.Sentence(),
                      workers > 0 ? Grouped(static_cast<std::uint64_t>(workers))
                                  : std::string("too few"),
                      Count(evidence.concurrency, "request")),
      .evidence = said.quotes,
      .remedy = WithDocument(said.sign->remedy)};
  return finding;
}

MaybeFinding WebConnections(const Evidence& evidence) {
  const auto [said, now] = Hear(evidence, "web_connections");
  if (!said) return std::nullopt;
  const auto connections =
      SizeOf(evidence, {"worker_connections", "server.max-connections"});
  Finding finding{.weight = now ? Weight::kSaid : Weight::kCounted,
                  .explains = FailuresOf(evidence).OfServer()};
  finding.cause = {
      .name = "web_connections",
      .sentence = fmt::format("{}: it is {}, for {} at once.", said.Sentence(),
                              SizeInWords(connections),
                              Count(evidence.concurrency, "request")),
      .evidence = said.quotes,
      .remedy = WithDocument(said.sign->remedy)};
  return finding;
}

MaybeFinding UpstreamQueue(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "upstream_queue");
  const auto unreachable = ProblemsOf(evidence, "endpoint_unreachable");
  if (!said && unreachable == 0) return std::nullopt;
  const Failures failures = FailuresOf(evidence);
  Finding finding{
      .weight = said ? Weight::kSaid : Weight::kFits,
      .explains = said ? failures.errors + failures.unanswered : unreachable};
  finding.cause = {
      .name = "upstream_queue",
      .sentence = fmt::format(
          "{}: {} answered with an error. The endpoint's backlog is {}, cut to "
          "{} ({}).",
          said ? said.Sentence()
               : "The web server could not connect to the endpoint",
          Count(failures.errors, "request"),
          SizeInWords(SizeOf(evidence, {"endpoint.backlog"})), kSomaxconn,
          SettingOf(evidence, kSomaxconn)),
      .evidence = WithCode(said.quotes, unreachable, "endpoint_unreachable"),
      .remedy = WithDocument(said && !said.sign->remedy.empty()
                                 ? said.sign->remedy
                                 : kRaiseEndpointsBacklog)};
  return finding;
}

MaybeFinding ProcessDescriptors(const Evidence& evidence) {
  const Said said = WhatLogsSay(evidence.log_lines, "process_descriptors");
  const std::vector<std::string> at_limit = AtLimit(evidence);
  if (!said && at_limit.empty()) return std::nullopt;
  Finding finding{.weight = said ? Weight::kSaid : Weight::kCounted,
                  .explains = FailuresOf(evidence).OfServer()};
  finding.cause = {
      .name = "process_descriptors",
      .sentence = fmt::format(
          "A program of the server had no descriptor left at {} connections at "
          "once{}.",
          Grouped(evidence.concurrency),
          at_limit.empty() ? "" : ": " + at_limit.front()),
      .evidence = With(said.quotes, at_limit),
      .remedy = fmt::format(
          "Raise its limit of open files: worker_rlimit_nofile in "
          "deploy/nginx/nginx.conf; server.max-fds of lighttpd; for all others "
          "what they inherit (ulimit -n, LimitNOFILE= of the systemd unit): "
          "for smsweb-cgi a hard limit of endpoint.max_connections and some "
          "50. See {}.",
          kSizesDocument)};
  return finding;
}

}  // namespace smsweb::bench
