// How quiet the machine is while we do nothing.
#pragma once

#include <chrono>
#include <filesystem>

#include "bench/sample/machine_files.h"
#include "common/base/error.h"

namespace smsweb::bench {

// CPU time of the machine until now.
Result<CpuTimes> LookAtCpu(const std::filesystem::path& proc = "/proc");

// Of the time between two looks, 0 to 1 of all cores: the part in use by
// anybody here; the part that the host took. 0 where no time has passed.
double BusyShare(const CpuTimes& before, const CpuTimes& after);
double StealShare(const CpuTimes& before, const CpuTimes& after);

// The part in use while this thread sleeps for so long.
Result<double> BusyShare(std::chrono::milliseconds wait,
                         const std::filesystem::path& proc = "/proc");

}  // namespace smsweb::bench
