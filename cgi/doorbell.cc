#include "cgi/doorbell.h"

namespace smsweb {

void Doorbell::Ring() {
  if (ringer_.Ring()) {
    unheard_ = false;
    return;
  }
  if (config_.spooler.spawn) {
    const auto started = SpawnSpooler({.queue_path = config_.store.path,
                                       .command = config_.spooler.command,
                                       .config_file = config_.file});
    if (!started) {
      log_.Error("can't start the spooler; messages wait in the queue",
                 {{"error", started.error().message}});
    }
    return;
  }
  if (!unheard_) {
    log_.Warning("no spooler listens; messages wait in the queue",
                 {{"bell", config_.spooler.bell}});
    unheard_ = true;
  }
}

}  // namespace smsweb
