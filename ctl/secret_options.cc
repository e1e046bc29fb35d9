// smsweb secret on the command line.
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kSecretFooter =
    R"(The codes of verifications are derived under a key of verify.secret_file, and
their texts lie in the queue sealed under it: whoever has only one of the two has
no code. Keep the file out of the backups of the queue. docs/operations.md tells
how keys are changed.)";

constexpr const char* kInitFooter =
    R"(The file has one key, and mode 0600. Made by root, it belongs to the queue's
owner. smsweb-cgi and smswebd must be able to read it: where they run as
different users, give it to a group of both, mode 0640. One that is there stays
as it is, and the exit code is 4.)";

constexpr const char* kRotateFooter =
    R"(A new key comes above the old ones, which still serve the codes that are under
way. smsweb-cgi and smswebd find it by themselves. After verify.max_ttl, "smsweb
secret prune".)";

constexpr const char* kPruneFooter =
    R"(Only the newest key stays. Codes that were begun under the older ones can no
longer be checked, and those that still wait not be sent: whoever waits for one
must ask for another.)";

constexpr const char* kSecretCheckFooter =
    R"(Says how many keys are in it, or why it can't be used; never a key. Run by root,
it looks as the queue's owner. Where smsweb-cgi runs as another user, run it as
that one, too:
  sudo -u www-data smsweb secret check)";

}  // namespace

SecretCommands AddSecretCommands(CLI::App& app, Typed& typed) {
  SecretCommands commands{};
  commands.secret = app.add_subcommand(
      "secret", "the keys of codes: init, rotate, prune, check");
  commands.secret->footer(kSecretFooter);
  commands.init = commands.secret->add_subcommand(
      "init", "make verify.secret_file, with a key");
  commands.init->footer(kInitFooter);
  commands.rotate = commands.secret->add_subcommand(
      "rotate", "put a new key above the old ones");
  commands.rotate->footer(kRotateFooter);
  commands.prune =
      commands.secret->add_subcommand("prune", "take the old keys out");
  commands.prune->footer(kPruneFooter);
  commands.prune->add_flag("--yes", typed.secret.yes,
                           "do it; without it, nothing is changed");
  commands.check = commands.secret->add_subcommand(
      "check", "whether it can be used, and how many keys it has");
  commands.check->footer(kSecretCheckFooter);
  for (auto* command :
       {commands.init, commands.rotate, commands.prune, commands.check}) {
    command
        ->add_option("--file", typed.secret.file,
                     "this file; without it, verify.secret_file")
        ->option_text("FILE");
  }
  return commands;
}

std::optional<Command> MakeSecretCommand(const SecretCommands& commands,
                                         const Typed& typed) {
  SecretOptions secret = typed.secret;
  using enum SecretOptions::Action;
  if (commands.init->parsed()) {
    secret.action = kInit;
  } else if (commands.rotate->parsed()) {
    secret.action = kRotate;
  } else if (commands.prune->parsed()) {
    secret.action = kPrune;
  } else if (commands.check->parsed()) {
    secret.action = kCheck;
  } else {
    return std::nullopt;
  }
  return secret;
}

}  // namespace smsweb::ctl
