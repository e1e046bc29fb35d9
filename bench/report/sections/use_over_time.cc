// The paper's figures 9 to 20.
#include <algorithm>

#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

// Columns of the samples.
constexpr const char* kCpu = "cpu_percent";
constexpr const char* kMemory = "memory_percent";
constexpr const char* kReceived = "rx_bytes_per_second";
constexpr const char* kSent = "tx_bytes_per_second";

Series SeriesOf(const std::vector<Sample>& samples, const char* column,
                const std::string& name, int colour) {
  Series series{.name = name, .colour = colour};
  for (const Sample& sample : samples) {
    const auto value = sample.values.find(column);
    if (value == sample.values.end()) continue;
    series.points.push_back({sample.seconds, value->second});
  }
  return series;
}

// In a unit in which the greatest is a number that one reads.
Axis InBytes(std::vector<Series>& series) {
  double most = 0;
  for (const auto& each : series) {
    for (const Point& point : each.points) most = std::max(most, point.y);
  }
  const bool many = most >= 1e6;
  const double unit = many ? 1e6 : most >= 1e4 ? 1e3 : 1;
  for (auto& each : series) {
    for (Point& point : each.points) point.y /= unit;
  }
  return {.label = many ? "MB/s" : unit > 1 ? "kB/s" : "bytes/s", .from = 0};
}

Chart ChartOf(const std::string& name, const std::string& title, const Axis& y,
              std::vector<Series> series) {
  return {.name = name,
          .title = title,
          .body = Curves{.x = {.label = "seconds", .from = 0},
                         .y = y,
                         .series = std::move(series)},
          .size = Chart::Size::kHalf};
}

}  // namespace

UseOverTime DrawUse(const Material& material, const RunRecord& run,
                    const std::string& load, const std::string& name) {
  if (run.samples.empty()) return {.missing = load + ": no samples were taken"};
  const auto samples = material.samples(run.samples);
  if (!samples) return {.missing = load + ": " + samples.error().message};
  if (samples->size() < 2) {
    return {.missing = load + ": over before there were two samples"};
  }
  std::vector<Series> network{SeriesOf(*samples, kReceived, "received (Rx)", 0),
                              SeriesOf(*samples, kSent, "sent (Tx)", 1)};
  network[1].look = Series::Look::kDashed;  // on loopback they are the same
  const Axis bytes = InBytes(network);
  return {.figures = {
              {ChartOf(name + "-cpu-memory", "CPU and memory: " + load,
                       {.label = "% of the machine", .from = 0, .to = 100},
                       {SeriesOf(*samples, kCpu, "CPU", 0),
                        SeriesOf(*samples, kMemory, "memory", 1)})},
              {ChartOf(name + "-network", "Network: " + load, bytes,
                       std::move(network))},
          }};
}

}  // namespace smsweb::bench
