#include "common/window/sending_windows.h"

#include <fmt/format.h>

#include <utility>

#include "common/window/opening.h"

namespace smsweb {
namespace {

std::unexpected<Error> FailNoZone(std::string_view why) {
  return Fail(ErrorKind::kInvalid,
              fmt::format("nobody knows the recipient's hours: {}; "
                          "[window.zones] can name its zone",
                          why));
}

const ZoneName* ByPrefix(const std::map<std::string, ZoneName>& zones,
                         const std::string& recipient) {
  const ZoneName* best = nullptr;
  std::size_t length = 0;
  for (const auto& [prefix, zone] : zones) {
    if (!recipient.starts_with(prefix) || prefix.size() < length) continue;
    best = &zone;
    length = prefix.size();
  }
  return best;
}

bool IsByRecipient(const WindowConfig& window) {
  return window.Limits() && window.zone.name == kRecipientZone;
}

}  // namespace

SendingWindows::SendingWindows(const Config& config,
                               TimeZonesFactory make_zones,
                               NumberRegionsFactory make_regions)
    : config_(config),
      make_zones_(std::move(make_zones)),
      make_regions_(std::move(make_regions)) {}

// Null: it may be sent at any time.
const WindowConfig* SendingWindows::WindowOf(MessageClass message_class) const {
  switch (message_class) {
    case MessageClass::kOtp:
      return nullptr;
    case MessageClass::kTransactional:
      return config_.window.transactional.Limits()
                 ? &config_.window.transactional
                 : nullptr;
    case MessageClass::kBulk:
      return config_.window.bulk.Limits() ? &config_.window.bulk : nullptr;
  }
  return nullptr;
}

bool SendingWindows::Asks() const {
  const WindowsConfig& windows = config_.window;
  return windows.transactional.Limits() || windows.bulk.Limits() ||
         windows.transactional.zone.line != 0 || windows.bulk.zone.line != 0 ||
         !windows.zones.empty();
}

bool SendingWindows::AsksForRecipients() const {
  return IsByRecipient(config_.window.transactional) ||
         IsByRecipient(config_.window.bulk);
}

Result<void> SendingWindows::LoadZones() {
  if (zones_) return {};
  auto made = make_zones_();
  if (!made) return std::unexpected(made.error());
  zones_ = std::move(*made);
  return {};
}

Result<void> SendingWindows::LoadRegions() {
  if (regions_) return {};
  auto made = make_regions_();
  if (!made) return std::unexpected(made.error());
  regions_ = std::move(*made);
  return {};
}

Result<void> SendingWindows::Prepare() {
  if (!Asks()) return {};
  if (auto loaded = LoadZones(); !loaded) return loaded;
  std::string errors;
  const WindowsConfig& windows = config_.window;
  CheckZone(windows.transactional.zone, "transactional.zone", &errors);
  CheckZone(windows.bulk.zone, "bulk.zone", &errors);
  for (const auto& [prefix, zone] : windows.zones) {
    CheckZone(zone, "zones." + prefix, &errors);
  }
  if (AsksForRecipients()) {
    if (auto loaded = LoadRegions(); !loaded) return loaded;
    CheckDefaultRegion(&errors);
  }
  if (errors.empty()) return {};
  errors.pop_back();
  return Fail(ErrorKind::kInvalid, std::move(errors));
}

void SendingWindows::CheckZone(const ZoneName& zone, const std::string& key,
                               std::string* errors) {
  if (zone.name == kRecipientZone && !key.starts_with("zones.")) return;
  const auto found = zones_->Find(zone.name);
  if (found) return;
  *errors += fmt::format("{}:{}: window.{}: {}\n", config_.file, zone.line, key,
                         found.error().message);
}

// Who is in no country is there.
void SendingWindows::CheckDefaultRegion(std::string* errors) {
  const MessageConfig& message = config_.message;
  if (message.default_region.empty()) {
    if (message.short_codes.empty()) return;
    *errors += fmt::format(
        "{}: window: the hours of message.short_codes are those of "
        "message.default_region, which is empty\n",
        config_.file);
  } else if (zones_->NamesOf(message.default_region).empty()) {
    *errors += fmt::format(
        "{}: message.default_region: nobody knows the zones of \"{}\"\n",
        config_.file, message.default_region);
  }
}

Result<WallTime> SendingWindows::NextOpen(MessageClass message_class,
                                          const std::string& recipient,
                                          WallTime at) {
  const WindowConfig* window = WindowOf(message_class);
  if (!window) return at;
  const auto zones = ZonesFor(*window, recipient);
  if (!zones) return std::unexpected(zones.error());
  const auto opens = NextCommonOpening(*window, *zones, at);
  if (opens) return *opens;
  return FailNoZone(
      fmt::format("window.{} is never open in all {} zones that it may be in",
                  ToString(message_class), zones->size()));
}

std::optional<WallTime> SendingWindows::ClosedUntil(MessageClass message_class,
                                                    WallTime now) {
  const WindowConfig* window = WindowOf(message_class);
  if (!window || IsByRecipient(*window)) return std::nullopt;
  const auto opens = NextOpen(message_class, "", now);
  if (!opens || *opens <= now) return std::nullopt;
  return *opens;
}

Result<SendingWindows::Zones> SendingWindows::ZonesFor(
    const WindowConfig& window, const std::string& recipient) {
  if (auto loaded = LoadZones(); !loaded) {
    return std::unexpected(loaded.error());
  }
  if (!IsByRecipient(window)) return ZoneNamed(window.zone.name);
  if (const auto* zone = ByPrefix(config_.window.zones, recipient)) {
    return ZoneNamed(zone->name);
  }
  return ZonesOfNumber(recipient);
}

// An unknown one is the configuration's fault, not the message's.
Result<SendingWindows::Zones> SendingWindows::ZoneNamed(
    const std::string& name) {
  const auto zone = zones_->Find(name);
  if (zone) return Zones{*zone};
  return Fail(ErrorKind::kInternal, zone.error().message);
}

Result<SendingWindows::Zones> SendingWindows::ZonesOfNumber(
    const std::string& recipient) {
  std::vector<std::string> regions;
  if (recipient.starts_with('+')) {
    if (auto loaded = LoadRegions(); !loaded) {
      return std::unexpected(loaded.error());
    }
    regions = regions_->Of(recipient);
  }
  if (regions.empty() && !config_.message.default_region.empty()) {
    regions.push_back(config_.message.default_region);
  }
  if (regions.empty()) return FailNoZone("it is in no country");
  return ZonesOfCountries(regions);
}

Result<SendingWindows::Zones> SendingWindows::ZonesOfCountries(
    const std::vector<std::string>& regions) {
  Zones all;
  for (const auto& region : regions) {
    const auto names = zones_->NamesOf(region);
    if (names.empty()) {
      return FailNoZone(
          fmt::format("the zone database has no country {}", region));
    }
    for (const auto& name : names) {
      const auto zone = ZoneNamed(name);
      if (!zone) return zone;
      all.push_back(zone->front());
    }
  }
  return all;
}

}  // namespace smsweb
