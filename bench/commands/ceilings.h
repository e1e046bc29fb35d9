// Ceilings, and the paper's 252, on set-ups that we start.
#pragma once

#include <string>

#include "bench/ceiling/ceiling.h"
#include "bench/commands/surroundings.h"

namespace smsweb::bench {

// Lines of progress that stay. Borrows what it is given.
Say Saying(const Surroundings& surroundings);

// What went wrong is in its `skipped`.
CeilingRecord CeilingOf(const std::string& setup, const SetupOptions& options,
                        const CeilingPlan& plan,
                        const Surroundings& surroundings);

Result<Reproduction> ReproduceOnOurs(const Surroundings& surroundings);

}  // namespace smsweb::bench
