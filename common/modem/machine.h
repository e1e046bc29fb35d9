// The state machine behind Modem (modem.h is its contract).
//
//   machine.cc   the table of what each state does, and what all states share:
//                one command in flight at a time, its deadline, pauses
//   setup.cc     probing, SIM, registration, configuration
//   sending.cc   a submit from AT+CMGS to its result, and resynchronising
//
// A state is a row of functions: `ask` writes its command when the state is
// entered, and again after a pause; `answer` gets that command's final result;
// `silence` is called when none came within `patience`.
//
// Answers carry no number, so a late one could be taken for the next command's.
// Two rules keep them apart: a query's OK counts only after its information
// line (a bare OK belonged to an earlier command, and is skipped), and an OK
// that comes before the prompt of AT+CMGS is skipped too. Modems answer in
// order (V.250 § 5.6), so whatever was late is out once a query has been
// answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/modem/at_parser.h"
#include "common/modem/modem.h"

namespace smsweb {

class ModemMachine {
 public:
  explicit ModemMachine(ModemSettings settings);

  void LineOpened(MonoTime now);
  void LineClosed(MonoTime now);
  void BytesReceived(std::string_view bytes, MonoTime now);
  void DeadlineReached(MonoTime now);
  void Submit(std::string pdu_hex, std::size_t tpdu_length, MonoTime now);
  void Release(MonoTime now);
  void Withdraw(MonoTime now);

  ModemState state() const { return state_; }
  std::string TakeOutput();
  std::vector<ModemEvent> TakeEvents();
  std::optional<MonoTime> Deadline() const { return deadline_; }

 private:
  // What a state does; a null function: nothing.
  struct Behaviour {
    void (ModemMachine::*ask)();
    void (ModemMachine::*answer)(const AtEvent& final);
    void (ModemMachine::*silence)();
    Millis (ModemMachine::*patience)() const;
  };
  static const Behaviour kBehaviour[];
  const Behaviour& Now() const;

  // A PIN is given to a SIM that never refused one from us.
  enum class Pin : std::uint8_t {
    kUntried,
    kGiven,     // no verdict yet: not again
    kAccepted,  // this PIN opened the SIM: may be given after a restart
    kRefused,   // never again
  };

  struct Submission {
    std::string pdu;
    std::size_t tpdu_length = 0;
    bool prompted = false;
    bool released = false;
    bool pdu_written = false;  // into the output
    bool pdu_left = false;     // handed out: it may have gone
    int reference = -1;        // of +CMGS
  };

  // machine.cc: states, commands, time.
  void Go(ModemState next, std::string detail = {});
  void Note(std::string detail);
  void Ask();
  void Command(std::string_view text);
  void Escape();
  void SkipAnswer();
  void AskAgainLater();
  Millis GrowingPause() const;
  void StopClock();
  void StartOver();
  void AskToReopen(std::string detail);
  void Handle(const AtEvent& event);
  void HandleFinal(const AtEvent& final);
  void HandlePrompt();
  void HandleUnsolicited(const AtEvent& event);
  std::optional<std::string_view> Information(std::string_view name) const;

  // setup.cc
  void AskProbe();
  void AnswerProbe(const AtEvent& final);
  Millis ProbePatience() const;
  void SilenceInSetup();
  void AskSim();
  void AnswerSim(const AtEvent& final);
  void AnswerPin(const AtEvent& final);
  void SimStatus(std::string_view status);
  void SimError(const AtEvent& final);
  void SimWantsPin();
  void SimUnlocked();
  void AskRegistration();
  void AnswerRegistration(const AtEvent& final);
  void RegistrationStatus(int status);
  void WaitForRegistration(std::string_view why);
  void RegistrationLine(std::string_view line);
  void AskConfiguration();
  void AnswerConfiguration(const AtEvent& final);
  Millis CommandPatience() const { return settings_.command_timeout; }

  // sending.cc
  void RefuseSubmit();
  void AskPrompt();
  void AnswerBeforePdu(const AtEvent& final);
  void SilenceBeforePdu();
  Millis PromptPatience() const { return settings_.prompt_timeout; }
  void WritePduWhenDue();
  void WritePdu();
  void AnswerToPdu(const AtEvent& final);
  void SilenceAfterPdu();
  Millis SubmitPatience() const { return settings_.submit_timeout; }
  void FinishSubmit(SubmitResult result, int code, std::string detail);
  void RejectSubmit(const AtEvent& final);
  void GiveUpSubmit(std::string detail);
  void BackToReady(std::string detail = {});
  void AskResync();
  void AnswerResync(const AtEvent& final);
  void SilenceInResync();
  Millis ResyncPatience() const;

  const ModemSettings settings_;
  ModemState state_ = ModemState::kClosed;
  MonoTime now_{};
  AtParser parser_;
  std::string output_;
  std::vector<ModemEvent> events_;
  std::string note_;  // the last detail reported, so as not to repeat it

  // The command in flight, or a pause before the next.
  std::string command_;
  std::vector<std::string> information_;
  std::optional<MonoTime> deadline_;
  bool pausing_ = false;

  // Within a state; new with each.
  std::size_t step_ = 0;
  int asked_again_ = 0;
  bool answered_ = false;  // anything at all

  // Across states.
  int silences_ = 0;    // since the modem last said something sensible
  int reopenings_ = 0;  // since it was last ready
  bool registered_ = false;
  MonoTime registering_since_{};
  bool registration_overdue_ = false;
  Pin pin_ = Pin::kUntried;
  std::optional<Submission> submission_;
};

// "+CMS ERROR: 38", "+CME ERROR: 14 (SIM busy)", "ERROR": for a log. Never the
// modem's own words.
std::string DescribeFinal(const AtEvent& final);

}  // namespace smsweb
