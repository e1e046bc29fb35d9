#include "bench/plan/plan_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kExampleBatch = 1000;

// Those about the chosen number, and some from the first that keeps up with the
// rate; before it one that does not.
std::set<int> NumbersToShow(double offered, int chosen) {
  const int first = std::max(1, static_cast<int>(std::floor(offered)));
  std::set<int> numbers{first, first + 1, chosen};
  for (int more : {1, 2}) numbers.insert(chosen + more);
  if (chosen > 1) numbers.insert(chosen - 1);
  const int between = chosen - first;
  for (int part : {1, 2, 3}) numbers.insert(first + between * part / 4);
  return numbers;
}

std::string Messages(double count) {
  return Figure(count) + (count == 1 ? " message" : " messages");
}

std::string Rate(double per_second) {
  const double per_minute = per_second * 60;
  if (per_second >= 1) return Messages(per_second) + " a second";
  if (per_minute >= 1) return Messages(per_minute) + " a minute";
  return Messages(per_minute * 60) + " an hour";
}

std::string TableLine(const QueueForecast& row, bool chosen) {
  return fmt::format(
      "{} {:>6} {:>8} {:>12} {:>10} {:>10} {:>10}\n", chosen ? '*' : ' ',
      Grouped(row.modems), Percent(row.utilisation), Percent(row.waiting_share),
      WaitText(row.mean_wait), WaitText(row.p95_wait), WaitText(row.p99_wait));
}

std::string TableText(const ModemPlan& plan) {
  std::string text =
      fmt::format("  {:>6} {:>8} {:>12} {:>10} {:>10} {:>10}\n", "MODEMS",
                  "BUSY", "THAT WAIT", "MEAN WAIT", "95 % WAIT", "99 % WAIT");
  for (const QueueForecast& row : plan.rows) {
    text += TableLine(row, row.modems == plan.chosen.modems);
  }
  return text;
}

nlohmann::ordered_json Finite(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
}

nlohmann::ordered_json RowJson(const QueueForecast& row) {
  return {{"modems", row.modems},
          {"utilisation", row.utilisation},
          {"waiting_share", row.waiting_share},
          {"mean_wait", Finite(row.mean_wait)},
          {"p95_wait", Finite(row.p95_wait)},
          {"p99_wait", Finite(row.p99_wait)}};
}

}  // namespace

Result<ModemPlan> MakeModemPlan(const ModemNeed& need) {
  const auto chosen = ModemsNeeded(need);
  if (!chosen) return std::unexpected(chosen.error());
  ModemPlan plan{
      .need = need, .offered = need.rate * need.seconds, .chosen = *chosen};
  for (const int modems : NumbersToShow(plan.offered, chosen->modems)) {
    plan.rows.push_back(Forecast(modems, need.rate, need.seconds));
  }
  return plan;
}

std::string Question(const ModemPlan& plan) {
  return fmt::format(
      "{}, at {} each: on the average that is work for {}. {} of messages are "
      "to wait no longer than {} for a modem.",
      Rate(plan.need.rate), Duration(plan.need.seconds),
      plan.offered == 1 ? "1 modem" : Figure(plan.offered) + " modems",
      Percent(plan.need.share), Duration(plan.need.wait));
}

std::string Answer(const ModemPlan& plan) {
  const QueueForecast& chosen = plan.chosen;
  return fmt::format(
      "{} {} needed: each is busy {} of its time, {} of messages wait at all, "
      "95 % no longer than {}, 99 % no longer than {}.",
      Count(chosen.modems, "modem"), chosen.modems == 1 ? "is" : "are",
      Percent(chosen.utilisation), Percent(chosen.waiting_share),
      WaitText(chosen.p95_wait), WaitText(chosen.p99_wait));
}

std::vector<std::string> Assumptions(const ModemPlan& plan) {
  const double batch =
      std::max(static_cast<double>(kExampleBatch) / plan.chosen.modems, 1.0) *
      plan.need.seconds;
  return {
      "Messages come at random and independently of each other (Poisson), at "
      "this rate all the time: take the rate of the busiest minutes, not the "
      "day's average.",
      "The time of a message is taken for exponential. A modem is steadier "
      "than "
      "that, so waits are rather overestimated: with times that are all the "
      "same they are about half as long.",
      "Any modem may send any message. Routes that bind messages to some "
      "modems "
      "make several plans of this kind.",
      fmt::format(
          "A batch is not in it: {} messages that come at once keep {} busy "
          "for {}, and what comes after them waits so long. Send batches in "
          "class bulk, which goes after all others, or plan for more modems.",
          Grouped(kExampleBatch), Count(plan.chosen.modems, "modem"),
          Duration(batch)),
      "A text of several parts takes the time of a message for each part. "
      "Networks limit what a SIM card may send in a minute or a day as well.",
  };
}

std::string WaitText(double seconds) {
  return std::isfinite(seconds) ? Duration(seconds) : "grows";
}

std::string ToText(const ModemPlan& plan) {
  std::string text = Wrapped(Question(plan), "") + "\n" + TableText(plan) +
                     "\n" + Wrapped(Answer(plan), "* ") + "\n";
  for (const auto& sentence : Assumptions(plan)) {
    text += Wrapped(sentence, "- ");
  }
  return text;
}

nlohmann::ordered_json ToJson(const ModemPlan& plan) {
  auto rows = nlohmann::ordered_json::array();
  for (const QueueForecast& row : plan.rows) rows.push_back(RowJson(row));
  return {{"rate", plan.need.rate},
          {"seconds", plan.need.seconds},
          {"wait", plan.need.wait},
          {"share", plan.need.share},
          {"offered", plan.offered},
          {"needed", RowJson(plan.chosen)},
          {"rows", rows},
          {"assumptions", Assumptions(plan)}};
}

}  // namespace smsweb::bench
