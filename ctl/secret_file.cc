#include "ctl/secret_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

#include "common/base/real_path.h"
#include "common/base/unique_fd.h"
#include "common/secret/key_ring.h"
#include "ctl/db_files.h"

namespace smsweb::ctl {
namespace {

// Takes the place of `path`, or is gone again.
class FileBeside {
 public:
  static Result<FileBeside> Make(const std::string& path) {
    std::string name = path + ".new-XXXXXX";
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
    if (!fd) return FailErrno(path, errno);
    return FileBeside(path, std::move(name), std::move(fd));
  }
  FileBeside(FileBeside&& other) = default;
  FileBeside& operator=(FileBeside&&) = delete;
  ~FileBeside() {
    if (fd_) ::unlink(name_.c_str());
  }

  Result<void> Write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t put = ::write(fd_.get(), text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return FailErrno(path_, errno);
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  // Before the mode: giving a file away may take rights from it.
  Result<void> GiveTo(const FileOwner& owner) {
    if (::fchown(fd_.get(), owner.user, owner.group) == 0) return {};
    return FailErrno(path_ + ": it can't be given to its owner and group",
                     errno);
  }
  Result<void> SetMode(mode_t mode) {
    if (::fchmod(fd_.get(), mode) == 0) return {};
    return FailErrno(path_, errno);
  }
  Result<void> TakePlace(bool replace) {
    if (::fsync(fd_.get()) != 0) return FailErrno(path_, errno);
    if (auto moved = MoveFile(name_, path_, replace); !moved) return moved;
    fd_.Reset();
    return SyncFolderOf(path_);
  }

 private:
  FileBeside(std::string path, std::string name, UniqueFd fd)
      : path_(std::move(path)), name_(std::move(name)), fd_(std::move(fd)) {}

  std::string path_;
  std::string name_;
  UniqueFd fd_;
};

// Of two that change a file at once, one would undo what the other did.
Result<UniqueFd> TakeSecretFile(const std::string& path, struct stat* status) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), status) != 0) return FailErrno(path, errno);
  struct stat now {};
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 &&
      ::stat(path.c_str(), &now) == 0 && now.st_ino == status->st_ino) {
    return fd;
  }
  return smsweb::Fail(ErrorKind::kConflict,
                      path + ": somebody else changes it; try again");
}

std::string TextOf(const SecretLines& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

}  // namespace

Result<SecretLines> ReadSecretFile(const std::string& path) {
  if (auto keys = KeyRing::Load(path); !keys) {
    return std::unexpected(keys.error());
  }
  std::ifstream file(path);
  SecretLines lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (file.bad() || lines.empty()) return FailErrno(path, EIO);
  return lines;
}

Result<void> MakeSecretFile(const std::string& path, const std::string& line,
                            const std::optional<FileOwner>& owner) {
  auto file = FileBeside::Make(path);
  if (!file) return std::unexpected(file.error());
  if (auto done = file->Write(line + "\n"); !done) return done;
  if (owner) {
    if (auto done = file->GiveTo(*owner); !done) return done;
  }
  return file->TakePlace(/*replace=*/false);
}

Result<void> ChangeSecretFile(const std::string& path,
                              const std::function<void(SecretLines&)>& change) {
  const std::string real = RealPath(path);  // a link to it stays one
  struct stat status {};
  const auto taken = TakeSecretFile(real, &status);
  if (!taken) return std::unexpected(taken.error());
  auto lines = ReadSecretFile(real);
  if (!lines) return std::unexpected(lines.error());
  change(*lines);
  auto file = FileBeside::Make(real);
  if (!file) return std::unexpected(file.error());
  if (auto done = file->Write(TextOf(*lines)); !done) return done;
  auto given = file->GiveTo({.user = status.st_uid, .group = status.st_gid});
  if (!given) return given;
  if (auto done = file->SetMode(status.st_mode & 07777); !done) return done;
  return file->TakePlace(/*replace=*/true);
}

}  // namespace smsweb::ctl
