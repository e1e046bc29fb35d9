// smsweb db restore: a backup in the place of the queue.
//
// The backup is copied beside the queue, looked over and made ready; only then
// the old one is touched. At whatever instant the machine dies, the queue's
// name is that of the whole old file or of the whole new one:
//
//   the old log goes into the old file      (what can't be: is kept beside it)
//   no SQLite but a lock of ours has it
//   QUEUE.before-restore-TIME = the old file, a second name
//   the old log and its index go
//   QUEUE = the new file, in one step
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "common/bell/bell.h"
#include "common/store/queue_file.h"
#include "ctl/commands.h"
#include "ctl/db_files.h"
#include "ctl/queue_access.h"

namespace smsweb::ctl {
namespace {

std::unexpected<Failure> FailInUse(const std::string& queue,
                                   std::string_view by) {
  return Fail(
      ExitCode::kUnavailable, "queue_in_use",
      fmt::format("{}: {}. Stop smswebd and smsweb-cgi (the web server, "
                  "where it starts them), and try again",
                  queue, by));
}

std::unexpected<Failure> FailBackup(const std::string& file,
                                    const Error& error) {
  const bool damaged = error.kind == ErrorKind::kInternal;
  return Fail(error.kind == ErrorKind::kUnavailable ? ExitCode::kUnavailable
                                                    : ExitCode::kRefused,
              damaged ? "bad_backup" : "not_a_backup",
              file + ": " + error.message);
}

// 20261123T071648.123Z
std::string Stamp(WallTime time) {
  std::string stamp;
  for (const char c : FormatRfc3339(time).substr(0, 23)) {
    if (c != '-' && c != ':') stamp += c;
  }
  return stamp + "Z";
}

// Whole, of a schema that we know, and with nothing that is sent unasked. How
// many messages became unknown.
Result<std::int64_t> MakeReady(const std::string& copy,
                               const DbOptions& options, const DbTools& tools) {
  auto file = QueueFile::Open(copy, QueueFile::Log::kGoes);
  if (!file) return std::unexpected(file.error());
  const auto check = file->Check(false, tools.now);
  if (!check) return std::unexpected(check.error());
  if (!check->damage.empty()) {
    return smsweb::Fail(ErrorKind::kInternal,
                        "it is damaged: " + check->damage.front());
  }
  if (auto done = file->Migrate(); !done) return std::unexpected(done.error());
  std::int64_t unknown = 0;
  if (!options.resend) {
    const bool keep_texts = tools.config.retention.texts.count() > 0;
    const auto made = file->MakeUnknown(tools.now, keep_texts);
    if (!made) return std::unexpected(made.error());
    unknown = *made;
  }
  if (auto done = file->LeaveLog(); !done) return std::unexpected(done.error());
  return unknown;
}

// None is where no file is, too.
std::expected<std::optional<UniqueFd>, Failure> TakeOver(
    const std::string& queue) {
  if (!FileExists(queue)) return std::nullopt;
  auto taken = TakeFromSqlite(queue);
  if (!taken) return FailStore(taken.error());
  if (!*taken) return FailInUse(queue, "some program has it open");
  return std::move(*taken);
}

// But where the old file is broken, which may be why it is replaced: then each
// of the two stays as it is.
void BringInLog(const std::string& queue) {
  if (!QueueFile::Open(queue, QueueFile::Log::kStays)) return;
  if (auto old = QueueFile::Open(queue, QueueFile::Log::kGoes)) {
    (void)old->LeaveLog();
  }
}

Result<void> Link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return FailErrno(to, errno);
  return {};
}

bool HasBytes(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

// The old file gets a second name, and its log, if there still is one, its own.
Result<void> KeepOld(const std::string& queue, const std::string& aside) {
  if (auto done = Link(queue, aside); !done) return done;
  if (HasBytes(queue + "-wal")) {
    if (auto done = MoveFile(queue + "-wal", aside + "-wal", true); !done) {
      return done;
    }
  }
  ::unlink((queue + "-wal").c_str());
  ::unlink((queue + "-shm").c_str());
  return SyncFolderOf(queue);
}

Result<void> MatchMode(const std::string& queue, const std::string& copy) {
  struct stat status {};
  if (::stat(queue.c_str(), &status) != 0) return {};
  if (::chmod(copy.c_str(), status.st_mode & 07777) != 0) {
    return FailErrno(copy, errno);
  }
  return {};
}

Outcome Place(const std::string& copy, const std::string& queue,
              std::int64_t unknown, const DbOptions& options,
              const DbTools& tools) {
  const std::string aside = queue + ".before-restore-" + Stamp(tools.now);
  const bool replaces = FileExists(queue);
  if (replaces) BringInLog(queue);
  const auto lock = TakeOver(queue);
  if (!lock) return std::unexpected(lock.error());
  if (auto done = MatchMode(queue, copy); !done) return FailStore(done.error());
  if (auto done = SyncFile(copy); !done) return FailStore(done.error());
  if (replaces) {
    if (auto done = KeepOld(queue, aside); !done)
      return FailStore(done.error());
  }
  if (auto done = MoveFile(copy, queue, replaces); !done) {
    return FailStore(done.error());
  }
  if (auto done = SyncFolderOf(queue); !done) return FailStore(done.error());

  Report report{.text = queue + ": restored from " + options.file + "\n"};
  report.json = {{"file", queue},
                 {"backup", options.file},
                 {"before", replaces ? Json(aside) : Json(nullptr)},
                 {"became_unknown", unknown}};
  if (replaces) report.text += "The old one is " + aside + "\n";
  if (unknown > 0) {
    report.text += fmt::format(
        "{} messages waited in it. They may have been sent since, and are "
        "unknown now: smsweb queue --state unknown\n",
        unknown);
  }
  return report;
}

}  // namespace

// The backup is opened by whoever calls: it may be where only they may read.
Outcome RestoreDb(const DbOptions& options, const DbTools& tools) {
  const std::string& queue = tools.config.store.path;
  const UniqueFd backup(
      ::open(options.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (backup.get() < 0) {
    return FailStore(FailErrno(options.file, errno).error());
  }
  struct stat status {};
  if (::fstat(backup.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Fail(ExitCode::kRefused, "not_a_backup",
                options.file + ": it is no regular file");
  }
  if (IsSameFile(options.file, queue)) {
    return Fail(ExitCode::kRefused, "not_a_backup",
                options.file + ": it is the queue itself");
  }
  if (auto done = BecomeOwner(queue); !done) return FailStore(done.error());
  const auto lock = SpoolerLock::Try(queue);
  if (!lock) return FailStore(lock.error());
  if (!*lock) return FailInUse(queue, "smswebd works on it");

  // Before anything is copied; it is let go of again.
  if (auto taken = TakeOver(queue); !taken) {
    return std::unexpected(taken.error());
  }

  const auto copy = MakeBeside(queue);
  if (!copy) return FailStore(copy.error());
  Outcome outcome = [&]() -> Outcome {
    if (auto done = CopyBytes(backup.get(), *copy); !done) {
      return FailStore(done.error());
    }
    const auto unknown = MakeReady(*copy, options, tools);
    if (!unknown) return FailBackup(options.file, unknown.error());
    return Place(*copy, queue, *unknown, options, tools);
  }();
  if (!outcome) ::unlink(copy->c_str());
  return outcome;
}

}  // namespace smsweb::ctl
