#include "common/store/file_access.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace smsweb {
namespace {

std::string NameOf(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry ? entry->pw_name : "user " + std::to_string(user);
}

bool IsBarred(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 &&
         ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0;
}

std::string WhoseIs(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "";
  return "; " + path + " belongs to " + NameOf(status.st_uid) +
         ", and this program runs as " + NameOf(::geteuid());
}

}  // namespace

std::string WhoseFilesBar(const std::string& queue) {
  const auto folder = std::filesystem::path(queue).parent_path().string();
  for (const std::string& path :
       {queue, queue + "-wal", queue + "-shm", folder}) {
    if (IsBarred(path)) return WhoseIs(path);
  }
  return "";
}

}  // namespace smsweb
