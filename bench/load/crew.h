// All workers of a load, watched by the parent: the gate is opened when all are
// ready, progress is told, and the load ends when all have ended, in order or
// because it must.
#pragma once

#include <poll.h>

#include <functional>
#include <vector>

#include "bench/load/held_signals.h"
#include "bench/load/worker_process.h"

namespace smsweb::bench {

class Crew {
 public:
  using OnProgress = std::function<void(const LoadProgress&)>;

  Crew(const Orders& orders, HeldSignals& signals)
      : orders_(orders), signals_(signals) {}

  Result<void> Start();
  // Until all have ended. kUnavailable: one gave up, died, or did not end in
  // time.
  Result<void> Watch(const OnProgress& progress);

  double cpu_seconds() const { return cpu_seconds_; }
  bool interrupted() const { return interrupts_ > 0; }

 private:
  std::vector<pollfd> PolledFds() const;
  void Wait(Micros until);
  void OpenGate();
  void OnInterrupt();
  Result<void> TakeEnded();
  Result<void> CheckTime(Micros now);
  std::string WhyEnded(int worker, int exit_code) const;
  LoadProgress Progress() const;

  const Orders& orders_;
  HeldSignals& signals_;
  std::vector<WorkerProcess> workers_;
  int ready_ = 0;
  int interrupts_ = 0;
  bool is_open_ = false;
  double cpu_seconds_ = 0;
};

}  // namespace smsweb::bench
