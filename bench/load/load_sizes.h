// Whether a plan makes sense, and how many processes and source addresses it
// takes, so that neither descriptors nor ports run out.
#pragma once

#include <cstdint>

#include "bench/load/load.h"
#include "common/base/error.h"

namespace smsweb::bench {

// What one client may have here.
struct ClientLimits {
  std::uint64_t descriptors = 0;   // a process, RLIMIT_NOFILE's hard limit
  std::uint64_t system_files = 0;  // all processes: fs.file-max
  std::uint64_t ports =
      0;  // from one address to one other: ip_local_port_range
  int cores = 1;
};
ClientLimits ReadClientLimits();

struct LoadSizes {
  std::uint64_t requests = 0;     // of an open loop: that will be due
  std::uint64_t connections = 0;  // at once, of all processes
  int processes = 1;
  int sources = 1;

  // Of one process, from 0. Those of all of them add up to `connections`.
  std::uint32_t ConnectionsOf(int process) const;
};

// kInvalid with the field's name, kUnavailable with how many connections would
// be possible.
Result<LoadSizes> SizeLoad(const LoadPlan& plan, const ClientLimits& limits);

}  // namespace smsweb::bench
