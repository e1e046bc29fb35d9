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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"

namespace smsweb {

struct ModemSettings {
  std::string pin;                       // empty: none to give
  bool pin_withheld = false;             // it was refused in an earlier run
  Millis command_timeout{10'000};        // for an ordinary command
  Millis prompt_timeout{10'000};         // from AT+CMGS to "> "
  Millis submit_timeout{120'000};        // from Ctrl-Z to the final result
  Millis registration_timeout{120'000};  // then that is reported
};

enum class ModemState : std::uint8_t {
  kClosed,          // no line
  kProbing,         // AT, ATE0, AT+CMEE
  kSim,             // AT+CPIN
  kRegistering,     // AT+CREG
  kConfiguring,     // AT+CMGF=0 and the rest
  kReady,           // takes a Submit
  kAwaitingPrompt,  // AT+CMGS is out
  kAwaitingResult,  // the PDU is out
  kResyncing,       // escaped from something; waits for a clean answer
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

struct ModemEvent {
  enum class Kind : std::uint8_t {
    kStateChanged,  // `state`, and `detail` for the log. The same state again
                    // where only the detail is new: "SIM busy", "denied"
    kSubmitDone,    // `result`
    kPinRefused,    // to be remembered: three refusals lock a SIM
    kReopenLine,    // the line is of no more use: close it and open it again.
                    // The modem is kClosed until LineOpened()
  };
  Kind kind;
  ModemState state = ModemState::kClosed;
  SubmitResult result = SubmitResult::kUnknown;
  int message_reference = -1;  // TP-MR, kAccepted
  int error_code = -1;         // +CMS ERROR (27.005 § 3.2.5), kRejected; -1
                               // when the modem gave none
  std::string detail;          // never a PIN, a number or a text
};

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

  // Only in kReady. `pdu_hex` is SMSC prefix and TPDU, `tpdu_length` in octets.
  void Submit(std::string pdu_hex, std::size_t tpdu_length, MonoTime now);
  // The intent is durable: the PDU may leave. It counts as gone from the moment
  // TakeOutput() hands its bytes out. Once the submit is over (no prompt came),
  // neither of these does anything.
  void Release(MonoTime now);
  void Withdraw(MonoTime now);  // instead of Release(): the PDU must not leave

  ModemState state() const;
  bool Ready() const { return state() == ModemState::kReady; }
  std::string TakeOutput();
  std::vector<ModemEvent> TakeEvents();
  std::optional<MonoTime> Deadline() const;

 private:
  std::unique_ptr<ModemMachine> machine_;
};

}  // namespace smsweb
