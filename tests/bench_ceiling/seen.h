// Loads that failed, as evidence, and lines of logs by their words.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/ceiling/ceiling.h"
#include "bench_ceiling/log_lines.h"
#include "catch.h"

namespace smsweb::bench {

inline void CheckHas(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  CHECK(text.contains(part));
}

inline std::string LineOf(const std::string& words) {
  for (const LogCase& c : kLogCases) {
    if (c.line.find(words) != c.line.npos) return "web errors: " + c.line;
  }
  FAIL("no such line: " + words);
  return {};
}

inline Evidence Seen(std::uint64_t concurrency, std::uint64_t succeeded,
                     std::map<int, std::uint64_t> errors,
                     std::map<RequestFault, std::uint64_t> faults) {
  Evidence evidence{.concurrency = concurrency};
  evidence.load.seconds = 2;
  evidence.load.asked = succeeded;
  evidence.load.statuses = std::move(errors);
  evidence.load.statuses[202] = succeeded;
  evidence.load.faults = std::move(faults);
  for (const auto& [status, count] : evidence.load.statuses) {
    if (status != 202) evidence.load.asked += count;
  }
  for (const auto& [fault, count] : evidence.load.faults) {
    evidence.load.asked += count;
  }
  evidence.kernel_settings = {{"net.core.somaxconn", "4096"},
                              {"net.ipv4.ip_local_port_range", "32768\t60999"}};
  return evidence;
}

inline Evidence With(Evidence evidence, std::vector<std::string> lines) {
  for (const std::string& line : lines) {
    evidence.log_lines.push_back(LineOf(line));
  }
  return evidence;
}

}  // namespace smsweb::bench
