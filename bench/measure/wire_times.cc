#include "bench/measure/wire_times.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "common/base/clock.h"

namespace smsweb::bench {
namespace {

// "2026-11-23T07:16:48.123Z ..." to microseconds of civil time.
std::optional<std::int64_t> TimeOf(const std::string& line) {
  const auto time = ParseRfc3339(line.substr(0, line.find(' ')));
  if (!time) return std::nullopt;
  return std::int64_t{time->time_since_epoch().count()} * 1000;
}

// The value of KEY=VALUE in a line of a log.
std::string FieldOf(const std::string& line, const std::string& key) {
  const auto at = line.find(" " + key + "=");
  if (at == line.npos) return {};
  const auto start = at + key.size() + 2;
  return line.substr(start, line.find(' ', start) - start);
}

std::vector<std::int64_t> CommandTimes(const std::filesystem::path& trace) {
  std::vector<std::int64_t> times;
  std::ifstream file(trace);
  for (std::string line; std::getline(file, line);) {
    if (line.find(" > AT+CMGS=") == line.npos) continue;
    if (const auto time = TimeOf(line)) times.push_back(*time);
  }
  return times;
}

}  // namespace

std::map<std::string, WireTime> FromLogs(const std::filesystem::path& log,
                                         const std::filesystem::path& trace,
                                         std::int64_t offset_us) {
  const auto commands = CommandTimes(trace);
  std::map<std::string, WireTime> times;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    if (FieldOf(line, "result") != "accepted") continue;
    const auto answered = TimeOf(line);
    if (!answered) continue;
    // The last command before the answer is the one that it answers.
    const auto next = std::ranges::upper_bound(commands, *answered);
    if (next == commands.begin()) continue;
    times.try_emplace(FieldOf(line, "id"),
                      WireTime{*std::prev(next) - offset_us,
                               *answered - offset_us, FieldOf(line, "modem")});
  }
  return times;
}

double IdleShare(const std::map<std::string, WireTime>& times) {
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>>
      busy;
  for (const auto& [key, time] : times) {
    busy[time.modem].emplace_back(time.cmgs_us, time.accepted_us);
  }
  double idle = 0;
  double all = 0;
  for (auto& [modem, spans] : busy) {
    std::ranges::sort(spans);
    all += static_cast<double>(spans.back().second - spans.front().first);
    for (std::size_t i = 1; i < spans.size(); ++i) {
      idle += static_cast<double>(spans[i].first - spans[i - 1].second);
    }
  }
  return all > 0 ? idle / all : 0;
}

}  // namespace smsweb::bench
