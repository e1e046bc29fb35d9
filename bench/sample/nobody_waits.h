// CPU time of children that nobody waits for.
//
// Who ignores SIGCHLD, as the daemon of Apache's mod_cgid does, is not told
// what his children used (POSIX, wait()): it is in no file of /proc once they
// have ended. The kernel's task clock counts it; where that can't be had, it
// stays uncounted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>

#include "bench/sample/growth.h"
#include "bench/sample/process_table.h"
#include "bench/sample/task_clock.h"

namespace smsweb::bench {

// What has been counted of one subtree by its clock, against what was counted
// of its processes one by one.
class LostTime {
 public:
  // Of what the clock has counted, what nobody has: microseconds. A subtree's
  // parts are rounded down to ticks; what one look counts too much is taken off
  // at the next.
  std::uint64_t Take(std::uint64_t clock_grown, std::uint64_t counted);

 private:
  std::int64_t balance_ = 0;
};

// Those of `root`'s subtree that were started after `uncovered` was noted: its
// clock runs for them.
bool IsCovered(const Process& process, const Process& root,
               const ProcessTable& table, const std::set<pid_t>& uncovered);

// The clocks of all who ignore SIGCHLD.
class ForgottenChildren {
 public:
  // Adds to those who ignore SIGCHLD what their children used and nobody has
  // counted, and begins to watch who is found to ignore it.
  void Add(const ProcFolder& proc, const ProcessTable& after,
           GrowthByProcess& cpu);

 private:
  struct Watched {
    Process root;
    TaskClock clock;
    std::set<pid_t> uncovered;
    std::uint64_t read_us = 0;
    LostTime lost;
  };
  bool IsWatched(const Process& process, const ProcessTable& table) const;
  void Watch(const ProcFolder& proc, const Process& process,
             const ProcessTable& table);

  std::map<pid_t, Watched> watched_;
};

}  // namespace smsweb::bench
