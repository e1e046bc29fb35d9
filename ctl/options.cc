#include "ctl/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/version.h"
#include "ctl/pdu_options.h"
#include "ctl/suggest.h"
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kDescription =
    "smsweb is the operator's side of the SMS gateway: it queues messages as\n"
    "the endpoint does, and shows what became of them.\n";

constexpr const char* kFooter = R"(Examples:
  smsweb send +6289610707901 'The pump is back.'
  printf 'Your code is %s' "$CODE" | smsweb send --class otp +6289610707901 -
  smsweb send --file numbers.csv --text 'We are closed on Monday.' --class bulk
  smsweb show 019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071
  smsweb cancel 019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071
  smsweb queue --state unknown --limit 5
  smsweb queue --json | jq .counts
  smsweb inbox --from +6289610707901
  smsweb optout list
  smsweb modem list
  smsweb modem probe /dev/ttyUSB0
  smsweb modem ussd telkomsel-1 '*888#'
  smsweb pdu decode 000100038188F8000005E8329BFD06
  smsweb key add shop --scope verify --from 10.20.0.0/16
  smsweb verify start +6289610707901
  smsweb verify check +6289610707901
  smsweb secret check
  smsweb guard list
  smsweb audit
  smsweb db backup /srv/backup/queue.db
  smsweb config check --config ./smsweb.toml

Exit codes:
  0  done
  1  the service can't: the queue is not there, locked or full
  2  the command line or the configuration is wrong
  3  there is no such message, batch, modem, key, verification, pause, or number
     on the list
  4  the input was refused: a number that can't be, too many parts, a recipient
     who wants nothing, a code that is wrong or that the guard refuses, a name
     that has a key already, a file that is no backup, a message that can't be
     called back any more; of a file of messages: some of its lines
  5  the queue's file is damaged

With --json, a command prints one JSON document, and an error is one on
standard error. "smsweb COMMAND --help" tells more; so does smsweb(1).)";

constexpr const char* kShowFooter =
    R"(Where a part is "unknown", it left the modem's line and no answer came: it may
or may not have gone. The text is there until retention.texts erases it; that of
a code, until its message has ended.)";

constexpr const char* kCancelFooter =
    R"(It works until the modem is about to be given a part of the message. Where an
earlier try may have gone, the state is then "unknown". Where it is too late,
nothing is changed, and the exit code is 4. Several at once:
  smsweb cancel 019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071 019ab2c3-d4e6-7a11-9d2c-3e4f5a6b7c8d)";

constexpr const char* kBatchFooter =
    R"(How many messages of a file, or of a request to many recipients, were taken and
refused, and in which states they are. "finished no": the file is still being
read, or that broke off, and "smsweb send --file" with the same --key (or
--resume) goes on.)";

constexpr const char* kQueueFooter = R"(The newest come first. The next page:
  smsweb queue --after ID    the last id of the page before
The texts are not shown; "smsweb show --text ID" shows one.)";

constexpr const char* kConfigCheckFooter =
    R"(Every error is listed, with file and line. PINs and keys from "env:" and
"file:" are not looked up: "smswebd --check-config", run as its user, does that
too; "smsweb secret check" looks at verify.secret_file.)";

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (int i = 0; i < kMessageStateCount; ++i) {
    names.emplace_back(ToString(static_cast<MessageState>(i)));
  }
  return names;
}

struct Commands {
  CLI::App* send;
  CLI::App* cancel;
  CLI::App* batch;
  CLI::App* show;
  CLI::App* queue;
  InboxCommands inbox;
  DbCommands db;
  SecretCommands secret;
  KeyCommands key;
  GuardCommands guard;
  VerifyCommands verify;
  ModemCommands modem;
  CLI::App* config;
  CLI::App* config_check;
  std::unique_ptr<PduCommands> pdu;
};

CLI::App* AddShow(CLI::App& app, Typed& typed) {
  auto* show = app.add_subcommand("show", "one message, with its parts");
  show->add_option("ID", typed.id, "as \"smsweb send\" or the endpoint gave it")
      ->type_name("")
      ->required()
      ->check(TakesId());
  show->add_flag("--text", typed.show.text, "show the text, too");
  show->footer(kShowFooter);
  return show;
}

CLI::App* AddCancel(CLI::App& app, Typed& typed) {
  auto* cancel = app.add_subcommand(
      "cancel", "call messages back, where nothing of them has left");
  cancel->footer(kCancelFooter);
  cancel->add_option("ID", typed.ids, "which")
      ->type_name("")
      ->required()
      ->check(TakesId());
  return cancel;
}

