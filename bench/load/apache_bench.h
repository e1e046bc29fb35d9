// Apache's own benchmark, ab(1), which the paper used: run, and its report
// read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/latency.h"
#include "bench/process/child.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct AbPlan {
  std::string url;
  std::uint64_t requests = 1;
  std::uint64_t concurrency = 1;
  std::uint64_t descriptors = 0;  // its soft limit; 0: our hard one
  std::string method = "GET";
  std::string body;  // for POST and PUT: in a file in `folder`
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds limit{600'000};
  std::chrono::seconds timeout{60};  // ab -s
  std::filesystem::path folder;      // for its files
};

struct AbResult {
  std::string command;  // as it could be typed
  std::string output;   // its own words, whole
  std::string errors;
  int exit_code = 0;
  // From its report; 0 where it gave up before.
  std::uint64_t complete = 0;
  // What ab counts (connect, receive, exceptions), and answers that it can't
  // tell to have come whole: see Unproven() in ab_report.h.
  std::uint64_t failed = 0;
  std::map<std::string, std::uint64_t> faults;  // the same, by kind
  std::uint64_t non_2xx = 0;
  double seconds = 0;
  std::uint64_t bytes_received = 0;
  LatencyHistogram latency;  // of all answers, as -g wrote them: whole ms

  std::uint64_t Succeeded() const {
    return complete > non_2xx + failed ? complete - non_2xx - failed : 0;
  }
};

// Empty where ab is installed, else what to do.
std::string WhyNoAb();

// ab refuses more at once: 20,000 before 2.4.71, 200,000 from there on.
// kUnavailable: ab is not installed (says the package), or did not end in time.
// That ab itself gave up (too many open files, connection reset) is a result,
// not an error: look at exit_code and errors.
Result<AbResult> RunAb(const AbPlan& plan);

// Its report, read. kInvalid: that is none.
Result<AbResult> ParseAb(std::string_view output);

// The version that `ab -V` tells: "2.3", with the release of Apache if dpkg
// knows.
std::string AbVersion();

}  // namespace smsweb::bench
