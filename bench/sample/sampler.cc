#include "bench/sample/sampler.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "bench/sample/sample_csv.h"
#include "bench/sample/sampling.h"

namespace smsweb::bench {
namespace {

using std::chrono::milliseconds;

bool IsGroupName(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<void> Write(std::ostream& out, const std::string& line) {
  out << line << std::flush;
  if (out) return {};
  return Fail(ErrorKind::kUnavailable,
              "the samples can't be written: is the disk full, or the reader "
              "gone?");
}

// The next instant of a fixed grid; those that a slow look has missed are left
// out.
MonoTime NextDeadline(MonoTime began, milliseconds interval, MonoTime now) {
  const auto passed = (now - began) / interval;
  return began + (passed + 1) * interval;
}

// What is left at the end must be long enough for a rate, or be all there is.
bool IsWorthARow(MonoTime::duration left, milliseconds interval,
                 std::uint64_t rows) {
  return rows == 0 || left >= std::min(milliseconds(100), interval / 2);
}

Result<void> WriteNext(Sampling& sampling,
                       const std::vector<SampleColumn>& columns,
                       std::ostream& out) {
  const auto sample = sampling.Next();
  if (!sample) return std::unexpected(sample.error());
  return Write(out, CsvRow(columns, *sample));
}

}  // namespace

Result<void> CheckGroups(const std::vector<SampleGroup>& groups) {
  std::set<std::string> taken;
  for (const auto& column : Columns(0, {})) taken.insert(column.name);
  const auto machines = static_cast<std::ptrdiff_t>(taken.size());
  for (const auto& group : groups) {
    if (!IsGroupName(group.name)) {
      return Fail(ErrorKind::kInvalid,
                  "\"" + group.name +
                      "\" is no name of a group: say small letters, digits and "
                      "_ only");
    }
    const auto columns = Columns(0, {group.name});
    for (auto it = columns.begin() + machines; it != columns.end(); ++it) {
      if (taken.insert(it->name).second) continue;
      return Fail(ErrorKind::kInvalid, "with a group \"" + group.name +
                                           "\", there would be two columns " +
                                           it->name + ": give it another name");
    }
  }
  return {};
}

Result<void> RunSampler(const SamplePlan& plan, const Clock& clock,
                        std::ostream& out, const SampleWait& wait) {
  if (auto checked = CheckGroups(plan.groups); !checked) return checked;
  auto sampling = Sampling::Begin(plan, clock);
  if (!sampling) return std::unexpected(sampling.error());
  const auto columns = sampling->columns();
  auto written = Write(out, CsvHeader(columns));
  for (std::uint64_t rows = 0; written; ++rows) {
    if (plan.rows > 0 && rows == plan.rows) return {};
    const bool goes_on =
        wait(NextDeadline(sampling->began(), plan.interval, clock.Mono()));
    const auto passed = clock.Mono() - sampling->last_look();
    if (!goes_on && !IsWorthARow(passed, plan.interval, rows)) return {};
    written = WriteNext(*sampling, columns, out);
    if (!goes_on) break;
  }
  return written;
}

Result<void> RunSampler(const SamplePlan& plan, std::ostream& out,
                        const SampleWait& wait) {
  return RunSampler(plan, SystemClock(), out, wait);
}

}  // namespace smsweb::bench
