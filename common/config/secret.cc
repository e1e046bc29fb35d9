#include <fmt/format.h>

#include <fstream>

#include "common/config/sections.h"

namespace smsweb {

std::optional<std::string> After(std::string_view prefix,
                                 const std::string& text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

Result<std::string> ResolveSecret(const std::string& text,
                                  const Environment& environment) {
  if (const auto name = After("env:", text)) {
    if (auto value = environment(*name)) return *value;
    return Fail(ErrorKind::kInvalid,
                fmt::format("the environment has no {}", *name));
  }
  if (const auto path = After("file:", text)) {
    std::ifstream file(*path);
    std::string line;
    if (!std::getline(file, line)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("can't read a line from {}", *path));
    }
    return line;
  }
  return text;
}

}  // namespace smsweb
