#include "bench/results/results.h"

#include <algorithm>
#include <limits>
#include <string>

namespace smsweb::bench {
namespace {

double PerSecondOf(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

// Of sorted figures, at least one.
double Median(const std::vector<double>& figures) {
  const std::size_t half = figures.size() / 2;
  return figures.size() % 2 == 1 ? figures[half]
                                 : (figures[half - 1] + figures[half]) / 2;
}

bool IsWithinMoments(const RowRecord& row) {
  if (row.requests == 0) return false;
  const auto [shortest, longest] =
      std::ranges::minmax(row.runs, {}, &RunRecord::seconds);
  return longest.seconds - shortest.seconds <= kAgreementSeconds &&
         std::ranges::all_of(row.runs, [&](const RunRecord& run) {
           return run.succeeded == shortest.succeeded;
         });
}

}  // namespace

bool IsOfService(const std::string& group) {
  return group != "machine" && group != "load" && group != "modem";
}

double RunRecord::PerSecond() const {
  return Goodput() + PerSecondOf(non_2xx, seconds);
}

double RunRecord::Goodput() const {
  const double of_all = PerSecondOf(succeeded, seconds);
  return time > 0 ? std::max(PerSecondOf(in_time, time), of_all) : of_all;
}

bool Reproduction::AsSaid() const {
  return !trials.empty() && std::ranges::all_of(trials, [](const Trial& trial) {
    return trial.completed == trial.expected;
  });
}

double Spread(const RowRecord& row) {
  if (row.runs.size() < 2) return 0;
  std::vector<double> goodput;
  for (const auto& run : row.runs) goodput.push_back(run.Goodput());
  std::ranges::sort(goodput);
  const double distance = goodput.back() - goodput.front();
  if (distance == 0) return 0;
  const double median = Median(goodput);
  return median > 0 ? distance / median
                    : std::numeric_limits<double>::infinity();
}

std::string LostText(const RunRecord& run) {
  if (!run.counted) return "?";
  return std::to_string(run.lost) + (run.IsLostExact() ? "" : " or more");
}

bool IsWithinBand(const RowRecord& row) {
  return Spread(row) <= kAgreementBand;
}

bool Agrees(const RowRecord& row) {
  return IsWithinBand(row) || IsWithinMoments(row);
}

bool IsNoisy(const MachineRecord& machine) {
  return std::max({machine.busy_before, machine.busy_after, machine.stolen}) >
         kNoisyShare;
}

}  // namespace smsweb::bench
