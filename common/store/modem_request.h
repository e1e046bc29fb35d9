// What operators ask of modems through the queue. Values of the store
// (store.h).
#pragma once

#include <cstdint>
#include <string>

#include "common/base/clock.h"

namespace smsweb {

// What an operator asks of a modem, and its answer.
struct ModemRequest {
  std::int64_t sequence = 0;
  std::string modem;
  std::string kind;      // "ussd"
  std::string argument;  // "*123#"
  WallTime created_at;
  WallTime expires_at;  // not asked from then on: nobody waits for it
  bool taken = false;   // by a spooler, which has asked it, or was about to
  bool finished = false;
  bool failed = false;
  std::string answer;  // or why it failed
};

}  // namespace smsweb
