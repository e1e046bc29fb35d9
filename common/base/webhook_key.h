// The key with which webhooks are signed, as Standard Webhooks v1 writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace smsweb {

using WebhookKey = std::vector<std::uint8_t>;

inline constexpr std::size_t kShortestWebhookKey = 24;  // bytes
inline constexpr std::size_t kLongestWebhookKey = 64;

// "whsec_" and the key in base64; nothing for all else. The configuration takes
// what this takes.
std::optional<WebhookKey> ParseWebhookSecret(std::string_view secret);

}  // namespace smsweb
