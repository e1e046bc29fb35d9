// `smsweb modem probe`: opens a port, finds out what answers there, and says
// what to put into the configuration; without a port, lists those there are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/line/line.h"
#include "common/line/ports.h"
#include "common/modem/profile.h"
#include "ctl/options.h"
#include "ctl/outcome.h"

namespace smsweb::ctl {

struct ProbeTools {
  LineOpener open;
  PortLister list;
  const Clock& clock;
  // Returns when `events` of poll() come on `fd`, at the latest after `limit`.
  std::function<void(int fd, short events, Millis limit)> wait;
  std::function<void(std::string_view line)> progress;  // for people, meanwhile
  std::function<std::string(const std::string& device)> by_id;
  const ModemProfiles& profiles;
};

Outcome ProbeModem(const ModemProbeOptions& options, const ProbeTools& tools);

}  // namespace smsweb::ctl
