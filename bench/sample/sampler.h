// What the machine and its programs use, at a fixed interval, from /proc: in
// place of the paper's psutil script (its figure 8).
//
// A row of the CSV is what happened since the row before. The paper's columns
// come first; Columns() says what each is.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// Processes that are counted together: those named, and all that descend from
// them, but for those that are in another group or descend from it more nearly.
struct SampleGroup {
  std::string name;  // "web", "endpoint", "spooler", "load"; [a-z0-9_]+
  std::vector<pid_t> roots;
};

struct SampleColumn {
  std::string name;
  std::string unit;  // "%", "bytes", "bytes/s", "1/s", "MHz", "" (a count)
  std::string meaning;
};

// The columns for so many cores and these groups, in their order.
std::vector<SampleColumn> Columns(int cores,
                                  const std::vector<std::string>& groups);

// A row as numbers, by the columns' names. A value that the machine does not
// tell (the frequency, say) is not there, and empty in the CSV.
struct Sample {
  double seconds = 0;  // since the first look
  std::map<std::string, double> values;
};

// Reads what Sampler wrote. kInvalid with file, line and column.
Result<std::vector<Sample>> ReadSamples(const std::filesystem::path& csv);

struct SamplePlan {
  std::chrono::milliseconds interval{1000};
  std::vector<SampleGroup> groups;
  std::uint64_t rows = 0;                // then it ends; 0: until it is stopped
  std::filesystem::path proc = "/proc";  // tests bring their own
  std::filesystem::path sys = "/sys";
};

// Writes header and rows to `out` until `stop()` (asked at each row and while
// it waits, through `wait(deadline)`, which returns false to end) or rows are
// over. Rows are flushed one by one. A process that goes away while it is
// looked at is no error.
Result<void> RunSampler(
    const SamplePlan& plan, std::ostream& out,
    const std::function<bool(std::chrono::steady_clock::time_point)>& wait);

}  // namespace smsweb::bench
