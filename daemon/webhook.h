// Webhooks as Standard Webhooks v1 describes them: a POST that is signed, told
// again until it is taken. Pure: the text of the request, and what follows from
// its answer. The courier (courier.h) carries them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/store/outbox.h"
#include "common/store/received.h"
#include "daemon/http_client.h"

namespace smsweb {

// "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body".
std::string WebhookSignature(std::span<const std::uint8_t> key,
                             std::string_view id, std::int64_t timestamp,
                             std::string_view body);

// {"type":"inbound.message","timestamp":"...","data":{...}}; data is as
// GET /v1/inbox shows it. The timestamp in it is when the message came; that of
// the signature is now.
HttpPost InboundWebhook(const std::string& url,
                        std::span<const std::uint8_t> key,
                        const OutboxItem& item, const InboundMessage& message,
                        WallTime now);

// The same of a message's end: its body has lain in the outbox since then.
HttpPost CallbackWebhook(std::span<const std::uint8_t> key,
                         const OutboxItem& item, WallTime now);

// A receiver is told for three days: first after 5 s, then less and less often.
inline constexpr Millis kWebhookLife{3 * 24 * 3600 * 1000};

struct WebhookVerdict {
  enum class Next { kTaken, kRetry, kDropped } next;
  WallTime due_at{};   // kRetry
  std::string reason;  // but for kTaken
};

// 2xx: taken. 410: dropped, for so a receiver says that it wants no more. All
// the rest (redirects, too: they are not followed) may pass. `jitter` is from 0
// to 1, random.
WebhookVerdict AfterWebhook(const OutboxItem& item, const HttpAnswer& answer,
                            WallTime now, double jitter);

// A receiver that has failed so often in a row is left alone for so long, with
// all that it is to be told: 0 for a few, then longer and longer.
Millis RestAfter(int failures);

}  // namespace smsweb
