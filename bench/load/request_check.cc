#include "bench/load/request_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace smsweb::bench {
namespace {

// A request is rendered for each attempt to send it.
constexpr std::size_t kLongestBody = 64UZ * 1024 * 1024;

bool IsToken(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return std::isalnum(c) || kSigns.contains(static_cast<char>(c));
  });
}

bool IsOurs(std::string_view header) {
  constexpr std::array<std::string_view, 4> kOurs{
      "host", "connection", "content-length", "transfer-encoding"};
  std::string name(header);
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return std::ranges::find(kOurs, name) != kOurs.end();
}

}  // namespace

bool IsLine(std::string_view text) {
  return std::ranges::none_of(
      text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

std::string WhyNotMethod(std::string_view method) {
  return IsToken(method) ? "" : "expected a word";
}

std::string WhyNotTarget(std::string_view target) {
  const bool good =
      target.starts_with('/') && IsLine(target) && !target.contains(' ');
  return good ? "" : "expected a path from / on, without blanks";
}

std::string WhyNotHeader(std::string_view name, std::string_view value) {
  if (!IsToken(name)) return fmt::format("\"{}\" is no header's name", name);
  if (!IsLine(value)) {
    return fmt::format("{} has characters that no header may have", name);
  }
  return IsOurs(name) ? fmt::format("{} is written by the load itself", name)
                      : "";
}

std::string WhyNotBody(std::string_view body) {
  return body.size() > kLongestBody ? "too long" : "";
}

}  // namespace smsweb::bench
