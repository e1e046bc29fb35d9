#include "bench/measure/run_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "bench/load/apache_bench.h"
#include "bench/load/load.h"
#include "bench/measure/samples.h"
#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What ab holds besides its connections: 0, 1, 2 and its poll set; and some
// room.
constexpr std::uint64_t kAbOwnDescriptors = 10;
// ab's own bound, in all releases before 2.4.71.
constexpr std::uint64_t kAbMost = 20'000;
constexpr auto kLongestRun = std::chrono::minutes(30);

// --- The load ---------------------------------------------------------------

using Headers = std::vector<std::pair<std::string, std::string>>;

void AddHeaders(const Api& api, Headers& headers) {
  for (const ApiHeader& header : api.headers) {
    headers.emplace_back(header.name, header.value);
  }
}

AbPlan PlanForAb(const RunJob& run) {
  const CaseJob& job = run.job;
  AbPlan plan{.url = run.server.base() + job.api.path,
              .requests = run.row.requests,
              .concurrency = run.row.concurrency,
              .method = job.api.method,
              .body = job.api.body,
              .content_type = job.api.content_type,
              .limit = kLongestRun,
              .timeout = job.script.timeout,
              .folder = job.folder};
  AddHeaders(job.api, plan.headers);
  return plan;
}

Result<void> LoadByAb(const RunJob& run, RunRecord& record) {
  const auto ab = RunAb(PlanForAb(run));
  if (!ab) return std::unexpected(ab.error());
  record.tool = "ab";
  record.command = ab->command;
  record.output = run.file + ".ab.txt";
  std::ofstream(run.job.folder / record.output) << ab->output << ab->errors;
  record.seconds = ab->seconds;
  if (ab->exit_code == 0) {
    record.succeeded = ab->Succeeded();
    record.non_2xx = ab->non_2xx;
    record.faults = ab->faults;
  }
  record.failed = run.row.requests - record.succeeded - record.non_2xx;
  // Whatever it had completed before, it does not say with which status.
  if (ab->exit_code != 0) record.faults["ab gave up"] = record.failed;
  record.latency = ab->latency;
  return {};
}

LoadPlan PlanForLoad(const RunJob& run) {
  const CaseJob& job = run.job;
  LoadPlan plan{.address = run.server.address, .port = run.server.port};
  plan.request = {.method = job.api.method,
                  .target = job.api.path,
                  .headers = {},
                  .body = job.api.body};
  if (!job.api.content_type.empty()) {
    plan.request.headers.emplace_back("Content-Type", job.api.content_type);
  }
  AddHeaders(job.api, plan.request.headers);
  plan.host = run.server.host;
  plan.first_number = run.first_number;
  plan.duration =
      milliseconds(static_cast<std::int64_t>(run.row.seconds * 1000));
  plan.rate = run.row.rate;
  plan.requests = run.row.requests;
  plan.concurrency = run.row.concurrency;
  FillIn(plan);
  plan.keep_alive = job.script.keep_alive;
  plan.together = job.script.together;
  plan.timeout = job.script.timeout;
  plan.limit = kLongestRun;
  return plan;
}

// Options of a command line, with their values.
struct Adder {
  std::vector<std::string>& words;
  void operator()(const char* option, const std::string& value) const {
    words.insert(words.end(), {option, value});
  }
};

// What a row and its script say of how much.
void AddAmounts(const RunJob& run, std::vector<std::string>& words) {
  const Adder add{words};
  const ScriptRow& row = run.row;
  if (row.requests > 0) add("-n", std::to_string(row.requests));
  if (row.rate > 0) add("--rate", fmt::format("{}", row.rate));
  if (row.concurrency > 0) add("-c", std::to_string(row.concurrency));
  if (row.seconds > 0) add("--time", fmt::format("{}s", row.seconds));
  if (run.first_number > 0) add("--first", std::to_string(run.first_number));
  if (run.job.script.together) words.emplace_back("--together");
  if (run.job.script.keep_alive) words.emplace_back("--keep-alive");
  add("--timeout", fmt::format("{}s", run.job.script.timeout.count()));
}

