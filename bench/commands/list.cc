// smsweb-bench list: what there is.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/commands/commands.h"
#include "bench/commands/names.h"

namespace smsweb::bench {
namespace {

void PrintCases(const Repository& repository) {
  for (const TestCase& test : repository.cases) {
    fmt::print("  {:<18}{} {}\n", test.name, test.report ? "*" : " ",
               test.title);
    fmt::print("  {:<18}  {} by {}, on {}\n", "", test.api, test.script,
               fmt::join(test.setups, ", "));
  }
}

void PrintSetups() {
  for (const SetupKind& kind : SetupKinds()) {
    const std::string missing = WhatIsMissing(kind);
    fmt::print("  {:<22}{}\n", kind.name, kind.title);
    if (!missing.empty()) fmt::print("  {:<22}not here: {}\n", "", missing);
  }
}

void PrintApis(const Repository& repository) {
  for (const Api& api : repository.apis) {
    fmt::print("  {:<22}{} {}\n", api.name, api.method, api.path);
  }
}

void PrintScripts(const Repository& repository) {
  for (const Script& script : repository.scripts) {
    fmt::print("  {:<22}{} ({}, {} row{})\n", script.name, script.title,
               script.by_ab ? "ab" : "smsweb-bench", script.rows.size(),
               script.rows.size() == 1 ? "" : "s");
  }
}

}  // namespace

void Declare(CLI::App& app, ListOptions& options) {
  DeclareCases(app, options.cases);
}

int RunList(const ListOptions& options, const Surroundings& surroundings) {
  const auto repository = ReadCases(surroundings, options.cases);
  if (!repository) return Complain(repository.error());
  const auto folder = CasesFolder(surroundings, options.cases);
  fmt::print("Test cases ({}; those with * are part of the report)\n",
             (folder / "cases.toml").string());
  PrintCases(*repository);
  fmt::print("\nSet-ups\n");
  PrintSetups();
  fmt::print("\nAPIs\n");
  PrintApis(*repository);
  fmt::print("\nTest scripts\n");
  PrintScripts(*repository);
  return 0;
}

}  // namespace smsweb::bench
