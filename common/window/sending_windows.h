// When a message of a class may be sent to a number: the windows of the
// configuration, by the clocks where the recipient is.
//
// Where a window's zone is "recipient", it is that of the longest prefix in
// [window.zones]; else all zones of the number's country, and the window is
// open where it is in each of them. A number that tells its calling code alone
// (an unassigned one behind +1, say) may be in any country that has it. A short
// code, and a number of no country, is in message.default_region.
//
// A zone that is not known, and a window that is never open in all zones at
// once, is an error: nothing is sent by a guess.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/config/config.h"
#include "common/number/number_regions.h"
#include "common/store/message.h"
#include "common/window/time_zones.h"

namespace smsweb {

// Not to be used from two threads at once. What it needs of the world is loaded
// when a message first asks for it.
class SendingWindows {
 public:
  // `config` is kept by reference.
  explicit SendingWindows(
      const Config& config, TimeZonesFactory make_zones = LoadTimeZones,
      NumberRegionsFactory make_regions = LoadNumberRegions);

  // Whether the configuration can be kept to: loads all that it will need, and
  // looks up its zones. kInvalid with file, line and key of each that is
  // unknown; kInternal where zones or numbers can't be had. For the start of a
  // program that stays.
  Result<void> Prepare();

  // The first instant, not before `at`, at which a message of this class may be
  // sent to this number: `at` itself where nothing speaks against it. kInvalid
  // where there will be none; kInternal as above.
  Result<WallTime> NextOpen(MessageClass message_class,
                            const std::string& recipient, WallTime at);

  // Until when nothing of this class may be sent, whoever it is for. None: it
  // may, or that depends on the recipient, or can't be found out.
  std::optional<WallTime> ClosedUntil(MessageClass message_class, WallTime now);

 private:
  using Zones = std::vector<const Zone*>;

  const WindowConfig* WindowOf(MessageClass message_class) const;
  bool Asks() const;
  bool AsksForRecipients() const;
  Result<void> LoadZones();
  Result<void> LoadRegions();
  void CheckZone(const ZoneName& zone, const std::string& key,
                 std::string* errors);
  void CheckDefaultRegion(std::string* errors);
  Result<Zones> ZonesFor(const WindowConfig& window,
                         const std::string& recipient);
  Result<Zones> ZoneNamed(const std::string& name);
  Result<Zones> ZonesOfNumber(const std::string& recipient);
  Result<Zones> ZonesOfCountries(const std::vector<std::string>& regions);

  const Config& config_;
  TimeZonesFactory make_zones_;
  NumberRegionsFactory make_regions_;
  std::unique_ptr<TimeZones> zones_;
  std::unique_ptr<NumberRegions> regions_;
};

}  // namespace smsweb
