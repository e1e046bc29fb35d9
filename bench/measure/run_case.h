// A test case against one set-up, or against a server that somebody else runs:
// every row, as often as it is to be repeated, each run with its samples.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "bench/cases/cases.h"
#include "bench/results/results.h"
#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// A line of progress. `done`: false, it is soon replaced by the next.
using Progress = std::function<void(const std::string& line, bool done)>;

struct CaseJob {
  TestCase test;
  Api api;
  Script script;
  std::string setup;  // a name; empty: `url`
  std::string url;  // "http://127.0.0.1:8080", whose server somebody else runs
  SetupOptions options;          // programs, shared and folder; the rest is the
                                 // case's
  std::filesystem::path folder;  // for samples and ab's output
  std::filesystem::path self;    // smsweb-bench itself, which samples
  std::chrono::milliseconds interval{250};  // of the samples
};

// What is said of a case on a set-up (or on `url`) before it is run, or where
// it can't be: `skipped`.
CaseRecord BeginCase(const TestCase& test, const std::string& setup,
                     const std::string& url, const std::string& skipped = "");

// What became of the messages of all rows, by how many arrived at the phones.
void CompareArrivals(std::uint64_t arrived, CaseRecord& record);

// kInvalid, kUnavailable: it could not be begun. What fails later is in the
// record, for that is what is measured.
Result<CaseRecord> RunCase(const CaseJob& job, const Progress& progress);

}  // namespace smsweb::bench
