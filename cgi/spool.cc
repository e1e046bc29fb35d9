#include "cgi/spool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace smsweb {
namespace {

constexpr std::size_t kInMemory = std::size_t{128} * 1024;

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

// Not every file system has O_TMPFILE.
UniqueFd OpenNameless(const std::string& folder) {
  const int fd =
      ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) return UniqueFd(fd);
  std::string name = folder + "/smsweb-request-XXXXXX";
  UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
  if (file) ::unlink(name.c_str());
  return file;
}

}  // namespace

Result<void> Spool::Append(std::string_view bytes) {
  if (failed_) return {};
  Result<void> kept;
  if (file_) {
    if (!WriteAll(file_.get(), bytes)) kept = FailErrno(folder_, errno);
  } else {
    memory_.append(bytes);
    if (memory_.size() > kInMemory) kept = ToFile();
  }
  failed_ = !kept;
  return kept;
}

Result<void> Spool::ToFile() {
  UniqueFd file = OpenNameless(folder_);
  if (!file || !WriteAll(file.get(), memory_)) {
    return FailErrno(folder_, errno);
  }
  file_ = std::move(file);
  memory_.clear();
  memory_.shrink_to_fit();
  return {};
}

// libfcgi wants a descriptor for a few bytes, too: a file in memory.
UniqueFd Spool::Finish() {
  if (!file_) {
    file_ = UniqueFd(::memfd_create("request", MFD_CLOEXEC));
    if (!file_ || !WriteAll(file_.get(), memory_)) return {};
  }
  ::lseek(file_.get(), 0, SEEK_SET);
  return std::move(file_);
}

}  // namespace smsweb
