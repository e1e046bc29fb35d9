// The state machine behind Modem (modem.h is its contract).
//
//   machine.cc       the table of what each state does, and what all share: one
//                    command in flight at a time, its deadline, pauses, plans
//   setup.cc         probing, and the settings of a modem that is registered
//   identity.cc      who it is, and which profile fits
//   sim.cc           the SIM and its PIN
//   registration.cc  the network
//   sending.cc       a submit from AT+CMGS to its result
//   chores.cc        what is done between messages, and when
//   receiving.cc     what it has received: told of, read, acknowledged, deleted
//   sweeping.cc      ... from a modem that can't list what it has
//   ussd.cc          asking the network
//   recovery.cc      resynchronising, and the ladder above it
//
// A state is a row of functions: `plan` makes its list of commands when the
// state is entered, `ask` writes the next one, and writes it again after a
// pause; `answer` gets a command's final result; `silence` is called when none
// came within `patience`; `finished` when the plan is done.
//
// Answers carry no number, so a late one could be taken for the next command's.
// Two rules keep them apart: a query's OK counts only after its information
// line (a bare OK belonged to an earlier command, and is skipped), and an OK
// that comes before the prompt of AT+CMGS is skipped too. Modems answer in
// order (V.250 § 5.6), so whatever was late is out once a query has been
// answered.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/modem/at_parser.h"
#include "common/modem/modem.h"
#include "common/modem/received_book.h"

namespace smsweb {

class ModemMachine {
 public:
  explicit ModemMachine(ModemSettings settings);

  void LineOpened(MonoTime now);
  void LineClosed(MonoTime now);
  void BytesReceived(std::string_view bytes, MonoTime now);
  void DeadlineReached(MonoTime now);
  void Submit(std::string pdu_hex, std::size_t tpdu_length, MonoTime now);
  void Release(MonoTime now, MonoTime latest);
  void Withdraw(MonoTime now);
  void PinMayGo(MonoTime now);
  void Stored(int receipt, MonoTime now);
  bool RequestUssd(std::string code, MonoTime now);
  void Recover(std::string reason, MonoTime now);

  ModemState state() const { return state_; }
  const ModemInfo& info() const { return info_; }
  const ModemProfile& profile() const { return *profile_; }
  std::string TakeOutput();
  std::vector<ModemEvent> TakeEvents();
  std::optional<MonoTime> Deadline() const;

 private:
  // A command and what is made of its result.
  struct Exchange {
    std::string command;
    void (ModemMachine::*heard)(const AtEvent& final) = nullptr;
    std::string answer = {};  // an OK counts only after a line that begins so
    StorageSlot slot = {};    // that it is about
    Millis patience{0};       // 0: as for any command
    bool needed = false;      // tried until it succeeds
  };

  // What a state does; a null function: nothing.
  struct Behaviour {
    void (ModemMachine::*plan)();
    void (ModemMachine::*ask)();
    void (ModemMachine::*answer)(const AtEvent& final);
    void (ModemMachine::*silence)();
    void (ModemMachine::*finished)();
    Millis (ModemMachine::*patience)() const;
  };
  static const Behaviour kBehaviour[];
  const Behaviour& Now() const;

  // A PIN is given to a SIM that never refused one from us.
  enum class Pin : std::uint8_t {
    kUntried,
    kAnnounced,  // waits for PinMayGo()
    kGiven,      // no verdict yet: not again
    kAccepted,   // this PIN opened the SIM: may be given after a restart
    kRefused,    // never again
  };

  struct Submission {
    std::string pdu;
    std::size_t tpdu_length = 0;
    bool prompted = false;
    bool released = false;
    MonoTime latest{};         // not to be written from then on
    bool pdu_written = false;  // into the output
    bool pdu_left = false;     // handed out: it may have gone
    int reference = -1;        // of +CMGS
  };

  struct Ussd {
    std::string code;
    bool asked = false;  // AT+CUSD is out: the network's answer may come
    MonoTime deadline{};
  };

  // How far the ladder has been climbed; the pauses at its top grow.
  struct Ladder {
    RecoveryStep rung = RecoveryStep::kResync;
    int pauses = 0;
  };

  // machine.cc: states, commands, time.
  void Go(ModemState next, std::string detail = {});
  void Settle(std::string detail = {});
  void Note(std::string detail);
  void Ask();
  void Command(std::string_view text);
  void Escape();
  void SkipAnswer();
  void AskAgainLater();
  Millis GrowingPause() const;
  void StopClock();
  void ForgetSession();
  void Emit(ModemEvent::Kind kind, std::string detail = {});
  void Handle(const AtEvent& event);
  void HandleFinal(const AtEvent& final);
  void HandleInformation(const AtEvent& event);
  void KeepInformation(const std::string& line);
  void HandlePrompt();
  void HandleUnsolicited(const AtEvent& event);
  std::optional<std::string_view> Information(std::string_view name) const;
  Millis CommandPatience() const;

