// After a commit: rings the spooler, and starts it where nobody hears.
#pragma once

#include "common/base/log.h"
#include "common/bell/bell.h"
#include "common/config/config.h"

namespace smsweb {

class Doorbell {
 public:
  Doorbell(const Config& config, const Logger& log)
      : config_(config), log_(log), ringer_(config.spooler.bell) {}

  void Ring();

 private:
  const Config& config_;
  const Logger& log_;
  Ringer ringer_;
  bool unheard_ = false;  // said once, until it is heard again
};

}  // namespace smsweb
