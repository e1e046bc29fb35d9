#include "bench/commands/names.h"

namespace smsweb::bench {

std::vector<std::string> SetupNames() {
  std::vector<std::string> names;
  for (const SetupKind& kind : SetupKinds()) names.emplace_back(kind.name);
  return names;
}

Result<void> CheckSetups(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!FindSetup(name)) return NoSuchSetup(name);
  }
  return {};
}

CLI::Validator GivenUrl() {
  return CLI::Validator(
      [](const std::string& url) {
        return std::string(url.empty() ? "is empty: a variable that is not set?"
                                       : "");
      },
      "");
}

CLI::Option* DeclareCases(CLI::App& app, std::string& folder) {
  return app
      .add_option("--cases", folder,
                  "Folder with apis.toml, scripts.toml and cases.toml")
      ->type_name("FOLDER");
}

std::filesystem::path CasesFolder(const Surroundings& surroundings,
                                  const std::string& given) {
  return given.empty() ? surroundings.shared / "bench"
                       : std::filesystem::path(given);
}

Result<Repository> ReadCases(const Surroundings& surroundings,
                             const std::string& given) {
  return ReadRepository(CasesFolder(surroundings, given), SetupNames());
}

}  // namespace smsweb::bench
