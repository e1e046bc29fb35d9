// Who may call: whoever has an API key, by "Authorization: Bearer KEY", by
// basic authentication with the key as password (RFC 7617; the name does not
// matter), or, to /s.py alone, by a field "key"; and, without any of them, an
// address in trusted_networks. A request gets a Client or an answer, and
// nothing else of the program asks.
//
// Addresses are the web server's word (REMOTE_ADDR), never a header's.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/network.h"
#include "common/config/config.h"
#include "common/store/store.h"

namespace smsweb {

// As messages have it that came without a key.
inline constexpr std::string_view kTrustedClient = "trusted network";

struct Client {
  std::string name;  // for logs and limits
  Scopes scopes = 0;
  std::vector<KeyLimit> limits;

  bool May(Scope scope) const { return Covers(scopes, scope); }
  // Whose messages and verifications it sees; none: everybody's.
  std::optional<std::string> SeesOnly() const {
    return May(Scope::kAdmin) ? std::nullopt : std::optional(name);
  }
  // What it may send, as the store counts it.
  std::vector<LimitUse> LimitUses(std::int64_t messages) const;
};

// The user name of basic authentication, or empty.
std::string NameInBasic(std::string_view authorization);

class Access {
 public:
  explicit Access(const EndpointConfig& config);

  // Asks the store each time: a key that was revoked is of no use from then on.
  // 401, 403, or 503 where the store can't be asked.
  std::expected<Client, Response> Authorize(const Request& request,
                                            Store& store, WallTime now) const;
  // For a caller without a store: whether it may be somebody. Of a key only its
  // form is looked at.
  bool MayBeSomebody(const Request& head) const;

 private:
  bool IsTrusted(const Request& request) const;

  std::vector<Network> trusted_;
};

}  // namespace smsweb
