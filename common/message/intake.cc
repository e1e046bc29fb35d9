#include "common/message/intake.h"

#include <utility>

#include "common/route/router.h"

namespace smsweb {

Intake BeginIntake(const Config& config, std::string client, WallTime now) {
  return {.client = std::move(client),
          .now = now,
          .duplicate_window = config.message.duplicate_window,
          .conversations_since = ConversationsSince(config, now)};
}

}  // namespace smsweb
