// The machine that is measured on, and how quiet it is.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bench/results/results.h"
#include "bench/sample/quiet.h"

namespace smsweb::bench {

// Takes about two seconds, in which nothing else may be done: how busy it is
// without us. `disk`: whose sync is timed.
MachineRecord DescribeMachine(const std::filesystem::path& disk);

// What is there only afterwards: how busy it is now, and what the host has
// taken since `began`.
void LookAgain(MachineRecord& machine, const CpuTimes& began);

// What `smsweb-bench` and the programs beside it are: versions by name, with
// those of ab and gnuplot.
std::map<std::string, std::string> OwnVersions(
    const std::filesystem::path& programs);

}  // namespace smsweb::bench
