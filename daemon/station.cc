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

bool KeepsConversations(const Desk& desk) {
  return desk.stations.size() > 1 &&
         desk.config.message.conversations > std::chrono::seconds(0);
}

}  // namespace smsweb
