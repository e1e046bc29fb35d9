// [callback]: who may be told how a message ended.
#include <algorithm>

#include "common/config/sections.h"

namespace smsweb {
namespace {

// Each origin may be told something at any time (daemon/courier.h).
constexpr std::size_t kMostAllowed = 256;

void ReadAllow(TableReader& table, std::vector<WebUrl>* allow) {
  std::vector<std::string> texts;
  table.Read("allow", &texts);
  if (texts.size() > kMostAllowed) {
    table.Refuse("allow", fmt::format("takes {} at the most", kMostAllowed));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto url = ParseWebUrl(texts[i]);
    if (url && texts[i].find('?') == std::string::npos) {
      allow->push_back(std::move(*url));
      continue;
    }
    table.Refuse("allow", fmt::format("number {} is no plain URL; write "
                                      "\"https://app.example.com/\" or "
                                      "\"https://app.example.com:8443/hooks/\"",
                                      i + 1));
  }
}

}  // namespace

void ReadCallback(TableReader table, const Environment& environment,
                  Secrets secrets, CallbackConfig* out) {
  ReadAllow(table, &out->allow);
  table.Read("private_addresses", &out->private_addresses);
  ReadWebhookSecret(table, "secret", out->allow.empty() ? "" : "allow",
                    environment, secrets, &out->secret);
  table.RefuseUnknownKeys();
}

Result<void> CheckCallbackUrl(std::string_view url,
                              const CallbackConfig& config) {
  const auto parsed = ParseWebUrl(url);
  if (!parsed) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("it is no plain https:// or http:// URL of at most {} "
                    "characters",
                    kLongestWebUrl));
  }
  const bool allowed = std::ranges::any_of(
      config.allow,
      [&](const WebUrl& prefix) { return prefix.Covers(*parsed); });
  if (allowed) return {};
  return Fail(ErrorKind::kInvalid,
              "it is below none of the URLs that callback.allow lists");
}

}  // namespace smsweb
