// The module smsweb-zones.so: TimeZones over libdate-tz.
#include <date/tz.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "common/base/read_file.h"
#include "common/window/time_zones.h"

namespace smsweb {
namespace {

const std::string kDatabase = "/usr/share/zoneinfo/";

class DateZone final : public Zone {
 public:
  explicit DateZone(const date::time_zone& zone) : zone_(zone) {}
  ZoneSpan At(WallTime time) const override {
    const auto info =
        zone_.get_info(std::chrono::floor<std::chrono::seconds>(time));
    return {info.offset, info.end};
  }

 private:
  const date::time_zone& zone_;
};

// The last line of a zone's file is a rule for what follows its table (RFC
// 8536); one with a comma changes the clocks each year.
bool ChangesForEver(const std::string& name) {
  std::string rule = ReadFile(kDatabase + name).value_or("");
  if (rule.ends_with('\n')) rule.pop_back();
  const auto line = rule.rfind('\n');
  return line != std::string::npos && rule.find(',', line) != std::string::npos;
}

// libdate-tz does not know that rule. So it needs a table that is written out
// (to 2037), as Debian's is ("fat"): with one that is not ("slim"), it takes
// the last change to have been for ever.
bool IsWrittenOut(const date::time_zone& zone) {
  const date::sys_days summer(date::year(2037) / 6 / 1);
  const auto info = zone.get_info(summer);
  return info.end < date::sys_days(date::year(2038) / 1 / 19) ||
         !ChangesForEver(zone.name());
}

// Null: there is none of this name.
const date::time_zone* Locate(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

class DateZones final : public TimeZones {
 public:
  explicit DateZones(std::map<std::string, std::vector<std::string>> names)
      : names_(std::move(names)) {}

  Result<const Zone*> Find(const std::string& name) override {
    const auto known = zones_.find(name);
    if (known != zones_.end()) return &known->second;
    const auto* zone = Locate(name);
    if (!zone) {
      return Fail(ErrorKind::kInvalid,
                  "\"" + name + "\" is no zone of " + kDatabase);
    }
    try {
      if (!IsWrittenOut(*zone)) {
        return Fail(ErrorKind::kInternal,
                    kDatabase + name +
                        " has no table to 2037; libdate-tz needs one (zic -b "
                        "fat)");
      }
    } catch (const std::exception& error) {
      return Fail(ErrorKind::kInternal, kDatabase + name + ": " + error.what());
    }
    return &zones_.emplace(name, *zone).first->second;
  }

  std::vector<std::string> NamesOf(const std::string& region) const override {
    const auto found = names_.find(region);
    return found == names_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> names_;  // by country
  std::map<std::string, DateZone> zones_;  // that were asked for
};

// "ID<tab>-0610+10648<tab>Asia/Jakarta<tab>Java, Sumatra": a zone a line.
std::map<std::string, std::vector<std::string>> ReadCountries() {
  std::map<std::string, std::vector<std::string>> names;
  std::ifstream file(kDatabase + "zone.tab");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::string region;
    std::string coordinates;
    std::string zone;
    if (fields >> region >> coordinates >> zone) names[region].push_back(zone);
  }
  return names;
}

Result<std::unique_ptr<TimeZones>> MakeTimeZones() {
  try {
    date::get_tzdb();
  } catch (const std::exception& error) {
    return Fail(ErrorKind::kInternal,
                "can't read the zone database: " + std::string(error.what()));
  }
  auto countries = ReadCountries();
  if (countries.empty()) {
    return Fail(ErrorKind::kInternal,
                "can't read " + kDatabase + "zone.tab (package tzdata)");
  }
  // Countries that libphonenumber has, and ISO 3166-1, and so zone.tab, has
  // not: Ascension and Tristan da Cunha, and Kosovo.
  countries.emplace("AC", countries["SH"]);
  countries.emplace("TA", countries["SH"]);
  countries.emplace("XK", countries["RS"]);
  auto zones = std::make_unique<DateZones>(std::move(countries));
  // All of the database is written out, or none of it.
  for (const char* name : {"America/New_York", "Europe/Berlin"}) {
    if (auto found = zones->Find(name); !found) {
      return Fail(ErrorKind::kInternal, found.error().message);
    }
  }
  return zones;
}

}  // namespace
}  // namespace smsweb

extern "C" __attribute__((visibility("default"))) void smsweb_make_time_zones(
    smsweb::Result<std::unique_ptr<smsweb::TimeZones>>* made) {
  *made = smsweb::MakeTimeZones();
}
