// smsweb-bench sample: alone, it serves as the paper's psutil script.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/sample/sampler.h"

namespace smsweb::bench {

struct SampleOptions {
  std::chrono::milliseconds interval{1000};
  std::uint64_t rows = 0;  // 0: until it is stopped
  std::string out = "-";   // a file; "-": standard output
  std::vector<SampleGroup> groups;
  bool columns = false;              // print what they are, and end
  std::vector<std::string> command;  // sampled until it ends; empty: none
};

// On a command line that is for this alone: a subcommand.
void Declare(CLI::App& app, SampleOptions& options);

// "NAME=PID,PID,..." or "NAME=@PROGRAM,...". kInvalid: it is neither.
Result<SampleGroup> ParseSampleGroup(const std::string& text);

// Until the command has ended, SIGINT or SIGTERM came, or there are enough
// rows; the last row is whole. The exit code: the command's, 128 + the signal's
// number if a signal ended that; without one, 0; 1 if the samples can't be
// written, or a process is not there. What there is to say has been said.
int RunSample(const SampleOptions& options);

}  // namespace smsweb::bench
