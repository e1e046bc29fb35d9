#include "bench/measure/run_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "bench/measure/phone.h"
#include "bench/measure/run_row.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A spooler that sends nothing for so long has stopped. (The paper's may wait
// ten seconds for a modem, and then goes on.)
constexpr auto kStandstill = 30s;
// What comes twice may come after all that was expected.
constexpr auto kAfterwards = 1s;
// One that sends now and then is not waited for longer than this, beside the
// time that its modems need.
constexpr auto kLongestWait = 2min;

bool HasSpooler(const CaseJob& job) {
  return job.test.spooler || job.setup == kPapersDesign;
}

SetupOptions OptionsOf(const CaseJob& job) {
  SetupOptions options = job.options;
  const TestCase& test = job.test;
  options.modems = test.modems;
  options.send_time = std::chrono::milliseconds(
      static_cast<std::int64_t>(test.send_seconds * 1000));
  options.spooler = HasSpooler(job);
  options.web_workers = test.web_workers;
  options.endpoints = test.endpoints;
  options.connections = test.connections;
  options.limit = {.cores = test.cores, .memory = test.memory_mb << 20};
  return options;
}

// --- What arrives -----------------------------------------------------------

steady_clock::duration TimeToSend(const TestCase& test,
                                  std::uint64_t messages) {
  constexpr double kAmple = 2;
  return std::chrono::ceil<steady_clock::duration>(
      std::chrono::duration<double>(kAmple * test.send_seconds *
                                    static_cast<double>(messages) /
                                    std::max(test.modems, 1)));
}

// Until all that was queued has arrived, or nothing more comes.
std::uint64_t AwaitArrivals(const Setup& setup, const TestCase& test,
                            std::uint64_t expected, const Progress& progress) {
  Phone phone(setup.phone());
  phone.Look();
  std::uint64_t arrived = phone.messages();
  auto last_news = steady_clock::now();
  const auto end = last_news + kLongestWait + TimeToSend(test, expected);
  const auto goes_on = [&] {
    if (steady_clock::now() > end) return false;
    const auto quiet = steady_clock::now() - last_news;
    return quiet < (arrived < expected ? steady_clock::duration(kStandstill)
                                       : steady_clock::duration(kAfterwards));
  };
  while (goes_on()) {
    progress(fmt::format("{} of {} messages at the phone", arrived, expected),
             false);
    std::this_thread::sleep_for(50ms);
    phone.Look();
    if (phone.messages() > arrived) last_news = steady_clock::now();
    arrived = phone.messages();
  }
  return arrived;
}

std::uint64_t QueuedIn(const CaseRecord& record) {
  std::uint64_t queued = 0;
  for (const RowRecord& row : record.rows) {
    for (const RunRecord& run : row.runs) queued += run.queued;
  }
  return queued;
}

// --- The rows ---------------------------------------------------------------

std::string Describe(const ScriptRow& row) {
  if (row.rate > 0) return fmt::format("{}/s for {} s", row.rate, row.seconds);
  if (row.seconds > 0) {
    return fmt::format("{} at once for {} s", row.concurrency, row.seconds);
  }
  return fmt::format("{} requests, {} at once", row.requests, row.concurrency);
}

struct CaseRun {
  const CaseJob& job;
  const Server& server;
  const Progress& progress;
  std::string label;
  std::uint64_t first_number = 0;

  Result<void> Row(std::int64_t number, CaseRecord& record) {
    const ScriptRow& row =
        job.script.rows[static_cast<std::size_t>(number - 1)];
    RowRecord made{.requests = row.requests,
                   .concurrency = row.concurrency,
                   .rate = row.rate,
                   .seconds = row.seconds};
    if (job.script.by_ab) made.skipped = WhyNotAb(row);
    Result<void> done;
    for (int i = 1; done && made.skipped.empty() && i <= job.test.repeat; ++i) {
      auto run = Once(row, number, i);
      if (run) {
        made.runs.push_back(std::move(*run));
      } else {
        done = std::unexpected(run.error());
      }
    }
    record.rows.push_back(std::move(made));
    return done;
  }

  Result<RunRecord> Once(const ScriptRow& row, std::int64_t number, int turn) {
    const std::string says = fmt::format(
        "{}: {}{}", label, Describe(row),
        job.test.repeat > 1 ? fmt::format(" ({} of {})", turn, job.test.repeat)
                            : "");
    progress(says, false);
    const RunJob run{.job = job,
                     .server = server,
                     .row = row,
                     .file = fmt::format("data/{}.{}.row-{}.{}", job.test.name,
                                         job.setup.empty() ? "url" : job.setup,
                                         number, turn),
                     .says = says,
                     .first_number = first_number};
    auto record = RunRow(run, progress);
    if (!record) return record;
    first_number += record->succeeded + record->non_2xx + record->failed;
    progress(
        fmt::format("{}: {:.1f}/s with 2xx, {} not 2xx, {} failed, {} lost",
                    says, record->Goodput(), record->non_2xx, record->failed,
                    LostText(*record)),
        true);
    return record;
  }
};

Result<CaseRecord> RunRows(const CaseJob& job, const Server& server,
                           const Progress& progress, CaseRecord record) {
  CaseRun run{job, server, progress,
              fmt::format("{} on {}", job.test.name, record.setup)};
  for (const std::int64_t number : job.test.rows) {
    auto done = run.Row(number, record);
    if (done && server.setup) done = server.setup->CheckAlive();
    if (!done) {
      record.broke_off = done.error().message;
      progress(run.label + ": broke off: " + record.broke_off, true);
      return record;
    }
  }
  if (record.has_modems) {
    const auto queued = QueuedIn(record);
    CompareArrivals(AwaitArrivals(*server.setup, job.test, queued, progress),
                    record);
  }
  return record;
}

}  // namespace

void CompareArrivals(std::uint64_t arrived, CaseRecord& record) {
  std::uint64_t accepted = 0;
  for (const RowRecord& row : record.rows) {
    for (const RunRecord& run : row.runs) accepted += run.succeeded;
  }
  const std::uint64_t queued = QueuedIn(record);
  record.arrived = arrived;
  record.stranded = accepted - std::min(accepted, arrived);
  record.repeated = arrived - std::min(arrived, queued);
}

CaseRecord BeginCase(const TestCase& test, const std::string& setup,
                     const std::string& url, const std::string& skipped) {
  CaseRecord record;
  record.name = test.name;
  record.title = test.title;
  record.setup = setup.empty() ? url : setup;
  const SetupKind* const kind = FindSetup(setup);
  record.setup_title = kind ? std::string(kind->title) : record.setup;
  record.skipped = skipped;
  return record;
}

Result<CaseRecord> RunCase(const CaseJob& job, const Progress& progress) {
  CaseRecord record = BeginCase(job.test, job.setup, job.url);
  record.request = job.api.method + " " + job.api.path;
  if (job.setup.empty()) {
    const auto server = ServerOf(job.url);
    if (!server) return std::unexpected(server.error());
    return RunRows(job, *server, progress, std::move(record));
  }
  progress(fmt::format("{} on {}: starting", job.test.name, job.setup), false);
  auto setup = StartSetup(job.setup, OptionsOf(job));
  if (!setup) return std::unexpected(setup.error());
  if (job.options.keep) {
    progress("kept: " + (*setup)->folder().string(), true);
  }
  record.sizes = (*setup)->sizes();
  record.versions = (*setup)->versions();
  record.commands = (*setup)->commands();
  record.has_modems = HasSpooler(job) && job.options.device.empty();
  return RunRows(job, ServerOf(**setup), progress, std::move(record));
}

}  // namespace smsweb::bench
