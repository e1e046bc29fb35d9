#include "bench/process/growing_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "common/base/unique_fd.h"

namespace smsweb::bench {
namespace {

// Who writes it may be somebody else: no link of his to what we may read, and
// nothing that we would wait for.
constexpr int kReadItself = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

std::uint64_t SizeOfFile(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

std::string ReadFrom(const std::filesystem::path& path, std::uint64_t offset,
                     std::uint64_t length) {
  const UniqueFd file(::open(path.c_str(), kReadItself));
  std::string text(static_cast<std::size_t>(length), '\0');
  const ssize_t got =
      ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

void GrowingFile::PassOver() { read_ = SizeOfFile(path_); }

std::string GrowingFile::TakeLines(std::uint64_t most) {
  const std::uint64_t size = SizeOfFile(path_);
  if (size < read_) read_ = 0;
  const std::uint64_t added = size - read_;
  if (added == 0) return {};
  std::string text = ReadFrom(path_, read_, std::min(added, most));
  text.resize(text.rfind('\n') + 1);  // to nothing, where there is none
  read_ = added > most ? size : read_ + text.size();
  return text;
}

std::string GrowingFile::Unfinished() const {
  const std::uint64_t size = SizeOfFile(path_);
  return size > read_ ? ReadFrom(path_, read_, size - read_) : "";
}

}  // namespace smsweb::bench
