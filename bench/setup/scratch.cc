#include "bench/setup/scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace smsweb::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "smsweb-bench-";
constexpr std::string_view kLockName = "smsweb-bench.lock";

// Not somebody else's, nor a link to somewhere else.
bool IsOwnFolder(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

// Under another name until it is held, so that nobody takes the folder for one
// that is nobody's.
Result<UniqueFd> MakeLock(const fs::path& folder) {
  const fs::path lock = folder / kLockName;
  const fs::path beside = lock.string() + ".new";
  UniqueFd file(::open(beside.c_str(),
                       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600));
  if (file.get() < 0 || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 ||
      ::rename(beside.c_str(), lock.c_str()) != 0) {
    return FailErrno(lock.string(), errno);
  }
  return file;
}

// Whoever made it is gone. The lock is kept until the folder is, too.
UniqueFd LockOfLeftover(const fs::path& folder) {
  if (!folder.filename().string().starts_with(kPrefix) ||
      !IsOwnFolder(folder)) {
    return UniqueFd();
  }
  UniqueFd lock(
      ::open((folder / kLockName).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  const bool nobodys =
      lock.get() >= 0 && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
  return nobodys ? std::move(lock) : UniqueFd();
}

// Control groups have the names of the folders in it.
void RemoveWhole(const fs::path& scratch, const SlowBoard::Places& places) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(scratch, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    SlowBoard::RemoveGroups(entry.path().filename().string(), places);
  }
  fs::remove_all(scratch, ignored);
}

void RemoveLeftovers(const fs::path& parent, const SlowBoard::Places& places) {
  std::error_code ignored;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    folders.push_back(entry.path());
  }
  for (const fs::path& folder : folders) {
    const UniqueFd lock = LockOfLeftover(folder);
    if (lock.get() >= 0) RemoveWhole(folder, places);
  }
}

}  // namespace

Result<Scratch> Scratch::Make(const fs::path& parent,
                              const SlowBoard::Places& places) {
  RemoveLeftovers(parent, places);
  std::string folder = (parent / kPrefix).string() + "XXXXXX";
  if (!::mkdtemp(folder.data())) return FailErrno(folder, errno);
  auto lock = MakeLock(folder);
  if (!lock) return std::unexpected(lock.error());
  // The user as whom set-ups run has folders of his own in it.
  std::error_code error;
  fs::permissions(folder, fs::perms(0711), error);
  if (error) return FailErrno(folder, error.value());
  return Scratch(folder, std::move(*lock), places);
}

void Scratch::Remove() const { RemoveWhole(folder_, places_); }

}  // namespace smsweb::bench
