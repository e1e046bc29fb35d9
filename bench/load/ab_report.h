// What ab writes, read: beside ParseAb() (apache_bench.h) its -g file and its
// version.
#pragma once

#include <istream>
#include <string>
#include <string_view>

#include "bench/load/latency.h"
#include "common/base/error.h"

namespace smsweb::bench {

// A file of -g: a line of names, and a line for each answer, of which the
// column `ttime` is its time in whole milliseconds, connecting included. Sorted
// by it, not by when they came. kInvalid: another file, with the line.
Result<LatencyHistogram> ReadAbTimes(std::istream& file);

// "2.3", of what -V says; empty: that is not ab.
std::string ReadAbVersion(std::string_view output);

}  // namespace smsweb::bench
