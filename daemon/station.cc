#include "daemon/station.h"

namespace smsweb {

bool IsUp(const Station& station) {
  switch (station.port->modem().state()) {
    case ModemState::kReady:
    case ModemState::kAwaitingPrompt:
    case ModemState::kAwaitingResult:
    case ModemState::kBusy:
      return true;
    default:
      return false;
  }
}

}  // namespace smsweb