  // machine.cc: plans.
  void AskNext();
  void AnswerPlan(const AtEvent& final);
  void NextOfPlan(const AtEvent& final);
  void NextOfPlanAfterSilence();
  void Refused(const AtEvent& final);
  void SilenceInSetupPlan();
  Millis PlanPatience() const;

  // setup.cc
  void PlanProbe();
  void AskProbe();
  void HeardProbe(const AtEvent& final);
  void HeardErrorMode(const AtEvent& final);
  void ProbeFinished();
  Millis ProbePatience() const;
  void SilenceInSetup();
  void PlanConfiguration();
  void AskConfiguration();
  void HeardImsi(const AtEvent& final);
  void HeardServiceCentre(const AtEvent& final);
  void HeardServiceCentreSet(const AtEvent& final);
  void HeardOperator(const AtEvent& final);
  void HeardSignal(const AtEvent& final);
  void HeardService(const AtEvent& final);
  void TryStorage(std::size_t choice);
  void HeardStorage(const AtEvent& final);
  void StorageIsFixed(bool fixed);
  void TryIndications(std::size_t choice);
  void HeardIndications(const AtEvent& final);
  void ConfigurationFinished();

  // identity.cc
  void PlanIdentity();
  std::string IdentityLine(const AtEvent& final) const;
  void HeardManufacturer(const AtEvent& final);
  void HeardModel(const AtEvent& final);
  void HeardRevision(const AtEvent& final);
  void HeardSerialNumber(const AtEvent& final);
  void Choose();
  void IdentityFinished();
  bool IsAnotherModem() const;

  // sim.cc
  void AskSim();
  void AnswerSim(const AtEvent& final);
  void AnswerPin(const AtEvent& final);
  void SimStatus(std::string_view status);
  void SimError(const AtEvent& final);
  void SimWantsPin();
  void RefusePin();
  void SimUnlocked();
  void SimLine(std::string_view line);
  void SimGone();

  // registration.cc
  void PlanRegistration();
  void AskRegistration();
  void PlanRegistrationQueries();
  Registration AnsweredRegistration(const AtEvent& final,
                                    std::string_view name) const;
  void HeardRegistration(const AtEvent& final);
  void HeardLteLines(const AtEvent& final);
  void HeardLteRegistration(const AtEvent& final);
  void RegistrationFinished();
  void WeighRegistration();
  std::string RegistrationTrouble() const;
  void WaitForRegistration(std::string_view why);
  void RegistrationLine(std::string_view line);

  // sending.cc
  void RefuseSubmit();
  void AskPrompt();
  void AnswerBeforePdu(const AtEvent& final);
  void SilenceBeforePdu();
  Millis PromptPatience() const;
  void WritePduWhenDue();
  void WritePdu();
  void AnswerToPdu(const AtEvent& final);
  void SilenceAfterPdu();
  Millis SubmitPatience() const;
  void FinishSubmit(SubmitResult result, int code, std::string detail);
  void RejectSubmit(const AtEvent& final);
  void GiveUpSubmit(std::string detail);

  // chores.cc
  bool ChoresWait() const;
  bool ChoresAreUrgent() const;
  void ChoresChanged();
  void WaitForWork();
  void IdleLongEnough();
  void PlanChores();
  void PlanKeepAlive();
  void HeardKeepAliveSim(const AtEvent& final);
  void HeardKeepAliveMode(const AtEvent& final);
  void HeardKeepAliveStorage(const AtEvent& final);
  void HeardKeepAliveIndications(const AtEvent& final);
  void SilenceInChore();
  void ChoresFinished();

  // receiving.cc
  static constexpr Millis kAfterFailure{2000};  // then a place is tried again
  bool PlanReceived();
  void Select(const std::string& storage, std::string& selected);
  void PlanListing(const std::string& storage, std::string& selected);
  void PlanListings();
  void HeardSelected(const AtEvent& final);
  void HeardAcknowledged(const AtEvent& final);
  void HeardDeleted(const AtEvent& final);
  void HeardRead(const AtEvent& final);
  void HeardListed(const AtEvent& final);
  void GiveUpOn(const Exchange& dropped);
  void StorageLine(std::size_t names);
  static std::string StorageName(std::string_view line, std::size_t index);
  void Listed(const AtEvent& line);
  void Read(const AtEvent& line);
  void Found(const StorageSlot& slot, int status, const std::string& pdu);
  void Announced(std::string_view line);
  void DropPlannedDeletion(const StorageSlot& slot);
  void Arrived(const AtEvent& event, Incoming incoming);
  void HandOnEarly();
  void HandOn(std::string pdu, Incoming incoming, int receipt);