CLI::App* AddBatch(CLI::App& app, Typed& typed) {
  auto* batch = app.add_subcommand(
      "batch", "the messages of one file, or one request, in numbers");
  batch->footer(kBatchFooter);
  batch
      ->add_option("ID", typed.id,
                   "as \"smsweb send --file\" or the endpoint gave it")
      ->type_name("")
      ->required()
      ->check(TakesId());
  return batch;
}

CLI::App* AddQueue(CLI::App& app, Typed& typed) {
  auto* queue =
      app.add_subcommand("queue", "messages, the newest first, and counts");
  queue->footer(kQueueFooter);
  queue
      ->add_option("--state", typed.state,
                   fmt::format("only: {}", fmt::join(StateNames(), ", ")))
      ->option_text("STATE")
      ->check(CLI::IsMember(StateNames()));
  queue->add_option("--to", typed.queue.to, "only to this number")
      ->option_text("NUMBER");
  queue->add_option("--limit", typed.queue.limit, "how many; 20 without it")
      ->option_text("N")
      ->check(CLI::Range(1, 10000));
  queue->add_option("--after", typed.after, "only those older than this one")
      ->option_text("ID")
      ->check(TakesId());
  return queue;
}

Commands AddCommands(CLI::App& app, Typed& typed) {
  Commands commands{};
  commands.send = AddSend(app, typed);
  commands.cancel = AddCancel(app, typed);
  commands.batch = AddBatch(app, typed);
  commands.show = AddShow(app, typed);
  commands.queue = AddQueue(app, typed);
  commands.inbox = AddInboxCommands(app, typed);
  commands.db = AddDbCommands(app, typed);
  commands.secret = AddSecretCommands(app, typed);
  commands.key = AddKeyCommands(app, typed);
  commands.guard = AddGuardCommands(app, typed);
  commands.verify = AddVerifyCommands(app, typed);
  commands.modem = AddModemCommands(app, typed);
  commands.config = app.add_subcommand("config", "the configuration");
  commands.config_check = commands.config->add_subcommand(
      "check", "read the configuration, and say all that is wrong with it");
  commands.config_check->footer(kConfigCheckFooter);
  commands.pdu = std::make_unique<PduCommands>(app);
  for (auto* group :
       {commands.inbox.opt_out, commands.db.db, commands.secret.secret,
        commands.key.key, commands.guard.guard, commands.verify.verify,
        commands.modem.modem, commands.config}) {
    group->require_subcommand(0, 1);
  }
  return commands;
}

void Prepare(CLI::App& app, Typed& typed) {
  app.fallthrough();  // inherited: --json and --config may come last
  app.require_subcommand(0, 1);
  app.footer(kFooter);
  app.add_option("--config", typed.config,
                 "the configuration file (else $SMSWEB_CONFIG, else "
                 "/etc/smsweb/smsweb.toml)")
      ->option_text("FILE");
  app.add_flag("--json", typed.json, "print JSON");
  app.set_version_flag("--version", std::string("smsweb ") + kVersion);
}

// The innermost command that the line names.
const CLI::App& Named(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : Named(*named.back());
}

std::string HelpOf(const CLI::App& command) {
  const bool is_root = command.get_parent() == nullptr;
  std::string name;
  for (const auto* a = &command; a != nullptr; a = a->get_parent()) {
    name = a->get_name() + (name.empty() ? "" : " " + name);
  }
  return fmt::format("\"{} --help\" {}", name,
                     is_root ? "lists the commands" : "tells more");
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* app = &command; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  return names;
}

std::string DidYouMean(const std::string& word,
                       const std::vector<std::string>& known) {
  const auto found = Suggest(word, known);
  return found ? fmt::format("; did you mean \"{}\"?", *found) : "";
}

// What is left over may be a code: it is not repeated.
constexpr const char* kExtrasOfCheck =
    "verify check takes one ID or NUMBER; it reads the code from standard "
    "input, for everybody can read a command line";

// What is left over may be a text that lacks its quotes: it is not repeated.
std::string ExtrasOfSend(const CLI::App& send,
                         const std::vector<std::string>& extras) {
  const auto known = OptionNames(send);
  for (const auto& extra : extras) {
    if (const auto option = Suggest(extra, known)) {
      return fmt::format("send has no such option; did you mean \"{}\"?",
                         *option);
    }
  }
  return "send takes one TO and one TEXT: put quotes around the text, and "
         "\"--\" before one that begins with \"-\"";
}

