// From the request to the phone network, message by message.
#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

struct Stage {
  std::string name;
  const LatencyHistogram& latency;
};

std::vector<Stage> StagesOf(const DeliveryRecord& delivery) {
  std::vector<Stage> stages;
  const auto add = [&](const char* name, const LatencyHistogram& latency) {
    if (latency.count() > 0) stages.push_back({name, latency});
  };
  add("202 Accepted", delivery.answered);
  add("AT+CMGS on the wire", delivery.to_modem);
  add("the network's answer", delivery.to_network);
  add("the status report", delivery.to_report);
  return stages;
}

std::string NameOf(const Results& results, const DeliveryRecord& delivery) {
  std::string name = TitleOfSetup(results, delivery.setup);
  if (!delivery.load.empty()) name += ", " + delivery.load;
  return name + ", " +
         Count(static_cast<std::uint64_t>(delivery.modems), "modem");
}

Table TableOf(const std::vector<Stage>& stages) {
  Table table{.columns = {{"from the request to"},
                          {"messages", true},
                          {"median", true},
                          {"90 %", true},
                          {"99 %", true},
                          {"longest", true}}};
  for (const auto& [name, latency] : stages) {
    table.rows.push_back(
        {{name, Grouped(latency.count()), Duration(SecondsAt(latency, 50)),
          Duration(SecondsAt(latency, 90)), Duration(SecondsAt(latency, 99)),
          Duration(SecondsAt(latency, 100))}});
  }
  return table;
}

Chart ChartOf(const Results& results, const DeliveryRecord& delivery,
              const std::vector<Stage>& stages) {
  Ranges ranges{.label = "milliseconds since the request"};
  for (const auto& [name, latency] : stages) {
    const double median = SecondsAt(latency, 50);
    const double p99 = SecondsAt(latency, 99);
    ranges.ranges.push_back(
        {.name = name,
         .from = median * 1000,
         .to = p99 * 1000,
         .figure = Duration(median) + " to " + Duration(p99),
         .colour = static_cast<int>(ranges.ranges.size())});
  }
  return {.name = "delivery " + delivery.setup + " " + delivery.load,
          .title = NameOf(results, delivery),
          .body = std::move(ranges)};
}

Note Outcome(const DeliveryRecord& delivery) {
  const bool whole = delivery.delivered == delivery.messages;
  std::string words = Grouped(delivery.delivered) + " of " +
                      Count(delivery.messages, "message") +
                      " were taken by the network.";
  if (delivery.reported > 0) {
    words += " " + Grouped(delivery.reported) + " were reported.";
  }
  if (!delivery.modem.empty()) words += " Modem: " + delivery.modem + ".";
  if (delivery.modem_idle > 0) {
    words += " While messages waited, the modem stood still for " +
             Percent(delivery.modem_idle) + " of the time.";
  }
  return {whole ? Note::Kind::kGood : Note::Kind::kWarning, words};
}

void AddRecord(const Results& results, const DeliveryRecord& delivery,
               Document& document) {
  document.Add(Heading{3, NameOf(results, delivery)});
  if (!delivery.skipped.empty()) {
    document.Add(Note{Note::Kind::kWarning, "Not run: " + delivery.skipped});
    return;
  }
  document.Add(Outcome(delivery));
  const auto stages = StagesOf(delivery);
  if (stages.empty()) return;
  document.Add(Picture{ChartOf(results, delivery, stages),
                       "From the median (full) to the 99th percentile (empty), "
                       "on a logarithmic axis."});
  document.Add(TableOf(stages));
}

}  // namespace

void AddDelivery(const Material& material, Document& document) {
  const Results& results = material.results;
  document.Add(Heading{2, "From the request to the network"});
  if (results.deliveries.empty()) {
    document.Add(Paragraph{"Delivery was not measured."});
    return;
  }
  document.Add(Paragraph{
      "A message is on its way in four steps: its request is answered with "
      "202, which means that it is on disk; the spooler gives it to a modem "
      "(AT+CMGS); the network takes it; the phone's status report comes back. "
      "Of messages that come one at a time, the time to AT+CMGS is the "
      "software's own; of many at once, it has the wait for a free modem in "
      "it. "
      "The time from there to the network's answer is the modem's."});
  for (const auto& delivery : results.deliveries) {
    AddRecord(results, delivery, document);
  }
}

}  // namespace smsweb::bench
