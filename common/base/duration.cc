#include "common/base/duration.h"

#include <charconv>
#include <cstdint>
#include <string>

namespace smsweb {

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr,
                              static_cast<std::size_t>(end - read.ptr));
  const bool known =
      unit == "s" || unit == "ms" || (unit.empty() && number == 0);
  if (read.ec != std::errc() || !known || !(number >= 0 && number <= 86400e3)) {
    return Fail(ErrorKind::kInvalid,
                "\"" + std::string(text) + "\" is no time; say 3s or 2500ms");
  }
  const double millis = unit == "s" ? number * 1000 : number;
  return std::chrono::milliseconds(static_cast<std::int64_t>(millis));
}

}  // namespace smsweb
