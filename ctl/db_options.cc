// smsweb db on the command line.
#include "ctl/typed.h"

namespace smsweb::ctl {
namespace {

constexpr const char* kDbFooter =
    R"(All but restore work while the service runs. docs/operations.md tells when to
use what.)";

constexpr const char* kCheckFooter =
    R"(Looks at SQLite's structures, and at whether the rows fit together. It reads
all of the file, and changes nothing. Exit code 5: the file is damaged, or its
rows do not fit together; what to do is said.)";

constexpr const char* kBackupFooter =
    R"(The copy is the queue as it is at one instant, in one file of mode 0600, synced
and looked over. Nobody waits for it.

A backup holds what the queue holds: numbers, and the texts of all that still
waits, among them codes for logging in, and of what ended within
retention.texts. Keep it as you keep those.)";

constexpr const char* kRestoreFooter =
    R"(smswebd and smsweb-cgi must not run. The old queue stays beside the new one, as
queue.db.before-restore-TIME.

What was queued when the backup was made may have been sent since then. So it
becomes "unknown", and is not sent: nobody guesses. With --resend it stays
queued, and is sent, perhaps for a second time. What came after the backup is
in the old queue alone.)";

constexpr const char* kCompactFooter =
    R"(Gives all free space back, and leaves nothing behind of what was deleted. A
queue that an older smsweb made gives free space back by itself from then on.
It also counts anew, and deletes rows that belong to nothing.

It needs up to the size of the queue again beside it, for the log, and once more
in $SQLITE_TMPDIR (else /var/tmp). Who wants to write waits meanwhile: the
endpoint answers 503 after some seconds, and smswebd pauses.)";

}  // namespace

DbCommands AddDbCommands(CLI::App& app, Typed& typed) {
  DbCommands commands{};
  commands.db = app.add_subcommand(
      "db", "the queue's file: check, backup, restore, compact");
  commands.db->footer(kDbFooter);
  commands.check =
      commands.db->add_subcommand("check", "look it over, and say how it is");
  commands.check->footer(kCheckFooter);
  commands.check
      ->add_option("FILE", typed.db.file, "a backup; without it, the queue")
      ->type_name("");
  commands.check->add_flag("--full", typed.db.full,
                           "look at each entry of each index, too");
  commands.backup =
      commands.db->add_subcommand("backup", "copy it while all runs");
  commands.backup->footer(kBackupFooter);
  commands.backup->add_flag("--force", typed.db.force,
                            "in place of a file that is there");
  commands.restore = commands.db->add_subcommand(
      "restore", "put a backup in the place of the queue");
  commands.restore->footer(kRestoreFooter);
  commands.restore->add_flag("--resend", typed.db.resend,
                             "send what was queued in the backup");
  for (auto* command : {commands.backup, commands.restore}) {
    command->add_option("FILE", typed.db.file, "the backup")
        ->type_name("")
        ->required();
  }
  commands.compact =
      commands.db->add_subcommand("compact", "write it anew, without gaps");
  commands.compact->footer(kCompactFooter);
  return commands;
}

std::optional<Command> MakeDbCommand(const DbCommands& commands,
                                     const Typed& typed) {
  DbOptions db = typed.db;
  using enum DbOptions::Action;
  if (commands.check->parsed()) {
    db.action = kCheck;
  } else if (commands.backup->parsed()) {
    db.action = kBackup;
  } else if (commands.restore->parsed()) {
    db.action = kRestore;
  } else if (commands.compact->parsed()) {
    db.action = kCompact;
  } else {
    return std::nullopt;
  }
  return db;
}

}  // namespace smsweb::ctl
