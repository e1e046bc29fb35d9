#include "bench/process/supervise.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

namespace smsweb::bench {
namespace {

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
    sigaddset(&signals, one);
  }
  return signals;
}

[[noreturn]] void Work(const std::function<int()>& work, pid_t parent,
                       const sigset_t& signals) {
  ::setpgid(0, 0);  // Ctrl-C reaches it through us
  ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const int code = work();
  std::fflush(nullptr);
  ::_exit(code);
}

int CodeOf(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Takes away all children that have ended. The worker's code, if it was among
// them.
std::optional<int> ReapEnded(pid_t worker) {
  std::optional<int> code;
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == worker) code = CodeOf(status);
  }
  return code;
}

// The worker's exit code, or that of the signal which has ended it.
int Watch(pid_t worker, const sigset_t& signals) {
  int stopped_by = 0;
  while (true) {
    const int got = ::sigwaitinfo(&signals, nullptr);
    if (got == SIGCHLD) {
      const auto code = ReapEnded(worker);
      if (code) return stopped_by != 0 ? 128 + stopped_by : *code;
    } else if (got > 0) {
      ::kill(worker, stopped_by == 0 ? got : SIGKILL);
      stopped_by = got;
    }
  }
}

// Orphans of orphans become our children in turn: until there are none.
void KillChildren() {
  while (true) {
    std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) +
                       "/children");
    bool any = false;
    for (pid_t pid = 0; file >> pid; any = true) ::kill(pid, SIGKILL);
    if (!any) return;
    ::waitpid(-1, nullptr, 0);
  }
}

}  // namespace

int Supervise(const std::function<int()>& work,
              const std::function<void()>& tidy) {
  // A shell that starts us in the background has it ignored.
  ::signal(SIGINT, SIG_DFL);
  const sigset_t signals = WatchedSignals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::fflush(nullptr);
  const pid_t self = ::getpid();
  const pid_t worker = ::fork();
  if (worker == 0) Work(work, self, signals);
  int code = 1;
  if (worker > 0) {
    code = Watch(worker, signals);
    KillChildren();
  } else {
    std::perror("fork");
  }
  tidy();
  return code;
}

}  // namespace smsweb::bench
