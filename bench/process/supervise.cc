#include "bench/process/supervise.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
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
  ::setpgid(0, 0);             // Ctrl-C reaches it through us
  ::signal(SIGTTOU, SIG_IGN);  // and it may write to the terminal all the same
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
      ::kill(worker, SIGCONT);  // it may have been stopped
      stopped_by = got;
    }
  }
}

std::set<pid_t> Children() {
  std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) +
                     "/children");
  return {std::istream_iterator<pid_t>(file), {}};
}

// Orphans of orphans become our children in turn: until there are none, but for
// those that were ours before (a shell's, which has become us by exec).
void KillChildren(const std::set<pid_t>& others) {
  while (true) {
    bool any = false;
    for (const pid_t pid : Children()) {
      if (others.contains(pid)) continue;
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
      any = true;
    }
    if (!any) return;
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
  const std::set<pid_t> others = Children();
  std::fflush(nullptr);
  const pid_t self = ::getpid();
  const pid_t worker = ::fork();
  if (worker == 0) Work(work, self, signals);
  int code = 1;
  if (worker > 0) {
    code = Watch(worker, signals);
    KillChildren(others);
  } else {
    std::perror("fork");
  }
  tidy();
  return code;
}

}  // namespace smsweb::bench
