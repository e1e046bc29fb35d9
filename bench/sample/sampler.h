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
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb::bench {

// Processes that are counted together: those named, and all that descend from
// them, but for those that are in another group or descend from it more nearly.
// Who has once been in a group stays there when its parent ends.
struct SampleGroup {
  std::string name;          // "web", "endpoint", "spooler", "load"; [a-z0-9_]+
  std::vector<pid_t> roots;  // as they are when sampling begins
  // Of programs, as ps -o comm has them: also processes that begin later. A
  // program that lives shorter than an interval may never be seen, and counts
  // with whoever started it.
  std::vector<std::string> names = {};
};

// kInvalid: a name that is none, is there twice, or makes a column that the
// machine has.
Result<void> CheckGroups(const std::vector<SampleGroup>& groups);

struct SampleColumn {
  std::string name;
  std::string unit;  // "s", "%", "bytes", "bytes/s", "1/s", "MHz"; "": a count
  std::string meaning;
};

// The columns for cores 0 to cores - 1 and these groups, in their order:
// "time" first, "cpu_percent", ...; of a group, "GROUP_cpu_percent", ...
std::vector<SampleColumn> Columns(int cores,
                                  const std::vector<std::string>& groups);

// The same as a table in Markdown, for any core (N) and any group (GROUP).
std::string ColumnsTable();

// A row as numbers, by the columns' names. A value that the machine does not
// tell (the frequency, say) is not there, and empty in the CSV.
struct Sample {
  double seconds = 0;  // since the first look: the column "time"
  std::map<std::string, double> values;  // all other columns
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

// Writes header and rows to `out` until `wait(deadline)` returns false, which
// it does to end, or rows are over. The first look is before the first wait.
// When it ends, a last row has what was left of an interval, unless that is
// less than a tenth of a second (or half an interval): too little for a rate.
// Rows are flushed one by one. A process that goes away while it is looked at
// is no error.
//
// kInvalid: CheckGroups(). kUnavailable: there is no /proc/stat, or `out` takes
// no more.
using SampleWait =
    std::function<bool(std::chrono::steady_clock::time_point deadline)>;
Result<void> RunSampler(const SamplePlan& plan, std::ostream& out,
                        const SampleWait& wait);
Result<void> RunSampler(const SamplePlan& plan, const Clock& clock,
                        std::ostream& out, const SampleWait& wait);

}  // namespace smsweb::bench
