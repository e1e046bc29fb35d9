// Test cases as the command line wants them, run one after the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "bench/cases/cases.h"
#include "bench/commands/surroundings.h"
#include "bench/results/results.h"
#include "bench/sample/quiet.h"

namespace smsweb::bench {

// A case on a set-up, or on a URL.
struct Errand {
  TestCase test;
  std::string setup;
  std::string url;
};

// Runs it. Where it can't be run here, its record says why (`skipped`). Errors
// are those of RunCase().
Result<CaseRecord> RunErrand(const Errand& errand, const Repository& repository,
                             const Surroundings& surroundings,
                             const std::filesystem::path& out, bool keep);

// Results, with what is known before anything is measured, and after.
class Measurement {
 public:
  explicit Measurement(const Surroundings& surroundings);
  Results results;
  void End();

 private:
  CpuTimes began_;
  std::chrono::steady_clock::time_point began_at_;
};

// A folder for results, with data/ in it; what an earlier measurement left
// there is removed. kInvalid: it is there, and not of one.
Result<std::filesystem::path> MakeOut(const std::string& given,
                                      const std::string& otherwise);

// How many requests failed, were not 2xx, or lost their message; messages that
// never arrived, or twice; and one where the case broke off.
std::uint64_t CountTroubles(const CaseRecord& record);

}  // namespace smsweb::bench
