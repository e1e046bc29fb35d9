#include "bench/setup/setup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/setup/kinds.h"
#include "bench/setup/loopback.h"
#include "bench/setup/options.h"
#include "bench/setup/running_setup.h"

namespace smsweb::bench {
std::unexpected<Error> NoSuchSetup(std::string_view name) {
  std::vector<std::string_view> names;
  for (const SetupKind& kind : SetupKinds()) names.push_back(kind.name);
  return Fail(ErrorKind::kInvalid,
              fmt::format("there is no set-up \"{}\"; there are: {}", name,
                          fmt::join(names, ", ")));
}

Result<std::unique_ptr<Setup>> StartSetup(std::string_view name,
                                          const SetupOptions& options) {
  const SetupKind* kind = FindSetup(name);
  if (!kind) return NoSuchSetup(name);
  if (auto ok = CheckOptions(*kind, options); !ok) {
    return std::unexpected(ok.error());
  }
  if (const std::string missing = WhatIsMissing(*kind); !missing.empty()) {
    return Fail(ErrorKind::kUnavailable, missing);
  }
  const auto port = FreePort();
  if (!port) return std::unexpected(port.error());
  auto stage = Stage::Build(options);
  if (!stage) return std::unexpected(stage.error());
  auto setup =
      std::make_unique<RunningSetup>(*kind, options, *port, std::move(*stage));
  if (auto ok = setup->Start(); !ok) return std::unexpected(ok.error());
  return setup;
}

}  // namespace smsweb::bench
