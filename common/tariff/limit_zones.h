// The zones by whose clocks the limits of SIMs begin anew. The zone database is
// loaded only where some modem's limits name another zone than UTC.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/window/time_zones.h"

namespace smsweb {

class LimitZones {
 public:
  // kInvalid with file, line and key of each zone that is unknown; kInternal
  // where the database can't be had.
  static Result<LimitZones> Find(const Config& config,
                                 const TimeZonesFactory& make_zones);

  // Of the modem of this name; UTC, where nothing else is said.
  const Zone& Of(const std::string& modem) const;

 private:
  std::unique_ptr<TimeZones> zones_;
  std::map<std::string, const Zone*> by_modem_;
};

}  // namespace smsweb
