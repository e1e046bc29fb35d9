// Whether the modems can deliver a code within its life: how many codes wait,
// how long each takes, how many modems send. What is not known is no reason to
// refuse anybody.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/config/config.h"
#include "common/store/store.h"

namespace smsweb {

struct Backlog {
  std::int64_t codes = 0;  // of class otp, that wait for a modem
  std::vector<ModemStatus> modems;
};

Result<Backlog> ReadBacklog(Store& store, WallTime now);

struct Delay {
  std::optional<Millis> wait;  // none: no modem has been able to send for a
                               // while
};
// How long a code that comes now would wait for its turn; none: nothing is
// known that speaks against it.
std::optional<Delay> ExpectedDelay(const Backlog& backlog, WallTime now);
// What speaks against a code that lives so long; none: it can be in time.
std::optional<GuardFinding> JudgeDelay(const std::optional<Delay>& delay,
                                       Millis life, const GuardBacklog& config);

}  // namespace smsweb
