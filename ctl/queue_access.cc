#include "ctl/queue_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
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

// Of the file, or of the folder that it will be made in. None: opening it will
// say so.
std::optional<struct stat> OwnerOf(const std::string& queue) {
  struct stat status {};
  const auto folder = std::filesystem::path(queue).parent_path();
  if (::stat(queue.c_str(), &status) != 0 &&
      ::stat(folder.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return status;
}

}  // namespace

std::optional<FileOwner> OwnerForServices(const std::string& queue) {
  if (::geteuid() != 0) return std::nullopt;
  const auto owner = OwnerOf(queue);
  if (!owner || owner->st_uid == 0) return std::nullopt;
  return FileOwner{.user = owner->st_uid, .group = owner->st_gid};
}

Result<void> BecomeOwner(const std::string& queue) {
  const auto owner = OwnerForServices(queue);
  if (!owner) return {};
  return Become(owner->user, owner->group);
}

Result<AsOwner> AsOwner::Begin(const std::string& queue) {
  AsOwner as_owner;
  const auto owner = OwnerForServices(queue);
  if (!owner) return as_owner;
  std::vector<gid_t> groups(
      static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  if (::getgroups(static_cast<int>(groups.size()), groups.data()) < 0) {
    return FailErrno("can't become the queue's owner", errno);
  }
  as_owner.groups_ = std::move(groups);
  if (::setgroups(1, &owner->group) != 0 || ::setegid(owner->group) != 0 ||
      ::seteuid(owner->user) != 0) {
    return FailErrno("can't become the queue's owner", errno);
  }
  return as_owner;
}

// Root may become itself again; if it could not, nothing more must be done.
AsOwner::~AsOwner() {
  if (!groups_) return;
  if (::seteuid(0) != 0 || ::setegid(0) != 0 ||
      ::setgroups(groups_->size(), groups_->data()) != 0) {
    std::abort();
  }
}

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
  return OpenSqliteStores(path,
                          {.keep_texts = config.retention.texts.count() > 0});
}

bool QueueExists(const Config& config) { return Exists(config.store.path); }

Result<bool> SpoolerRuns(const Config& config) {
  return SpoolerLock::IsHeld(config.store.path);
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
