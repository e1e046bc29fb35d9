// Which modems send a message: the lane that it is put in
// (common/store/lane.h), by the routes of the configuration.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/config/config.h"
#include "common/number/number_regions.h"
#include "common/store/message.h"

namespace smsweb {

struct RouteQuery {
  const std::string& recipient;
  MessageClass message_class;
  const std::string& client;  // empty: nobody with a name
  const std::string& modem;   // which its sender wants; empty: any
};

// kNotFound: there is no such modem. kInvalid: no route fits, and no modem is
// in the default group. kInternal: a route asks for countries, and they can't
// be had; they are loaded only for such a route.
Result<std::string> LaneFor(
    const Config& config, const RouteQuery& query,
    const NumberRegionsFactory& make_regions = LoadNumberRegions);

// Messages follow conversations since then (Intake::conversations_since). None:
// that is off, or there is one modem, through which all conversations are.
std::optional<WallTime> ConversationsSince(const Config& config, WallTime now);

}  // namespace smsweb
