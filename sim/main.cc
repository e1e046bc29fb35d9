// smsweb-sim: simulated modems. Reads its options, makes the network and the
// modems, and serves them until it is told to end.
#include <fmt/format.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/network.h"
#include "common/base/process.h"
#include "common/base/read_file.h"
#include "common/base/unique_fd.h"
#include "sim/at_session.h"
#include "sim/control.h"
#include "sim/files.h"
#include "sim/network.h"
#include "sim/options.h"
#include "sim/ports.h"
#include "sim/script.h"
#include "sim/simulator.h"

namespace {

using namespace smsweb;

sim::Instant Now() {
  return {std::chrono::floor<std::chrono::microseconds>(
              std::chrono::system_clock::now()),
          std::chrono::steady_clock::now()};
}

int Complain(const Error& error) {
  fmt::print(stderr, "smsweb-sim: {}\n", error.message);
  return 1;
}

// Readable when SIGTERM or SIGINT has come.
UniqueFd StopSignals() {
  const sigset_t signals = BlockEndingSignals();
  return UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC));
}

Result<std::unique_ptr<sim::Port>> OpenPort(const sim::Options& options,
                                            int number) {
  if (options.tcp.empty()) {
    return sim::OpenPty(sim::Numbered(options.link, number));
  }
  const auto address = ParseListenAddress(options.tcp);
  if (!address || !address->path.empty()) {
    return Fail(ErrorKind::kInvalid, "\"" + options.tcp + "\": say HOST:PORT");
  }
  const int port = std::atoi(address->port.c_str());
  return sim::ListenTcp(address->host,
                        std::to_string(port == 0 ? 0 : port + number - 1));
}

// The file first, then what the command line adds.
Result<sim::Script> ReadScript(const sim::Options& options) {
  sim::Script script;
  if (!options.script.empty()) {
    auto text = ReadFile(options.script);
    if (!text) return std::unexpected(text.error());
    auto read = sim::ParseScript(*text, options.script);
    if (!read) return read;
    script = std::move(*read);
  }
  for (const std::string& rule : options.rules) {
    auto read = sim::ParseScript(rule, "--rule");
    if (!read) return read;
    std::move(read->rules.begin(), read->rules.end(),
              std::back_inserter(script.rules));
  }
  return script;
}

Result<void> AddModem(const sim::Options& options, int number,
                      const sim::Script& script, sim::Air& air,
                      sim::Simulator& simulator) {
  auto port = OpenPort(options, number);
  if (!port) return std::unexpected(port.error());
  sim::ModemOptions modem = options.modem;
  modem.name = sim::Numbered(options.name, number);
  modem.index = number - 1;
  fmt::print(stderr, "smsweb-sim: modem {} on {}\n", modem.name,
             (*port)->place());
  simulator.Add(std::move(*port), sim::AtSession(std::move(modem), air,
                                                 options.send_time, script));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  const auto options = sim::ParseOptions(argc, argv);
  if (!options) return options.error();
  if (!options->tell.empty()) {
    const auto told = sim::Tell(options->tell[0], options->tell[1]);
    return told ? 0 : Complain(told.error());
  }
  const auto script = ReadScript(*options);
  if (!script) return Complain(script.error());
  auto sink = sim::FileSink::Open(options->log);
  if (!sink) return Complain(sink.error());
  std::optional<sim::WireTrace> trace;
  if (!options->wire.empty()) {
    auto file = sim::OpenAppending(options->wire);
    if (!file) return Complain(file.error());
    trace.emplace(std::move(*file));
  }
  const UniqueFd stop = StopSignals();
  sim::Network network(sim::Outcomes(options->outcomes), *sink,
                       options->report_delay);
  sim::Simulator simulator(Now, trace ? &*trace : nullptr);
  std::optional<sim::Control> control;
  if (!options->control.empty()) {
    auto opened = sim::Control::Open(options->control);
    if (!opened) return Complain(opened.error());
    simulator.ListenTo(control.emplace(std::move(*opened)));
  }
  for (int number = 1; number <= options->modems; ++number) {
    const auto added = AddModem(*options, number, *script, network, simulator);
    if (!added) return Complain(added.error());
  }
  fmt::print(stderr, "smsweb-sim: ready\n");
  simulator.Run(stop.get());
  return 0;
}
