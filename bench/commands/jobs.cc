#include "bench/commands/jobs.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "bench/commands/commands.h"
#include "bench/load/apache_bench.h"
#include "bench/measure/machine.h"
#include "common/base/clock.h"
#include "common/base/version.h"

namespace smsweb::bench {

namespace fs = std::filesystem;

namespace {

// A file in data/, which says that it is ours to replace.
constexpr const char* kMark = ".smsweb-bench";

// Not there yet, empty, or of an earlier measurement, be it half done.
bool IsOurs(const fs::path& out) {
  std::error_code error;
  if (!fs::exists(out, error)) return true;
  if (!fs::is_directory(out, error)) return false;
  return fs::is_empty(out, error) || fs::exists(out / "data" / kMark, error);
}

// What a measurement leaves, so that nothing of an earlier one is taken for
// this one's.
Result<void> Replace(const fs::path& out) {
  std::error_code error;
  for (const char* name :
       {"data", "charts", "results.json", "report.html", "report.md"}) {
    fs::remove_all(out / name, error);
    if (error) return FailErrno((out / name).string(), error.value());
  }
  fs::create_directories(out / "data", error);
  if (error) return FailErrno((out / "data").string(), error.value());
  std::ofstream mark(out / "data" / kMark);
  mark << "smsweb-bench replaces all that is in this folder.\n";
  mark.close();
  if (!mark) return FailErrno((out / "data" / kMark).string(), errno);
  return {};
}

}  // namespace

Result<CaseRecord> RunErrand(const Errand& errand, const Repository& repository,
                             const Surroundings& surroundings,
                             const fs::path& out, bool keep) {
  const SetupKind* const kind = FindSetup(errand.setup);
  std::string missing = kind ? WhatIsMissing(*kind) : "";
  const Script& script = *repository.FindScript(errand.test.script);
  if (missing.empty() && script.by_ab) missing = WhyNoAb();
  if (!missing.empty()) {
    surroundings.progress(fmt::format("{} on {}: left out: {}",
                                      errand.test.name, errand.setup, missing),
                          true);
    return BeginCase(errand.test, errand.setup, errand.url, missing);
  }
  CaseJob job{.test = errand.test,
              .api = *repository.FindApi(errand.test.api),
              .script = script,
              .setup = errand.setup,
              .url = errand.url,
              .options = OptionsFor(surroundings),
              .folder = out,
              .self = surroundings.self};
  job.options.keep = keep;
  // Not where all is removed in the end.
  if (keep) job.options.folder = surroundings.scratch.parent_path();
  return RunCase(job, surroundings.progress);
}

Measurement::Measurement(const Surroundings& surroundings)
    : began_(LookAtCpu().value_or(CpuTimes{})),
      began_at_(std::chrono::steady_clock::now()) {
  surroundings.progress("looking at the machine", false);
  const auto now = std::chrono::system_clock::now();
  results.began = FormatRfc3339(std::chrono::floor<Millis>(now));
  results.command = surroundings.command;
  results.version = fmt::format("smsweb-bench {}", kVersion);
  results.machine = DescribeMachine(surroundings.scratch);
  results.machine.versions = OwnVersions(surroundings.programs);
}

void Measurement::End() {
  const auto took = std::chrono::steady_clock::now() - began_at_;
  results.took_seconds = std::chrono::duration<double>(took).count();
  LookAgain(results.machine, began_);
}

Result<fs::path> MakeOut(const std::string& given,
                         const std::string& otherwise) {
  const fs::path out = fs::absolute(given.empty() ? otherwise : given);
  if (!IsOurs(out)) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("--out {}: it is there and not of an earlier measurement; "
                    "give a new folder, an empty one, or one with earlier "
                    "results, which are replaced",
                    out.string()));
  }
  if (auto replaced = Replace(out); !replaced) {
    return std::unexpected(replaced.error());
  }
  return out;
}

std::uint64_t CountTroubles(const CaseRecord& record) {
  std::uint64_t troubles = record.stranded + record.repeated;
  if (!record.broke_off.empty()) ++troubles;
  for (const RowRecord& row : record.rows) {
    for (const RunRecord& run : row.runs) {
      troubles += run.non_2xx + run.failed + run.lost;
    }
  }
  return troubles;
}

}  // namespace smsweb::bench