  // sweeping.cc
  void SweepInstead(const std::string& storage);
  void HeardRange(const AtEvent& final);
  bool PlanSweep(std::string& selected);
  void HeardSwept(const AtEvent& final);

  // ussd.cc
  bool UssdWaits() const { return ussd_ && !ussd_->asked; }
  void PlanUssd();
  void HeardUssd(const AtEvent& final);
  void UssdLine(std::string_view line);
  void UssdFailed(std::string detail);
  void CheckUssdDeadline();

  // recovery.cc
  void AskResync();
  void AnswerResync(const AtEvent& final);
  void SilenceInResync();
  Millis ResyncPatience() const;
  void Resynchronise(std::string why);
  void LeaveStrayPrompt();
  void Climb(std::string why);
  void ChoresWentWell();
  void Blame(std::string why);
  RecoveryStep RungAbove(RecoveryStep rung) const;
  void Take(RecoveryStep step, std::string why);
  void PlanRecovery();
  void AskRecovery();
  void SilenceInRecovery();
  void RecoveryFinished();
  void AskToReopen(std::string detail);
  void LeaveLine(ModemEvent::Kind kind, std::string detail);
  void Boots();
  bool IsOldNews() const;
  void ModemRestarted();
  bool Booting() const;
  bool AwaitsReadyLine() const;
  void ReadyLineCame();

  const ModemSettings settings_;
  const ModemProfile* profile_;
  ModemState state_ = ModemState::kClosed;
  MonoTime now_{};
  AtParser parser_;
  std::string output_;
  std::vector<ModemEvent> events_;
  std::string note_;  // the last detail reported, so as not to repeat it
  ModemInfo info_;
  ModemInfo told_;  // as of the last kInfoChanged

  // The command in flight, or a pause before the next.
  std::string command_;
  std::vector<std::string> information_;
  std::optional<MonoTime> deadline_;
  bool pausing_ = false;

  // Within a state; new with each.
  std::deque<Exchange> plan_;
  Exchange current_;  // the one whose result is being heard
  std::uint64_t visit_ = 0;
  std::size_t step_ = 0;
  int asked_again_ = 0;
  int escapes_ = 0;        // of prompts, since the last command
  bool answered_ = false;  // anything at all
  bool skipped_ = false;   // an OK without the line that the command asks for

  // Across states.
  bool late_answers_ = false;  // to commands that were given up may come yet
  int silences_ = 0;           // since the modem last said something sensible
  int reopenings_ = 0;         // since it last did what it is for
  int stray_prompts_ = 0;      // the same
  bool sim_gone_ = false;
  Pin pin_ = Pin::kUntried;
  Registration creg_ = Registration::kUnknown;  // as +CREG and +CEREG say
  Registration cereg_ = Registration::kUnknown;
  bool lte_unknown_ = false;  // it knows no AT+CEREG
  bool registered_ = false;
  MonoTime registering_since_{};
  bool registration_overdue_ = false;
  bool listed_ = false;         // the storages, since the line was opened
  bool storage_fixed_ = false;  // no AT+CPMS was taken: places have no name
  bool acknowledges_ = false;   // AT+CSMS=1 was taken
  std::string indications_;     // the AT+CNMI that was taken
  bool imsi_heard_ = false;     // since the line was opened: whose SIM it is
  // PDUs that came by themselves before that, in a set-up.
  struct Early {
    std::string pdu;
    Incoming incoming;
  };
  std::vector<Early> early_;
  std::string selected_;  // <mem1>; "" when not known
  ReceivedBook received_;
  std::optional<MonoTime> chores_since_;
  MonoTime chores_not_before_{};
  int listed_for_ = -1;        // <used> when a storage was last listed for it
  MonoTime given_up_until_{};  // what failed is then tried anew
  std::optional<Submission> submission_;
  std::optional<Ussd> ussd_;
  bool ussd_to_cancel_ = false;

  Ladder silent_;  // climbed when the modem does not answer
  MonoTime climbed_at_{};
  Ladder blamed_;  // climbed by Recover()
  RecoveryStep step_taken_ = RecoveryStep::kResync;
  int pauses_ = 0;
  std::optional<MonoTime> booted_at_;
  MonoTime starts_since_{};
  int starts_ = 0;  // since then
  bool ready_line_seen_ = true;
};

// What a modem says of itself or its network, fit to be shown: printable ASCII,
// not long.
std::string Presentable(std::string_view text);

}  // namespace smsweb
