#include "bench/ceiling/new_lines.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "bench/ceiling/log_signs.h"

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
  std::string text(length, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(text.data(), static_cast<std::streamsize>(length));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

void AddLines(const std::string& name, std::string_view text,
              std::vector<std::string>& lines) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) lines.push_back(name + ": " + WithoutQueries(line));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

NewLines::NewLines(Files files) : files_(std::move(files)) {
  for (const auto& [name, path] : files_) read_.push_back(SizeOfFile(path));
}

std::vector<std::string> NewLines::Take() {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto& [name, path] = files_[i];
    const std::uint64_t size = SizeOfFile(path);
    if (size < read_[i]) read_[i] = 0;
    std::string text =
        ReadFrom(path, read_[i], std::min(size - read_[i], kMostBytes));
    text.resize(text.rfind('\n') + 1);  // to nothing, where there is none
    AddLines(name, text, lines);
    // What is past the bound is not read later either.
    read_[i] = size - read_[i] > kMostBytes ? size : read_[i] + text.size();
  }
  return lines;
}

}  // namespace smsweb::bench
