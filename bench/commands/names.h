// What a command line calls by its name, looked up: set-ups, and test cases in
// a folder of one's own.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "bench/cases/cases.h"
#include "bench/commands/surroundings.h"
#include "common/base/error.h"

namespace smsweb::bench {

std::vector<std::string> SetupNames();

// kInvalid: which is none, and which there are.
Result<void> CheckSetups(const std::vector<std::string>& names);

// For a --url that may be left out, but not come from a variable that is not
// set.
CLI::Validator GivenUrl();

// --cases FOLDER; empty: the shipped ones.
CLI::Option* DeclareCases(CLI::App& app, std::string& folder);
std::filesystem::path CasesFolder(const Surroundings& surroundings,
                                  const std::string& given);
Result<Repository> ReadCases(const Surroundings& surroundings,
                             const std::string& given);

}  // namespace smsweb::bench
