// What was typed on the command line, before it has its types; and the groups
// of commands that are described in files of their own. For ctl/options alone.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "ctl/options.h"

namespace smsweb::ctl {

struct Typed {
  std::string config, message_class, not_before, id, state, after;
  std::optional<std::int64_t> ttl;
  std::int64_t timeout = 0;
  bool json = false, report = false, no_report = false;
  SendOptions send;
  std::optional<std::string> to, text;
  std::string file, format, default_text, key, resume;
  std::vector<std::string> ids;
  ShowOptions show;
  QueueOptions queue;
  InboxOptions inbox;
  OptOutOptions opt_out;
  DbOptions db;
  SecretOptions secret;
  KeyOptions client_key;
  std::vector<std::string> scopes, limits, networks;
  GuardOptions guard;
  std::string per;
  AuditOptions audit;
  VerificationOrder order;
  std::optional<std::int64_t> code_life;
  std::string whose;  // the id of a verification, or its number
  ModemShowOptions modem_show;
  ModemUssdOptions modem_ussd;
  ModemProbeOptions probe;
};

CLI::Validator Takes(bool (*is_fine)(const std::string&), std::string what);
CLI::Validator TakesId();

CLI::App* AddSend(CLI::App& app, Typed& typed);
// Or what is wrong: what depends on more than one option.
std::expected<Command, std::string> MakeSendCommand(const Typed& typed);

struct InboxCommands {
  CLI::App* inbox;
  CLI::App* opt_out;
  CLI::App* opt_out_list;
  CLI::App* opt_out_add;
  CLI::App* opt_out_remove;
};
InboxCommands AddInboxCommands(CLI::App& app, Typed& typed);
// None: it is none of these.
std::optional<Command> MakeInboxCommand(const InboxCommands& commands,
                                        const Typed& typed);

struct DbCommands {
  CLI::App* db;
  CLI::App* check;
  CLI::App* backup;
  CLI::App* restore;
  CLI::App* compact;
};
DbCommands AddDbCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeDbCommand(const DbCommands& commands,
                                     const Typed& typed);

struct SecretCommands {
  CLI::App* secret;
  CLI::App* init;
  CLI::App* rotate;
  CLI::App* prune;
  CLI::App* check;
};
SecretCommands AddSecretCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeSecretCommand(const SecretCommands& commands,
                                         const Typed& typed);

struct KeyCommands {
  CLI::App* key;
  CLI::App* add;
  CLI::App* list;
  CLI::App* revoke;
};
KeyCommands AddKeyCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeKeyCommand(const KeyCommands& commands,
                                      const Typed& typed);

struct GuardCommands {
  CLI::App* guard;
  CLI::App* list;
  CLI::App* resume;
  CLI::App* audit;
};
GuardCommands AddGuardCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeGuardCommand(const GuardCommands& commands,
                                        const Typed& typed);

struct VerifyCommands {
  CLI::App* verify;
  CLI::App* start;
  CLI::App* check;
  CLI::App* show;
  CLI::App* cancel;
};
VerifyCommands AddVerifyCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeVerifyCommand(const VerifyCommands& commands,
                                         const Typed& typed);

struct ModemCommands {
  CLI::App* modem;
  CLI::App* list;
  CLI::App* show;
  CLI::App* ussd;
  CLI::App* probe;
};
ModemCommands AddModemCommands(CLI::App& app, Typed& typed);
std::optional<Command> MakeModemCommand(const ModemCommands& commands,
                                        const Typed& typed);

}  // namespace smsweb::ctl
