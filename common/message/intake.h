// What all messages that are taken have in common, however they come.
#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/store/store.h"

namespace smsweb {

// Without messages yet. `client`: who asks; empty: nobody with a name.
Intake BeginIntake(const Config& config, std::string client, WallTime now);

// What may be an Idempotency-Key, or the name of a file that is taken once: 1
// to 255 visible characters of ASCII.
bool IsIdempotencyKey(std::string_view text);

}  // namespace smsweb
