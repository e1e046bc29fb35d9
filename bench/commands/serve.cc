// smsweb-bench serve: a set-up under test, up until Ctrl-C, to be looked at and
// loaded by hand.
#include <fmt/format.h>
#include <poll.h>

#include <cstdio>

#include "bench/commands/commands.h"
#include "bench/commands/names.h"
#include "common/base/duration.h"

namespace smsweb::bench {
namespace {

constexpr int kLookEveryMs = 1000;

void Tell(const Setup& setup) {
  const std::string url = fmt::format("http://127.0.0.1:{}", setup.port());
  fmt::print("{} is up: {}\n", setup.kind().title, url);
  fmt::print("  curl '{}/s.py?rcpt=089610707901&msg=pesan'\n", url);
  fmt::print("Its files are in {}; the simulated phone's record is {}\n",
             setup.folder().string(), setup.phone().string());
  for (const auto& [name, size] : setup.sizes()) {
    fmt::print("  {} = {}\n", name, size);
  }
  fmt::print("Started with:\n");
  for (const std::string& command : setup.commands()) {
    fmt::print("  {}\n", command);
  }
  fmt::print("Ctrl-C ends everything.\n");
  std::fflush(stdout);
}

}  // namespace

void Declare(CLI::App& app, ServeOptions& options) {
  app.add_option("setup", options.setup, "Which one (smsweb-bench list)")
      ->capture_default_str();
  app.add_option("--modems", options.modems, "Simulated modems")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--send-time", options.send_time,
                 "How long a message takes on each: 3s")
      ->capture_default_str();
  app.add_flag("--no-spooler", options.no_spooler,
               "Messages stay in the queue");
  DeclareSizes(app, options.web_workers, options.endpoints,
               options.connections);
  app.add_option("--cores", options.cores,
                 "All of it on so many cores, by a cgroup (root): 0.5")
      ->check(CLI::PositiveNumber);
  app.add_option("--memory", options.memory_mb, "... and in so many MB")
      ->check(CLI::Range(std::uint64_t{16}, std::uint64_t{1} << 30));
}

int RunServe(const ServeOptions& options, const Surroundings& surroundings) {
  const auto send_time = ParseDuration(options.send_time);
  if (!send_time) return Complain(send_time.error());
  SetupOptions setup_options = OptionsFor(surroundings);
  setup_options.modems = options.modems;
  setup_options.send_time = *send_time;
  setup_options.spooler = !options.no_spooler;
  setup_options.web_workers = options.web_workers;
  setup_options.endpoints = options.endpoints;
  setup_options.connections = options.connections;
  setup_options.limit = {.cores = options.cores,
                         .memory = options.memory_mb << 20};
  const auto setup = StartSetup(options.setup, setup_options);
  if (!setup) return Complain(setup.error());
  Tell(**setup);
  while (true) {
    if (const auto alive = (*setup)->CheckAlive(); !alive) {
      return Complain(alive.error());
    }
    ::poll(nullptr, 0, kLookEveryMs);
  }
}

}  // namespace smsweb::bench
