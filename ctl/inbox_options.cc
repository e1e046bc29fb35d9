// smsweb inbox and smsweb optout on the command line.
#include <utf8.h>

#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kInboxFooter = R"(The newest come first. The next page:
  smsweb inbox --after ID    the last id of the page before
A message of several parts is shown when all are there, or after
inbox.incomplete_after: then "[...]" stands for those that are missing.)";

constexpr const char* kOptOutFooter =
    R"(Whoever sends one of inbox.stop_words is put on the list, and leaves it with
one of inbox.start_words. A message to a listed number is refused by the
endpoint and by "smsweb send"; one that waits already is not sent.)";

constexpr std::size_t kLongestNote = 255;  // bytes

void AddOptOutCommands(Typed& typed, InboxCommands* commands) {
  auto& opt_out = *commands->opt_out;
  commands->opt_out_list = opt_out.add_subcommand("list", "who is on it");
  commands->opt_out_list
      ->add_option("--limit", typed.opt_out.limit, "how many; 1000 without it")
      ->option_text("N")
      ->check(CLI::Range(1, 100000));
  commands->opt_out_list
      ->add_option("--after", typed.opt_out.after,
                   "only those behind this number")
      ->option_text("NUMBER");
  commands->opt_out_add = opt_out.add_subcommand("add", "put a number on it");
  commands->opt_out_add
      ->add_option("--note", typed.opt_out.note, "why, for people")
      ->option_text("TEXT")
      ->check(Takes(
          [](const std::string& s) {
            return s.size() <= kLongestNote &&
                   utf8::is_valid(s.begin(), s.end());
          },
          "takes UTF-8 of at most 255 bytes"));
  commands->opt_out_remove =
      opt_out.add_subcommand("remove", "take a number off it");
  for (auto* command : {commands->opt_out_add, commands->opt_out_remove}) {
    command->add_option("NUMBER", typed.opt_out.number, "the number")
        ->type_name("")
        ->required();
  }
}

}  // namespace

InboxCommands AddInboxCommands(CLI::App& app, Typed& typed) {
  InboxCommands commands{};
  commands.inbox =
      app.add_subcommand("inbox", "what the modems received, the newest first");
  commands.inbox->footer(kInboxFooter);
  commands.inbox
      ->add_option("ID", typed.id,
                   "only this one, with all that is known of it")
      ->type_name("")
      ->check(TakesId());
  commands.inbox
      ->add_option("--from", typed.inbox.from, "only from this sender")
      ->option_text("SENDER");
  commands.inbox
      ->add_option("--limit", typed.inbox.limit, "how many; 20 without it")
      ->option_text("N")
      ->check(CLI::Range(1, 10000));
  commands.inbox
      ->add_option("--after", typed.after, "only those older than this one")
      ->option_text("ID")
      ->check(TakesId());
  commands.opt_out =
      app.add_subcommand("optout", "the do-not-send list: who wants nothing");
  commands.opt_out->footer(kOptOutFooter);
  AddOptOutCommands(typed, &commands);
  return commands;
}

std::optional<Command> MakeInboxCommand(const InboxCommands& commands,
                                        const Typed& typed) {
  if (commands.inbox->parsed()) {
    InboxOptions inbox = typed.inbox;
    inbox.id = ParseUuid(typed.id);
    inbox.after = ParseUuid(typed.after);
    return inbox;
  }
  OptOutOptions opt_out = typed.opt_out;
  using enum OptOutOptions::Action;
  if (commands.opt_out_list->parsed()) {
    opt_out.action = kList;
  } else if (commands.opt_out_add->parsed()) {
    opt_out.action = kAdd;
  } else if (commands.opt_out_remove->parsed()) {
    opt_out.action = kRemove;
  } else {
    return std::nullopt;
  }
  return opt_out;
}

}  // namespace smsweb::ctl