std::string DescribeExtras(const CLI::App& app, const Commands& commands,
                           const std::vector<std::string>& extras) {
  const CLI::App& named = Named(app);
  if (&named == commands.send) return ExtrasOfSend(named, extras);
  const std::string& first = extras.front();
  const bool is_option = first.starts_with("-");
  if (&named == commands.verify.check && !is_option) return kExtrasOfCheck;
  if (is_option) {
    return fmt::format("there is no option \"{}\" here{}", first,
                       DidYouMean(first, OptionNames(named)));
  }
  const auto known = CommandNames(named);
  if (known.empty()) {
    return fmt::format("{} does not take \"{}\"", named.get_name(), first);
  }
  const bool is_root = named.get_parent() == nullptr;
  return fmt::format("there is no command \"{}{}\"{}",
                     is_root ? "" : named.get_name() + " ", first,
                     DidYouMean(first, known));
}

NoCommand WrongUsage(const CLI::App& app, const std::string& what, bool json) {
  const auto* stop = what.ends_with('?') ? "" : ".";
  auto message = fmt::format("{}{} {}.", what, stop, HelpOf(Named(app)));
  return {.failure = FailUsage(std::move(message)).error(), .json = json};
}

// The line could not be parsed: whether it asked for JSON must be seen anyhow.
bool AsksForJson(int argc, const char* const* argv) {
  const auto* end = std::find(argv, argv + argc, std::string_view("--"));
  return std::find(argv, end, std::string_view("--json")) != end;
}

std::optional<NoCommand> Parse(CLI::App& app, const Commands& commands,
                               int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    return NoCommand{.print = std::string(version.what()) + "\n"};
  } catch (const CLI::CallForHelp&) {
    return NoCommand{.print = app.help()};
  } catch (const CLI::ExtrasError&) {
    return WrongUsage(
        app, DescribeExtras(app, commands, app.remaining(/*recurse=*/true)),
        AsksForJson(argc, argv));
  } catch (const CLI::ParseError& error) {
    return WrongUsage(app, error.what(), AsksForJson(argc, argv));
  }
  return std::nullopt;
}

Command MakeCommand(const Commands& commands, const Typed& typed) {
  if (commands.cancel->parsed()) {
    CancelOptions cancel;
    for (const auto& id : typed.ids) cancel.ids.push_back(*ParseUuid(id));
    return cancel;
  }
  if (commands.batch->parsed()) {
    return BatchOptions{.id = ParseUuid(typed.id).value_or(Uuid{})};
  }
  if (commands.show->parsed()) {
    return ShowOptions{.id = ParseUuid(typed.id).value_or(Uuid{}),
                       .text = typed.show.text};
  }
  if (commands.queue->parsed()) {
    QueueOptions queue = typed.queue;
    queue.state = ParseMessageState(typed.state);
    queue.after = ParseUuid(typed.after);
    return queue;
  }
  if (auto made = MakeInboxCommand(commands.inbox, typed)) return *made;
  if (auto made = MakeDbCommand(commands.db, typed)) return *made;
  if (auto made = MakeSecretCommand(commands.secret, typed)) return *made;
  if (auto made = MakeKeyCommand(commands.key, typed)) return *made;
  if (auto made = MakeGuardCommand(commands.guard, typed)) return *made;
  if (auto made = MakeVerifyCommand(commands.verify, typed)) return *made;
  if (auto made = MakeModemCommand(commands.modem, typed)) return *made;
  if (const auto decode = commands.pdu->Decode()) return *decode;
  if (const auto encode = commands.pdu->Encode()) return *encode;
  return ConfigCheckOptions{};
}

}  // namespace

CLI::Validator Takes(bool (*is_fine)(const std::string&), std::string what) {
  return CLI::Validator(
      [is_fine, what = std::move(what)](const std::string& value) {
        return is_fine(value) ? std::string() : what;
      },
      "");
}

CLI::Validator TakesId() {
  return Takes([](const std::string& s) { return ParseUuid(s).has_value(); },
               "an id is a UUID, as \"smsweb send\" prints it");
}

std::expected<Options, NoCommand> ParseOptions(int argc,
                                               const char* const* argv) {
  CLI::App app(kDescription, "smsweb");
  Typed typed;
  Prepare(app, typed);
  const Commands commands = AddCommands(app, typed);
  if (auto end = Parse(app, commands, argc, argv)) {
    return std::unexpected(std::move(*end));
  }
  const CLI::App& named = Named(app);
  if (argc <= 1) return std::unexpected(NoCommand{.print = app.help()});
  if (const auto names = CommandNames(named); !names.empty()) {
    return std::unexpected(
        WrongUsage(app,
                   fmt::format("{} needs a command: {}", named.get_name(),
                               fmt::join(names, ", ")),
                   typed.json));
  }
  Options options{.config = typed.config, .json = typed.json};
  if (commands.send->parsed()) {
    auto send = MakeSendCommand(typed);
    if (!send) {
      return std::unexpected(WrongUsage(app, send.error(), typed.json));
    }
    options.command = std::move(*send);
  } else {
    options.command = MakeCommand(commands, typed);
  }
  return options;
}

}  // namespace smsweb::ctl
