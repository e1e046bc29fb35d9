#include "bench/commands/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "bench/commands/commands.h"
#include "bench/measure/machine.h"
#include "common/base/clock.h"
#include "common/base/version.h"

namespace smsweb::bench {

namespace fs = std::filesystem;

Result<CaseRecord> RunErrand(const Errand& errand, const Repository& repository,
                             const Surroundings& surroundings,
                             const fs::path& out, bool keep) {
  const SetupKind* const kind = FindSetup(errand.setup);
  const std::string missing = kind ? WhatIsMissing(*kind) : "";
  if (!missing.empty()) {
    surroundings.progress(fmt::format("{} on {}: left out: {}",
                                      errand.test.name, errand.setup, missing),
                          true);
    return BeginCase(errand.test, errand.setup, errand.url, missing);
  }
  CaseJob job{.test = errand.test,
              .api = *repository.FindApi(errand.test.api),
              .script = *repository.FindScript(errand.test.script),
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
  results.machine = LookAtMachine(surroundings.scratch);
  results.machine.versions = OwnVersions(surroundings.programs);
}

void Measurement::End() {
  const auto took = std::chrono::steady_clock::now() - began_at_;
  results.took_seconds = std::chrono::duration<double>(took).count();
  LookAgain(results.machine, began_);
}

// Not there yet, empty, or of an earlier measurement, be it half done.
bool IsOurs(const fs::path& out) {
  std::error_code error;
  if (!fs::exists(out, error) || ReadResults(out / "results.json")) return true;
  const fs::directory_iterator entries(out, error);
  return !error && std::ranges::all_of(entries, [](const auto& entry) {
    return entry.path().filename() == "data";
  });
}

Result<fs::path> MakeOut(const std::string& given,
                         const std::string& otherwise) {
  const fs::path out = fs::absolute(given.empty() ? otherwise : given);
  std::error_code error;
  if (!IsOurs(out)) {
    return Fail(
        ErrorKind::kConflict,
        fmt::format("{} has other things in it; give an empty folder, or "
                    "one with earlier results, which are replaced",
                    out.string()));
  }
  fs::remove_all(out / "data", error);
  fs::create_directories(out / "data", error);
  if (error) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("{}: {}", out.string(), error.message()));
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
