#include "bench/load/held_signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace smsweb::bench {

Result<HeldSignals> HeldSignals::Hold() {
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return FailErrno("load: signalfd", errno);
  ::pthread_sigmask(SIG_BLOCK, &signals, &before);
  return HeldSignals(std::move(fd), before);
}

HeldSignals::HeldSignals(HeldSignals&& other) noexcept
    : fd_(std::move(other.fd_)), before_(other.before_) {}

HeldSignals::~HeldSignals() {
  if (fd_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::Take() {
  signalfd_siginfo signal{};
  return ::read(fd_.get(), &signal, sizeof signal) == sizeof signal;
}

}  // namespace smsweb::bench
