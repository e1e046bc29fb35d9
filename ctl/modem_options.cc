// smsweb modem ... on the command line.
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kModemListFooter =
    R"(A modem's state is what smswebd last said of it. Where none is running, that is
said, and the states are in parentheses.)";

constexpr const char* kModemShowFooter =
    R"(What smswebd last learned of it: who made it, its SIM (the last digits of the
IMSI), the network, the signal, and how often which step of recovery was taken.)";

constexpr const char* kModemUssdFooter =
    R"(Prints what the network answers:
  smsweb modem ussd telkomsel-1 '*888#'
smswebd asks once the modem has nothing else to do. A code with "#" needs quotes
in a shell. Where the network answers with a menu, only the menu is shown.)";

constexpr const char* kModemProbeFooter =
    R"(Without DEVICE, the ports on USB are listed. Nothing is sent, no PIN is given,
and nothing is changed but the echo and the form of errors, which smswebd sets
as well. smswebd must not have the port: stop it first, or probe another.

The end of what is printed is a [[modem]] table for the configuration.)";

constexpr std::int64_t kDefaultTimeout = 60;

CLI::App* AddModemProbe(CLI::App& modem, Typed& typed) {
  auto* probe = modem.add_subcommand(
      "probe", "find out what is at a port, and how to configure it");
  probe->footer(kModemProbeFooter);
  probe
      ->add_option("DEVICE", typed.probe.device,
                   "as modem.device in the configuration")
      ->type_name("");
  probe
      ->add_option("--baud", typed.probe.baud,
                   "its speed; without it, the usual ones are tried")
      ->option_text("N")
      ->check(CLI::Range(300, 4'000'000));
  probe->add_flag(
      "--trace", typed.probe.trace,
      "show what passes on the line; of numbers, the last three digits");
  return probe;
}

}  // namespace

ModemCommands AddModemCommands(CLI::App& app, Typed& typed) {
  ModemCommands commands{};
  commands.modem = app.add_subcommand("modem", "the modems");
  commands.list = commands.modem->add_subcommand(
      "list", "the configured modems, and how each fares");
  commands.list->footer(kModemListFooter);

  commands.show = commands.modem->add_subcommand(
      "show", "one modem, with all that is known of it");
  commands.show->footer(kModemShowFooter);
  commands.show
      ->add_option("NAME", typed.modem_show.name,
                   "as the configuration calls it")
      ->type_name("")
      ->required();

  commands.ussd = commands.modem->add_subcommand(
      "ussd", "ask the network by a code, as for a balance");
  commands.ussd->footer(kModemUssdFooter);
  commands.ussd
      ->add_option("NAME", typed.modem_ussd.name,
                   "as the configuration calls it")
      ->type_name("")
      ->required();
  commands.ussd->add_option("CODE", typed.modem_ussd.code, "'*888#'")
      ->type_name("")
      ->required();
  typed.timeout = kDefaultTimeout;
  commands.ussd
      ->add_option("--timeout", typed.timeout,
                   "how long to wait for the answer; 60 without it")
      ->option_text("SECONDS")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{600}));
  commands.probe = AddModemProbe(*commands.modem, typed);
  return commands;
}

std::optional<Command> MakeModemCommand(const ModemCommands& commands,
                                        const Typed& typed) {
  if (commands.list->parsed()) return ModemListOptions{};
  if (commands.show->parsed()) return typed.modem_show;
  if (commands.probe->parsed()) return typed.probe;
  if (!commands.ussd->parsed()) return std::nullopt;
  ModemUssdOptions ussd = typed.modem_ussd;
  ussd.timeout = std::chrono::seconds(typed.timeout);
  return ussd;
}

}  // namespace smsweb::ctl
