#include "common/tariff/limit_zones.h"

#include <fmt/format.h>

namespace smsweb {
namespace {

constexpr std::string_view kUtc = "UTC";

class UtcZone final : public Zone {
 public:
  ZoneSpan At(WallTime) const override {
    return {std::chrono::seconds(0), WallTime::max()};
  }
};

}  // namespace

Result<LimitZones> LimitZones::Find(const Config& config,
                                    const TimeZonesFactory& make_zones) {
  LimitZones found;
  std::string errors;
  for (std::size_t i = 0; i < config.modems.size(); ++i) {
    const ModemConfig& modem = config.modems[i];
    if (modem.limits.zone.name == kUtc) continue;
    if (!found.zones_) {
      auto made = make_zones();
      if (!made) return std::unexpected(made.error());
      found.zones_ = std::move(*made);
    }
    const auto zone = found.zones_->Find(modem.limits.zone.name);
    if (zone) {
      found.by_modem_[modem.name] = *zone;
    } else {
      errors += fmt::format("{}{}:{}: modem[{}].limits.zone: {}",
                            errors.empty() ? "" : "\n", config.file,
                            modem.limits.zone.line, i, zone.error().message);
    }
  }
  if (!errors.empty()) return Fail(ErrorKind::kInvalid, std::move(errors));
  return found;
}

const Zone& LimitZones::Of(const std::string& modem) const {
  static const UtcZone kUtcZone;
  const auto found = by_modem_.find(modem);
  return found == by_modem_.end() ? kUtcZone : *found->second;
}

}  // namespace smsweb
