#include "common/message/intake.h"

#include <utility>

namespace smsweb {

Intake BeginIntake(const MessageConfig& config, std::string client,
                   WallTime now) {
  return {.client = std::move(client),
          .now = now,
          .duplicate_window = config.duplicate_window};
}

}  // namespace smsweb
