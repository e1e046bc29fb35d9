#include "common/message/intake.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/route/router.h"

namespace smsweb {
namespace {

constexpr std::size_t kLongestKey = 255;

}  // namespace

Intake BeginIntake(const Config& config, std::string client, WallTime now) {
  return {.client = std::move(client),
          .now = now,
          .duplicate_window = config.message.duplicate_window,
          .conversations_since = ConversationsSince(config, now)};
}

bool IsIdempotencyKey(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace smsweb
