#include "bench/commands/ending_signals.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>

namespace smsweb::bench {
namespace {

timespec TimeLeft(MonoTime deadline) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto left =
      std::max(nanoseconds(0), nanoseconds(deadline - MonoTime::clock::now()));
  const auto whole = std::chrono::floor<seconds>(left);
  return {.tv_sec = static_cast<time_t>(whole.count()),
          .tv_nsec = static_cast<long>((left - whole).count())};
}

}  // namespace

EndingSignals::EndingSignals() {
  sigemptyset(&awaited_);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) {
    sigaddset(&awaited_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &awaited_, &before_);
}

// A second one that asked for the same end is not to kill who is ending.
EndingSignals::~EndingSignals() {
  while (Await(MonoTime())) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<EndingSignals::Signal> EndingSignals::Await(
    MonoTime deadline) const {
  while (true) {
    siginfo_t info{};
    const timespec left = TimeLeft(deadline);
    if (::sigtimedwait(&awaited_, &info, &left) >= 0) {
      return Signal{.number = info.si_signo,
                    .from_a_process = info.si_code <= 0};
    }
    if (errno != EINTR) return std::nullopt;
  }
}

}  // namespace smsweb::bench
