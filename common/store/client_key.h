// Who may call, and what was done by those who run the service.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/digest.h"

namespace smsweb {

// What a key is good for. The numbers are stored, as bits.
enum class Scope : std::uint8_t {
  kSend = 1,
  kVerify = 2,
  kRead = 4,   // of what its own client has sent
  kAdmin = 8,  // everybody's, and all of the above
};
using Scopes = std::uint8_t;
inline constexpr Scopes kEveryScope = 15;
constexpr bool Covers(Scopes scopes, Scope scope) {
  const auto admin = static_cast<Scopes>(Scope::kAdmin);
  return (scopes & (static_cast<Scopes>(scope) | admin)) != 0;
}

std::string_view ToString(Scope scope);
std::optional<Scope> ParseScope(std::string_view text);
std::string ScopeNames(Scopes scopes);  // "send,verify"

// So many messages in any so long a time.
struct KeyLimit {
  std::int64_t most = 0;
  Millis within{};

  bool operator==(const KeyLimit&) const = default;
};

// "100/hour": per minute, hour or day.
std::optional<KeyLimit> ParseKeyLimit(std::string_view text);
std::string ToString(const KeyLimit& limit);

struct ClientKey {
  Digest256 digest{};  // of the key (common/secret/api_key.h)
  std::string client;  // several keys may be one client's
  Scopes scopes = 0;
  std::vector<std::string> networks;  // CIDR: where it is good; empty: anywhere
  std::vector<KeyLimit> limits;
  WallTime created_at;
  std::optional<WallTime> last_used_at;  // about: within a minute
  std::optional<WallTime> revoked_at;
};

// What an operator calls a key: the first 8 hexadecimal digits of its digest.
std::string ApiKeyId(const Digest256& digest);

// An act of administration.
struct AuditEntry {
  std::int64_t sequence = 0;
  WallTime at;
  std::string who;      // "root (sudo: alice)", or a client
  std::string act;      // "key.add"
  std::string subject;  // what it was done to
  std::string detail;   // never a secret
};

}  // namespace smsweb
