// What the SIMs of modems may still send, for showing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/store/store.h"
#include "common/tariff/limit_zones.h"
#include "common/tariff/quota.h"
#include "ctl/outcome.h"

namespace smsweb::ctl {

// By modem; only those that have limits.
using ModemLimits = std::map<std::string, std::vector<LimitNow>>;

// `recorded` says which SIM is in which modem.
ModemLimits LimitsOfModems(const Config& config,
                           const std::vector<ModemStatus>& recorded,
                           const std::vector<SimUsage>& usage,
                           const LimitZones& zones, WallTime now);

// Of one modem; an empty list where it has none.
Json LimitsJson(const ModemLimits& limits, const std::string& modem);
// A line a limit: "12 of 200 parts a day, 188 left until ...".
std::string LimitLines(const ModemLimits& limits, const std::string& modem);
// Of the limit of which the least is left, in short: "188 a day".
std::string LeastLeft(const ModemLimits& limits, const std::string& modem);

}  // namespace smsweb::ctl
