// smsweb key: who may call. A key is printed once, when it is made, and is
// nowhere else: the queue has a digest of it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/secret/api_key.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::vector<std::string> LimitNames(const ClientKey& key) {
  std::vector<std::string> names;
  for (const auto& limit : key.limits) names.push_back(ToString(limit));
  return names;
}

Json ScopesJson(Scopes scopes) {
  Json json = Json::array();
  for (const Scope scope :
       {Scope::kSend, Scope::kVerify, Scope::kRead, Scope::kAdmin}) {
    if ((scopes & static_cast<Scopes>(scope)) != 0) {
      json.push_back(ToString(scope));
    }
  }
  return json;
}

std::string TimeText(const std::optional<WallTime>& time) {
  return time ? FormatRfc3339(*time) : "";
}

Json TimeJson(const std::optional<WallTime>& time) {
  return time ? Json(FormatRfc3339(*time)) : Json(nullptr);
}

Json KeyJson(const ClientKey& key) {
  return {{"id", ApiKeyId(key.digest)},
          {"name", key.client},
          {"scopes", ScopesJson(key.scopes)},
          {"from", key.networks},
          {"limits", LimitNames(key)},
          {"created_at", FormatRfc3339(key.created_at)},
          {"last_used_at", TimeJson(key.last_used_at)},
          {"revoked_at", TimeJson(key.revoked_at)}};
}

// For people and for the audit log: "id 1a2b3c4d scopes send limits 100/hour".
std::string Describe(const ClientKey& key) {
  std::string text = fmt::format("id {} scopes {}", ApiKeyId(key.digest),
                                 ScopeNames(key.scopes));
  if (!key.limits.empty()) {
    text += fmt::format(" limits {}", fmt::join(LimitNames(key), ","));
  }
  if (!key.networks.empty()) {
    text += fmt::format(" from {}", fmt::join(key.networks, ","));
  }
  return text;
}

std::vector<ClientKey> InUse(std::vector<ClientKey> keys,
                             const std::string& name_or_id) {
  std::erase_if(keys, [&](const ClientKey& key) {
    return key.revoked_at ||
           (key.client != name_or_id && ApiKeyId(key.digest) != name_or_id);
  });
  return keys;
}

std::unexpected<Failure> FailThereIs(const ClientKey& key) {
  return Fail(
      ExitCode::kRefused, "key_exists",
      fmt::format("{} has a key in use already (id {}): with "
                  "--another it gets one more; \"smsweb key revoke {}\" "
                  "takes the old one away",
                  key.client, ApiKeyId(key.digest), ApiKeyId(key.digest)),
      Json{{"id", ApiKeyId(key.digest)}});
}

Report ShowNew(const ClientKey& made, const std::string& secret) {
  Report report{.text = secret + "\n", .json = KeyJson(made)};
  report.json["key"] = secret;
  AddNote(report, fmt::format("{}: {}", made.client, Describe(made)));
  AddNote(report,
          "the key is shown this once, and kept nowhere: who has lost it gets "
          "another");
  return report;
}

// They would be counted in one place, twice.
bool HasTwoOfOnePeriod(std::vector<KeyLimit> limits) {
  std::ranges::sort(limits, {}, &KeyLimit::within);
  return std::ranges::adjacent_find(limits, {}, &KeyLimit::within) !=
         limits.end();
}

Outcome Add(const KeyOptions& options, const KeyTools& tools) {
  if (HasTwoOfOnePeriod(options.limits)) {
    return FailUsage(
        "--limit: one for a minute, one for an hour and one for a "
        "day at the most");
  }
  const auto keys = tools.store.Keys();
  if (!keys) return FailStore(keys.error());
  const auto others = InUse(*keys, options.name);
  if (!others.empty() && !options.another) return FailThereIs(others.front());
  const std::string secret = MakeApiKey(tools.random);
  const ClientKey key{.digest = ApiKeyDigest(secret),
                      .client = options.name,
                      .scopes = options.scopes,
                      .networks = options.networks,
                      .limits = options.limits,
                      .created_at = tools.now};
  const auto added = tools.store.AddKey(key, {.at = tools.now,
                                              .who = tools.who,
                                              .act = "key.add",
                                              .subject = key.client,
                                              .detail = Describe(key)});
  if (!added) return FailStore(added.error());
  return ShowNew(key, secret);
}

std::string KeysTable(const std::vector<ClientKey>& keys, std::size_t width) {
  Table table({{.title = "ID"},
               {.title = "NAME"},
               {.title = "SCOPES", .importance = 2},
               {.title = "FROM", .importance = 5, .least = 12},
               {.title = "LIMITS", .importance = 4, .least = 12},
               {.title = "CREATED", .importance = 6},
               {.title = "LAST USED", .importance = 3},
               {.title = "REVOKED", .importance = 1}});
  for (const auto& key : keys) {
    table.Add({ApiKeyId(key.digest), key.client, ScopeNames(key.scopes),
               fmt::format("{}", fmt::join(key.networks, ",")),
               fmt::format("{}", fmt::join(LimitNames(key), ",")),
               FormatRfc3339(key.created_at), TimeText(key.last_used_at),
               TimeText(key.revoked_at)});
  }
  return table.Render(width);
}

Outcome List(const KeyOptions& options, const KeyTools& tools) {
  auto keys = tools.store.Keys();
  if (!keys) return FailStore(keys.error());
  if (!options.all) {
    std::erase_if(*keys, [](const ClientKey& key) { return key.revoked_at; });
  }
  Report report{.json = {{"items", Json::array()}}};
  for (const auto& key : *keys) report.json["items"].push_back(KeyJson(key));
  report.text = keys->empty()
                    ? "There is no key: \"smsweb key add\" makes one.\n"
                    : KeysTable(*keys, tools.width);
  return report;
}

// What is revoked is looked up first, so that the audit log names it.
Outcome Revoke(const KeyOptions& options, const KeyTools& tools) {
  const auto keys = tools.store.Keys();
  if (!keys) return FailStore(keys.error());
  const auto named = InUse(*keys, options.name);
  std::string detail;
  for (const auto& key : named) {
    detail += (detail.empty() ? "id " : ", id ") + ApiKeyId(key.digest);
  }
  const auto revoked = tools.store.RevokeKeys(
      options.name, tools.now,
      {.at = tools.now,
       .who = tools.who,
       .act = "key.revoke",
       .subject = named.empty() ? options.name : named.front().client,
       .detail = detail});
  if (!revoked && revoked.error().kind == ErrorKind::kNotFound) {
    return Fail(ExitCode::kNotFound, "key_not_found",
                fmt::format("no key in use has the name or the id \"{}\": "
                            "\"smsweb key list\" shows those there are",
                            options.name));
  }
  if (!revoked) return FailStore(revoked.error());
  Report report{.json = {{"items", Json::array()}}};
  for (const auto& key : *revoked) {
    report.json["items"].push_back(KeyJson(key));
    report.text +=
        fmt::format("{}  {}  revoked\n", ApiKeyId(key.digest), key.client);
  }
  return report;
}

}  // namespace

Outcome KeyCommand(const KeyOptions& options, const KeyTools& tools) {
  switch (options.action) {
    case KeyOptions::Action::kAdd:
      return Add(options, tools);
    case KeyOptions::Action::kList:
      return List(options, tools);
    case KeyOptions::Action::kRevoke:
      return Revoke(options, tools);
  }
  return FailUsage("key takes add, list or revoke");
}

}  // namespace smsweb::ctl
