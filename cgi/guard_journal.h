// What the guard finds, in the log: a line for the first of its kind, then one
// for all that came within a while. Who fills it fills no disk.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/store/limit.h"

namespace smsweb {

class GuardJournal {
 public:
  GuardJournal(const Logger& log, const Clock& clock)
      : log_(log), clock_(clock) {}

  // Safe from several threads.
  void Tell(const GuardFinding& finding);

 private:
  struct Kind {
    MonoTime told_at{};
    std::int64_t untold = 0;
  };

  const Logger log_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Kind> kinds_;  // by rule, and whether it was a dry run
};

}  // namespace smsweb
