#include "bench/setup/setup.h"

#include <fmt/format.h>

#include "bench/setup/kinds.h"
#include "bench/setup/loopback.h"
#include "bench/setup/options.h"
#include "bench/setup/running_setup.h"

namespace smsweb::bench {
namespace {

std::string NamesOfKinds() {
  std::string names;
  for (const SetupKind& kind : SetupKinds()) {
    names += names.empty() ? "" : ", ";
    names += kind.name;
  }
  return names;
}

}  // namespace

Result<std::unique_ptr<Setup>> StartSetup(std::string_view name,
                                          const SetupOptions& options) {
  const SetupKind* kind = FindSetup(name);
  if (!kind) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("there is no set-up \"{}\"; there are: {}", name,
                            NamesOfKinds()));
  }
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
