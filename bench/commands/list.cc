// smsweb-bench list: what there is.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/commands/commands.h"
#include "bench/commands/names.h"

namespace smsweb::bench {

void Declare(CLI::App& app, ListOptions& options) {
  app.add_option("--cases", options.cases,
                 "Folder with apis.toml, scripts.toml and cases.toml")
      ->type_name("FOLDER");
}

int RunList(const ListOptions& options, const Surroundings& surroundings) {
  const auto folder = CasesFolder(surroundings, options.cases);
  const auto repository = ReadRepository(folder, SetupNames());
  if (!repository) return Complain(repository.error());
  fmt::print("Test cases ({}; those with * are part of the report)\n",
             (folder / "cases.toml").string());
  for (const TestCase& test : repository->cases) {
    fmt::print("  {:<18}{} {}\n", test.name, test.report ? "*" : " ",
               test.title);
    fmt::print("  {:<18}  {} by {}, on {}\n", "", test.api, test.script,
               fmt::join(test.setups, ", "));
  }
  fmt::print("\nSet-ups\n");
  for (const SetupKind& kind : SetupKinds()) {
    const std::string missing = WhatIsMissing(kind);
    fmt::print("  {:<22}{}\n", kind.name, kind.title);
    if (!missing.empty()) fmt::print("  {:<22}not here: {}\n", "", missing);
  }
  fmt::print("\nAPIs\n");
  for (const Api& api : repository->apis) {
    fmt::print("  {:<22}{} {}\n", api.name, api.method, api.path);
  }
  fmt::print("\nTest scripts\n");
  for (const Script& script : repository->scripts) {
    fmt::print("  {:<22}{} ({}, {} row{})\n", script.name, script.title,
               script.by_ab ? "ab" : "smsweb-bench", script.rows.size(),
               script.rows.size() == 1 ? "" : "s");
  }
  return 0;
}

}  // namespace smsweb::bench
