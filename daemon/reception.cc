#include "daemon/reception.h"

#include <algorithm>

namespace smsweb {
namespace {

// How long a report may come before the result of its part is on record.
constexpr Millis kEarly{10 * 60 * 1000};
// How long an on-demand spooler stays for reports: most come within seconds.
// Those that the modem stores are read at the next start.
constexpr Millis kStaysFor{60'000};
constexpr std::size_t kMostAwaited = 1000;  // more need not be counted

bool AwaitsReport(const PartResult& result) { return result.awaits_report; }

bool IsSendingTo(Station& station, const NewReport& report) {
  return station.job && station.job->under_way && station.job->message.report &&
         station.modem().info().imsi == report.sim &&
         SameAddress(station.job->message.recipient, report.recipient);
}

}  // namespace

void Reception::Hear(Station& station, const ModemEvent& event) {
  Received received = ReadReceived(
      event.pdu, event.incoming,
      {.modem = station.name(), .sim = event.sim, .at = desk_.clock.Wall()},
      desk_.random);
  receipts_.push_back({&station, event.receipt});
  if (!received.problem.empty()) {
    desk_.log.Error("a PDU can't be read; it is in the inbox as it came",
                    {{"modem", station.name()}, {"error", received.problem}});
  }
  if (received.message) {
    NoteConversation(station, *received.message);
    Keep(std::move(*received.message));
  }
  if (received.report) Keep(*received.report);
}

// Who has written is answered from the number that was written to.
void Reception::NoteConversation(const Station& station,
                                 const InboundPart& part) {
  if (!KeepsConversations(desk_) || part.sim.empty() ||
      !IsInternational(part.sender)) {
    return;
  }
  for (const std::string& group : station.port->config().groups) {
    desk_.turn.conversations.push_back({.recipient = part.sender,
                                        .group = group,
                                        .sim = part.sim,
                                        .at = part.received_at});
  }
}

// The words that put a number on the do-not-send list, and take it off again.
void Reception::HeedWord(const InboundPart& part) {
  const InboxConfig& inbox = desk_.config.inbox;
  const auto stop = WordIn(part, inbox.stop_words);
  const auto start = stop ? std::nullopt : WordIn(part, inbox.start_words);
  if ((stop || start) && !IsInternational(part.sender)) {
    desk_.log.Warning(
        "a word for the do-not-send list came from a number without its "
        "country code: the list stays as it is",
        {{"modem", part.modem}});
  } else if (stop) {
    desk_.turn.opt_outs.push_back(
        {.number = part.sender, .since = part.received_at, .reason = *stop});
    std::erase(desk_.turn.opt_ins, part.sender);
    desk_.log.Info("a recipient wants nothing more", {{"modem", part.modem}});
  } else if (start) {
    desk_.turn.opt_ins.push_back(part.sender);
    std::erase_if(desk_.turn.opt_outs, [&](const OptOut& opt_out) {
      return opt_out.number == part.sender;
    });
  }
}

void Reception::Keep(InboundPart part) {
  HeedWord(part);
  desk_.log.Info("received", {{"modem", part.modem},
                              {"part", part.number},
                              {"of", part.total},
                              {"encoding", part.coding}});
  desk_.turn.inbound.push_back(std::move(part));
  desk_.turn.inbound_webhook = !desk_.config.inbox.webhook_url.empty();
}

void Reception::Keep(const NewReport& report) {
  desk_.turn.reports.push_back(report);
  const bool matched = Match(report).value_or(false);
  desk_.log.Info("report", {{"modem", report.modem},
                            {"message_reference", report.message_reference},
                            {"status", report.status},
                            {"matched", matched ? "yes" : "no"}});
  if (matched) return;
  // Its part may have its result in this turn, or in one to come.
  unmatched_.try_emplace(report.sim, report.received_at - kEarly);
  look_at_unmatched_ = true;
}

// What this turn settles already is not in the store yet.
Result<bool> Reception::Match(const NewReport& report) {
  auto awaiting = desk_.store.AwaitingReport(
      report.sim, report.message_reference, report.received_at - kReportWindow);
  if (!awaiting) return std::unexpected(awaiting.error());
  for (Message& message : *awaiting) {
    for (const Settlement& earlier : desk_.turn.settlements) {
      if (earlier.sequence != message.sequence || !earlier.MarksPart()) {
        continue;
      }
      for (Part& part : message.part_records) {
        if (part.number == earlier.number) part.report_status = earlier.status;
      }
    }
  }
  const auto found = FindReported(report, *awaiting, InFlight(report));
  if (!found) return false;
  const auto message = std::ranges::find(*awaiting, found->message->sequence,
                                         &Message::sequence);
  const Settlement settlement =
      Settle(report, *message, found->number, desk_.clock.Wall());
  MarkJobs(report, settlement);
  desk_.turn.settlements.push_back(settlement);
  desk_.log.Info("part reported",
                 {{"id", ToString(message->id)},
                  {"part", settlement.number},
                  {"of", message->parts},
                  {"status", settlement.status},
                  {"state", settlement.to ? ToString(*settlement.to) : ""}});
  return true;
}

// It may be about a part whose reference is not known yet, or not in the store.
bool Reception::InFlight(const NewReport& report) const {
  return std::ranges::any_of(desk_.turn.results, AwaitsReport) ||
         std::ranges::any_of(desk_.stations, [&](Station& station) {
           return IsSendingTo(station, report);
         });
}

// A message of which other parts are still to be sent: what is known of it by
// then counts when it is sent (sending.cc).
void Reception::MarkJobs(const NewReport& report,
                         const Settlement& settlement) {
  for (Station& station : desk_.stations) {
    if (!station.job) continue;
    Message& message = station.job->message;
    if (message.sequence != settlement.sequence) continue;
    Settle(report, message, settlement.number, settlement.at);
  }
}

void Reception::SimKnown(const std::string& sim) {
  if (std::ranges::find(sims_seen_, sim) != sims_seen_.end()) return;
  sims_seen_.push_back(sim);
  unmatched_[sim] = desk_.clock.Wall() - kReportWindow;
  look_at_unmatched_ = true;
  MatchEarly();
}

void Reception::ShowIncomplete() {
  desk_.turn.show_incomplete_before =
      desk_.clock.Wall() - desk_.config.inbox.incomplete_after;
  desk_.turn.inbound_webhook = !desk_.config.inbox.webhook_url.empty();
}

void Reception::Committing() {
  const MonoTime until = desk_.clock.Mono() + kStaysFor;
  const bool on_demand = desk_.config.spooler.idle_exit.count() > 0;
  results_committing_ =
      !desk_.turn.results.empty() || !desk_.turn.changes.empty();
  for (const PartResult& result : desk_.turn.results) {
    const bool counts =
        result.awaits_report && on_demand && awaited_.size() < kMostAwaited;
    if (counts) awaited_[{result.sequence, result.number}] = until;
  }
  for (const Settlement& settlement : desk_.turn.settlements) {
    if (settlement.final && settlement.MarksPart()) {
      awaited_.erase({settlement.sequence, settlement.number});
    }
  }
}

void Reception::Committed() {
  const MonoTime now = desk_.clock.Mono();
  for (const Receipt& receipt : std::exchange(receipts_, {})) {
    receipt.station->modem().Stored(receipt.number, now);
  }
  ForgetOldWaits();
  if (results_committing_ || look_at_unmatched_) MatchEarly();
}

void Reception::MatchEarly() {
  look_at_unmatched_ = false;
  for (auto sim = unmatched_.begin(); sim != unmatched_.end();) {
    const auto waits = MatchEarly(sim->first, sim->second);
    if (waits) {
      sim->second = desk_.clock.Wall() - kEarly;
    } else {
      look_at_unmatched_ = true;  // at the next commit
    }
    sim = waits.value_or(true) ? std::next(sim) : unmatched_.erase(sim);
  }
}

// Reports that came before the result of their part. True: some still may.
Result<bool> Reception::MatchEarly(const std::string& sim, WallTime since) {
  const auto reports = desk_.store.UnmatchedReports(sim, -1, since);
  if (!reports) return std::unexpected(reports.error());
  bool waits = false;
  for (const StoredReport& report : *reports) {
    const auto matched = Match(report);
    if (!matched) return matched;
    waits = waits ||
            (!*matched && report.received_at + kEarly > desk_.clock.Wall());
  }
  return waits;
}

void Reception::ForgetOldWaits() {
  const MonoTime now = desk_.clock.Mono();
  std::erase_if(awaited_, [&](const auto& wait) { return wait.second <= now; });
}

bool Reception::AwaitsReports() const {
  const MonoTime now = desk_.clock.Mono();
  return std::ranges::any_of(
      awaited_, [&](const auto& wait) { return wait.second > now; });
}

std::optional<MonoTime> Reception::AwaitsUntil() const {
  std::optional<MonoTime> last;
  for (const auto& [part, until] : awaited_) {
    if (!last || until > *last) last = until;
  }
  return last;
}

}  // namespace smsweb
