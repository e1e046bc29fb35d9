#include "sim/instant.h"

#include <fmt/format.h>

namespace smsweb::sim {

std::string FormatMicros(const Instant& instant) {
  const auto millis = std::chrono::floor<Millis>(instant.wall);
  std::string text = FormatRfc3339(millis);
  text.pop_back();  // the Z
  text += fmt::format("{:03}Z", (instant.wall - millis).count());
  return text;
}

}  // namespace smsweb::sim
