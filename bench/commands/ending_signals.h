// SIGINT, SIGTERM and SIGCHLD, taken from where they would interrupt, to be
// waited for. Given back in the end.
#pragma once

#include <csignal>
#include <optional>

#include "common/base/clock.h"

namespace smsweb::bench {

class EndingSignals {
 public:
  EndingSignals();
  ~EndingSignals();
  EndingSignals(const EndingSignals&) = delete;

  struct Signal {
    int number = 0;
    bool from_a_process = false;  // kill(2), not a terminal's Ctrl-C
  };
  // The next that comes; none until the deadline.
  std::optional<Signal> Await(MonoTime deadline) const;

  // The mask that was there before, for programs that we start.
  const sigset_t& before() const { return before_; }

 private:
  sigset_t awaited_{};
  sigset_t before_{};
};

}  // namespace smsweb::bench
