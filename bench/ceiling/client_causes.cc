// The load generator's own limits: no server is involved.
#include <fmt/format.h>

#include <sstream>

#include "bench/ceiling/cause_rules.h"
#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr const char* kPortRange = "net.ipv4.ip_local_port_range";

struct PortRange {
  std::uint64_t lowest = 0;
  std::uint64_t highest = 0;
  std::uint64_t Count() const { return highest - lowest + 1; }
};

std::optional<PortRange> ReadPortRange(const Evidence& evidence) {
  const auto found = evidence.kernel_settings.find(kPortRange);
  if (found == evidence.kernel_settings.end()) return std::nullopt;
  std::istringstream text(found->second);
  PortRange range;
  if (!(text >> range.lowest >> range.highest)) return std::nullopt;
  if (range.highest < range.lowest) return std::nullopt;
  return range;
}

std::string PortsInWords(const Evidence& evidence) {
  const auto range = ReadPortRange(evidence);
  if (!range) return "how many ports it has is not known";
  const auto sources =
      static_cast<std::uint64_t>(std::max(evidence.load.sources, 1));
  return fmt::format(
      "{} ports ({} to {}) x {} are {} connections to one address and port, "
      "those counted that have ended within the last minute",
      Grouped(range->Count()), range->lowest, range->highest,
      sources == 1 ? "1 source address"
                   : fmt::format("{} source addresses", Grouped(sources)),
      Grouped(range->Count() * sources));
}

std::string ClientLimitInWords(const Evidence& evidence) {
  const auto found = evidence.descriptors.find("load");
  if (found == evidence.descriptors.end() || found->second.limit == 0)
    return {};
  return fmt::format(" It may have {} a process.",
                     Grouped(found->second.limit));
}

}  // namespace

MaybeFinding ClientDescriptors(const Evidence& evidence) {
  const auto failed = FaultsOf(evidence, RequestFault::kNoDescriptor);
  if (failed == 0) return std::nullopt;
  Finding finding{.weight = Weight::kSaid, .explains = failed};
  finding.cause = {
      .name = "client_descriptors",
      .sentence = fmt::format(
          "The client had no descriptor left for {} of {}: the limit is its "
          "own, not the server's.{}",
          Grouped(failed), Count(evidence.load.asked, "request"),
          ClientLimitInWords(evidence)),
      .evidence = {fmt::format("load: {} ended in EMFILE or ENFILE (\"Too many "
                               "open files\")",
                               Count(failed, "request")),
                   fmt::format("load: {} sockets were open at once",
                               Grouped(evidence.load.peak_open))},
      .remedy =
          "Raise the client's hard limit of open files (ulimit -Hn; "
          "/etc/security/limits.conf; LimitNOFILE= of its systemd unit), "
          "or give the load more processes. See docs/capacity.md."};
  return finding;
}

MaybeFinding ClientPorts(const Evidence& evidence) {
  const auto failed = FaultsOf(evidence, RequestFault::kNoPort);
  if (failed == 0) return std::nullopt;
  Finding finding{.weight = Weight::kSaid, .explains = failed};
  finding.cause = {
      .name = "client_ports",
      .sentence = fmt::format(
          "The client had no port left for {} of {}: {}.", Grouped(failed),
          Count(evidence.load.asked, "request"), PortsInWords(evidence)),
      .evidence = {fmt::format("load: {} ended in EADDRNOTAVAIL (\"Cannot "
                               "assign requested address\")",
                               Count(failed, "request")),
                   fmt::format("{} = {}", kPortRange,
                               SettingOf(evidence, kPortRange))},
      .remedy =
          "Give the client more source addresses (any of 127.0.0.0/8 "
          "does on loopback), or widen net.ipv4.ip_local_port_range in "
          "/etc/sysctl.d/ (ip(7)). See docs/capacity.md."};
  return finding;
}

}  // namespace smsweb::bench
