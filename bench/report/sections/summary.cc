// The paper's four questions, answered in a sentence each.
#include <algorithm>

#include "bench/figures/figures.h"
#include "bench/report/picks.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

constexpr std::uint64_t kPaperConcurrency = 252;

// The run that the paper ends with, of this set-up; else the last of its first
// case.
std::optional<RanRow> TellingRow(const Results& results,
                                 const std::string& setup) {
  std::optional<RanRow> telling;
  for (const RanRow& ran : RanRows(results)) {
    if (ran.record->setup != setup || IsOpenLoop(*ran.row)) continue;
    if (telling && telling->record != ran.record) break;
    telling = ran;
    if (ran.row->concurrency == kPaperConcurrency) break;
  }
  return telling;
}

std::string Failing(const RunRecord& run) {
  const std::uint64_t bad = run.non_2xx + run.failed;
  return bad == 0 ? "none failed" : Grouped(bad) + " failed";
}

Text HowFast(const Results& results) {
  const std::string setup = ReferenceSetup(results);
  const auto ran = TellingRow(results, setup);
  if (!ran) return "It was not measured.";
  const RunRecord& run = *ran->run;
  Text text = TitleOf(*ran->record) + " with " + LoadName(*ran->row) + ": " +
              StrongText(Figure(run.Goodput()) + " messages a second") +
              ", half of them answered within " +
              Duration(SecondsAt(run.latency, 50)) + " and 99 % within " +
              Duration(SecondsAt(run.latency, 99)) + ", " + Failing(run);
  const auto papers = TellingRow(results, std::string(kPaperSetup));
  if (papers && setup != kPaperSetup) {
    text += "; the paper's design on the same machine " +
            Figure(papers->run->Goodput()) + " a second, " +
            Failing(*papers->run);
  }
  return text + "; the paper's Banana Pi 0.57 a second, 200 of 252 failed.";
}

const DeliveryRecord* TellingDelivery(const Results& results) {
  for (const auto& delivery : results.deliveries) {
    if (delivery.to_network.count() > 0) return &delivery;
  }
  return nullptr;
}

Text HowSoonSent(const Results& results) {
  const DeliveryRecord* delivery = TellingDelivery(results);
  if (delivery == nullptr) return "It was not measured.";
  Text text = TitleOfSetup(results, delivery->setup) + ", " + delivery->load +
              ": from the request to the network's answer ";
  text += StrongText(Duration(SecondsAt(delivery->to_network, 50)));
  text += " at the median and " +
          Duration(SecondsAt(delivery->to_network, 99)) + " at 99 %";
  if (delivery->to_modem.count() > 0) {
    text += ", of which smsweb takes " +
            Duration(SecondsAt(delivery->to_modem, 50)) +
            " until the modem has AT+CMGS";
  }
  return text + (delivery->modem.empty()
                     ? Text(".")
                     : " (modem: " + delivery->modem + ").");
}

PeakUse GreatestUse(const CaseRecord& record) {
  PeakUse most;
  for (const auto& row : record.rows) {
    for (const auto& run : row.runs) {
      const PeakUse& use = run.peak;
      most.cpu_percent = std::max(most.cpu_percent, use.cpu_percent);
      most.memory_percent = std::max(most.memory_percent, use.memory_percent);
      most.memory_bytes = std::max(most.memory_bytes, use.memory_bytes);
      most.rx_bytes_per_second =
          std::max(most.rx_bytes_per_second, use.rx_bytes_per_second);
      most.tx_bytes_per_second =
          std::max(most.tx_bytes_per_second, use.tx_bytes_per_second);
    }
  }
  return most;
}

// Of the run that accepted the most, of those in which messages were sent, too.
std::optional<MessageCost> CostOf(const Results& results,
                                  const std::string& setup) {
  const RunRecord* most = nullptr;
  for (const RanRow& ran : RanRows(results)) {
    if (ran.record->setup != setup || !ran.record->has_modems) continue;
    if (most == nullptr || ran.run->succeeded > most->succeeded) most = ran.run;
  }
  return most == nullptr ? std::nullopt : CostPerMessage(*most);
}

Text WhatItUses(const Results& results) {
  const std::string setup = ReferenceSetup(results);
  const auto ran = TellingRow(results, setup);
  if (!ran) return "It was not measured.";
  const PeakUse use = GreatestUse(*ran->record);
  Text text = TitleOf(*ran->record) + ": at the most ";
  text += StrongText(Figure(use.cpu_percent) + " % of CPU");
  text += ", " + Figure(use.memory_percent) + " % of memory (" +
          Bytes(use.memory_bytes) + " of its own programs), " +
          BytesPerSecond(use.rx_bytes_per_second) + " received and " +
          BytesPerSecond(use.tx_bytes_per_second) + " sent";
  if (const auto cost = CostOf(results, setup)) {
    text += "; a message costs " + Duration(cost->total_ms / 1000) + " of CPU";
  }
  return text + "; the paper: 70 %, 10.4 %, 2,608,036 and 158,956 B/s.";
}

const CeilingRecord* CeilingOf(const Results& results,
                               const std::string& setup) {
  const auto found =
      std::ranges::find_if(results.ceilings, [&](const CeilingRecord& ceiling) {
        return ceiling.setup == setup && ceiling.skipped.empty();
      });
  return found == results.ceilings.end() ? nullptr : &*found;
}

// Where no ceiling was looked for: the most that went well.
Text MostThatHeld(const Results& results, const std::string& setup) {
  std::uint64_t most = 0;
  for (const RanRow& ran : RanRows(results)) {
    const bool held = ran.run->non_2xx + ran.run->failed == 0;
    if (ran.record->setup == setup && held) {
      most = std::max(most, ran.row->concurrency);
    }
  }
  if (most == 0) return "It was not measured";
  return TitleOfSetup(results, setup) + ": " +
         StrongText(Grouped(most) + " at once") +
         " without a failure, the most that was tried";
}

Text HowMany(const Results& results) {
  const std::string setup = ReferenceSetup(results);
  const CeilingRecord* ceiling = CeilingOf(results, setup);
  Text text;
  if (ceiling == nullptr) {
    text = MostThatHeld(results, setup);
  } else {
    text = TitleOf(*ceiling) + ": " +
           StrongText(Grouped(ceiling->highest) + " at once") +
           " without a failure";
    if (ceiling->lowest_failing > 0) {
      text += ", and more than that ends in " + CodeText(ceiling->cause);
    } else {
      text += ", the most that was tried";
    }
  }
  if (!results.reproduction || !results.reproduction->AsSaid()) {
    return text + "; the paper: 252.";
  }
  return text +
         "; the paper's 252 was its client's limit of 256 descriptors, "
         "and comes out here as well.";
}

}  // namespace

void AddSummary(const Material& material, Document& document) {
  const Results& results = material.results;
  Text how = "Measured on " + results.began.substr(0, 10) + " in " +
             Duration(results.took_seconds) + " with " + results.version +
             " on " + results.machine.processor + ", " +
             Count(static_cast<std::uint64_t>(results.machine.cores), "core") +
             ".";
  if (IsNoisy(results.machine)) {
    how += " " + StrongText("The machine was too noisy to tell for sure.");
  }
  document.Add(Paragraph{std::move(how)});
  document.Add(Heading{2, "The paper's four questions"});
  document.Add(Answers{{
      {"How fast does the web service answer?", HowFast(results)},
      {"How fast is a notification sent?", HowSoonSent(results)},
      {"What does it use?", WhatItUses(results)},
      {"How many requests at once can it hold?", HowMany(results)},
  }});
}

}  // namespace smsweb::bench
