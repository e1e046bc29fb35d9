#include "common/base/webhook_key.h"

#include "common/base/digest.h"

namespace smsweb {

std::optional<WebhookKey> ParseWebhookSecret(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  auto key = FromBase64(secret.substr(kPrefix.size()));
  const bool fine = key && key->size() >= kShortestWebhookKey &&
                    key->size() <= kLongestWebhookKey;
  return fine ? std::move(key) : std::nullopt;
}

}  // namespace smsweb
