// A load that was run, for a person to read and for a program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/load/load.h"

namespace smsweb::bench {

// As ab and wrk tell it: some 30 lines, with what stands out at the end.
std::string LoadText(const LoadPlan& plan, const LoadResult& result);

// Times in microseconds, but for `seconds`. Without the records.
nlohmann::ordered_json LoadJson(const LoadPlan& plan, const LoadResult& result);

}  // namespace smsweb::bench
