#include "bench/process/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "common/base/unique_fd.h"

namespace smsweb::bench {
namespace {

// What the child needs, made before the fork: after it, no memory is asked for.
struct Image {
  std::string program;
  std::vector<char*> arguments;
  std::vector<std::string> variables;
  std::vector<char*> environment;
  UniqueFd input;
  pid_t parent = ::getpid();
};

void AddPointers(const std::vector<std::string>& words,
                 std::vector<char*>& pointers) {
  for (const std::string& word : words) {
    pointers.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execve's
  }
  pointers.push_back(nullptr);
}

std::vector<std::string> VariablesOf(const Command& command) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!command.environment.contains(text.substr(0, text.find('=')))) {
      variables.push_back(text);
    }
  }
  for (const auto& [name, value] : command.environment) {
    variables.push_back(name + "=" + value);
  }
  return variables;
}

Result<UniqueFd> InputOf(const Command& command) {
  if (command.input.empty()) {
    return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(command.input.size());
  if (file.get() < 0 ||
      ::write(file.get(), command.input.data(), command.input.size()) != size ||
      ::lseek(file.get(), 0, SEEK_SET) != 0) {
    return FailErrno("standard input of " + command.arguments[0], errno);
  }
  return file;
}

Result<Image> Prepare(const Command& command) {
  Image image;
  image.program = FindProgram(command.arguments.at(0)).string();
  if (image.program.empty()) {
    return Fail(ErrorKind::kUnavailable,
                command.arguments[0] + ": there is no such program in PATH");
  }
  AddPointers(command.arguments, image.arguments);
  image.variables = VariablesOf(command);
  AddPointers(image.variables, image.environment);
  auto input = InputOf(command);
  if (!input) return std::unexpected(input.error());
  image.input = std::move(*input);
  return image;
}

// --- In the child: false with errno -----------------------------------------

bool JoinGroups(const Command& command) {
  for (const std::string& tasks : command.cgroup_tasks) {
    const int file = ::open(tasks.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1) return false;
    ::close(file);
  }
  return true;
}

bool LimitDescriptors(const Command& command) {
  if (command.descriptors == 0) return true;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = std::min<rlim_t>(command.descriptors, limit.rlim_max);
  if (command.hard_descriptors) limit.rlim_max = limit.rlim_cur;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

bool BecomeUser(const Command& command) {
  if (!command.user) return true;
  return ::setgroups(0, nullptr) == 0 && ::setgid(command.user->gid) == 0 &&
         ::setuid(command.user->uid) == 0;
}

// After the user has changed, which would make the kernel forget it.
bool DieWithParent(pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  if (::getppid() != parent) ::_exit(1);
  return true;
}

bool SetStreams(const Image& image, const Streams& streams) {
  return ::dup2(image.input.get(), 0) >= 0 && ::dup2(streams.output, 1) >= 0 &&
         ::dup2(streams.errors, 2) >= 0 &&
         ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0;
}

void ResetSignals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
}

// Reports to `trouble` what went wrong, unless it became the program.
[[noreturn]] void Become(const Command& command, const Image& image,
                         const Streams& streams, int trouble) {
  ::setsid();
  ResetSignals();
  const bool ready =
      JoinGroups(command) && LimitDescriptors(command) && BecomeUser(command) &&
      DieWithParent(image.parent) &&
      (command.folder.empty() || ::chdir(command.folder.c_str()) == 0) &&
      SetStreams(image, streams);
  if (ready) {
    ::execve(image.program.c_str(), image.arguments.data(),
             image.environment.data());
  }
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(trouble, &error, sizeof(error));
  ::_exit(127);
}

// 0 once the child has become the program.
int ReadTrouble(int pipe) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipe, &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  return got == sizeof(error) ? error : 0;
}

// As in Ended::exit_code.
int ExitCode(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace

Result<pid_t> Spawn(const Command& command, const Streams& streams) {
  auto image = Prepare(command);
  if (!image) return std::unexpected(image.error());
  std::array<int, 2> trouble{};
  if (::pipe2(trouble.data(), O_CLOEXEC) != 0) return FailErrno("pipe", errno);
  const UniqueFd reader(trouble[0]);
  UniqueFd writer(trouble[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return FailErrno("fork for " + command.arguments[0], errno);
  if (pid == 0) Become(command, *image, streams, writer.get());
  writer = UniqueFd();
  if (const int error = ReadTrouble(reader.get()); error != 0) {
    ::waitpid(pid, nullptr, 0);
    return FailErrno("starting " + image->program, error);
  }
  return pid;
}

bool AwaitEnd(pid_t pid, std::chrono::milliseconds limit) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd poll{process.get(), POLLIN, 0};
    const int ready = ::poll(
        &poll, 1, static_cast<int>(std::max<std::int64_t>(rest.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

int Reap(pid_t pid) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  ::kill(-pid, SIGKILL);  // what its group has left behind
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) != 0 &&
         errno == EINTR) {
  }
  return ExitCode(info);
}

}  // namespace smsweb::bench
