#include "bench/setup/leftovers.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include "bench/setup/board.h"
#include "bench/setup/setup.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kPrefix = "smsweb-";

bool IsAlive(pid_t process) {
  return ::kill(process, 0) == 0 || errno != ESRCH;
}

// Not somebody else's, nor a link to somewhere else.
bool IsOwnFolder(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

}  // namespace

std::string NameTemplate(pid_t maker, bool keep) {
  return keep ? "smsweb-kept-XXXXXX"
              : fmt::format("{}{}-XXXXXX", kPrefix, maker);
}

std::optional<pid_t> MakerOf(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  pid_t maker = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, maker);
  const bool ours = read.ec == std::errc() && read.ptr != end &&
                    *read.ptr == '-' && maker > 0;
  return ours ? std::optional(maker) : std::nullopt;
}

bool IsLeftover(std::string_view name,
                const std::function<bool(pid_t)>& is_alive) {
  const auto maker = MakerOf(name);
  return maker && !is_alive(*maker);
}

bool IsLeftover(std::string_view name) { return IsLeftover(name, IsAlive); }

void RemoveLeftovers(const std::filesystem::path& folder) {
  SlowBoard::RemoveLeftovers({});
  std::error_code ignored;
  std::vector<std::filesystem::path> left;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder, ignored)) {
    if (IsLeftover(entry.path().filename().string()) &&
        IsOwnFolder(entry.path())) {
      left.push_back(entry.path());
    }
  }
  for (const auto& path : left) std::filesystem::remove_all(path, ignored);
}

}  // namespace smsweb::bench
