// The files of profiles/, made into a source file by built_in.cmake.
#pragma once

#include <span>
#include <string_view>

namespace smsweb {

struct BuiltInProfile {
  const char* file;  // "profiles/generic.toml"
  std::string_view toml;
};

std::span<const BuiltInProfile> BuiltInProfiles();

}  // namespace smsweb
