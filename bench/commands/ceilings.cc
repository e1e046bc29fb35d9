#include "bench/commands/ceilings.h"

#include <fmt/format.h>

#include <memory>

#include "bench/commands/commands.h"
#include "bench/measure/server.h"

namespace smsweb::bench {
namespace {

constexpr const char* kPath = "/s.py?rcpt=089610707901&msg=pesan";

}  // namespace

Say Saying(const Surroundings& surroundings) {
  return [&surroundings](const std::string& line) {
    surroundings.progress(line, true);
  };
}

CeilingRecord CeilingOf(const std::string& name, const SetupOptions& options,
                        const CeilingPlan& plan,
                        const Surroundings& surroundings) {
  CeilingRecord record;
  record.setup = name;
  const SetupKind* const kind = FindSetup(name);
  record.setup_title = kind->title;
  record.skipped = WhatIsMissing(*kind);
  if (!record.skipped.empty()) return record;
  // Messages stay in the queue: the ceiling is the endpoint's. The paper's
  // design can't be had without its daemon.
  SetupOptions ours = options;
  ours.spooler = name == kPapersDesign;
  auto setup = StartSetup(name, ours);
  if (!setup) {
    record.skipped = setup.error().message;
    return record;
  }
  Target target{.setup = setup->get(), .port = (*setup)->port()};
  target.request.target = kPath;
  auto found = FindCeiling(target, plan, Saying(surroundings));
  if (found) return std::move(*found);
  record.skipped = found.error().message;
  return record;
}

Result<Reproduction> ReproduceOnOurs(const Surroundings& surroundings) {
  std::unique_ptr<Setup> setup;
  Reproduce252Plan plan{.server =
                            std::string(FindSetup(kShippedDesign)->title)};
  plan.folder = surroundings.scratch;
  plan.start = [&](std::uint64_t server_descriptors) -> Result<std::string> {
    setup.reset();
    SetupOptions options = OptionsFor(surroundings);
    options.spooler = false;
    options.server_descriptors = server_descriptors;
    auto started = StartSetup(kShippedDesign, options);
    if (!started) return std::unexpected(started.error());
    setup = std::move(*started);
    return ServerOf(*setup).base() + kPath;
  };
  return Reproduce252(plan, Saying(surroundings));
}

}  // namespace smsweb::bench
