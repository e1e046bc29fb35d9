// What follows from measurements: the paper's plan, the knee, the cost of a
// message.
#include "bench/plan/plan.h"

#include <algorithm>

namespace smsweb::bench {
namespace {

constexpr double kMebi = 1024.0 * 1024;
constexpr double kBitsPerByte = 8;

}  // namespace

PaperPlan PlanAsThePaper(const std::vector<PeakUse>& peaks, double mhz,
                         std::uint64_t memory_bytes) {
  PeakUse most;
  for (const PeakUse& peak : peaks) {
    most.cpu_percent = std::max(most.cpu_percent, peak.cpu_percent);
    most.memory_percent = std::max(most.memory_percent, peak.memory_percent);
    most.rx_bytes_per_second =
        std::max({most.rx_bytes_per_second, peak.rx_bytes_per_second,
                  peak.tx_bytes_per_second});
  }
  const double memory_mb = static_cast<double>(memory_bytes) / kMebi;
  return {.mhz = most.cpu_percent / 100 * mhz,
          .memory_mb = most.memory_percent / 100 * memory_mb,
          .mbit_per_second = most.rx_bytes_per_second / kMebi * kBitsPerByte};
}

std::optional<CurvePoint> Knee(const std::vector<CurvePoint>& curve,
                               double share) {
  if (curve.size() < 3) return std::nullopt;
  const double best =
      std::ranges::max_element(curve, {}, &CurvePoint::goodput)->goodput;
  if (best <= 0) return std::nullopt;
  std::optional<CurvePoint> knee;
  for (const CurvePoint& point : curve) {
    const bool enough = point.goodput >= share * best;
    if (enough && (!knee || point.concurrency < knee->concurrency)) {
      knee = point;
    }
  }
  return knee;
}

std::optional<MessageCost> CostPerMessage(const RunRecord& run) {
  if (run.succeeded == 0) return std::nullopt;
  MessageCost cost;
  for (const auto& [group, seconds] : run.cpu_seconds) {
    if (!IsOfService(group)) continue;
    const double ms = seconds * 1000 / static_cast<double>(run.succeeded);
    cost.cpu_ms[group] = ms;
    cost.total_ms += ms;
  }
  if (cost.total_ms <= 0) return std::nullopt;
  cost.per_second_per_core = 1000 / cost.total_ms;
  return cost;
}

}  // namespace smsweb::bench
