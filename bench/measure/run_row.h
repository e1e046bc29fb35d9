// One run of one row: a load, by ab or by our own generator, with samples
// around it and the queue counted before and after.
#pragma once

#include <string>

#include "bench/measure/run_case.h"
#include "bench/measure/server.h"

namespace smsweb::bench {

struct RunJob {
  const CaseJob& job;
  const Server& server;
  ScriptRow row;
  std::string file;  // what the run's files are called, without an ending
  std::string says;  // before each line of progress
  std::uint64_t first_number = 0;  // of requests that name one
};

Result<RunRecord> RunRow(const RunJob& run, const Progress& progress);

// What became of the messages of a run, by the number in the queue before it
// and after.
void CompareQueue(std::uint64_t before, std::uint64_t after, RunRecord& record);

// A row of our own generator's as it could be typed, quoted for a shell. What
// an API takes from the environment stands there as ${NAME}, which `load`
// reads.
std::string LoadCommand(const RunJob& run);

// Why ab can't run this row here; empty: it can.
std::string WhyNotAb(const ScriptRow& row);

}  // namespace smsweb::bench
