// Options that several commands have.
#include "bench/commands/commands.h"

namespace smsweb::bench {

void DeclareSizes(CLI::App& app, int& web_workers, int& endpoints,
                  std::uint64_t& connections) {
  app.add_option("--web-workers", web_workers,
                 "Processes of nginx (as shipped: a core each)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--endpoints", endpoints,
                 "Processes of smsweb-cgi side by side, behind nginx")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--connections", connections,
                 "Connections that each process of nginx and of smsweb-cgi may "
                 "hold (as shipped: 16384)")
      ->check(CLI::Range(std::uint64_t{16}, std::uint64_t{1'000'000}));
}

SetupOptions OptionsFor(const Surroundings& surroundings) {
  SetupOptions options;
  options.programs = surroundings.programs;
  options.shared = surroundings.shared;
  options.folder = surroundings.scratch;
  return options;
}

}  // namespace smsweb::bench
