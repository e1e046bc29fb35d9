// smsweb db backup: the queue at one instant, in one file.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "common/store/queue_file.h"
#include "ctl/commands.h"
#include "ctl/db_files.h"
#include "ctl/queue_access.h"

namespace smsweb::ctl {
namespace {

// A smaller one is done before a line is read.
constexpr std::int64_t kPagesWorthALine = 20'000;

std::unexpected<Failure> FailExists(const std::string& path) {
  return Fail(ExitCode::kRefused, "file_exists",
              path + ": there is a file already; --force replaces it");
}

// As its owner, so that SQLite's files beside it are that one's, too. From here
// on all of them are open.
Result<QueueFile> OpenSource(const Config& config) {
  const auto owner = AsOwner::Begin(config.store.path);
  if (!owner) return std::unexpected(owner.error());
  return QueueFile::Open(config.store.path, QueueFile::Log::kStays);
}

SqliteDb::Progress EachTenth(const DbTools& tools) {
  return [&tools, told = std::int64_t{0}](std::int64_t done,
                                          std::int64_t pages) mutable {
    if (pages < kPagesWorthALine) return;
    const std::int64_t tenths = done * 10 / pages;
    if (tenths == told) return;
    told = tenths;
    tools.progress(fmt::format("{} % copied", tenths * 10));
  };
}

Result<void> CopyInto(QueueFile& source, const std::string& copy,
                      const DbOptions& options, const DbTools& tools) {
  if (auto done = source.CopyTo(copy, EachTenth(tools)); !done) return done;
  if (auto done = SyncFile(copy); !done) return done;
  if (auto done = MoveFile(copy, options.file, options.force); !done) {
    return done;
  }
  return SyncFolderOf(options.file);
}

}  // namespace

Outcome BackUpDb(const DbOptions& options, const DbTools& tools) {
  const std::string& queue = tools.config.store.path;
  if (!options.force && FileExists(options.file)) {
    return FailExists(options.file);
  }
  if (IsSameFile(options.file, queue)) {
    return Fail(ExitCode::kRefused, "file_exists",
                options.file + ": it is the queue itself");
  }
  if (BelongsToQueue(options.file, queue)) {
    return Fail(ExitCode::kRefused, "file_exists",
                options.file + ": it is a file that the queue needs");
  }
  auto source = OpenSource(tools.config);
  if (!source) {
    return FailStore(
        {source.error().kind, queue + ": " + source.error().message});
  }
  const auto copy = MakeBeside(options.file);
  if (!copy) return FailStore(copy.error());
  if (auto done = CopyInto(*source, *copy, options, tools); !done) {
    ::unlink(copy->c_str());
    if (done.error().kind == ErrorKind::kConflict) {
      return FailExists(options.file);
    }
    return FailStore(done.error());
  }
  std::error_code error;
  const auto bytes = std::filesystem::file_size(options.file, error);
  return Report{
      .text = fmt::format("{}: {} bytes\n", options.file, bytes),
      .json = {{"file", options.file}, {"bytes", bytes}},
      .note = "it holds numbers and texts, codes for logging in among them"};
}

}  // namespace smsweb::ctl
