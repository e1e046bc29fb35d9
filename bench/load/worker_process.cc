#include "bench/load/worker_process.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <string>
#include <utility>

namespace smsweb::bench {
namespace {

constexpr unsigned kFirstOther = 3;  // after the standard descriptors

void CloseAllBut(const Gate& gate) {
  std::array kept{gate.ready.get(), gate.go.get(), gate.stop.get()};
  std::ranges::sort(kept);
  unsigned next = kFirstOther;
  for (const int fd : kept) {
    const auto here = static_cast<unsigned>(fd);
    if (here > next) ::close_range(next, here - 1, 0);
    next = here + 1;
  }
  ::close_range(next, ~0U, 0);
}

void RaiseDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> RunWorker(const Orders& orders, int index) {
  auto poller = Poller::Make();
  if (!poller) return std::unexpected(poller.error());
  return Worker(orders, index, std::move(*poller)).Run();
}

// All that the child does. SIGINT and SIGTERM stay blocked, as the parent has
// them: it is the parent that ends the load.
[[noreturn]] void BecomeWorker(const Orders& orders, int index, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before we could ask
  CloseAllBut(orders.gate);
  RaiseDescriptors();
  std::string error;
  try {
    if (const auto done = RunWorker(orders, index); !done) {
      error = done.error().message;
    }
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  auto& place = orders.board.reports()[static_cast<std::size_t>(index)].error;
  error.copy(place.data(), place.size() - 1);
  ::_exit(error.empty() ? 0 : 1);
}

// glibc's own, of Debian 12, can't be linked from C++.
UniqueFd OpenPidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) / kMicrosPerSecond;
}

}  // namespace

Result<WorkerProcess> WorkerProcess::Start(const Orders& orders, int index) {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    return FailErrno(fmt::format("load: process {} of {} can't be started",
                                 index + 1, orders.sizes.processes),
                     errno);
  }
  if (pid == 0) BecomeWorker(orders, index, parent);
  WorkerProcess process(pid, OpenPidfd(pid), index);
  if (!process.fd_) return FailErrno("load: pidfd_open", errno);
  return process;
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      fd_(std::move(other.fd_)),
      index_(other.index_) {}

// What we had is in `other` then, and ended with it.
WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(fd_, other.fd_);
  std::swap(index_, other.index_);
  return *this;
}

WorkerProcess::~WorkerProcess() {
  if (!running()) return;
  Kill();
  Wait();
}

WorkerProcess::Ended WorkerProcess::Wait() {
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
          SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime)};
}

void WorkerProcess::Kill() {
  if (running()) ::kill(pid_, SIGKILL);
}

}  // namespace smsweb::bench
