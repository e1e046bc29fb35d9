// The machine's part of a row, from two looks. Pure.
#pragma once

#include <map>
#include <string>

#include "bench/sample/machine_look.h"

namespace smsweb::bench {

using RowValues = std::map<std::string, double>;  // by the columns' names

// A counter that runs backwards (a device that went, say) has not moved.
RowValues MachineValues(const MachineLook& before, const MachineLook& after,
                        double seconds);

}  // namespace smsweb::bench
