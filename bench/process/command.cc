#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

bool IsPlain(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./"
      "@%";
  return !word.empty() && word.find_first_not_of(kPlain) == word.npos;
}

std::string Quoted(std::string_view word) {
  if (IsPlain(word)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted += '\'';
}

std::string SearchPath() {
  const char* path = std::getenv("PATH");
  return std::string(path ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin";
}

}  // namespace

std::string ToString(const Command& command) {
  std::string text;
  if (command.descriptors > 0) {
    text =
        fmt::format("ulimit {} {}; ", command.hard_descriptors ? "-n" : "-Sn",
                    command.descriptors);
  }
  for (const auto& [name, value] : command.environment) {
    text += fmt::format("{}={} ", name, Quoted(value));
  }
  for (const std::string& argument : command.arguments) {
    if (&argument != &command.arguments.front()) text += ' ';
    text += Quoted(argument);
  }
  return text;
}

std::uint64_t HardDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

std::filesystem::path FindProgram(const std::string& name) {
  if (name.find('/') != name.npos) {
    return ::access(name.c_str(), X_OK) == 0 ? name : "";
  }
  const std::string path = SearchPath();
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const auto file =
        std::filesystem::path(path.substr(start, end - start)) / name;
    if (::access(file.c_str(), X_OK) == 0) return file;
    start = end + 1;
  }
  return {};
}

}  // namespace smsweb::bench
