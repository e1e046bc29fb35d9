// Who has the processors while a load runs.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/sample/machine_files.h"
#include "bench/sample/sampler.h"

namespace smsweb::bench {

// CPU time until now.
struct ProcessorLook {
  CpuTimes machine;
  // Of the groups' processes, and of what they have waited for. A program that
  // ends without being waited for takes its time with it.
  std::uint64_t groups_us = 0;
};
ProcessorLook LookAtProcessors(const std::vector<SampleGroup>& groups);

// Parts of all processors between two looks, 0 to 1.
struct ProcessorShares {
  double ours = 0;    // of the groups, and `load_seconds` of CPU
  double others = 0;  // of everybody else
};
ProcessorShares SharesBetween(const ProcessorLook& before,
                              const ProcessorLook& after, double load_seconds);

}  // namespace smsweb::bench
