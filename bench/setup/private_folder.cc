#include "bench/setup/private_folder.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "bench/setup/files.h"
#include "common/base/network.h"

namespace smsweb::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUserName = "www-data";
// What is to be kept can be told from what is not.
constexpr std::string_view kName = "smsweb-XXXXXX";
constexpr std::string_view kNameToKeep = "smsweb-kept-XXXXXX";

// What its owner may, but for writing, all may.
Result<void> OpenToAll(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    return FailErrno(file.string(), errno);
  const mode_t owners = status.st_mode & (S_IRUSR | S_IXUSR);
  const mode_t mode = status.st_mode | owners >> 3 | owners >> 6;
  if (::chmod(file.c_str(), mode & 07777) != 0)
    return FailErrno(file.string(), errno);
  return {};
}

std::unexpected<Error> FailIn(const fs::path& path, const std::error_code& e) {
  return FailErrno(path.string(), e.value());
}

// Whether the user may go through this folder.
bool MayPass(const struct stat& folder, const User& user) {
  if (folder.st_uid == user.uid) return (folder.st_mode & S_IXUSR) != 0;
  if (folder.st_gid == user.gid) return (folder.st_mode & S_IXGRP) != 0;
  return (folder.st_mode & S_IXOTH) != 0;
}

// The first folder on the way to `path` that is closed to the user; empty:
// none is.
fs::path FirstClosed(const fs::path& path, const User& user) {
  fs::path way;
  for (const fs::path& step : path) {
    way /= step;
    struct stat status {};
    if (::stat(way.c_str(), &status) == 0 && !MayPass(status, user)) return way;
  }
  return {};
}

// What all of the configurations can say without quotes.
bool IsPlain(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "/._-+,";
  return path.find_first_not_of(kPlain) == path.npos;
}

std::unexpected<Error> Refuse(const fs::path& parent, std::string_view why) {
  return Fail(ErrorKind::kInvalid,
              fmt::format("{}: {}; name another folder", parent.string(), why));
}

bool FitsSockets(const std::string& parent) {
  const std::size_t longest =
      parent.size() + 1 + kNameToKeep.size() + Layout::kLongestSocket.size();
  return longest <= kMaxSocketPath;
}

bool IsOwn(const fs::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

// A link is the file itself: whoever owns that may change it under our name.
Result<void> LinkOrCopy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (IsOwn(from)) {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
  }
  fs::copy_file(from, to, error);
  if (error) return FailIn(from, error);
  return OpenToAll(to);
}

Result<void> LinkAll(const std::vector<fs::path>& files, const fs::path& to) {
  for (const fs::path& file : files) {
    if (auto ok = LinkOrCopy(file, to / file.filename()); !ok) return ok;
  }
  return {};
}

}  // namespace

Result<std::optional<User>> UserOfSetups() {
  if (::geteuid() != 0) return std::nullopt;
  const passwd* entry = ::getpwnam(kUserName);
  if (!entry) {
    return Fail(ErrorKind::kUnavailable,
                "there is no user www-data, as whom set-ups run where root "
                "starts them: add it, or start them as another user");
  }
  return User{.uid = entry->pw_uid, .gid = entry->pw_gid};
}

Result<void> CheckName(const fs::path& parent) {
  if (!IsPlain(parent.string())) {
    return Refuse(parent,
                  "web servers' configurations would break at its name");
  }
  if (!FitsSockets(parent.string())) {
    return Refuse(parent, "its name is too long for sockets in it");
  }
  return {};
}

Result<void> CheckDisk(const fs::path& parent) {
  struct statfs status {};
  if (::statfs(parent.c_str(), &status) != 0) {
    return FailErrno(parent.string(), errno);
  }
  const auto type = static_cast<unsigned long>(status.f_type);
  if (type != TMPFS_MAGIC && type != RAMFS_MAGIC) return {};
  return Refuse(parent, "it is kept in memory, where nothing waits for a disk");
}

Result<void> CheckWay(const fs::path& parent, const std::optional<User>& user) {
  const fs::path closed = user ? FirstClosed(parent, *user) : "";
  if (closed.empty()) return {};
  return Refuse(parent, fmt::format("{} is closed to {}, as whom set-ups run",
                                    closed.string(), kUserName));
}

Result<PrivateFolder> PrivateFolder::Make(const fs::path& parent,
                                          std::optional<User> user, bool keep) {
  std::string name = parent / (keep ? kNameToKeep : kName);
  if (!::mkdtemp(name.data())) return FailErrno(parent.string(), errno);
  PrivateFolder folder({.folder = name}, user, keep);
  constexpr uid_t kAsItIs = -1;
  if (user && (::chown(name.c_str(), kAsItIs, user->gid) != 0 ||
               ::chmod(name.c_str(), 0750) != 0)) {
    return FailErrno(name, errno);
  }
  return folder;
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : layout_(std::exchange(other.layout_, {})),
      user_(other.user_),
      keep_(other.keep_) {}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (!keep_ && !layout_.folder.empty()) {
    fs::remove_all(layout_.folder, ignored);
  }
}

// Whatever the umask is: the folder is what is closed.
Result<void> PrivateFolder::MakeFolder(const fs::path& path) const {
  const fs::path whole = layout_.folder / path;
  if (::mkdir(whole.c_str(), 0700) != 0 || ::chmod(whole.c_str(), 0755) != 0) {
    return FailErrno(whole.string(), errno);
  }
  return {};
}

Result<void> PrivateFolder::MakeUsersFolder(const fs::path& path) const {
  if (auto made = MakeFolder(path); !made) return made;
  const fs::path whole = layout_.folder / path;
  if (user_ && ::chown(whole.c_str(), user_->uid, user_->gid) != 0) {
    return FailErrno(whole.string(), errno);
  }
  return {};
}

Result<void> PrivateFolder::Write(const fs::path& path,
                                  std::string_view text) const {
  const fs::path whole = layout_.folder / path;
  std::ofstream file(whole, std::ios::binary);
  file << text;
  file.close();
  if (!file || ::chmod(whole.c_str(), 0644) != 0) {
    return FailErrno(whole.string(), errno);
  }
  return {};
}

Result<void> PrivateFolder::CopyFiles(const fs::path& from,
                                      const fs::path& to) const {
  const auto files = FilesIn(from);
  if (!files) return std::unexpected(files.error());
  for (const fs::path& file : *files) {
    const fs::path copy = layout_.folder / to / file.filename();
    std::error_code error;
    fs::copy_file(file, copy, error);  // with its permissions
    if (error) return FailIn(file, error);
    if (auto opened = OpenToAll(copy); !opened) return opened;
  }
  return {};
}

Result<void> PrivateFolder::LinkPrograms(
    const fs::path& from, const std::vector<std::string>& names) const {
  std::vector<fs::path> programs;
  for (const std::string& name : names) {
    programs.push_back(from / name);
    if (::access(programs.back().c_str(), X_OK) == 0) continue;
    return Fail(ErrorKind::kUnavailable, programs.back().string() +
                                             " is not there: build smsweb, or "
                                             "say where its programs are");
  }
  const auto modules = FilesIn(from / "../lib/smsweb");
  if (!modules) return std::unexpected(modules.error());
  for (const char* folder : {"bin", "lib", "lib/smsweb"}) {
    if (auto ok = MakeFolder(folder); !ok) return ok;
  }
  if (auto ok = LinkAll(programs, layout_.folder / "bin"); !ok) return ok;
  return LinkAll(*modules, layout_.folder / "lib/smsweb");
}

}  // namespace smsweb::bench
