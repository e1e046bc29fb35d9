// smsweb-bench run: test cases, and a table of what came out.
#include <fmt/format.h>

#include <algorithm>

#include "bench/commands/commands.h"
#include "bench/commands/jobs.h"
#include "bench/commands/names.h"
#include "bench/measure/machine.h"

namespace smsweb::bench {
namespace {

constexpr const char* kOtherwise = "smsweb-bench-results";

// The case as the command line changes it.
Result<TestCase> Adjust(TestCase test, const RunOptions& options,
                        const Repository& repository) {
  if (options.repeat > 0) test.repeat = options.repeat;
  if (options.rows.empty()) return test;
  const auto count = static_cast<std::int64_t>(
      repository.FindScript(test.script)->rows.size());
  for (const std::int64_t row : options.rows) {
    if (row >= 1 && row <= count) continue;
    return Fail(ErrorKind::kInvalid,
                fmt::format("--rows {}: the script {} has rows 1 to {}", row,
                            test.script, count));
  }
  test.rows = options.rows;
  return test;
}

Result<std::vector<Errand>> ErrandsOf(const RunOptions& options,
                                      const Repository& repository) {
  std::vector<Errand> errands;
  for (const std::string& name : options.names) {
    const TestCase* found = repository.FindCase(name);
    if (!found) {
      return Fail(
          ErrorKind::kInvalid,
          fmt::format("there is no test case \"{}\" (smsweb-bench list)",
                      name));
    }
    const auto test = Adjust(*found, options, repository);
    if (!test) return std::unexpected(test.error());
    if (!options.url.empty()) {
      errands.push_back({*test, "", options.url});
      continue;
    }
    for (const std::string& setup :
         options.setups.empty() ? test->setups : options.setups) {
      errands.push_back({*test, setup, ""});
    }
  }
  return errands;
}

void PrintRow(const RowRecord& row) {
  const std::string what =
      fmt::format("{:>9}", row.requests > 0
                               ? fmt::format("{}", row.requests)
                               : fmt::format("{} s", row.seconds)) +
      (row.rate > 0 ? fmt::format("{:>9}/s", row.rate)
                    : fmt::format("{:>11}", row.concurrency));
  if (!row.skipped.empty()) fmt::print("  {}  {}\n", what, row.skipped);
  for (const RunRecord& run : row.runs) {
    fmt::print(
        "  {}{:>9.2f}{:>11.1f}{:>11.1f}{:>9}{:>8}{:>10}{:>10.1f}{:>10.1f}\n",
        what, run.seconds, run.PerSecond(), run.Goodput(), run.non_2xx,
        run.failed, LostText(run), ToMillis(run.latency.Percentile(50)),
        ToMillis(run.latency.Percentile(99)));
  }
  if (!Agrees(row)) {
    fmt::print("  {:>18}  the runs disagree: {:.0f} % apart\n", "",
               100 * Spread(row));
  }
}

void PrintCase(const CaseRecord& record) {
  fmt::print("\n{} on {}\n", record.title, record.setup_title);
  if (!record.skipped.empty()) return fmt::print("  {}\n", record.skipped);
  fmt::print("  {:>9}{:>11}{:>9}{:>11}{:>11}{:>9}{:>8}{:>10}{:>10}{:>10}\n",
             "requests", "at once", "seconds", "requests/s", "2xx/s", "not 2xx",
             "failed", "lost", "p50 ms", "p99 ms");
  for (const RowRecord& row : record.rows) PrintRow(row);
  if (!record.broke_off.empty()) {
    fmt::print("  broke off: {}\n", record.broke_off);
  }
  if (record.has_modems) {
    fmt::print(
        "  {} messages at the simulated phone in the end; {} accepted and not "
        "there, {} there twice (at least)\n",
        record.arrived, record.stranded, record.repeated);
  }
}

// What was measured before something went wrong is written as well.
Result<std::uint64_t> RunErrands(const std::vector<Errand>& errands,
                                 const Repository& repository,
                                 const Surroundings& surroundings, bool keep,
                                 const std::filesystem::path& out) {
  Measurement measurement(surroundings);
  std::uint64_t troubles = 0;
  std::size_t skipped = 0;
  Result<void> done;
  for (const Errand& errand : errands) {
    auto record = RunErrand(errand, repository, surroundings, out, keep);
    if (!record) {
      done = std::unexpected(record.error());
      break;
    }
    PrintCase(*record);
    troubles += CountTroubles(*record);
    skipped += record->skipped.empty() ? 0 : 1;
    measurement.results.cases.push_back(std::move(*record));
    done = WriteResults(measurement.results, out / "results.json");
    if (!done) break;
  }
  measurement.End();
  const auto written = WriteResults(measurement.results, out / "results.json");
  if (done) done = written;
  if (done && skipped == errands.size()) {
    done = Fail(ErrorKind::kUnavailable, "nothing of it can be measured here");
  }
  if (!done) return std::unexpected(done.error());
  fmt::print("\n{}: results, samples and ab's own output\n", out.string());
  return troubles;
}

}  // namespace

void Declare(CLI::App& app, RunOptions& options) {
  app.add_option("case", options.names, "Test cases (smsweb-bench list)")
      ->required();
  auto* setups = app.add_option("--setup", options.setups,
                                "On these set-ups, not on the case's own")
                     ->delimiter(',');
  app.add_option("--url", options.url,
                 "On a server that runs already: http://HOST:PORT")
      ->check(GivenUrl())
      ->excludes(setups);
  app.add_option("--rows", options.rows, "Only these rows of its script: 1,2")
      ->delimiter(',');
  app.add_option("--repeat", options.repeat, "How often each row is run")
      ->check(CLI::Range(1, 100));
  DeclareCases(app, options.cases);
  app.add_option("--out", options.out,
                 "Folder for results.json, samples and ab's output")
      ->type_name("FOLDER")
      ->default_str(kOtherwise);
  app.add_flag("--keep", options.keep,
               "Leave the set-up's private folder, with its logs and queue");
}

int RunRun(const RunOptions& options, const Surroundings& surroundings) {
  if (const auto known = CheckSetups(options.setups); !known) {
    return Complain(known.error());
  }
  const auto repository = ReadCases(surroundings, options.cases);
  if (!repository) return Complain(repository.error());
  const auto errands = ErrandsOf(options, *repository);
  if (!errands) return Complain(errands.error());
  const auto out = MakeOut(options.out, kOtherwise);
  if (!out) return Complain(out.error());
  const auto troubles =
      RunErrands(*errands, *repository, surroundings, options.keep, *out);
  if (!troubles) return Complain(troubles.error());
  return *troubles == 0 ? 0 : kExitSomethingFailed;
}

}  // namespace smsweb::bench
