#include "bench/load/environment_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace smsweb::bench {
namespace {

constexpr std::string_view kBegin = "${";

bool IsVariable(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) || c == '_';
  });
}

Result<std::string> ValueOf(const std::string& name) {
  if (!IsVariable(name)) {
    return Fail(ErrorKind::kInvalid,
                "${ takes a variable of the environment: ${NAME}");
  }
  const char* const value = std::getenv(name.c_str());
  if (value && *value) return std::string(value);
  return Fail(ErrorKind::kInvalid,
              fmt::format("the environment's {} is {}", name,
                          value ? "empty" : "not set"));
}

}  // namespace

bool RefersToEnvironment(std::string_view text) {
  return text.contains(kBegin);
}

Result<std::string> Expanded(std::string_view text) {
  std::string expanded;
  while (true) {
    const auto begin = text.find(kBegin);
    expanded += text.substr(0, begin);
    if (begin == text.npos) return expanded;
    text.remove_prefix(begin + kBegin.size());
    const auto end = std::min(text.find('}'), text.size());
    const bool is_closed = end < text.size();
    const auto value =
        ValueOf(is_closed ? std::string(text.substr(0, end)) : "");
    if (!value) return value;
    expanded += *value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace smsweb::bench
