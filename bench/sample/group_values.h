// The groups' part of a row. Pure.
#pragma once

#include <string>
#include <vector>

#include "bench/sample/growth.h"
#include "bench/sample/machine_values.h"
#include "bench/sample/process_table.h"

namespace smsweb::bench {

struct GroupLooks {
  const ProcessTable& before;
  const ProcessTable& after;
  const GrowthByProcess& cpu;  // microseconds
  double seconds = 0;          // between the looks
  int cores = 1;
};

// A value that is not allowed to be read of one of the processes is left out:
// without it, the sum says nothing.
void AddGroupValues(const std::vector<std::string>& groups,
                    const GroupLooks& looks, RowValues& values);

}  // namespace smsweb::bench
