// smsweb db check and compact; the other two are in files of their own.
#include <fmt/format.h>

#include "common/store/queue_file.h"
#include "common/store/schema.h"
#include "ctl/commands.h"
#include "ctl/queue_access.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::string ForPeople(std::int64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{} kB", bytes / 1000);
  return fmt::format("{} MB", bytes / 1'000'000);
}

Json SizesJson(const QueueSizes& sizes) {
  return {{"file", sizes.file}, {"free", sizes.free}, {"log", sizes.log}};
}

std::string FileToCheck(const DbOptions& options, const DbTools& tools) {
  return options.file.empty() ? tools.config.store.path : options.file;
}

std::unexpected<Failure> FailCheck(const std::string& path,
                                   const Error& error) {
  const std::string message = path + ": " + error.message;
  const bool damaged = error.kind == ErrorKind::kInternal;
  if (damaged) return Fail(ExitCode::kDamaged, "damaged", message);
  if (error.kind == ErrorKind::kInvalid) {
    return Fail(ExitCode::kRefused, "not_a_queue", message);
  }
  return Fail(ExitCode::kUnavailable, "store_unavailable", message);
}

// What is seen and no fault.
std::string Notes(const QueueCheck& check, bool is_queue, bool runs) {
  std::string notes;
  if (check.schema < kNewestSchema) {
    notes += fmt::format(
        "it has schema {}; the next program that opens it brings it up to "
        "date\n",
        check.schema);
  }
  if (is_queue && check.abandoned > 0 && !runs) {
    notes += fmt::format(
        "{} messages are held by a smswebd that has ended; "
        "the next one settles them\n",
        check.abandoned);
  }
  return notes;
}

std::string Fields(const std::string& path, const QueueCheck& check) {
  std::string text = Field("file", path);
  text += Field("schema", std::to_string(check.schema));
  text += Field("size", ForPeople(check.sizes.file));
  text += Field("free in it", ForPeople(check.sizes.free));
  text += Field("log", ForPeople(check.sizes.log));
  text += Field("messages", fmt::format("{}, of which {} wait", check.messages,
                                        check.waiting));
  return text;
}

Json CheckJson(const std::string& path, const QueueCheck& check) {
  return {{"file", path},
          {"ok", true},
          {"schema", check.schema},
          {"sizes", SizesJson(check.sizes)},
          {"messages", check.messages},
          {"waiting", check.waiting},
          {"abandoned", check.abandoned}};
}

std::unexpected<Failure> FailDamaged(const std::string& path,
                                     const std::vector<std::string>& damage) {
  std::string message =
      path + ": DAMAGED: " + damage.front() +
      ". Stop smswebd and smsweb-cgi, keep the file, and restore a backup "
      "(smsweb db restore)";
  return Fail(ExitCode::kDamaged, "damaged", std::move(message),
              Json{{"damage", damage}});
}

std::unexpected<Failure> FailMisfits(const std::string& path,
                                     const std::vector<std::string>& misfits) {
  std::string message = path + ": its rows do not fit together:";
  for (const auto& misfit : misfits) message += " " + misfit + ";";
  message += " smsweb db compact mends that";
  return Fail(ExitCode::kDamaged, "misfits", std::move(message),
              Json{{"misfits", misfits}});
}

}  // namespace

Outcome CheckDb(const DbOptions& options, const DbTools& tools) {
  const std::string path = FileToCheck(options, tools);
  const bool is_queue = options.file.empty();
  if (is_queue) {
    if (auto done = BecomeOwner(path); !done) return FailStore(done.error());
  }
  auto file = QueueFile::Open(
      path, is_queue ? QueueFile::Log::kStays : QueueFile::Log::kGoes);
  if (!file) return FailCheck(path, file.error());
  const auto check = file->Check(options.full, tools.now);
  if (!check) return FailCheck(path, check.error());
  if (!check->damage.empty()) return FailDamaged(path, check->damage);
  if (!check->misfits.empty()) return FailMisfits(path, check->misfits);
  const auto runs = SpoolerRuns(tools.config);
  return Report{.text = Fields(path, *check) + "\nIt is fine.\n",
                .json = CheckJson(path, *check),
                .note = Notes(*check, is_queue, runs.value_or(false))};
}

Outcome CompactDb(const DbTools& tools) {
  const std::string& path = tools.config.store.path;
  // Brings its schema up to date, and says why it can't be had.
  if (auto stores = OpenQueue(tools.config, IfMissing::kRefuse); !stores) {
    return FailStore(stores.error());
  }
  auto file = QueueFile::Open(path, QueueFile::Log::kStays);
  if (!file) return FailCheck(path, file.error());
  const auto before = file->Sizes();
  if (!before) return FailCheck(path, before.error());
  if (auto done = file->Compact(); !done) return FailCheck(path, done.error());
  const auto after = file->Sizes();
  if (!after) return FailCheck(path, after.error());
  return Report{
      .text = fmt::format("{}: {}, from {}\n", path, ForPeople(after->file),
                          ForPeople(before->file)),
      .json = {{"file", path},
               {"before", SizesJson(*before)},
               {"after", SizesJson(*after)}}};
}

Outcome DbCommand(const DbOptions& options, const DbTools& tools) {
  switch (options.action) {
    case DbOptions::Action::kCheck:
      return CheckDb(options, tools);
    case DbOptions::Action::kBackup:
      return BackUpDb(options, tools);
    case DbOptions::Action::kRestore:
      return RestoreDb(options, tools);
    case DbOptions::Action::kCompact:
      return CompactDb(tools);
  }
  return FailUsage("db takes check, backup, restore or compact");
}

}  // namespace smsweb::ctl
