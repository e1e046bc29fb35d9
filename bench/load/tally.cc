#include "bench/load/tally.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "bench/load/answer_problem.h"
#include "bench/load/request_fault.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kOtherProblems = "other problems";
constexpr std::size_t kNamedProblems = 31;

// Written by one process alone, read by others.
void Increment(std::atomic<std::uint64_t>& count) {
  count.store(count.load(std::memory_order_relaxed) + 1,
              std::memory_order_relaxed);
}

bool IsSuccess(int status) { return status / 100 == 2; }

void Keep(const LatencyHistogram& histogram, WorkerReport::Counters& counters) {
  std::ranges::copy(histogram.counters(), counters.begin());
}

void Add(const WorkerReport::Counters& counters, LatencyHistogram& histogram) {
  histogram.Add(LatencyHistogram::FromCounters(counters));
}

void AddHistograms(const WorkerReport& report, LoadResult& result) {
  Add(report.latency, result.latency);
  Add(report.refused_latency, result.refused_latency);
  Add(report.connect, result.connect);
  Add(report.lateness, result.lateness);
}

void AddCounts(const WorkerReport& report, LoadResult& result) {
  for (std::size_t status = 0; status < report.statuses.size(); ++status) {
    const auto count = report.statuses[status];
    if (count > 0) result.statuses[static_cast<int>(status)] += count;
  }
  for (const RequestFault fault : kRequestFaults) {
    const auto count = report.faults[static_cast<std::size_t>(fault)];
    if (count > 0) result.faults[fault] += count;
  }
  result.bytes_sent += report.bytes_sent;
  result.bytes_received += report.bytes_received;
}

// Each worker keeps the kinds that it saw first; those of all workers may be
// more than there is room for.
void AddProblems(const WorkerReport& report, LoadResult& result) {
  for (const auto& problem : report.problems) {
    if (problem.count == 0) continue;
    const std::string name = problem.name.data();
    const bool has_room = result.problems.size() < kNamedProblems ||
                          result.problems.contains(name);
    result.problems[has_room ? name : std::string(kOtherProblems)] +=
        problem.count;
  }
}

// Without those after the last that was begun: a load of time has no end of
// numbers.
std::vector<RequestRecord> RecordsOf(const Board& board,
                                     std::uint64_t first_number) {
  const auto all = board.records();
  const auto last = std::find_if(
      all.rbegin(), all.rend(),
      [](const RequestRecord& record) { return record.due_us > 0; });
  std::vector<RequestRecord> records(all.begin(), last.base());
  for (RequestRecord& record : records) record.number = first_number++;
  return records;
}

double SecondsOf(std::span<const WorkerReport> reports) {
  Micros first = 0;
  Micros last = 0;
  for (const WorkerReport& report : reports) {
    if (report.first_due == 0) continue;
    first = first == 0 ? report.first_due : std::min(first, report.first_due);
    last = std::max(last, report.last_end);
  }
  return static_cast<double>(last - first) / kMicrosPerSecond;
}

}  // namespace

void Tally::OnAnswered(const RequestTimes& request, const HttpAnswer& answer,
                       Micros now) {
  const int status = answer.status();
  ++report_.statuses[static_cast<std::size_t>(status)];
  if (IsSuccess(status)) {
    latency_.Record(now - request.due);
    Increment(report_.succeeded);
    if (now <= time_is_over_) ++report_.succeeded_in_time;
  } else {
    refused_latency_.Record(now - request.due);
    CountProblem(NameProblem(status, answer.body()));
  }
  OnEnd(request, status, now);
}

void Tally::OnFailed(const RequestTimes& request, RequestFault fault,
                     Micros now) {
  ++report_.faults[static_cast<std::size_t>(fault)];
  OnEnd(request, 0, now);
}

void Tally::OnEnd(const RequestTimes& request, int status, Micros now) {
  if (report_.first_due == 0 || request.due < report_.first_due) {
    report_.first_due = request.due;
  }
  report_.last_end = now;
  Increment(report_.done);
  if (request.index >= records_.size()) return;
  records_[static_cast<std::size_t>(request.index)] = {
      .due_us = request.due,
      .sent_us = request.sent,
      .answered_us = status == 0 ? 0 : now,
      .status = status};
}

void Tally::CountProblem(const std::string& name) {
  const auto named = std::span(report_.problems).first(kNamedProblems);
  const auto place = std::ranges::find_if(named, [&](const auto& problem) {
    return problem.count == 0 || problem.name.data() == name;
  });
  const bool has_room = place != named.end();
  auto& problem = has_room ? *place : report_.problems.back();
  if (problem.count++ > 0) return;
  const std::string_view shown = has_room ? name : kOtherProblems;
  shown.copy(problem.name.data(), problem.name.size() - 1);
}

void Tally::Finish(const Traffic& traffic) {
  Keep(latency_, report_.latency);
  Keep(refused_latency_, report_.refused_latency);
  Keep(connect_, report_.connect);
  Keep(lateness_, report_.lateness);
  report_.bytes_sent = traffic.sent;
  report_.bytes_received = traffic.received;
}

LoadResult Gather(const Board& board, const LoadPlan& plan,
                  const LoadSizes& sizes) {
  LoadResult result;
  for (const WorkerReport& report : board.reports()) {
    AddHistograms(report, result);
    AddCounts(report, result);
    AddProblems(report, result);
  }
  const std::uint64_t ended = result.Answered() + result.Failed();
  const bool is_of_time = plan.duration.count() > 0 && plan.rate == 0;
  result.asked = is_of_time ? ended : sizes.requests;
  if (result.asked > ended) {
    result.faults[RequestFault::kNotSent] = result.asked - ended;
  }
  result.seconds = SecondsOf(board.reports());
  for (const WorkerReport& report : board.reports()) {
    result.succeeded_in_time += report.succeeded_in_time;
  }
  result.peak_connected = board.state().connected.peak;
  result.peak_open = board.state().open.peak;
  result.processes = sizes.processes;
  result.sources = sizes.sources;
  result.records = RecordsOf(board, plan.first_number);
  return result;
}

}  // namespace smsweb::bench
