#include "bench/load/load_report.h"

#include <fmt/format.h>

#include <array>

namespace smsweb::bench {
namespace {

struct Percent {
  const char* name;
  double percent;
};
constexpr std::array kPercents{
    Percent{"50", 50}, Percent{"75", 75},     Percent{"90", 90},
    Percent{"99", 99}, Percent{"99.9", 99.9}, Percent{"100", 100},
};
// Later than that, the load was not what was asked for.
constexpr std::int64_t kLate = 10'000;

double PerSecond(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string Time(double micros) {
  if (micros < 1000) return fmt::format("{:.0f} us", micros);
  if (micros < 1'000'000) return fmt::format("{:.2f} ms", micros / 1000);
  return fmt::format("{:.2f} s", micros / 1'000'000);
}

std::string Time(std::int64_t micros) {
  return Time(static_cast<double>(micros));
}

std::string Line(std::string_view label, std::string_view value) {
  return fmt::format("{:<24}{}\n", label, value);
}

std::string Line(std::string_view label, std::uint64_t count) {
  return Line(label, std::to_string(count));
}

std::string LoopOf(const LoadPlan& plan) {
  return plan.rate > 0
             ? fmt::format("open loop, {:g} requests/s, at most {} connections",
                           plan.rate, plan.concurrency)
             : fmt::format("closed loop, {} connections{}", plan.concurrency,
                           plan.together ? ", together" : "");
}

std::string CountsText(const LoadResult& result) {
  return Line("Requests:", result.asked) +
         Line("Answered with 2xx:", result.Succeeded()) +
         Line("Other answers:", result.Answered() - result.Succeeded()) +
         Line("Without an answer:", result.Failed()) +
         Line("Time:", fmt::format("{:.3f} s", result.seconds)) +
         Line("Answers:", fmt::format("{:.2f}/s", PerSecond(result.Answered(),
                                                            result.seconds))) +
         Line("Goodput (2xx):",
              fmt::format("{:.2f}/s",
                          PerSecond(result.Succeeded(), result.seconds)));
}

std::string OursText(const LoadResult& result) {
  return Line("Connections at most:",
              fmt::format("{} established, {} open", result.peak_connected,
                          result.peak_open)) +
         Line("Bytes:", fmt::format("{} sent, {} received", result.bytes_sent,
                                    result.bytes_received)) +
         Line(
             "This client:",
             fmt::format("{} processes, {} source addresses, {:.2f} s of CPU",
                         result.processes, result.sources, result.cpu_seconds));
}

std::string LatencyText(std::string_view title,
                        const LatencyHistogram& latency) {
  if (latency.count() == 0) return {};
  std::string text =
      fmt::format("\n{} ({}): mean {}, deviation {}\n", title, latency.count(),
                  Time(latency.Mean()), Time(latency.Deviation()));
  for (const auto& [name, percent] : kPercents) {
    text +=
        fmt::format("{:>7} %  {}\n", name, Time(latency.Percentile(percent)));
  }
  return text;
}

template <typename Counts, typename Name>
std::string CountedText(std::string_view title, const Counts& counts,
                        const Name& name) {
  if (counts.empty()) return {};
  std::string text = fmt::format("\n{}\n", title);
  for (const auto& [what, count] : counts) {
    text += fmt::format("{:>10}  {}\n", count, name(what));
  }
  return text;
}

// What a reader must know before he believes the figures.
std::string Warnings(const LoadResult& result) {
  std::string text;
  if (result.interrupted) text += "\nInterrupted: this is what there was.\n";
  const auto late = result.lateness.Percentile(99);
  if (late > kLate) {
    text += fmt::format(
        "\nThis client was late: 1 % of requests began {} or more after they "
        "could have. Latencies count that, too; give it more of the machine, "
        "or a lower rate.\n",
        Time(late));
  }
  return text;
}

nlohmann::ordered_json LatencyJson(const LatencyHistogram& latency) {
  nlohmann::ordered_json json{{"count", latency.count()},
                              {"min", latency.Min()},
                              {"mean", latency.Mean()},
                              {"deviation", latency.Deviation()}};
  for (const auto& [name, percent] : kPercents) {
    json[std::string("p") + name] = latency.Percentile(percent);
  }
  json["histogram"] = latency.ToText();
  return json;
}

nlohmann::ordered_json PlanJson(const LoadPlan& plan) {
  return {
      {"address", plan.address},
      {"port", plan.port},
      {"method", plan.request.method},
      {"requests", plan.requests},
      {"duration_seconds",
       std::chrono::duration<double>(plan.duration).count()},
      {"concurrency", plan.concurrency},
      {"rate", plan.rate},
      {"keep_alive", plan.keep_alive},
      {"together", plan.together},
      {"timeout_seconds", std::chrono::duration<double>(plan.timeout).count()}};
}

// By name, as JSON wants it.
template <typename Counts, typename Name>
nlohmann::ordered_json CountedJson(const Counts& counts, const Name& name) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [what, count] : counts) json[name(what)] = count;
  return json;
}

std::string StatusName(int status) { return std::to_string(status); }
std::string FaultName(RequestFault fault) {
  return std::string(ToString(fault));
}
std::string ProblemName(const std::string& problem) { return problem; }

}  // namespace

std::string LoadText(const LoadPlan& plan, const LoadResult& result) {
  return fmt::format("{} {}:{}, {}\n\n", plan.request.method, plan.address,
                     plan.port, LoopOf(plan)) +
         CountsText(result) + OursText(result) +
         LatencyText("Latency of 2xx", result.latency) +
         LatencyText("Latency of other answers", result.refused_latency) +
         LatencyText("Until connected", result.connect) +
         LatencyText("Late by our own doing", result.lateness) +
         CountedText("Statuses", result.statuses, StatusName) +
         CountedText("Problems", result.problems, ProblemName) +
         CountedText("Without an answer", result.faults, FaultName) +
         Warnings(result);
}

nlohmann::ordered_json LoadJson(const LoadPlan& plan,
                                const LoadResult& result) {
  return {{"plan", PlanJson(plan)},
          {"asked", result.asked},
          {"answered", result.Answered()},
          {"succeeded", result.Succeeded()},
          {"failed", result.Failed()},
          {"seconds", result.seconds},
          {"answers_per_second", PerSecond(result.Answered(), result.seconds)},
          {"goodput", PerSecond(result.Succeeded(), result.seconds)},
          {"statuses", CountedJson(result.statuses, StatusName)},
          {"faults", CountedJson(result.faults, FaultName)},
          {"problems", CountedJson(result.problems, ProblemName)},
          {"latency", LatencyJson(result.latency)},
          {"refused_latency", LatencyJson(result.refused_latency)},
          {"connect", LatencyJson(result.connect)},
          {"lateness", LatencyJson(result.lateness)},
          {"peak_connected", result.peak_connected},
          {"peak_open", result.peak_open},
          {"bytes_sent", result.bytes_sent},
          {"bytes_received", result.bytes_received},
          {"cpu_seconds", result.cpu_seconds},
          {"processes", result.processes},
          {"sources", result.sources},
          {"interrupted", result.interrupted}};
}

}  // namespace smsweb::bench
