// What smswebd has written down of a modem, for showing.
#pragma once

#include <string>
#include <string_view>

#include "common/store/store.h"
#include "ctl/outcome.h"

namespace smsweb::ctl {

// ModemStatus::info as an object (docs/internals.md), empty where there is
// none. Of the IMSI, which names a person, only the last 4 digits are left.
Json InfoOf(const ModemStatus& status);

// A member as text; empty where it is not there.
std::string InfoText(const Json& info, std::string_view key);

// All steps of the recovery ladder that were taken.
int Recoveries(const Json& info);

}  // namespace smsweb::ctl
