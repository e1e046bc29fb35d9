#include "ctl/queue_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "common/bell/bell.h"

namespace smsweb::ctl {
namespace {

bool Exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

Result<void> Become(uid_t user, gid_t group) {
  const passwd* entry = ::getpwuid(user);
  const bool done = (entry ? ::initgroups(entry->pw_name, entry->pw_gid)
                           : ::setgroups(1, &group)) == 0 &&
                    ::setgid(entry ? entry->pw_gid : group) == 0 &&
                    ::setuid(user) == 0;
  if (!done) return FailErrno("can't become the queue's owner", errno);
  return {};
}

Result<void> BecomeOwner(const std::string& queue) {
  if (::geteuid() != 0) return {};
  struct stat status {};
  const auto folder = std::filesystem::path(queue).parent_path();
  if (::stat(queue.c_str(), &status) != 0 &&
      ::stat(folder.c_str(), &status) != 0) {
    return {};  // opening it will say so
  }
  if (status.st_uid == 0) return {};
  return Become(status.st_uid, status.st_gid);
}

}  // namespace

Result<SqliteStores> OpenQueue(const Config& config, IfMissing if_missing) {
  const std::string& path = config.store.path;
  if (auto done = BecomeOwner(path); !done) {
    return std::unexpected(done.error());
  }
  if (if_missing == IfMissing::kRefuse && !QueueExists(config)) {
    return smsweb::Fail(ErrorKind::kUnavailable,
                        path + ": there is no queue yet (store.url in " +
                            config.file +
                            "); the first message, or smswebd, makes it");
  }
  return OpenSqliteStores(path);
}

bool QueueExists(const Config& config) { return Exists(config.store.path); }

Result<bool> SpoolerRuns(const Config& config) {
  // Looked at before it is tried: trying makes the file.
  if (!Exists(config.store.path + "-spooler")) return false;
  const auto lock = SpoolerLock::Try(config.store.path);
  if (!lock) return std::unexpected(lock.error());
  return !lock->has_value();
}

Result<Wake> WakeSpooler(const Config& config) {
  if (Ringer(config.spooler.bell).Ring()) return Wake::kHeard;
  if (!config.spooler.spawn) return Wake::kNobody;
  auto started = SpawnSpooler({.queue_path = config.store.path,
                               .command = config.spooler.command,
                               .config_file = config.file});
  if (!started) return std::unexpected(started.error());
  return Wake::kStarted;
}

}  // namespace smsweb::ctl
