// What the commands of smsweb-bench need to know of where they run: made by
// main(), once.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "bench/measure/run_case.h"
#include "bench/setup/scratch.h"
#include "common/base/error.h"

namespace smsweb::bench {

struct Surroundings {
  std::filesystem::path self;      // this program
  std::filesystem::path programs;  // folder of smsweb-cgi and the others
  std::filesystem::path shared;    // deploy/ and bench/ of the checkout, or of
                                   // where it was installed
  std::filesystem::path scratch;   // private folders are made in here
  std::string command;             // as it was typed
  Progress progress;
};

// Beside this program: the others; its data in ../share/smsweb, or in the
// checkout that it was built from. kNotFound: neither is there.
Result<Surroundings> LookAround();

// In $TMPDIR (/var/tmp: a disk, where syncs cost something).
Result<Scratch> MakeScratch();

// A line for whoever waits: on a terminal the next takes its place unless it is
// `done`; elsewhere only those that are done are written, with the time.
Progress ProgressDisplay();

// Work that prints: 1 in place of 0 where standard output took not all of it.
int Printed(const std::function<int()>& work);

// What failed, on standard error; the exit code: 2 for what was asked wrongly.
int Complain(const Error& error, std::string_view who = "smsweb-bench");

}  // namespace smsweb::bench
