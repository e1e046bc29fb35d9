// The receiving side of the spooler: messages and delivery reports, from the
// PDU that a modem gave to the turn that keeps them.
//
//   modem: +CMT, +CDS, +CMGR  -> a part of the inbox or a report, for the turn;
//                                what the report settles is in the same turn
//   the turn commits
//   modem                     <- Stored(): it may acknowledge and delete
//
// So nothing is deleted before it is on disk. What is read again, because the
// spooler died in between, has the same fingerprint, and is kept once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/modem/modem.h"
#include "common/store/store.h"
#include "daemon/inbound.h"
#include "daemon/reports.h"
#include "daemon/station.h"

namespace smsweb {

class Reception {
 public:
  explicit Reception(const Desk& desk) : desk_(desk) {}

  void Hear(Station& station, const ModemEvent& event);
  // The SIM in use is known: reports that came before, and are nobody's yet,
  // are looked at once.
  void SimKnown(const std::string& sim);
  // Messages that have been incomplete for long are shown as they are.
  void ShowIncomplete();

  // The turn is about to be committed, and has been.
  void Committing();
  void Committed();

  // Reports of this run's parts may still come, and not much time has passed.
  bool AwaitsReports() const;
  std::optional<MonoTime> AwaitsUntil() const;

 private:
  struct Receipt {
    Station* station;
    int number;
  };

  void NoteConversation(const Station& station, const InboundPart& part);
  void HeedWord(const InboundPart& part);
  void Keep(InboundPart part);
  void Keep(const NewReport& report);
  Result<bool> Match(const NewReport& report);
  bool InFlight(const NewReport& report) const;
  void MarkJobs(const NewReport& report, const Settlement& settlement);
  void MatchEarly();
  Result<bool> MatchEarly(const std::string& sim, WallTime since);
  void ForgetOldWaits();

  const Desk& desk_;
  std::vector<Receipt> receipts_;  // of what the turn holds
  // SIMs with reports that are nobody's, and since when to look at these.
  std::map<std::string, WallTime> unmatched_;
  std::vector<std::string> sims_seen_;
  bool results_committing_ = false;
  bool look_at_unmatched_ = false;
  // By sequence and part: until when an on-demand spooler stays for its report.
  std::map<std::pair<std::int64_t, int>, MonoTime> awaited_;
};

}  // namespace smsweb
