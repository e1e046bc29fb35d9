#include <fmt/format.h>

#include <fstream>

#include "common/base/webhook_key.h"
#include "common/config/sections.h"

namespace smsweb {

std::optional<std::string> After(std::string_view prefix,
                                 const std::string& text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

Result<std::string> ResolveSecret(const std::string& text,
                                  const Environment& environment) {
  if (const auto name = After("env:", text)) {
    if (auto value = environment(*name)) return *value;
    return Fail(ErrorKind::kInvalid,
                fmt::format("the environment has no {}", *name));
  }
  if (const auto path = After("file:", text)) {
    std::ifstream file(*path);
    std::string line;
    if (!std::getline(file, line)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("can't read a line from {}", *path));
    }
    return line;
  }
  return text;
}

void ReadWebhookSecret(TableReader& table, std::string_view key,
                       std::string_view for_whom,
                       const Environment& environment, Secrets secrets,
                       std::string* out) {
  table.Read(key, out);
  if (out->empty()) {
    if (for_whom.empty()) return;
    table.Refuse(key, fmt::format("{} needs it: the receiver has to know whose "
                                  "word it is",
                                  for_whom));
    return;
  }
  if (secrets == Secrets::kLeave) return;
  auto secret = ResolveSecret(*out, environment);
  if (!secret) {
    table.Refuse(key, secret.error().message);
  } else if (!ParseWebhookSecret(*secret)) {
    table.Refuse(key, fmt::format("takes \"whsec_\" and {} to {} bytes in "
                                  "base64 (the value is not shown)",
                                  kShortestWebhookKey, kLongestWebhookKey));
  } else {
    *out = std::move(*secret);
  }
}

}  // namespace smsweb
