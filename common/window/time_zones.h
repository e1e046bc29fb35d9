// What the clocks of the world show, from the system's zone database (tzdata in
// /usr/share/zoneinfo).
//
// libdate-tz reads it, in a module that is loaded when a message first has a
// window to keep to: loading it and listing the database takes 3 ms.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb {

// From the instant asked about until `until`, exclusive, a zone's clocks are so
// far ahead of UTC.
struct ZoneSpan {
  std::chrono::seconds offset;
  WallTime until;
};

class Zone {
 public:
  virtual ~Zone() = default;
  virtual ZoneSpan At(WallTime time) const = 0;
};

class TimeZones {
 public:
  virtual ~TimeZones() = default;
  // "Asia/Jakarta". kInvalid where the database has none of this name,
  // kInternal where it can't be read. The zone lives as long as this.
  virtual Result<const Zone*> Find(const std::string& name) = 0;
  // All of a country (ISO 3166-1 alpha-2), by name; none: it is unknown.
  virtual std::vector<std::string> NamesOf(const std::string& region) const = 0;
};

using TimeZonesFactory = std::function<Result<std::unique_ptr<TimeZones>>()>;

// Loads smsweb-zones.so (common/base/module.h). kInternal where it, or the
// database, can't be had.
Result<std::unique_ptr<TimeZones>> LoadTimeZones();

}  // namespace smsweb
