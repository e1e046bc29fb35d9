// How many modems a rate of messages needs, as `smsweb-bench plan` answers it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/plan/plan.h"

namespace smsweb::bench {

struct ModemPlan {
  ModemNeed need;
  double offered = 0;  // Erlang: modems that are busy on the average
  QueueForecast chosen;
  // Fewer and more modems beside the chosen number, which is among them: at the
  // most kPlanRows.
  std::vector<QueueForecast> rows;
};
inline constexpr std::size_t kPlanRows = 9;

// kInvalid: as ModemsNeeded.
Result<ModemPlan> MakeModemPlan(const ModemNeed& need);

// What was asked, in a sentence; the answer in another; and what they take for
// granted, a sentence each.
std::string Question(const ModemPlan& plan);
std::string Answer(const ModemPlan& plan);
std::vector<std::string> Assumptions(const ModemPlan& plan);

// A wait of a forecast: "grows" where it is without end.
std::string WaitText(double seconds);

// All of it, for a terminal.
std::string ToText(const ModemPlan& plan);
// Times in seconds, shares from 0 to 1; null where the queue grows without end.
nlohmann::ordered_json ToJson(const ModemPlan& plan);

}  // namespace smsweb::bench
