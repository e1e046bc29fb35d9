// smsweb key on the command line.
#include <algorithm>
#include <string_view>

#include "common/base/network.h"
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kKeyFooter =
    R"(Whoever has a key calls the endpoint with "Authorization: Bearer KEY". The queue
has a digest of it alone: nobody can show a key again. docs/http.md says which
scope allows what.)";

constexpr const char* kAddFooter =
    R"(The key is alone on standard output, once; all else is on standard error:
  (umask 077; smsweb key add shop --scope verify >shop.key)
  smsweb key add office --scope send,read --limit 100/hour --from 10.20.0.0/16
NAME is the client's: it is with its messages and verifications. A client that
has a key gets one more with --another: put that into the application, then
revoke the old one.)";

constexpr const char* kListFooter =
    R"("LAST USED" is right to about a minute. An id is what the log and "smsweb key
revoke" call a key: the beginning of its digest.)";

constexpr const char* kRevokeFooter =
    R"(It works at once. With a NAME, all keys of this client are revoked; with an ID,
that one. What the client has queued is still sent.)";

constexpr std::size_t kLongestName = 64;  // bytes
constexpr std::size_t kIdLength = 8;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool LooksLikeId(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// "smsweb key revoke" takes either.
bool IsClientName(const std::string& text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::all_of(text, IsNameCharacter) && !LooksLikeId(text);
}

std::optional<Scopes> ReadScopes(std::string_view text) {
  Scopes scopes = 0;
  for (;;) {
    const auto comma = text.find(',');
    const auto scope = ParseScope(text.substr(0, comma));
    if (!scope) return std::nullopt;
    scopes = static_cast<Scopes>(scopes | static_cast<Scopes>(*scope));
    if (comma == std::string_view::npos) return scopes;
    text.remove_prefix(comma + 1);
  }
}

// May come more than once, each time with one value.
CLI::Option* AddEach(CLI::App& app, const std::string& name,
                     std::vector<std::string>& into, const std::string& what) {
  return app.add_option(name, into, what)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::App* AddAdd(CLI::App& key, Typed& typed) {
  auto* add = key.add_subcommand("add", "make a key, and show it once");
  add->footer(kAddFooter);
  add->add_option("NAME", typed.client_key.name, "whose it is")
      ->type_name("")
      ->required()
      ->check(Takes(IsClientName,
                    "a client's name has letters, digits, '-', '_' and '.', at "
                    "most 64, and is not 8 hexadecimal digits, as ids are"));
  AddEach(*add, "--scope", typed.scopes,
          "what it is good for: send, verify, read, admin; several with \",\"")
      ->option_text("SCOPES")
      ->required()
      ->check(
          Takes([](const std::string& s) { return ReadScopes(s).has_value(); },
                "takes send, verify, read, admin, or several: send,read"));
  AddEach(*add, "--limit", typed.limits,
          "how many messages, as 100/hour: per minute, hour or day; may come "
          "more than once")
      ->option_text("LIMIT")
      ->check(Takes(
          [](const std::string& s) { return ParseKeyLimit(s).has_value(); },
          "takes a number per minute, hour or day, as 100/hour"));
  AddEach(*add, "--from", typed.networks,
          "where it is good, as 10.20.0.0/16; may come more than once; without "
          "it, anywhere")
      ->option_text("CIDR")
      ->check(Takes(
          [](const std::string& s) { return Network::Parse(s).has_value(); },
          "takes an address or a network, as 10.20.0.0/16 or 2001:db8::/32"));
  add->add_flag("--another", typed.client_key.another,
                "though the client has one");
  return add;
}

KeyOptions MakeAdd(const Typed& typed) {
  KeyOptions add = typed.client_key;
  add.action = KeyOptions::Action::kAdd;
  for (const auto& scopes : typed.scopes) {
    add.scopes =
        static_cast<Scopes>(add.scopes | ReadScopes(scopes).value_or(0));
  }
  for (const auto& text : typed.limits) {
    if (const auto limit = ParseKeyLimit(text)) add.limits.push_back(*limit);
  }
  add.networks = typed.networks;
  return add;
}

}  // namespace

KeyCommands AddKeyCommands(CLI::App& app, Typed& typed) {
  KeyCommands commands{};
  commands.key =
      app.add_subcommand("key", "API keys, by which clients may call");
  commands.key->footer(kKeyFooter);
  commands.add = AddAdd(*commands.key, typed);
  commands.list = commands.key->add_subcommand("list", "those in use");
  commands.list->footer(kListFooter);
  commands.list->add_flag("--all", typed.client_key.all, "revoked ones, too");
  commands.revoke =
      commands.key->add_subcommand("revoke", "shut a client, or a key, out");
  commands.revoke->footer(kRevokeFooter);
  commands.revoke
      ->add_option("NAME|ID", typed.client_key.name,
                   "as \"smsweb key list\" shows them")
      ->type_name("")
      ->required();
  return commands;
}

std::optional<Command> MakeKeyCommand(const KeyCommands& commands,
                                      const Typed& typed) {
  if (commands.add->parsed()) return MakeAdd(typed);
  KeyOptions key = typed.client_key;
  using enum KeyOptions::Action;
  if (commands.list->parsed()) {
    key.action = kList;
  } else if (commands.revoke->parsed()) {
    key.action = kRevoke;
  } else {
    return std::nullopt;
  }
  return key;
}

}  // namespace smsweb::ctl
