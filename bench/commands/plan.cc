// smsweb-bench plan: how many modems a rate of messages needs.
#include <fmt/format.h>

#include "bench/commands/commands.h"
#include "bench/plan/plan_report.h"

namespace smsweb::bench {

void Declare(CLI::App& app, PlanOptions& options) {
  app.add_option("--rate", options.rate, "Messages a second that come")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds,
                 "Seconds that a modem takes for a message (smsweb-bench "
                 "delivery --modem measures it)")
      ->capture_default_str();
  app.add_option("--wait", options.wait,
                 "Seconds that a message may wait for a modem")
      ->capture_default_str();
  app.add_option("--share", options.share,
                 "The part of messages that must not wait longer")
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print JSON");
}

int RunPlan(const PlanOptions& options) {
  const auto plan = MakeModemPlan({.rate = options.rate,
                                   .seconds = options.seconds,
                                   .wait = options.wait,
                                   .share = options.share});
  if (!plan) return Complain(plan.error());
  if (options.json) {
    fmt::print("{}\n", ToJson(*plan).dump(2));
  } else {
    fmt::print("{}", ToText(*plan));
  }
  return 0;
}

}  // namespace smsweb::bench
