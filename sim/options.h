// The command line of smsweb-sim.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "sim/modem_state.h"
#include "sim/outcomes.h"

namespace smsweb::sim {

struct Options {
  int modems = 1;
  std::string link;  // "%d" is the modem's number, from 1
  std::string tcp;   // HOST:PORT; ports count up from there, unless it is 0
  std::string name = "sim-%d";
  std::string log = "-";
  std::string wire;
  std::string script;              // a file
  std::vector<std::string> rules;  // more of it
  std::string control;             // a socket
  std::vector<std::string> tell;   // the other end: a socket, and a script
  std::chrono::milliseconds send_time{0};
  std::chrono::milliseconds report_delay{0};
  std::vector<OutcomeRule> outcomes;
  ModemOptions modem;  // as each of them is
};

// The error is the exit code: 0 after --help or --version, kExitWrongUsage
// after a mistake. What there was to say has been said.
std::expected<Options, int> ParseOptions(int argc, char** argv);

// `pattern` with the first "%d" replaced.
std::string Numbered(std::string_view pattern, int number);

}  // namespace smsweb::sim
