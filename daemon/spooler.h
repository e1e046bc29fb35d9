// The spooler: takes messages from the queue and sends them through modems.
//
// It is passive: RunSpooler() (run.h) polls and calls Turn(). In one turn it
// hears what the modems have said, gives those that are free their next part,
// and records everything in one transaction:
//
//   modem: +CMGS: 7, OK     -> the result of part n, for the transaction
//   free modem              <- AT+CMGS for part n+1; its intent, too
//   the transaction commits    (while the modem prepares its prompt)
//   modem                   <- the PDU of part n+1, once prompted
//
// What to ask of the queue is leasing.h's, what to send sending.h's, what to
// keep of what came reception.h's.
//
// So a modem never waits for the disk between two messages, and no PDU leaves
// before its intent is on disk.
#pragma once

#include <poll.h>

#include <optional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/secret/key_ring.h"
#include "common/store/store.h"
#include "daemon/lanes.h"
#include "daemon/leasing.h"
#include "daemon/modem_port.h"
#include "daemon/reception.h"
#include "daemon/requests.h"
#include "daemon/sending.h"
#include "daemon/station.h"
#include "daemon/tariffs.h"

namespace smsweb {

class Spooler {
 public:
  // All are kept by reference. `keys` open sealed texts; none: nobody can.
  Spooler(const Config& config, Store& store, const PortContext& ports,
          SendingWindows& windows, const Clock& clock, Random& random,
          const Logger& log, KeyRing* keys = nullptr);

  // Reads what the last one has left: which PINs were refused, and what one
  // that died had not settled. The first call, until it succeeds: before, there
  // are no modems.
  Result<void> CleanUp();

  // Does all that can be done now. `readable` says of each modem whether poll
  // found bytes on its line.
  void Turn(const std::vector<bool>& readable);
  void BellRang();
  // Something was put into the outbox since the last call, and is durable.
  bool TakeNews() { return std::exchange(news_, false); }

  // For poll(), a modem an entry, in the order of `readable`; and when to turn
  // at the latest.
  std::vector<pollfd> PollFds() const;
  std::optional<MonoTime> Deadline() const;

  // Nothing is under way, and nothing that is due waits.
  bool Drained() const;
  // ... and nothing waits for a later time either: no message, no report that
  // is awaited, no chore of a modem, nobody who asked something of one.
  bool Idle() const;
  bool AnyModemUp() const;

  // Takes nothing new, and puts back what has not begun. Busy() is false once
  // the parts under way have ended.
  void Quiesce() { sending_.Quiesce(); }
  bool Busy() const;
  // Records that the modems are nobody's. The last call.
  void SayGoodbye();

 private:
  void HearModems(const std::vector<bool>& readable);
  void Hear(Station& station, const ModemEvent& event);
  void RecordPin(Station& station, const ModemEvent& event);
  void LetPinsGo();
  void HearOfQueue();
  void LookWithoutModem();
  void LookAhead();
  void NoteLanes(Station& station, const ModemEvent& event);
  void LookAfterLanes();
  void NotePutBack(const SpoolerTurn& turn);
  bool LookAfterLimits();
  void LookAfterOthers();
  void RenewLease();
  void PlanLeases();
  Result<void> MakeStations();
  Result<void> SettleAbandoned();
  Result<std::vector<Message>> TakeOver(LeaseToken except, WallTime now);
  bool PinRefusedEarlier(const ModemStatus& status);
  bool Commit();
  void CommitFailed(const Error& error);
  void FlushAll();

  const Config& config_;
  Store& store_;
  const PortContext ports_;
  const Clock& clock_;
  const Logger& log_;
  const LeaseToken token_;
  std::vector<Station> stations_;
  Tariffs tariffs_;
  SpoolerTurn turn_;  // what is still to be recorded
  const Desk desk_;
  Leasing leasing_;
  Sending sending_;
  Reception reception_;
  Requests requests_;
  LaneWatch lane_watch_;
  bool stations_changed_ = false;    // who sends what, since lanes were looked
                                     // after
  bool look_after_lanes_ = false;    // something may lie where nobody sends it
  bool more_change_lanes_ = false;   // in the next turn: modems come in between
  bool more_to_bury_ = false;        // messages whose life is over
  bool look_without_modem_ = false;  // once this turn is on disk
  int since_aged_ = 0;  // messages leased since an old one had its turn
  MonoTime alive_told_at_{};
  std::optional<WallTime> next_due_;   // of what was not due at the last look
  std::optional<WallTime> next_room_;  // for what SIMs may not send now
  bool anything_queued_ = false;       // at the last look
  bool news_ = false;                  // in the outbox
  std::optional<MonoTime> store_retry_at_;  // set: the store is failing
  Millis store_pause_{0};
  MonoTime store_told_at_{};
  MonoTime looked_at_{};
};

}  // namespace smsweb
