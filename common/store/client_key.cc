#include "common/store/client_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace smsweb {
namespace {

constexpr std::array<std::pair<Scope, std::string_view>, 4> kScopes = {{
    {Scope::kSend, "send"},
    {Scope::kVerify, "verify"},
    {Scope::kRead, "read"},
    {Scope::kAdmin, "admin"},
}};

struct Period {
  std::string_view name;
  Millis length;
};
constexpr std::array<Period, 3> kPeriods = {{
    {"minute", std::chrono::minutes(1)},
    {"hour", std::chrono::hours(1)},
    {"day", std::chrono::hours(24)},
}};

}  // namespace

std::string_view ToString(Scope scope) {
  return std::ranges::find(kScopes, scope,
                           [](const auto& s) { return s.first; })
      ->second;
}

std::optional<Scope> ParseScope(std::string_view text) {
  const auto found =
      std::ranges::find(kScopes, text, [](const auto& s) { return s.second; });
  if (found == kScopes.end()) return std::nullopt;
  return found->first;
}

std::string ScopeNames(Scopes scopes) {
  std::string names;
  for (const auto& [scope, name] : kScopes) {
    if ((scopes & static_cast<Scopes>(scope)) == 0) continue;
    if (!names.empty()) names += ',';
    names += name;
  }
  return names;
}

std::optional<KeyLimit> ParseKeyLimit(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(0, slash);
  KeyLimit limit;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), limit.most);
  const auto period =
      std::ranges::find(kPeriods, text.substr(slash + 1), &Period::name);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      limit.most < 1 || limit.most > 1'000'000'000 ||
      period == kPeriods.end()) {
    return std::nullopt;
  }
  limit.within = period->length;
  return limit;
}

std::string ToString(const KeyLimit& limit) {
  const auto period =
      std::ranges::find(kPeriods, limit.within, &Period::length);
  return std::to_string(limit.most) + "/" +
         (period == kPeriods.end()
              ? std::to_string(limit.within.count() / 1000) + "s"
              : std::string(period->name));
}

std::string ApiKeyId(const Digest256& digest) {
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1],
                     digest[2], digest[3]);
}

}  // namespace smsweb
