// The sending side of the spooler: which message goes through which modem, part
// after part, and what becomes of it. What it decides is in the turn that the
// spooler commits; what was committed comes back to it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/modem/modem.h"
#include "common/store/store.h"
#include "daemon/leasing.h"
#include "daemon/policy.h"
#include "daemon/station.h"

namespace smsweb {

class Sending {
 public:
  // Both are kept by reference.
  Sending(const Desk& desk, Leasing& leasing)
      : desk_(desk), leasing_(leasing) {}

  // Decides on messages that a spooler which died had taken.
  void SettleAbandoned(const std::vector<Message>& abandoned);

  // A turn of the spooler's loop, in which GiveWork() may be called often.
  void BeginTurn() { put_off_ = 0; }
  // Gives each free modem a message of those that are at hand.
  void GiveWork();
  void PartEnded(Station& station, const ModemEvent& event);

  // Which messages should be at hand besides; asked once before each commit.
  std::vector<LeaseRequest> PlanLeases();
  // The turn is on disk: its intents are, and PDUs may leave; its leases are at
  // hand.
  void Committed(SpoolerTurnOutcome outcome);

  // Lets go of what has not begun; from Quiesce() on, nothing new begins.
  void PutBackReady();
  void Quiesce();

  // What is left is for the next turn, which should come at once: when a window
  // closes, its whole backlog is put off, and modems must be heard meanwhile.
  bool HasHadEnough() const;

  bool HasReady() const { return !ready_.empty(); }
  bool PartUnderWay() const;
  bool HoldsMessages() const { return HasReady() || PartUnderWay(); }

 private:
  // Tries of a message that were a modem's fault, since the network last said
  // something of it.
  struct Faults {
    int count = 0;
    std::string modem;               // the last one's
    std::int64_t accepted_then = 0;  // Station::accepted at that time
  };

  // What became of a message, to be told once it is on disk.
  struct Conclusion {
    Uuid id;
    MessageState state;
    std::string modem;  // empty: nothing was tried
    std::string reason;
  };

  Attempt AttemptAt(const Message& message);
  void RecallFaults(const Message& message);
  Verdict Judge(Station& station, const Message& message,
                const ModemEvent& event);
  void RecordPart(Station& station, const JobPart& part,
                  const ModemEvent& event);
  void GoOn(Station& station);
  void CountEarlyReports(Message& message);
  std::vector<Station*> LeastUsedFirst() const;
  const Station* BoundTo(const Message& message) const;
  bool CanTake(const Station& station, const Message& message) const;
  std::optional<Message> TakeReadyFor(const Station& station);
  void PutBackStranded();
  bool WaitsForRoom(const Message& message) const;
  void NoteConversation(const Station& station, const Message& message);
  void Conclude(const Message& message, const Verdict& verdict,
                const std::string& modem);
  // Before this try has begun.
  void PutOff(const Message& message, const Verdict& verdict);
  void EndUntried(const Message& message, MessageState end, std::string reason);

  // False: it has been put off, or ended.
  bool IsWanted(const Message& message);
  bool MayGoNow(const Message& message);
  void StartJob(Station& station, Message message);
  Result<void> OpenSeal(Message& message) const;
  void SubmitPart(Station& station);
  void TellConcluded(std::set<std::int64_t>* refused);
  void ReleaseCommitted(std::set<std::int64_t>* refused);
  void Withdraw(Station& station);
  void TellLost(const Uuid& id) const;

  const Desk& desk_;
  Leasing& leasing_;
  std::map<std::int64_t, Conclusion> concluded_;  // by message, in this turn
  std::map<std::int64_t, Faults> faults_;         // by message
  std::deque<Message> ready_;                     // leased, in order, not begun
  int put_off_ = 0;  // messages in this turn: they may not go now, or at all
  bool quiescing_ = false;
};

}  // namespace smsweb
