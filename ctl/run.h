// From a checked command line to what is printed.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "ctl/options.h"
#include "ctl/outcome.h"

namespace smsweb::ctl {

// What main() hands down.
struct Surroundings {
  const Clock& clock;
  Random& random;
  Environment environment;
  std::function<Result<std::string>()> read_input;  // all of standard input
  // A line of standard input; at a terminal `prompt` asks for it.
  std::function<Result<std::string>(std::string_view prompt)> read_line;
  std::function<void(Millis)> pause;  // sleeps
  std::size_t width = 0;              // 0: no terminal
  // A line for a person who waits.
  std::function<void(std::string_view)> progress = [](std::string_view) {};
  // The same, but each takes the place of the one before; an empty one ends
  // them. For a terminal alone.
  std::function<void(std::string_view)> status = [](std::string_view) {};
  std::string who;  // runs this, for the audit log
};

Outcome RunCommand(const Options& options, const Surroundings& surroundings);

// What to write, and how to end.
struct Output {
  std::string out;
  std::string err;
  ExitCode exit = ExitCode::kDone;
};
Output Render(const Outcome& outcome, bool json);
Output Render(const NoCommand& no_command);

}  // namespace smsweb::ctl
