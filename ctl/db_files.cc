#include "ctl/db_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/base/real_path.h"

namespace smsweb::ctl {
namespace {

// Where SQLite locks: its "pending byte" and the 511 behind it
// (https://www.sqlite.org/fileformat.html, "The Lock-Byte Page"). Whoever has a
// database in WAL mode open holds a lock there.
constexpr off_t kLockBytes = 0x40000000;
constexpr off_t kLockBytesCount = 512;

std::string FolderOf(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

Result<void> Sync(const std::string& path, int flags) {
  const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return FailErrno(path, errno);
  return {};
}

}  // namespace

bool FileExists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool IsSameFile(const std::string& a, const std::string& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error) && !error;
}

bool BelongsToQueue(const std::string& path, const std::string& queue) {
  constexpr std::array kEndings = {"-wal", "-shm", "-journal", "-spooler",
                                   "-start"};
  const std::string real = RealPath(path);
  const std::string real_queue = RealPath(queue);
  return std::ranges::any_of(kEndings, [&](const char* ending) {
    return real == real_queue + ending;
  });
}

Result<std::string> MakeBeside(const std::string& path) {
  std::string name = path + ".new-XXXXXX";
  const UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (fd.get() < 0) return FailErrno(FolderOf(path), errno);
  return name;
}

Result<void> CopyBytes(int from, const std::string& to) {
  const UniqueFd target(::open(to.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (target.get() < 0) return FailErrno(to, errno);
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(from, buffer, sizeof(buffer));
    if (got == 0) return {};
    if (got < 0) return FailErrno("the backup", errno);
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(target.get(), buffer + done,
                                  static_cast<std::size_t>(got - done));
      if (put < 0) return FailErrno(to, errno);
      done += put;
    }
  }
}

Result<void> SyncFile(const std::string& path) { return Sync(path, O_RDWR); }

Result<void> SyncFolderOf(const std::string& path) {
  return Sync(FolderOf(path), O_RDONLY | O_DIRECTORY);
}

Result<void> MoveFile(const std::string& from, const std::string& to,
                      bool replace) {
  if (replace) {
    if (::rename(from.c_str(), to.c_str()) != 0) return FailErrno(to, errno);
    return {};
  }
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(),
                  RENAME_NOREPLACE) == 0) {
    return {};
  }
  if (errno == EEXIST) {
    return smsweb::Fail(ErrorKind::kConflict, to + ": there is a file already");
  }
  return FailErrno(to, errno);
}

// The lock is one of an open file description: no other descriptor of this
// process that is closed takes it away, and it lasts as long as the descriptor.
Result<std::optional<UniqueFd>> TakeFromSqlite(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return FailErrno(path, errno);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kLockBytes;
  lock.l_len = kLockBytesCount;
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) == 0) return fd;
  if (errno == EAGAIN || errno == EACCES) return std::nullopt;
  return FailErrno(path, errno);
}

}  // namespace smsweb::ctl
