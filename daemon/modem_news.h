// What a modem tells of itself, for the turn and the log.
#pragma once

#include <string>

#include "common/modem/modem.h"
#include "daemon/station.h"

namespace smsweb {

// kStateChanged, kReopenLine, kInfoChanged, kRecovery, kWrongModem.
void RecordNews(const Desk& desk, Station& station, const ModemEvent& event);

// docs/internals.md has the members; what is not known is left out.
std::string InfoJson(const ModemInfo& info);

}  // namespace smsweb
