// A GSM modem as a state machine over bytes (3GPP TS 27.005, 27.007; V.250):
// it opens nothing, sleeps never and reads no clock. Whoever owns the line
// feeds it what arrives and the time, and writes what it has to say.
//
//   modem.LineOpened(now);
//   loop:
//     write modem.TakeOutput() to the line
//     act on modem.TakeEvents()
//     wait for bytes until modem.Deadline()
//     modem.BytesReceived(bytes, now)  or  modem.DeadlineReached(now)
//
// Sending a part takes two calls, so that the intent can be made durable in
// between: Submit() writes AT+CMGS and waits for the prompt; the PDU leaves
// only after Release(). Each Submit ends in exactly one kSubmitDone event,
// whatever happens to the line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/modem/network_values.h"
#include "common/modem/profile.h"

namespace smsweb {

struct ModemSettings {
  std::string pin;            // empty: none to give
  bool pin_withheld = false;  // it was refused in an earlier run
  bool roaming = false;       // may send while roaming
  std::string smsc;           // to be set on the SIM; empty: leave it
  std::string imei;           // this modem alone; empty: any
  std::string profile;        // by name; empty: by what it says it is
  std::shared_ptr<const ModemProfiles> profiles;  // none: GenericProfile()
  Millis keep_alive{60'000};  // of idleness, then it is asked how it fares; 0:
                              // never
  Millis command_timeout{10'000};        // for an ordinary command
  Millis prompt_timeout{10'000};         // from AT+CMGS to "> "
  Millis submit_timeout{120'000};        // from Ctrl-Z to the final result
  Millis registration_timeout{120'000};  // then that is reported
};

enum class ModemState : std::uint8_t {
  kClosed,          // no line
  kProbing,         // AT, ATE0, AT+CMEE
  kIdentifying,     // AT+CGMI, AT+CGMM, AT+CGSN: which profile fits
  kSim,             // AT+CPIN
  kRegistering,     // AT+CREG
  kConfiguring,     // AT+CMGF=0 and the rest
  kReady,           // takes a Submit
  kAwaitingPrompt,  // AT+CMGS is out
  kAwaitingResult,  // the PDU is out
  kBusy,            // with a chore of a moment: reading what was received,
                    // deleting it, asking for the signal, USSD
  kResyncing,       // escaped from something; waits for a clean answer
  kRecovering,      // on a rung of the recovery ladder, or pausing on it
  kFailed,          // needs the operator (PIN refused, PUK) or a new line
};
std::string_view ToString(ModemState state);

enum class SubmitResult : std::uint8_t {
  kAccepted,      // the network took it; `message_reference` is set
  kRejected,      // +CMS ERROR: it did not go; `error_code` is set where known
  kNotSubmitted,  // the PDU never left whole: it certainly did not go
  kUnknown,       // the PDU left, and no answer came
};
std::string_view ToString(SubmitResult result);

// The recovery ladder, from the bottom. A rung that helped is the last one
// taken; one that the profile calls unsafe is left out.
enum class RecoveryStep : std::uint8_t {
  kResync,      // ESC, and a question whose answer can't be mistaken
  kReopen,      // the line is closed and opened again
  kSoftReset,   // ATZ, or the profile's own
  kRadioCycle,  // AT+CFUN: radio off and on
  kRestart,     // AT+CFUN=1,1 or the profile's own: the modem boots
  kPause,       // nothing helped: wait, longer each time, then from the bottom
};
inline constexpr int kRecoveryStepCount = 6;
std::string_view ToString(RecoveryStep step);

// What is known of a modem. Empty strings and -1: not known (yet, or the modem
// does not say).
struct ModemInfo {
  std::string manufacturer;  // AT+CGMI
  std::string model;         // AT+CGMM
  std::string revision;      // AT+CGMR
  std::string imei;          // AT+CGSN
  std::string imsi;          // AT+CIMI: which SIM
  std::string profile;       // the name of the one in use
  std::string network;       // AT+COPS?: the operator's name or number
  Registration registration = Registration::kUnknown;
  int signal_dbm = 0;     // AT+CSQ, negative; 0: not known
  std::string smsc;       // AT+CSCA?
  int storage_used = -1;  // AT+CPMS?: messages on the SIM, and room for
  int storage_size = -1;
  std::array<int, kRecoveryStepCount> recoveries{};  // by RecoveryStep
  bool operator==(const ModemInfo&) const = default;
};

// Where a PDU that was received came from.
enum class Incoming : std::uint8_t {
  kMessage,  // +CMT: an SMS-DELIVER, not stored by the modem
  kReport,   // +CDS: an SMS-STATUS-REPORT, not stored by the modem
  kStored,   // read from storage: either
};

struct ModemEvent {
  enum class Kind : std::uint8_t {
    kStateChanged,  // `state`, and `detail` for the log. The same state again
                    // where only the detail is new: "SIM busy", "denied"
    kSubmitDone,    // `result`
    kPinAboutToBeGiven,  // to be remembered as refused, before PinMayGo()
    kPinAccepted,        // it opened the SIM: that may be forgotten
    kPinRefused,         // to be remembered: three refusals lock a SIM
    kReopenLine,   // the line is of no more use: close it and open it again.
                   // The modem is kClosed until LineOpened()
    kInfoChanged,  // info() says something new
    kIncoming,     // `pdu`, `incoming`, `receipt`
    kUssdDone,     // `ussd_*`; `detail` where it failed
    kRecovery,     // `step` is being taken; `detail` says why
    kWrongModem,   // its IMEI is not the one in the settings: the port has been
                   // given to another. kClosed until LineOpened()
  };
  Kind kind;
  ModemState state = ModemState::kClosed;
  SubmitResult result = SubmitResult::kUnknown;
  int message_reference = -1;  // TP-MR, kAccepted
  int error_code = -1;         // +CMS ERROR (27.005 § 3.2.5), kRejected; -1
                               // when the modem gave none
  std::string detail;          // never a PIN, a number or a text

  std::string pdu;  // kIncoming: hex digits, SMSC prefix and TPDU
  Incoming incoming = Incoming::kStored;
  std::string sim;   // kIncoming: the IMSI of the SIM that it came to
  int receipt = -1;  // kIncoming: for Stored()
  RecoveryStep step = RecoveryStep::kResync;
  bool ussd_answered = false;  // +CUSD came; else `detail` says what did
  int ussd_status = -1;        // <m> of +CUSD (27.007 § 7.15): 0 done, 1 wants
                               // an answer, 2 ended by the network, ...
  std::string ussd_text;       // <str> as the modem wrote it
  int ussd_dcs = -1;           // <dcs> (TS 23.038 § 5); -1: none was given
};

// What people dial: digits, '*' and '#', 182 at the most, as many as fit into a
// USSD string (TS 23.038 § 6.1.2.3).
bool IsUssdCode(std::string_view code);

class ModemMachine;

class Modem {
 public:
  explicit Modem(ModemSettings settings);
  Modem(Modem&&) noexcept;
  Modem& operator=(Modem&&) noexcept;
  ~Modem();

  void LineOpened(MonoTime now);
  void LineClosed(MonoTime now);
  void BytesReceived(std::string_view bytes, MonoTime now);
  void DeadlineReached(MonoTime now);  // harmless when it is too early

  // Only in kReady. Chores wait while submits follow each other, but for those
  // that keep the SIM from filling. `pdu_hex` is SMSC prefix and TPDU,
  // `tpdu_length` in octets.
  void Submit(std::string pdu_hex, std::size_t tpdu_length, MonoTime now);
  // The intent is durable: the PDU may leave. It counts as gone from the moment
  // TakeOutput() hands its bytes out. Once the submit is over (no prompt came),
  // neither of these does anything. Where the prompt comes at `latest` or
  // later, the PDU does not leave.
  void Release(MonoTime now, MonoTime latest = MonoTime::max());
  void Withdraw(MonoTime now);  // instead of Release(): the PDU must not leave

  // The PIN may leave: it is durable that it does. A SIM locks itself after
  // three wrong PINs, so that one whose answer was not heard, because we were
  // killed in between, counts as refused. Not called in time:
  // kPinAboutToBeGiven comes again.
  void PinMayGo(MonoTime now);

  // The PDU of this kIncoming event is durable, or need not be: the modem may
  // forget it. Harmless when it has already, or the line was lost meanwhile:
  // then the same PDU comes again, with a receipt of its own.
  void Stored(int receipt, MonoTime now);

  // Asks the network by USSD, as soon as nothing else is to be done. `code` is
  // written into AT+CUSD=1,"...",15 as it is, in the form that the modem wants
  // (ModemProfile::ussd). Ends in exactly one kUssdDone. False: another one is
  // under way.
  bool RequestUssd(std::string code, MonoTime now);

  // Messages fail, and the modem is to blame, though it answers: climbs one
  // rung of the ladder (not kResync nor kReopen), higher each time until a
  // message has been accepted. Only in kReady; harmless otherwise.
  void Recover(std::string reason, MonoTime now);

  const ModemInfo& info() const;
  const ModemProfile& profile() const;  // in use, or the generic one
  ModemState state() const;
  bool Ready() const { return state() == ModemState::kReady; }
  std::string TakeOutput();
  std::vector<ModemEvent> TakeEvents();
  std::optional<MonoTime> Deadline() const;

 private:
  std::unique_ptr<ModemMachine> machine_;
};

}  // namespace smsweb
