// Command lines read by CLI11, with one exit code for all that is wrong.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace smsweb {

inline constexpr int kExitWrongUsage = 2;

// None: go on. Else the exit code: 0 after --help or --version, kExitWrongUsage
// after a mistake, which has been said on standard error.
inline std::optional<int> ParseCommandLine(CLI::App& app, int argc,
                                           const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitWrongUsage;
  }
}

}  // namespace smsweb
