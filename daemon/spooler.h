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
// So a modem never waits for the disk between two messages, and no PDU leaves
// before its intent is on disk.
#pragma once

#include <poll.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/store/store.h"
#include "daemon/job.h"
#include "daemon/modem_port.h"
#include "daemon/policy.h"

namespace smsweb {

class Spooler {
 public:
  // All are kept by reference.
  Spooler(const Config& config, Store& store, const LineOpener& open,
          const Clock& clock, Random& random, const Logger& log);

  // Settles what a spooler that died has left behind.
  Result<void> CleanUp();

  // Does all that can be done now. `readable` says of each modem whether poll
  // found bytes on its line.
  void Turn(const std::vector<bool>& readable);
  void BellRang() { look_ = true; }

  // For poll(), a modem an entry, in the order of `readable`; and when to turn
  // at the latest.
  std::vector<pollfd> PollFds() const;
  std::optional<MonoTime> Deadline() const;

  // Nothing is under way, and nothing that is due waits.
  bool Drained() const;
  // ... and nothing waits for a later time either.
  bool Idle() const { return Drained() && !next_due_; }
  bool AnyModemUp() const;

  // Takes nothing new, and puts back what has not begun. Busy() is false once
  // the parts under way have ended.
  void Quiesce();
  bool Busy() const;
  // Records that the modems are nobody's. The last call.
  void SayGoodbye();

 private:
  struct Station {
    explicit Station(std::unique_ptr<ModemPort> port_in)
        : port(std::move(port_in)) {}
    std::unique_ptr<ModemPort> port;
    std::optional<Job> job;
    bool intent_uncommitted = false;
    std::int64_t parts_sent = 0;            // not yet recorded
    ModemState told = ModemState::kClosed;  // the last that was news
    const std::string& name() const { return port->config().name; }
    Modem& modem() { return port->modem(); }
  };

  void HearModems(const std::vector<bool>& readable);
  void Hear(Station& station, const ModemEvent& event);
  void PartEnded(Station& station, const ModemEvent& event);
  void Conclude(const Message& message, const Verdict& verdict,
                const std::string& modem);
  void LookWithoutModem();
  bool PinRefusedEarlier(const ModemConfig& modem) const;
  void GiveWork();
  const Station* BoundTo(const Message& message) const;
  std::optional<Message> TakeReadyFor(const Station& station);
  void PutBackStranded();
  void StartJob(Station& station, const Message& message);
  void SubmitPart(Station& station);
  bool Commit();
  void CommitFailed(const Error& error);
  void ReleaseCommitted(const SpoolerTurnOutcome& outcome);
  void TakeLeased(SpoolerTurnOutcome outcome);
  void PutBackReady();
  void FlushAll();
  int LeaseWanted() const;
  Attempt AttemptAt(const Message& message);
  void RecordModem(Station& station, const ModemEvent& event);

  const Config& config_;
  Store& store_;
  const Clock& clock_;
  Random& random_;
  const Logger& log_;
  const LeaseToken token_;
  std::vector<Station> stations_;
  std::deque<Message> ready_;  // leased, in order, not begun
  SpoolerTurn turn_;           // what is still to be recorded
  bool look_ = true;           // the queue may hold something that is due
  bool quiescing_ = false;
  std::optional<WallTime> next_due_;
  std::optional<MonoTime> store_retry_at_;  // set: the store is failing
  Millis store_pause_{0};
  MonoTime looked_at_{};
};

}  // namespace smsweb
