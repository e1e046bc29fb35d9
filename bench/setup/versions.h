// Which versions of the programs run.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "bench/setup/kinds.h"

namespace smsweb::bench {

// The first that looks like one in what a program says of itself:
// "nginx version: nginx/1.22.1" -> "1.22.1". Empty: nothing does.
std::string VersionIn(std::string_view text);

// Of a set-up's programs, by name; one that does not tell is left out.
std::map<std::string, std::string> VersionsOf(
    const SetupParts& parts, const std::filesystem::path& smsweb_cgi);

}  // namespace smsweb::bench
