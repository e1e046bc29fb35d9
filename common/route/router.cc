#include "common/route/router.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "common/store/lane.h"

namespace smsweb {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

// A list that is not there excludes nothing.
bool Admits(const std::vector<std::string>& list, std::string_view value) {
  return list.empty() || Contains(list, value);
}

bool BeginsWithOneOf(const std::vector<std::string>& prefixes,
                     const std::string& recipient) {
  return prefixes.empty() ||
         std::ranges::any_of(prefixes, [&](const std::string& prefix) {
           return recipient.starts_with(prefix);
         });
}

bool FitsButForRegion(const RouteConfig& route, const RouteQuery& query) {
  return BeginsWithOneOf(route.prefixes, query.recipient) &&
         Admits(route.classes, ToString(query.message_class)) &&
         Admits(route.clients, query.client);
}

// Where there is no modem at all, messages wait for one.
bool DefaultGroupHasModem(const Config& config) {
  return config.modems.empty() ||
         std::ranges::any_of(config.modems, [](const ModemConfig& modem) {
           return Contains(modem.groups, "");
         });
}

std::string LaneOf(const RouteConfig& route) {
  return route.modem.empty() ? GroupLane(route.group) : ModemLane(route.modem);
}

Result<std::string> LaneOfModem(const Config& config, const std::string& name) {
  const auto& modems = config.modems;
  if (std::ranges::find(modems, name, &ModemConfig::name) == modems.end()) {
    return Fail(ErrorKind::kNotFound, "no modem has this name");
  }
  return ModemLane(name);
}

}  // namespace

Result<std::string> LaneFor(const Config& config, const RouteQuery& query,
                            const NumberRegionsFactory& make_regions) {
  if (!query.modem.empty()) return LaneOfModem(config, query.modem);
  std::unique_ptr<NumberRegions> regions;
  for (const RouteConfig& route : config.routes) {
    if (!FitsButForRegion(route, query)) continue;
    if (route.regions.empty()) return LaneOf(route);
    if (!regions) {
      auto made = make_regions();
      if (!made) return std::unexpected(made.error());
      regions = std::move(*made);
    }
    const bool fits = std::ranges::any_of(
        regions->Of(query.recipient), [&](const std::string& region) {
          return Contains(route.regions, region);
        });
    if (fits) return LaneOf(route);
  }
  if (DefaultGroupHasModem(config)) return GroupLane("");
  return Fail(ErrorKind::kInvalid,
              "no route leads there, and no modem is in the group \"default\"");
}

std::optional<WallTime> ConversationsSince(const Config& config, WallTime now) {
  const Millis lasting = config.message.conversations;
  if (config.modems.size() < 2 || lasting == Millis(0)) return std::nullopt;
  return now - lasting;
}

}  // namespace smsweb
