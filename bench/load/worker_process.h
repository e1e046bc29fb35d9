// A worker as a process of its own: forked, without exec, from a parent with
// one thread.
#pragma once

#include <sys/types.h>

#include "bench/load/worker.h"
#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::bench {

// Killed and waited for by the destructor, if it still runs.
class WorkerProcess {
 public:
  // The child dies with us, holds no descriptors but its own, as many as it
  // may, and ends by itself: with 0, or with the error on the board.
  static Result<WorkerProcess> Start(const Orders& orders, int index);
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  ~WorkerProcess();

  // Readable when it has ended.
  int fd() const { return fd_.get(); }
  bool running() const { return pid_ > 0; }
  int index() const { return index_; }

  struct Ended {
    int exit_code = 0;  // 128 + the signal's number, if it was a signal
    double cpu_seconds = 0;
  };
  // Waits for its end.
  Ended Wait();
  void Kill();

 private:
  WorkerProcess(pid_t pid, UniqueFd fd, int index)
      : pid_(pid), fd_(std::move(fd)), index_(index) {}

  pid_t pid_;
  UniqueFd fd_;  // a pidfd
  int index_;
};

}  // namespace smsweb::bench
