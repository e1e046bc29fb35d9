// A scenario as a file, taken apart (README.md here has the grammar).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb::faults {

// A word stands between blanks; "..." is one, without its quotes, and "x"*300
// is 300 of them.
struct Step {
  int line = 0;
  std::string source;
  Millis at{0};  // since the start
  std::vector<std::string> words;
};

struct Scenario {
  std::string name;
  std::vector<std::string> modems;  // their names; "a" where none is named
  std::string config;  // TOML: `set` and `modem` lines, as smsweb.toml has them
  std::map<std::string, std::string> profiles;  // by name, as TOML
  std::string script;  // of the simulator (sim/script.h), each rule in the line
                       // in which the file has it
  Millis send_time{0};
  std::vector<Step> steps;
};

// "$N" in the file stands for `n`.
Result<Scenario> ReadScenario(const std::filesystem::path& file, int n = 0);

// "500ms", "10s", "5m", "2h", "3d".
Result<Millis> ParseTime(const std::string& text);

}  // namespace smsweb::faults
