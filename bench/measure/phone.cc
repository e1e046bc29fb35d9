#include "bench/measure/phone.h"

#include <nlohmann/json.hpp>

namespace smsweb::bench {

void Phone::Look() {
  const std::string lines = record_.TakeLines();
  for (std::size_t start = 0; start < lines.size();) {
    const std::size_t end = lines.find('\n', start);
    Take(std::string_view(lines).substr(start, end - start));
    start = end + 1;
  }
}

void Phone::Take(std::string_view line) {
  const auto record = nlohmann::json::parse(line, nullptr, false);
  if (record.is_discarded() || record.value("event", "") != "message") return;
  ++messages_;
  times_.try_emplace(record.value("text", ""),
                     WireTime{record.value("cmgs_us", std::int64_t{0}),
                              record.value("accepted_us", std::int64_t{0}),
                              record.value("modem", "")});
}

}  // namespace smsweb::bench
