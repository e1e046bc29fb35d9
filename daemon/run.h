// The life of a spooler: its lock, its bell, its poll loop and its ending.
#pragma once

#include <csignal>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/unique_fd.h"
#include "common/config/config.h"
#include "common/secret/key_ring.h"
#include "common/window/sending_windows.h"
#include "daemon/courier.h"
#include "daemon/http_client.h"
#include "daemon/modem_port.h"

namespace smsweb {

// What main() hands down.
struct SpoolerContext {
  const Config& config;
  const Logger& log;
  const Clock& clock;
  Random& random;
  SendingWindows& windows;
  PortContext ports;
  HttpClient* http = nullptr;  // for webhooks; null: there are none
  WebhookKeys webhook_keys;    // sign them
  KeyRing* keys = nullptr;     // open sealed texts; null: there are none
};

struct RunOptions {
  bool once = false;               // end when nothing is due
  UniqueFd start_lock;             // from the endpoint that started us, or none
  const sigset_t& ending_signals;  // blocked in all threads
};

// Exit codes of smswebd.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;  // the queue or the bell can't be had
inline constexpr int kExitBadConfig = 2;
inline constexpr int kExitNoModem = 3;  // --once: messages wait, no modem is up

int RunSpooler(const SpoolerContext& context, RunOptions options);

}  // namespace smsweb
