// Shares of CPU time between two looks at /proc/stat: 0 to 1 of all of it. None
// where no time has passed. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/sample/machine_files.h"

namespace smsweb::bench {

// From one look at a counter to the next; 0 if it went backwards.
std::uint64_t Grown(std::uint64_t before, std::uint64_t after);

// What passed between them. Idle time and waiting may run backwards when cores
// come and go: proc(5).
CpuTimes Between(const CpuTimes& before, const CpuTimes& after);

std::uint64_t Total(const CpuTimes& times);
// Part of the total; 0 of nothing is none.
std::optional<double> Share(std::uint64_t part, const CpuTimes& times);

// As psutil.cpu_percent counts: all but idle time and waiting for disks; what
// the host took is in it.
std::uint64_t BusyWithStolen(const CpuTimes& times);

}  // namespace smsweb::bench
