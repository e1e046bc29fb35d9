#include "daemon/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/digest.h"
#include "common/store/inbound_json.h"

namespace smsweb {
namespace {

using std::chrono::seconds;

constexpr seconds kPauses[] = {seconds(5),    seconds(30),    seconds(120),
                               seconds(600),  seconds(1800),  seconds(3600),
                               seconds(7200), seconds(14'400)};

// Up to a fifth longer, so that what failed together is not tried together.
Millis PauseAfter(int tries, double jitter) {
  const auto last = static_cast<int>(std::size(kPauses)) - 1;
  const Millis pause = kPauses[std::clamp(tries - 1, 0, last)];
  const auto more = static_cast<double>(pause.count()) * jitter / 5;
  return pause + Millis(static_cast<Millis::rep>(more));
}

HttpPost SignedPost(std::span<const std::uint8_t> key, const OutboxItem& item,
                    const std::string& url, std::string body, WallTime now) {
  HttpPost post{.tag = item.sequence, .url = url, .body = std::move(body)};
  const std::string id = ToString(item.id);
  const auto timestamp =
      std::chrono::floor<seconds>(now).time_since_epoch().count();
  post.headers = {
      "Content-Type: application/json", "webhook-id: " + id,
      fmt::format("webhook-timestamp: {}", timestamp),
      "webhook-signature: " + WebhookSignature(key, id, timestamp, post.body)};
  return post;
}

}  // namespace

std::string WebhookSignature(std::span<const std::uint8_t> key,
                             std::string_view id, std::int64_t timestamp,
                             std::string_view body) {
  const auto digest =
      HmacSha256(key, fmt::format("{}.{}.{}", id, timestamp, body));
  return "v1," + ToBase64(digest);
}

HttpPost InboundWebhook(const std::string& url,
                        std::span<const std::uint8_t> key,
                        const OutboxItem& item, const InboundMessage& message,
                        WallTime now) {
  const nlohmann::ordered_json body = {
      {"type", "inbound.message"},
      {"timestamp", FormatRfc3339(message.received_at)},
      {"data", InboundJson(message)}};
  return SignedPost(key, item, url, body.dump(), now);
}

HttpPost CallbackWebhook(std::span<const std::uint8_t> key,
                         const OutboxItem& item, WallTime now) {
  return SignedPost(key, item, item.url, item.body, now);
}

// Its messages rest for longer than a spooler on demand stays for them.
Millis RestAfter(int failures) {
  constexpr int kFree = 4;
  constexpr int kLongest = 8;
  if (failures <= kFree) return Millis(0);
  return seconds(1 << (std::min(failures - kFree, kLongest) - 1));
}

WebhookVerdict AfterWebhook(const OutboxItem& item, const HttpAnswer& answer,
                            WallTime now, double jitter) {
  using enum WebhookVerdict::Next;
  if (answer.status >= 200 && answer.status < 300) return {.next = kTaken};
  std::string reason = answer.status == 0
                           ? answer.error
                           : fmt::format("HTTP status {}", answer.status);
  if (answer.status == 410) return {.next = kDropped, .reason = reason};
  const Millis pause =
      std::max(PauseAfter(item.attempts + 1, jitter), answer.retry_after);
  if (now + pause > item.created_at + kWebhookLife) {
    return {.next = kDropped, .reason = reason + "; told for three days"};
  }
  return {.next = kRetry, .due_at = now + pause, .reason = reason};
}

}  // namespace smsweb
