#include "ctl/modem_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::string SimOf(const std::string& modem,
                  const std::vector<ModemStatus>& recorded) {
  const auto status = std::ranges::find(recorded, modem, &ModemStatus::name);
  std::string imsi;
  if (status != recorded.end()) {
    const Json info = Json::parse(status->info, nullptr, false);
    if (info.is_object() && info.contains("imsi")) imsi = info["imsi"];
  }
  return CountedSim(imsi, modem);
}

SimUsage UsageOf(const std::string& sim, const std::vector<SimUsage>& all) {
  const auto found = std::ranges::find(all, sim, &SimUsage::sim);
  return found == all.end() ? SimUsage{.sim = sim} : *found;
}

bool IsOfRecipients(const LimitNow& limit) {
  return limit.counter == SimCounter::kRecipients;
}

double LeftShare(const LimitNow& limit) {
  return double(limit.Left()) / double(limit.limit);
}

std::string LimitLine(const LimitNow& limit) {
  std::string line =
      fmt::format("{} of {} {} a {}, {} left", limit.used, limit.limit,
                  IsOfRecipients(limit) ? "recipients" : "parts",
                  PeriodOf(limit.counter), limit.Left());
  if (limit.reserved > 0) {
    line += fmt::format(" ({} for others than otp)",
                        limit.LeftFor(MessageClass::kBulk));
  }
  return line + " until " + FormatRfc3339(limit.resets_at);
}

const std::vector<LimitNow>& LimitsOf(const ModemLimits& limits,
                                      const std::string& modem) {
  static const std::vector<LimitNow> kNone;
  const auto found = limits.find(modem);
  return found == limits.end() ? kNone : found->second;
}

}  // namespace

ModemLimits LimitsOfModems(const Config& config,
                           const std::vector<ModemStatus>& recorded,
                           const std::vector<SimUsage>& usage,
                           const LimitZones& zones, WallTime now) {
  ModemLimits limits;
  for (const ModemConfig& modem : config.modems) {
    if (!HasLimits(modem.limits)) continue;
    const Zone& zone = zones.Of(modem.name);
    const auto used =
        UsageAt(UsageOf(SimOf(modem.name, recorded), usage), zone, now);
    limits[modem.name] = LimitsNow(modem.limits, used, zone);
  }
  return limits;
}

Json LimitsJson(const ModemLimits& limits, const std::string& modem) {
  Json list = Json::array();
  for (const LimitNow& limit : LimitsOf(limits, modem)) {
    list.push_back({{"per", PeriodOf(limit.counter)},
                    {"of", IsOfRecipients(limit) ? "recipients" : "parts"},
                    {"limit", limit.limit},
                    {"reserved_for_otp", limit.reserved},
                    {"used", limit.used},
                    {"left", limit.Left()},
                    {"left_but_for_otp", limit.LeftFor(MessageClass::kBulk)},
                    {"resets_at", FormatRfc3339(limit.resets_at)}});
  }
  return list;
}

std::string LimitLines(const ModemLimits& limits, const std::string& modem) {
  std::string lines;
  for (const LimitNow& limit : LimitsOf(limits, modem)) {
    lines += Field(lines.empty() ? "limits" : "", LimitLine(limit));
  }
  return lines;
}

std::string LeastLeft(const ModemLimits& limits, const std::string& modem) {
  const auto& all = LimitsOf(limits, modem);
  const auto least = std::ranges::min_element(all, {}, LeftShare);
  if (least == all.end()) return "";
  return fmt::format("{}{} a {}", least->Left(),
                     IsOfRecipients(*least) ? " new" : "",
                     PeriodOf(least->counter));
}

}  // namespace smsweb::ctl
