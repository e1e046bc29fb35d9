#include "ctl/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace smsweb::ctl {

Result<InputFile> InputFile::Open(const std::string& path) {
  InputFile file;
  const bool standard = path == "-";
  file.name_ = standard ? "standard input" : path;
  file.fd_ = UniqueFd(standard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                               : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.fd_) return FailErrno(file.name_, errno);
  struct stat status {};
  if (::fstat(file.fd_.get(), &status) == 0 && S_ISREG(status.st_mode)) {
    file.size_ = static_cast<std::uint64_t>(status.st_size);
  }
  return file;
}

Result<std::size_t> InputFile::Read(char* buffer, std::size_t size) {
  for (;;) {
    const auto got = ::read(fd_.get(), buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return FailErrno(name_, errno);
  }
}

}  // namespace smsweb::ctl
