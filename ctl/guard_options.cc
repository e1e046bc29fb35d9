// smsweb guard and smsweb audit on the command line.
#include <limits>

#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kGuardFooter =
    R"(Where too few of the codes for a prefix, or of a client, are typed in, no more
are sent for guard.conversion.pause. docs/operations.md tells what to look at
before one is ended.)";

constexpr const char* kResumeFooter =
    R"(Ends a pause at once; what led to it does not count again:
  smsweb guard resume prefix +628961
  smsweb guard resume client shop)";

constexpr const char* kAuditFooter =
    R"(The newest come first: keys made and revoked, secrets changed, pauses ended,
numbers put on the do-not-send list and taken off it by hand, a backup restored.
The next page:
  smsweb audit --before SEQUENCE    as the end of the page before says)";

}  // namespace

GuardCommands AddGuardCommands(CLI::App& app, Typed& typed) {
  GuardCommands commands{};
  commands.guard =
      app.add_subcommand("guard", "whom the conversion guard keeps out");
  commands.guard->footer(kGuardFooter);
  commands.list = commands.guard->add_subcommand("list", "the pauses");
  commands.resume = commands.guard->add_subcommand("resume", "end a pause");
  commands.resume->footer(kResumeFooter);
  commands.resume->add_option("PER", typed.per, "prefix or client")
      ->type_name("")
      ->required()
      ->check(Takes(
          [](const std::string& s) { return s == "prefix" || s == "client"; },
          "takes prefix or client"));
  commands.resume
      ->add_option("KEY", typed.guard.key,
                   "which, as \"smsweb guard list\" shows it")
      ->type_name("")
      ->required();
  commands.audit =
      app.add_subcommand("audit", "what was done by those who run the service");
  commands.audit->footer(kAuditFooter);
  commands.audit
      ->add_option("--limit", typed.audit.limit, "how many; 50 without it")
      ->option_text("N")
      ->check(CLI::Range(1, 10000));
  commands.audit
      ->add_option("--before", typed.audit.before,
                   "only those older than this one")
      ->option_text("SEQUENCE")
      ->check(CLI::Range(std::int64_t{1},
                         std::numeric_limits<std::int64_t>::max()));
  return commands;
}

std::optional<Command> MakeGuardCommand(const GuardCommands& commands,
                                        const Typed& typed) {
  if (commands.audit->parsed()) return typed.audit;
  GuardOptions guard = typed.guard;
  using enum GuardOptions::Action;
  if (commands.list->parsed()) {
    guard.action = kList;
  } else if (commands.resume->parsed()) {
    guard.action = kResume;
    guard.per = ParseLimitPer(typed.per).value_or(LimitPer::kPrefix);
  } else {
    return std::nullopt;
  }
  return guard;
}

}  // namespace smsweb::ctl
