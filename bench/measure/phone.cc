#include "bench/measure/phone.h"

#include <nlohmann/json.hpp>

#include "bench/sample/words.h"

namespace smsweb::bench {

void Phone::Look() {
  const std::string lines = record_.TakeLines();
  for (std::string_view rest = lines; !rest.empty();) Take(TakeLine(rest));
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
