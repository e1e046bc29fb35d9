// What receivers of webhooks and callbacks are to be told, kept until it is
// taken. Values of the store (store.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/uuid.h"

namespace smsweb {

// Something a receiver of webhooks is to be told; sent until it is taken. A
// message that was shown incomplete and becomes complete is told of twice.
struct OutboxItem {
  std::int64_t sequence = 0;
  Uuid id;           // webhook-id: the same with each try
  std::string kind;  // "inbound": `subject` is InboundMessage::sequence;
                     // "message": Message::sequence
  std::int64_t subject = 0;
  WallTime created_at;
  int attempts = 0;
  WallTime due_at;
  std::string receiver;  // "https://example.com:443"; empty: the inbox's
  std::string url;       // of a callback
  std::string body;      // the same
};

// A receiver that is to be told something, and when the first of it is due.
struct OutboxReceiver {
  std::string receiver;
  WallTime due_at;
};

// What became of an item that was told, or was not.
struct OutboxTry {
  std::int64_t sequence = 0;
  std::optional<WallTime> again_at;  // none: it is done with
  std::string error;                 // why again
};

}  // namespace smsweb
