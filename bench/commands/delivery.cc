// smsweb-bench delivery: from request to modem, network and report.
#include "bench/measure/delivery.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "bench/commands/commands.h"
#include "bench/commands/names.h"
#include "bench/measure/server.h"
#include "common/base/duration.h"

namespace smsweb::bench {
namespace {

std::string Line(const char* name, const LatencyHistogram& times) {
  if (times.count() == 0) return fmt::format("  {:<28}none\n", name);
  return fmt::format("  {:<28}{:>10.1f}{:>10.1f}{:>10.1f}{:>10.1f}\n", name,
                     ToMillis(times.Percentile(50)),
                     ToMillis(times.Percentile(90)),
                     ToMillis(times.Percentile(99)), ToMillis(times.Max()));
}

std::string TextOf(const DeliveryRecord& record) {
  std::string text = fmt::format(
      "{} messages, {}, on {} with {} modem{} ({}): {} taken by the network, "
      "{} "
      "reported\n\n",
      record.messages, record.load, record.setup, record.modems,
      record.modems == 1 ? "" : "s", record.modem, record.delivered,
      record.reported);
  text += fmt::format("  {:<28}{:>10}{:>10}{:>10}{:>10}\n",
                      "ms from the request", "median", "p90", "p99", "max");
  text += Line("to the answer", record.answered);
  text += Line("to AT+CMGS on the wire", record.to_modem);
  text += Line("to the network's answer", record.to_network);
  text += Line("to the status report", record.to_report);
  if (record.modem_idle > 0) {
    text += fmt::format(
        "\nA modem stood still for {:.3f} % of the time while messages "
        "waited.\n",
        100 * record.modem_idle);
  }
  return text;
}

// Those of simulated modems: a real one takes its own.
Result<void> SetTimes(const DeliveryOptions& options, SetupOptions* setup) {
  if (!options.modem.empty()) return {};
  const auto send_time = ParseDuration(options.send_time);
  if (!send_time) return std::unexpected(send_time.error());
  const auto report_delay = ParseDuration(options.report_delay);
  if (!report_delay) return std::unexpected(report_delay.error());
  setup->send_time = *send_time;
  setup->report_delay = *report_delay;
  return {};
}

// A path; an address is found out by who calls it.
Result<void> CheckDevice(const std::string& device) {
  if (!device.starts_with('/') || ::access(device.c_str(), R_OK | W_OK) == 0) {
    return {};
  }
  return FailErrno("--modem " + device, errno);
}

Result<DeliveryPlan> PlanOf(const DeliveryOptions& options,
                            const Surroundings& surroundings) {
  if (!options.modem.empty() && options.to.empty()) {
    return Fail(ErrorKind::kInvalid,
                "--modem needs --to NUMBER: its messages are real, and cost "
                "money");
  }
  if (auto there = CheckDevice(options.modem); !there) {
    return std::unexpected(there.error());
  }
  DeliveryPlan plan{.setup = options.setup,
                    .options = OptionsFor(surroundings),
                    .messages = options.messages,
                    .burst = options.burst};
  if (auto timed = SetTimes(options, &plan.options); !timed) {
    return std::unexpected(timed.error());
  }
  plan.options.modems = options.modems;
  // A burst has no ids to ask for the reports by.
  plan.options.reports = !options.burst && plan.setup != kPapersDesign;
  plan.options.device = options.modem;
  if (!options.to.empty()) plan.recipient = options.to;
  return plan;
}

}  // namespace

void Declare(CLI::App& app, DeliveryOptions& options) {
  app.add_option("--setup", options.setup, "On which set-up")
      ->capture_default_str();
  app.add_option("-n,--messages", options.messages, "How many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_flag("--burst", options.burst,
               "All at once; else each waits for the one before to be sent");
  app.add_option("--modems", options.modems, "Simulated modems")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--send-time", options.send_time,
                 "How long a simulated modem takes for a message")
      ->capture_default_str();
  app.add_option("--report-delay", options.report_delay,
                 "How long after that its status report comes")
      ->capture_default_str();
  app.add_option("--modem", options.modem,
                 "A real modem: /dev/serial/by-id/..., tcp:HOST:PORT")
      ->type_name("DEVICE");
  app.add_option("--to", options.to, "Whom a real modem writes to")
      ->type_name("NUMBER");
  app.add_flag("--json", options.json, "Print JSON");
}

int RunDelivery(const DeliveryOptions& options,
                const Surroundings& surroundings) {
  const auto plan = PlanOf(options, surroundings);
  if (!plan) return Complain(plan.error());
  const auto record = MeasureDelivery(*plan, surroundings.progress);
  if (!record) return Complain(record.error());
  surroundings.progress(fmt::format("delivery on {}: done", plan->setup), true);
  if (options.json) {
    Results results;
    results.deliveries.push_back(*record);
    fmt::print("{}\n", ToJson(results)["deliveries"][0].dump(2));
  } else {
    fmt::print("{}", TextOf(*record));
  }
  return record->delivered == record->messages ? 0 : kExitSomethingFailed;
}

}  // namespace smsweb::bench
