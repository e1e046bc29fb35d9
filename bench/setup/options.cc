#include "bench/setup/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/setup/kinds.h"

namespace smsweb::bench {
namespace {

// Those of smsweb-sim, of nginx's shipped upstream, and of
// endpoint.max_connections.
constexpr int kMostModems = 1000;
constexpr int kMostEndpoints = 64;
constexpr int kMostWorkers = 1024;
constexpr std::uint64_t kMostConnections = 1'000'000;
// A limit of containers may be a thousand millions, for each of which some
// programs keep a place.
constexpr std::uint64_t kEnoughDescriptors = 1'048'576;

std::unexpected<Error> Refuse(const SetupKind& kind, std::string_view option,
                              std::string_view why) {
  return Fail(ErrorKind::kInvalid,
              fmt::format("{}: {}: {}", kind.name, option, why));
}

Result<void> CheckRanges(const SetupKind& kind, const SetupOptions& options) {
  const auto whole = [&](std::string_view option, int value, int least,
                         int most) -> Result<void> {
    if (value >= least && value <= most) return {};
    return Refuse(kind, option,
                  fmt::format("takes a number from {} to {}", least, most));
  };
  if (auto ok = whole("modems", options.modems, 1, kMostModems); !ok) return ok;
  if (auto ok = whole("endpoints", options.endpoints, 1, kMostEndpoints); !ok) {
    return ok;
  }
  if (auto ok = whole("web_workers", options.web_workers, 0, kMostWorkers);
      !ok) {
    return ok;
  }
  if (options.connections > kMostConnections) {
    return Refuse(kind, "connections",
                  fmt::format("takes {} at the most", kMostConnections));
  }
  if (options.send_time.count() < 0 || options.report_delay.count() < 0) {
    return Refuse(kind, "send_time and report_delay", "can't be negative");
  }
  if (!(options.limit.cores >= 0)) {
    return Refuse(kind, "limit.cores", "can't be negative");
  }
  return {};
}

Result<void> CheckNginxOptions(const SetupKind& kind,
                               const SetupOptions& options) {
  if (PartsOf(kind).server == ServerKind::kNginx) return {};
  const std::string_view asked = options.web_workers != 0   ? "web_workers"
                                 : options.endpoints != 1   ? "endpoints"
                                 : options.connections != 0 ? "connections"
                                                            : "";
  if (asked.empty()) return {};
  return Refuse(kind, asked,
                "nginx-fastcgi and nginx-fastcgi-unkept alone have it; the "
                "others run with the sizes of their files");
}

Result<void> CheckDeviceOptions(const SetupKind& kind,
                                const SetupOptions& options) {
  if (options.device.empty()) return {};
  if (options.modems != 1) {
    return Refuse(kind, "modems", "there is one where a device is named");
  }
  if (options.send_time.count() != 0 || options.report_delay.count() != 0) {
    return Refuse(kind, "send_time and report_delay",
                  "they are for simulated modems; a device takes its own time");
  }
  return {};
}

Result<void> CheckPaperOptions(const SetupKind& kind,
                               const SetupOptions& options) {
  if (PartsOf(kind).server != ServerKind::kPaper) return {};
  if (options.modems != 1) {
    return Refuse(kind, "modems", "the paper's design has one");
  }
  if (options.reports) {
    return Refuse(kind, "reports", "the paper's design asks for none");
  }
  if (!options.spooler) {
    return Refuse(kind, "spooler",
                  "s.py starts main.py by itself: it can't be left out");
  }
  return {};
}

}  // namespace

Result<void> CheckOptions(const SetupKind& kind, const SetupOptions& options) {
  for (const auto check : {CheckRanges, CheckNginxOptions, CheckDeviceOptions,
                           CheckPaperOptions}) {
    if (auto ok = check(kind, options); !ok) return ok;
  }
  return {};
}

std::uint64_t ServerDescriptors(const SetupOptions& options,
                                std::uint64_t hard_limit) {
  const std::uint64_t asked = options.server_descriptors > 0
                                  ? options.server_descriptors
                                  : kEnoughDescriptors;
  return std::min(asked, hard_limit);
}

}  // namespace smsweb::bench
