// The kernel's task clock (perf_event_open(2)): CPU time of a process and of
// all that it starts from now on, whether they have ended or not. For processes
// of others it takes root, or CAP_PERFMON; for one's own,
// kernel.perf_event_paranoid at 2 or less.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/unique_fd.h"

namespace smsweb::bench {

class TaskClock {
 public:
  // By the process's threads. None: not allowed, or it has ended.
  static std::optional<TaskClock> Open(const std::vector<pid_t>& threads);
  std::uint64_t Microseconds() const;

 private:
  std::vector<UniqueFd> events_;
};

}  // namespace smsweb::bench