void AddRequest(const Api& api, std::vector<std::string>& words) {
  const Adder add{words};
  if (api.method != "GET") add("-X", api.method);
  if (!api.content_type.empty()) {
    add("-H", "Content-Type: " + api.content_type);
  }
  for (const ApiHeader& header : api.headers) {
    add("-H", header.name + ": " + header.text);
  }
  if (!api.body.empty()) add("-d", api.body);
}

Result<void> LoadByOurs(const RunJob& run, const Progress& progress,
                        RunRecord& record) {
  const LoadPlan plan = PlanForLoad(run);
  record.tool = "smsweb-bench";
  record.command = LoadCommand(run);
  const auto load = RunLoad(plan, [&](const LoadProgress& now) {
    progress(fmt::format("{}: {} done, {} connected", run.says, now.done,
                         now.connected),
             false);
  });
  if (!load) return std::unexpected(load.error());
  if (load->interrupted) return Fail(ErrorKind::kUnavailable, "interrupted");
  record.seconds = load->seconds;
  record.in_time = load->succeeded_in_time;
  record.time = run.row.seconds;
  record.late_ms = ToMillis(load->lateness.Percentile(99));
  record.succeeded = load->Succeeded();
  record.non_2xx = load->Answered() - load->Succeeded();
  record.failed = load->Failed();
  record.statuses = load->statuses;
  for (const auto& [fault, count] : load->faults) {
    record.faults[std::string(ToString(fault))] = count;
  }
  record.problems = load->problems;
  record.latency = load->latency;
  record.peak_connected = load->peak_connected;
  return {};
}

// --- The queue --------------------------------------------------------------

Result<std::uint64_t> CountMessages(Setup& setup) {
  const auto count = setup.CountQueue();
  if (!count) return std::unexpected(count.error());
  return count->messages;
}

// When it grows no more: requests whose client has given up may still be under
// way.
Result<std::uint64_t> CountSettled(Setup& setup, bool at_once) {
  auto last = CountMessages(setup);
  const auto end = steady_clock::now() + 30s;
  while (last && !at_once && steady_clock::now() < end) {
    std::this_thread::sleep_for(300ms);
    const auto next = CountMessages(setup);
    if (!next || *next == *last) return next;
    last = next;
  }
  return last;
}

}  // namespace

void CompareQueue(std::uint64_t before, std::uint64_t after,
                  RunRecord& record) {
  record.queued = after - before;
  record.lost = record.succeeded - std::min(record.succeeded, record.queued);
  record.extra = record.queued - std::min(record.queued, record.succeeded);
}

std::string LoadCommand(const RunJob& run) {
  std::vector<std::string> words{"smsweb-bench", "load"};
  AddAmounts(run, words);
  AddRequest(run.job.api, words);
  words.push_back(run.server.base() + run.job.api.path);
  return ToString(Command{.arguments = std::move(words)});
}

std::string WhyNotAb(const ScriptRow& row) {
  if (row.concurrency > kAbMost) {
    return fmt::format(
        "ab takes no more than {} at once in most releases; our own generator "
        "does: see table-2-row-6 and table-2-row-7",
        kAbMost);
  }
  const std::uint64_t hard = HardDescriptors();
  if (row.concurrency + kAbOwnDescriptors <= hard) return {};
  return fmt::format(
      "ab needs {} descriptors for it, and the hard limit is {} (ulimit -Hn)",
      row.concurrency + kAbOwnDescriptors, hard);
}

Result<RunRecord> RunRow(const RunJob& run, const Progress& progress) {
  RunRecord record;
  record.samples = run.file + ".csv";
  Setup* const setup = run.server.setup;
  Result<std::uint64_t> before = 0;
  record.counted = setup && run.job.api.messages;
  if (record.counted) before = CountMessages(*setup);
  if (!before) return std::unexpected(before.error());
  auto sampled =
      SampledTime::Begin(run.job, setup, run.job.folder / record.samples);
  if (!sampled) return std::unexpected(sampled.error());
  auto done = run.job.script.by_ab ? LoadByAb(run, record)
                                   : LoadByOurs(run, progress, record);
  if (done) done = sampled->End(record);
  if (!done) return std::unexpected(done.error());
  if (record.counted) {
    const auto after =
        CountSettled(*setup, record.failed + record.non_2xx == 0);
    if (!after) return std::unexpected(after.error());
    CompareQueue(*before, *after, record);
  }
  return record;
}

}  // namespace smsweb::bench
