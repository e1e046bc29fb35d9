#include "bench/sample/proc_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Listing = std::unique_ptr<DIR, CloseFolder>;

Listing List(int folder, const char* name) {
  UniqueFd fd(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return nullptr;
  return Listing(::fdopendir(fd.Release()));
}

// What is in it and is called by a number, in order.
std::vector<pid_t> Numbers(int folder, const char* name) {
  std::vector<pid_t> numbers;
  const auto listing = List(folder, name);
  if (!listing) return numbers;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (const auto number = ToNumber<pid_t>(entry->d_name)) {
      numbers.push_back(*number);
    }
  }
  std::ranges::sort(numbers);
  return numbers;
}

// This process has descriptors: if their folder's size is not 0, it is their
// number. In other file systems it is something else.
bool SizesCount(int folder) {
  struct statfs system {};
  struct stat own {};
  return ::fstatfs(folder, &system) == 0 && system.f_type == PROC_SUPER_MAGIC &&
         ::fstatat(folder, "self/fd", &own, 0) == 0 && own.st_size > 0;
}

}  // namespace

Result<ProcFolder> ProcFolder::Open(const std::filesystem::path& path) {
  UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return FailErrno(path.string(), errno);
  ProcFolder opened(std::move(folder));
  opened.sizes_count_ = SizesCount(opened.folder_.get());
  return opened;
}

std::expected<std::string_view, int> ProcFolder::Read(const std::string& name) {
  constexpr std::size_t kStep = 16384;
  UniqueFd file(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::unexpected(errno);
  for (std::size_t size = 0;;) {
    if (buffer_.size() < size + kStep) buffer_.resize(size + kStep);
    const auto got =
        ::read(file.get(), buffer_.data() + size, buffer_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) return std::string_view(buffer_).substr(0, size);
    size += static_cast<std::size_t>(got);
  }
}

std::string_view ProcFolder::ReadOrNothing(const std::string& name) {
  return Read(name).value_or(std::string_view());
}

// A descriptor that is only a path can't be listed: "." is opened in it.
std::vector<pid_t> ProcFolder::Processes() const {
  return Numbers(folder_.get(), ".");
}

std::vector<pid_t> ProcFolder::Threads(pid_t process) const {
  return Numbers(folder_.get(), fmt::format("{}/task", process).c_str());
}

std::expected<std::uint64_t, int> ProcFolder::CountDescriptors(
    pid_t process) const {
  const auto name = fmt::format("{}/fd", process);
  if (sizes_count_) {
    struct stat fd {};
    if (::fstatat(folder_.get(), name.c_str(), &fd, 0) < 0) {
      return std::unexpected(errno);
    }
    return static_cast<std::uint64_t>(fd.st_size);
  }
  const auto listing = List(folder_.get(), name.c_str());
  if (!listing) return std::unexpected(errno);
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

}  // namespace smsweb::bench
