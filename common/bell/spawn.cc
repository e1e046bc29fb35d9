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

#include "common/base/real_path.h"
#include "common/bell/bell.h"

namespace smsweb {
namespace {

constexpr const char* kStartLockVariable = "SMSWEB_START_LOCK_FD";

// The locked file; none where another open file holds the lock. One that is
// there can be locked on a read-only file system, too: what else that means for
// the queue is said by whoever opens it.
Result<std::optional<UniqueFd>> TryLockFile(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660));
  if (!fd && errno == EROFS) {
    fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) errno = EROFS;
  }
  if (!fd) return FailErrno(path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
    return std::optional(std::move(fd));
  }
  if (errno != EWOULDBLOCK) return FailErrno(path, errno);
  return std::nullopt;
}

// One queue has one lock, by whatever name it is called.
std::string SpoolerLockOf(const std::string& queue) {
  return RealPath(queue) + "-spooler";
}
std::string StartLockOf(const std::string& queue) {
  return RealPath(queue) + "-start";
}

// Where the spooler finds what it inherits.
constexpr int kLockFd = 3;
constexpr int kFailureFd = 4;

// All that the child does; only calls that are safe after fork() in a program
// with threads. The grandchild becomes the spooler, so that init reaps it; why
// it can't, if so, is an errno in the pipe `failure_fd`.
[[noreturn]] void BecomeSpooler(const char* const* arguments,
                                char* const* environment, int lock_fd,
                                int failure_fd) {
  ::setsid();
  const pid_t grandchild = ::fork();
  if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
  constexpr int kOutOfTheWay = 10;
  const int lock = ::fcntl(lock_fd, F_DUPFD, kOutOfTheWay);
  const int failure = ::fcntl(failure_fd, F_DUPFD, kOutOfTheWay);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2}) ::dup2(null, fd);
  ::dup2(lock, kLockFd);
  ::dup2(failure, kFailureFd);
  ::fcntl(kFailureFd, F_SETFD, FD_CLOEXEC);
  ::close_range(kFailureFd + 1, ~0U, 0);
  ::execvpe(arguments[0], const_cast<char* const*>(arguments), environment);
  const int error = errno;
  (void)!::write(kFailureFd, &error, sizeof(error));
  ::_exit(127);
}

// 0: it runs. Waits until it does, or does not.
int ReadFailure(int fd) {
  int error = 0;
  while (::read(fd, &error, sizeof(error)) < 0 && errno == EINTR) {
  }
  return error;
}

// A web server hands its requests' variables to a CGI program; a spooler that
// outlives the request must not carry them.
std::vector<std::string> CleanEnvironment() {
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
                        std::to_string(kLockFd));
  return environment;
}

}  // namespace

Result<std::optional<SpoolerLock>> SpoolerLock::Try(
    const std::string& queue_path) {
  auto fd = TryLockFile(SpoolerLockOf(queue_path));
  if (!fd) return std::unexpected(fd.error());
  if (!*fd) return std::nullopt;
  return SpoolerLock(std::move(**fd));
}

Result<bool> SpoolerLock::IsHeld(const std::string& queue_path) {
  if (::access(SpoolerLockOf(queue_path).c_str(), F_OK) != 0) return false;
  const auto lock = Try(queue_path);
  if (!lock) return std::unexpected(lock.error());
  return !lock->has_value();
}

Result<void> SpawnSpooler(const SpawnSettings& settings) {
  auto lock = TryLockFile(StartLockOf(settings.queue_path));
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) return {};  // one is on its way, and has yet to look
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) return FailErrno("pipe", errno);
  const UniqueFd failure(pipe_fds[0]);
  UniqueFd failure_writer(pipe_fds[1]);

  const std::array<const char*, 4> arguments = {
      settings.command.c_str(), "--config", settings.config_file.c_str(),
      nullptr};
  const auto variables = CleanEnvironment();
  std::vector<char*> environment;
  for (const auto& variable : variables) {
    environment.push_back(const_cast<char*>(variable.c_str()));
  }
  environment.push_back(nullptr);

  const pid_t child = ::fork();
  if (child == 0) {
    BecomeSpooler(arguments.data(), environment.data(), (*lock)->get(),
                  failure_writer.get());
  }
  if (child < 0) return FailErrno("fork", errno);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  failure_writer.Reset();
  if (status != 0) return Fail(ErrorKind::kUnavailable, "fork failed");
  if (const int error = ReadFailure(failure.get()); error != 0) {
    return FailErrno(settings.command + " (spooler.command)", error);
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
