// smsweb verify on the command line.
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kVerifyFooter =
    R"(Codes that prove whose a number is, as the endpoint sends and checks them. Those
that are begun here belong to no client. To try it out:
  smsweb verify start +6289610707901
  smsweb verify check +6289610707901    it asks for the code)";

constexpr const char* kStartFooter =
    R"(The guard and its limits apply as they do to clients. Where a verification of
this number is pending, its code is sent again. The code is in the message, and
nowhere else. Exit code 4: refused, and why is said.)";

constexpr const char* kCheckFooter =
    R"(The code is read from standard input, for everybody can read a command line:
  printf %s "$CODE" | smsweb verify check 019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071
Spaces and hyphens in it do not count. Exit code 0: it is right, and the
verification is approved; 4: it is not. A wrong code costs one of the attempts.
By its ID a verification of any client is found, by NUMBER only one that "smsweb
verify start" began.)";

constexpr const char* kCancelFooter =
    R"(The code is no longer right, and its message is not sent if it has not gone yet.
Exit code 4: it had ended otherwise before.)";

CLI::App* AddStart(CLI::App& verify, Typed& typed) {
  auto* start = verify.add_subcommand("start", "send a code, or send it again");
  start->footer(kStartFooter);
  start->add_option("NUMBER", typed.order.to, "to whom")
      ->type_name("")
      ->required();
  start
      ->add_option("--locale", typed.order.text.locale,
                   "the language of the text, as en or pt-BR")
      ->option_text("LOCALE");
  start
      ->add_option("--template", typed.order.text.template_name,
                   "of verify.templates; without it, default")
      ->option_text("NAME");
  start
      ->add_option("--code-length", typed.order.code_length,
                   "digits; without it, verify.code_length")
      ->option_text("N");
  start
      ->add_option("--ttl", typed.code_life,
                   "how long it is good; without it, verify.ttl")
      ->option_text("SECONDS")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  start
      ->add_option("--origin", typed.order.text.origin,
                   "the web site that a browser fills it in for")
      ->option_text("HOST");
  start
      ->add_option("--app-hash", typed.order.text.app_hash,
                   "the app that Android hands it to")
      ->option_text("HASH");
  return start;
}

}  // namespace

VerifyCommands AddVerifyCommands(CLI::App& app, Typed& typed) {
  VerifyCommands commands{};
  commands.verify =
      app.add_subcommand("verify", "codes that prove whose a number is");
  commands.verify->footer(kVerifyFooter);
  commands.start = AddStart(*commands.verify, typed);
  commands.check = commands.verify->add_subcommand(
      "check", "whether a code is right; it is read from standard input");
  commands.check->footer(kCheckFooter);
  commands.check
      ->add_option("ID|NUMBER", typed.whose, "which verification, or whose")
      ->type_name("")
      ->required();
  commands.show = commands.verify->add_subcommand("show", "how one stands");
  commands.cancel = commands.verify->add_subcommand("cancel", "call one back");
  commands.cancel->footer(kCancelFooter);
  for (auto* command : {commands.show, commands.cancel}) {
    command
        ->add_option("ID", typed.id,
                     "as \"smsweb verify start\" or the endpoint gave it")
        ->type_name("")
        ->required()
        ->check(TakesId());
  }
  return commands;
}

std::optional<Command> MakeVerifyCommand(const VerifyCommands& commands,
                                         const Typed& typed) {
  if (commands.start->parsed()) {
    VerifyStartOptions start{.order = typed.order};
    if (typed.code_life)
      start.order.ttl = std::chrono::seconds(*typed.code_life);
    return start;
  }
  if (commands.check->parsed()) {
    VerifyCheckOptions check{.id = ParseUuid(typed.whose)};
    if (!check.id) check.number = typed.whose;
    return check;
  }
  const Uuid id = ParseUuid(typed.id).value_or(Uuid{});
  if (commands.show->parsed()) return VerifyShowOptions{.id = id};
  if (commands.cancel->parsed()) return VerifyCancelOptions{.id = id};
  return std::nullopt;
}

}  // namespace smsweb::ctl
