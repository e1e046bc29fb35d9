#include "bench/process/growing_file.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace smsweb::bench {
namespace {

std::uint64_t SizeOfFile(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

std::string ReadFrom(const std::filesystem::path& path, std::uint64_t offset,
                     std::uint64_t length) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(length), '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(text.data(), static_cast<std::streamsize>(length));
  text.resize(static_cast<std::size_t>(file.gcount()));
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

}  // namespace smsweb::bench
