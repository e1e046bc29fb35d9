#include "cgi/access.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "cgi/form.h"
#include "cgi/store_problem.h"
#include "common/secret/api_key.h"

namespace smsweb {
namespace {

constexpr std::chrono::minutes kUseIsRecorded{1};

// RFC 9110 § 11.1: the name of a scheme in either case, then its credentials.
std::optional<std::string_view> After(std::string_view scheme,
                                      std::string_view header) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') {
    return std::nullopt;
  }
  const bool same = std::ranges::equal(
      scheme, header.substr(0, scheme.size()),
      [](unsigned char a, unsigned char b) { return a == std::tolower(b); });
  if (!same) return std::nullopt;
  header.remove_prefix(header.find_first_not_of(' ', scheme.size()) ==
                               std::string_view::npos
                           ? header.size()
                           : header.find_first_not_of(' ', scheme.size()));
  return header;
}

struct NameAndPassword {
  std::string name;
  std::string password;
};

std::optional<NameAndPassword> ReadBasic(std::string_view header) {
  const auto basic = After("basic", header);
  const auto bytes = basic ? FromBase64(*basic) : std::nullopt;
  if (!bytes) return std::nullopt;
  const std::string pair(bytes->begin(), bytes->end());
  const auto colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return NameAndPassword{pair.substr(0, colon), pair.substr(colon + 1)};
}

std::optional<std::string> KeyInHeader(std::string_view header) {
  if (const auto bearer = After("bearer", header)) return std::string(*bearer);
  auto basic = ReadBasic(header);
  if (!basic) return std::nullopt;
  return std::move(basic->password);
}

std::optional<std::string> KeyInForm(const Request& request) {
  if (request.path != "/s.py") return std::nullopt;
  auto key = Form::Parse(request.body).Find("key");
  return key ? key : Form::Parse(request.query).Find("key");
}

// No credentials: none. Some that can't be read are a key that nobody has.
std::optional<std::string> KeyOf(const Request& request) {
  if (!request.authorization.empty()) {
    return KeyInHeader(request.authorization).value_or("");
  }
  return KeyInForm(request);
}

Response Unauthorized(std::string_view code, std::string_view detail) {
  Response response = Problem(401, code, detail);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"smsweb\"");
  return response;
}

bool IsWithin(const std::vector<std::string>& networks,
              const std::string& address) {
  return networks.empty() ||
         std::ranges::any_of(networks, [&](const std::string& text) {
           const auto network = Network::Parse(text);
           return network && network->Contains(address);
         });
}

}  // namespace

std::string NameInBasic(std::string_view authorization) {
  auto basic = ReadBasic(authorization);
  return basic ? std::move(basic->name) : "";
}

std::vector<LimitUse> Client::LimitUses(std::int64_t messages) const {
  std::vector<LimitUse> uses;
  for (const KeyLimit& limit : limits) {
    uses.push_back({.per = LimitPer::kKey,
                    .key = name,
                    .within = limit.within,
                    .most = limit.most,
                    .cost = messages});
  }
  return uses;
}

Access::Access(const EndpointConfig& config) {
  for (const auto& text : config.trusted_networks) {
    if (auto network = Network::Parse(text)) trusted_.push_back(*network);
  }
}

bool Access::IsTrusted(const Request& request) const {
  return std::ranges::any_of(trusted_, [&](const Network& n) {
    return n.Contains(request.remote_address);
  });
}

bool Access::MayBeSomebody(const Request& head) const {
  const auto key = KeyOf(head);
  return key ? LooksLikeApiKey(*key) : IsTrusted(head);
}

std::expected<Client, Response> Access::Authorize(const Request& request,
                                                  Store& store,
                                                  WallTime now) const {
  const auto text = KeyOf(request);
  if (!text) {
    if (IsTrusted(request)) {
      return Client{.name = std::string(kTrustedClient), .scopes = kEveryScope};
    }
    return std::unexpected(Unauthorized(
        "unauthorized",
        "send an API key (\"smsweb key add\"), as "
        "\"Authorization: Bearer ...\"; the address " +
            request.remote_address + " is not in endpoint.trusted_networks"));
  }
  const auto unknown = [] {
    return std::unexpected(Unauthorized(
        "invalid_key", "there is no such API key, or it was revoked"));
  };
  if (!LooksLikeApiKey(*text)) return unknown();
  const Digest256 digest = ApiKeyDigest(*text);
  auto found = store.FindKey(digest);
  if (!found) return std::unexpected(StoreProblem(found.error()));
  if (!*found) return unknown();
  ClientKey& key = **found;
  if (!IsWithin(key.networks, request.remote_address)) {
    return std::unexpected(Problem(
        403, "network_not_allowed",
        "this API key is not good at the address " + request.remote_address));
  }
  if (!key.last_used_at || now - *key.last_used_at >= kUseIsRecorded) {
    // What can't be recorded now is with a later request.
    (void)store.RecordKeyUse(digest, now);
  }
  return Client{.name = std::move(key.client),
                .scopes = key.scopes,
                .limits = std::move(key.limits)};
}

}  // namespace smsweb
