#include "common/verify/backlog.h"

#include <algorithm>
#include <ranges>

namespace smsweb {
namespace {

// So long a modem may need to come back: a restart, a lost network.
constexpr std::chrono::seconds kComesBack{60};

bool IsUp(const ModemStatus& modem) { return modem.state == "ready"; }

// Of one that nobody drives at this moment nothing is known.
bool IsDown(const ModemStatus& modem, WallTime now) {
  return !IsUp(modem) && modem.detail != kSpoolerEnded &&
         now - modem.since >= kComesBack;
}

}  // namespace

Result<Backlog> ReadBacklog(Store& store, WallTime now) {
  Backlog backlog;
  const auto codes = store.CountQueuedCodes(now);
  if (!codes) return std::unexpected(codes.error());
  backlog.codes = *codes;
  auto modems = store.Modems();
  if (!modems) return std::unexpected(modems.error());
  backlog.modems = std::move(*modems);
  return backlog;
}

std::optional<Delay> ExpectedDelay(const Backlog& backlog, WallTime now) {
  const auto& modems = backlog.modems;
  const bool all_down =
      !modems.empty() && std::ranges::all_of(modems, [&](const auto& modem) {
        return IsDown(modem, now);
      });
  if (all_down) return Delay{};
  double per_second = 0;
  for (const ModemStatus& modem : modems) {
    if (!IsUp(modem)) continue;
    if (modem.part_time <= Millis(0)) return std::nullopt;  // not yet measured
    per_second += 1000.0 / static_cast<double>(modem.part_time.count());
  }
  if (per_second == 0) return std::nullopt;
  const double seconds = static_cast<double>(backlog.codes + 1) / per_second;
  return Delay{Millis(static_cast<std::int64_t>(seconds * 1000))};
}

std::optional<GuardFinding> JudgeDelay(const std::optional<Delay>& delay,
                                       Millis life,
                                       const GuardBacklog& config) {
  if (!delay || (delay->wait && *delay->wait < life)) return std::nullopt;
  return GuardFinding{
      .rule = "backlog",
      .dry_run = config.dry_run,
      .detail = delay->wait ? "the modems can't send a code within its life"
                            : "no modem can send"};
}

}  // namespace smsweb
