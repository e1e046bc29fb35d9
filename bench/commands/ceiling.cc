// smsweb-bench ceiling: the highest concurrency at which nothing fails, and
// why.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench/ceiling/ceiling_report.h"
#include "bench/commands/ceilings.h"
#include "bench/commands/commands.h"
#include "bench/commands/names.h"
#include "bench/measure/server.h"

namespace smsweb::bench {
namespace {

// Not even one at a time is no ceiling; and where all were skipped, nothing was
// measured.
int CodeOf(const std::vector<CeilingRecord>& records) {
  const auto skipped = [](const CeilingRecord& record) {
    return !record.skipped.empty();
  };
  if (std::ranges::all_of(records, skipped)) return 1;
  const auto holds = [&](const CeilingRecord& record) {
    return skipped(record) || record.highest > 0;
  };
  return std::ranges::all_of(records, holds) ? 0 : kExitSomethingFailed;
}

int Tell(const std::vector<CeilingRecord>& records, bool json) {
  Results results;
  results.ceilings = records;
  if (json) {
    fmt::print("{}\n", ToJson(results)["ceilings"].dump(2));
  } else {
    for (const CeilingRecord& record : records) {
      fmt::print("{}\n", ToText(record));
    }
  }
  std::fflush(stdout);
  return CodeOf(records);
}

int Reproduce(const CeilingOptions& options, const Surroundings& surroundings) {
  Reproduce252Plan plan{.url = options.url, .server = options.url};
  plan.folder = surroundings.scratch;
  const auto done = options.url.empty()
                        ? ReproduceOnOurs(surroundings)
                        : Reproduce252(plan, Saying(surroundings));
  if (!done) return Complain(done.error());
  if (options.json) {
    Results results;
    results.reproduction = *done;
    fmt::print("{}\n", ToJson(results)["reproduction"].dump(2));
  } else {
    fmt::print("{}", ToText(*done));
  }
  return done->AsSaid() ? 0 : kExitSomethingFailed;
}

int CeilingOfUrl(const CeilingOptions& options, const CeilingPlan& plan,
                 const Surroundings& surroundings) {
  const auto server = ServerOf(options.url);
  if (!server) return Complain(server.error());
  Target target{
      .address = server->address, .port = server->port, .host = server->host};
  target.request.target = options.path;
  const auto record = FindCeiling(target, plan, Saying(surroundings));
  if (!record) return Complain(record.error());
  return Tell({*record}, options.json);
}

}  // namespace

void Declare(CLI::App& app, CeilingOptions& options) {
  auto* setups = app.add_option("--setup", options.setups,
                                "Of these set-ups (default: all)")
                     ->delimiter(',');
  auto* url =
      app.add_option("--url", options.url,
                     "Of a server that runs already: http://HOST:PORT; with "
                     "--reproduce-252 the whole URL of any page")
          ->check(GivenUrl())
          ->excludes(setups);
  app.add_option("--path", options.path, "What is asked of --url")
      ->capture_default_str()
      ->needs(url);
  app.add_option("--highest", options.highest, "Tried at the most")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--resolution", options.resolution,
                 "Ends when the bounds are so near: 0.05 is 5 %; 0: to one")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  DeclareSizes(app, options.web_workers, options.endpoints,
               options.connections);
  app.add_flag("--reproduce-252", options.reproduce_252,
               "Show the paper's 252, on nginx or --url: with 256 descriptors "
               "for ab, "
               "252 completes and 253 fails; the client's limit moves it, the "
               "server's doesn't")
      ->excludes(setups);
  app.add_flag("--json", options.json, "Print JSON");
}

int RunCeiling(const CeilingOptions& options,
               const Surroundings& surroundings) {
  if (options.reproduce_252) return Reproduce(options, surroundings);
  CeilingPlan plan;
  plan.highest = options.highest;
  plan.resolution = options.resolution;
  if (!options.url.empty()) return CeilingOfUrl(options, plan, surroundings);
  if (const auto known = CheckSetups(options.setups); !known) {
    return Complain(known.error());
  }
  SetupOptions setup_options = OptionsFor(surroundings);
  setup_options.web_workers = options.web_workers;
  setup_options.endpoints = options.endpoints;
  setup_options.connections = options.connections;
  std::vector<CeilingRecord> records;
  for (const std::string& name :
       options.setups.empty() ? SetupNames() : options.setups) {
    records.push_back(CeilingOf(name, setup_options, plan, surroundings));
    // Each when it is there: the next takes minutes.
    if (!options.json) Tell({records.back()}, false);
  }
  return options.json ? Tell(records, true) : CodeOf(records);
}

}  // namespace smsweb::bench
