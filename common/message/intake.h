// What all messages that are taken have in common, however they come.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/store/store.h"

namespace smsweb {

// Without messages yet. `client`: who asks; empty: nobody with a name.
Intake BeginIntake(const Config& config, std::string client, WallTime now);

}  // namespace smsweb
