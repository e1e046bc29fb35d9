// What the kinds of set-ups are made of. setup.h has what is public of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/setup/setup.h"

namespace smsweb::bench {

enum class ServerKind : std::uint8_t {
  kNginx,
  kApache,
  kUwsgi,
  kLighttpd,
  kPaper,  // its own programs, behind Apache
};

// Something that has to be installed.
struct Need {
  std::string_view what;  // a program, or the path of a file
  std::string_view package;
};

struct SetupParts {
  ServerKind server = ServerKind::kNginx;
  std::string_view way;   // which of the server's configurations
  bool resident = false;  // smsweb-cgi runs by itself, and is spoken to
  std::vector<Need> needs;
};

const SetupParts& PartsOf(const SetupKind& kind);

// As WhatIsMissing(), where `is_there` knows what is installed.
std::string WhatIsMissing(
    const SetupKind& kind,
    const std::function<bool(std::string_view what)>& is_there);

inline constexpr const char* kPython = "/usr/bin/python3";  // Debian's own

}  // namespace smsweb::bench
