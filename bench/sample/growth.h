// What groups of processes have used between two looks. Pure.
//
// A process that ends takes its counters with it. CPU time and bytes of storage
// are then added to those of the parent that waits for it, so that a program
// that is started for each request is counted with whoever started it, even if
// no look ever found it. What had been counted of it before it ended is taken
// off again there. Where its parent has ended as well, that is done at the
// nearest ancestor that lives.
//
// Nothing is known of what a process used after the last look at it, if nobody
// waits for it (its parent ignores SIGCHLD: nobody_waits.h) or one who is in no
// group does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "bench/sample/process_table.h"

namespace smsweb::bench {

using GrowthByProcess = std::map<pid_t, std::uint64_t>;  // of those that live
using GrowthByGroup = std::vector<std::uint64_t>;

// Microseconds of CPU time, of members of groups.
GrowthByProcess CpuGrowth(const ProcessTable& before,
                          const ProcessTable& after);

// A counter that may not have been read; and whether it takes over those of
// children that were waited for. One that was not read before, of a process
// that was there, begins now.
using Counter =
    std::function<std::optional<std::uint64_t>(const Process& process)>;
enum class OfChildren : bool { kLost, kTakenOver };
GrowthByProcess CounterGrowth(const ProcessTable& before,
                              const ProcessTable& after, const Counter& counter,
                              OfChildren children);

// By the groups that `after` has the processes in.
GrowthByGroup SumByGroup(const GrowthByProcess& growth,
                         const ProcessTable& after, std::size_t groups);

}  // namespace smsweb::bench
