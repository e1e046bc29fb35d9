#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/bell/bell.h"

namespace smsweb {
namespace {

constexpr const char* kStartLockVariable = "SMSWEB_START_LOCK_FD";

// The locked file; none where another open file holds the lock.
Result<std::optional<UniqueFd>> TryLockFile(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660));
  if (!fd) return FailErrno(path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
    return std::optional(std::move(fd));
  }
  if (errno != EWOULDBLOCK) return FailErrno(path, errno);
  return std::nullopt;
}

// All that the child does; only calls that are safe after fork() in a program
// with threads. The grandchild becomes the spooler, so that init reaps it.
[[noreturn]] void BecomeSpooler(const char* const* arguments,
                                char* const* environment, int lock_fd) {
  ::setsid();
  const pid_t grandchild = ::fork();
  if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2}) ::dup2(null, fd);
  const auto keep = static_cast<unsigned>(lock_fd);
  if (keep > 3) ::close_range(3, keep - 1, 0);
  ::close_range(keep + 1, ~0U, 0);
  ::fcntl(lock_fd, F_SETFD, 0);
  ::execvpe(arguments[0], const_cast<char* const*>(arguments), environment);
  ::_exit(127);
}

// A web server hands its requests' variables to a CGI program; a spooler that
// outlives the request must not carry them.
std::vector<std::string> CleanEnvironment(int lock_fd) {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "TZ", "SMSWEB_CONFIG"}) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(std::string(name) + "=" + value);
    }
  }
  for (char** entry = ::environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("SMSWEB_") && !text.starts_with("SMSWEB_CONFIG=")) {
      environment.emplace_back(text);
    }
  }
  environment.push_back(std::string(kStartLockVariable) + "=" +
                        std::to_string(lock_fd));
  return environment;
}

}  // namespace

Result<std::optional<SpoolerLock>> SpoolerLock::Try(
    const std::string& queue_path) {
  auto fd = TryLockFile(queue_path + "-spooler");
  if (!fd) return std::unexpected(fd.error());
  if (!*fd) return std::nullopt;
  return SpoolerLock(std::move(**fd));
}

Result<void> SpawnSpooler(const SpawnSettings& settings) {
  auto lock = TryLockFile(settings.queue_path + "-start");
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) return {};  // one is on its way, and has yet to look
  const int lock_fd = (*lock)->get();

  const std::array<const char*, 4> arguments = {
      settings.command.c_str(), "--config", settings.config_file.c_str(),
      nullptr};
  const auto variables = CleanEnvironment(lock_fd);
  std::vector<char*> environment;
  for (const auto& variable : variables) {
    environment.push_back(const_cast<char*>(variable.c_str()));
  }
  environment.push_back(nullptr);

  const pid_t child = ::fork();
  if (child == 0) BecomeSpooler(arguments.data(), environment.data(), lock_fd);
  if (child < 0) return FailErrno("fork", errno);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {};
}

UniqueFd InheritedStartLock() {
  const char* text = std::getenv(kStartLockVariable);
  if (!text) return {};
  const std::string_view digits(text);
  int fd = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  ::unsetenv(kStartLockVariable);
  if (fd < 3 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return {};
  return UniqueFd(fd);
}

}  // namespace smsweb
