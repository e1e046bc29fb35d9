#include "bench/commands/sampled_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace smsweb::bench {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

// In the child. What this program ignores, exec() would leave ignored.
[[noreturn]] void RunChild(char* const* arguments, int gate,
                           const sigset_t& mask) {
  char go = 0;
  if (::read(gate, &go, 1) != 1) ::_exit(0);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execvp(arguments[0], arguments);
  const int error = errno;
  ::dprintf(STDERR_FILENO, "smsweb-bench sample: %s: %s\n", arguments[0],
            std::strerror(error));
  ::_exit(error == ENOENT ? 127 : 126);
}

}  // namespace

Result<SampledProgram> SampledProgram::Prepare(
    const std::vector<std::string>& arguments, const sigset_t& mask) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return FailErrno("a pipe", errno);
  const UniqueFd exit(ends[0]);
  UniqueFd gate(ends[1]);
  const auto pointers = Pointers(arguments);
  const pid_t pid = ::fork();
  if (pid < 0) return FailErrno("starting " + arguments.front(), errno);
  if (pid == 0) {
    gate.Reset();
    RunChild(pointers.data(), exit.get(), mask);
  }
  return SampledProgram(pid, std::move(gate));
}

SampledProgram::SampledProgram(SampledProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), gate_(std::move(other.gate_)) {}

SampledProgram::~SampledProgram() {
  gate_.Reset();
  if (pid_ > 0) TakeExitCode();
}

void SampledProgram::Begin() {
  if (!gate_) return;
  [[maybe_unused]] const auto sent = ::write(gate_.get(), "", 1);
  gate_.Reset();
}

bool SampledProgram::HasEnded() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

void SampledProgram::PassOn(int signal) const { ::kill(pid_, signal); }

int SampledProgram::TakeExitCode() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace smsweb::bench
