// Bytes as a modem might write them, cut anywhere, with time passing and the
// spooler's wishes in between.
//
// Oracle: each Submit and each USSD request ends exactly once; the PDU leaves
// only after Release(); the PIN leaves once, announced before, and never after
// a refusal; no event tells it; no state follows another that the table
// forbids; what waits to be read or written stays bounded; a parser says the
// same of bytes in one piece and one by one.
//
// The input is an octet of settings and a list of steps: an octet that says
// what, and where it takes bytes, one that says how many.
#include "common/modem/at_parser.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/modem/modem.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

constexpr std::string_view kPdu = "0001000B";
constexpr std::string_view kPin = "86420975";
// More than the longest plan of commands has.
constexpr std::size_t kMostOutput = 4096;

class Steps {
 public:
  explicit Steps(std::string_view input) : input_(input) {}
  bool More() const { return !input_.empty(); }
  std::uint8_t Octet() {
    return input_.empty() ? 0 : static_cast<std::uint8_t>(Take(1).front());
  }
  std::string_view Bytes() { return Take(Octet()); }

 private:
  std::string_view Take(std::size_t count) {
    const auto taken = input_.substr(0, count);
    input_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view input_;
};

ModemSettings Settings(std::uint8_t kind) {
  ModemProfile profile{.name = "fuzz", .csms = kind & 1};
  if ((kind & 2) != 0) profile.report_storage = "SR";
  if ((kind & 4) != 0) profile.radio_cycle = {"AT+CFUN=4", "AT+CFUN=1"};
  if ((kind & 8) != 0) profile.restart = "AT+CFUN=1,1";
  if ((kind & 16) != 0) profile.ready_line = "SMS Ready";
  return {.pin = std::string((kind & 32) != 0 ? kPin : ""),
          .roaming = (kind & 64) != 0,
          .smsc = (kind & 128) != 0 ? "+49170" : "",
          .profile = "fuzz",
          .profiles = std::make_shared<const ModemProfiles>(
              ModemProfiles{std::move(profile)})};
}

// What a good modem would say, so that the fuzzer comes somewhere.
std::string_view Obedient(std::string_view command) {
  if (command.ends_with("AT+CPIN?\r")) return "\r\n+CPIN: READY\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CREG?\r")) return "\r\n+CREG: 1,1\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CMGF?\r")) return "\r\n+CMGF: 0\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CSQ\r")) return "\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
  if (command.ends_with("?\r")) return "\r\nERROR\r\n";
  if (command.starts_with("AT+CMGS=")) return "\r\n> ";
  if (command.ends_with('\x1A')) return "\r\n+CMGS: 42\r\n\r\nOK\r\n";
  return "\r\nOK\r\n";
}

// Lines that mean something, at whatever moment they come.
constexpr auto kLines = std::to_array<std::string_view>({
    "\r\nOK\r\n",
    "\r\nERROR\r\n",
    "\r\n> ",
    "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n",
    "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n",
    "\r\n+CPIN: READY\r\n\r\nOK\r\n",
    "\r\n+CPIN: READY\r\n",
    "\r\n+CPIN: NOT INSERTED\r\n",
    "\r\n+CME ERROR: 10\r\n",
    "\r\n+CME ERROR: 11\r\n",
    "\r\n+CME ERROR: 14\r\n",
    "\r\n+CME ERROR: incorrect password\r\n",
    "\r\n+CMS ERROR: 38\r\n",
    "\r\n+CMS ERROR: memory full\r\n",
    "\r\n+CREG: 2,0\r\n\r\nOK\r\n",
    "\r\n+CREG: 5\r\n",
    "\r\n+CREG: 0\r\n",
    "\r\n+CMGF: 0\r\n\r\nOK\r\n",
    "\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n",
    "\r\n+CPMS: 9,10,9,10,9,10\r\n\r\nOK\r\n",
    "\r\n+CMTI: \"SM\",3\r\n",
    "\r\n+CDSI: \"SR\",1\r\n",
    "\r\n+CMT: ,23\r\n07919471016730510404812143\r\n",
    "\r\n+CDS: 25\r\n0006D60B911326880736F4\r\n",
    "\r\n+CMGR: 0,,18\r\n00040B91\r\n\r\nOK\r\n",
    "\r\n+CMGL: 1,1,,23\r\n00040B91\r\n+CMGL: 2,3,,23\r\n0011\r\n\r\nOK\r\n",
    "\r\n+CUSD: 0,\"9 EUR\",15\r\n",
    "\r\n+CMGS: 42\r\n\r\nOK\r\n",
    "\r\nRING\r\n",
    "\r\n^RSSI:19\r\n",
    "\r\nSMS Ready\r\n",
    "\r\nCOMMAND NOT SUPPORT\r\n",
});

// What the spooler knows of a submit, of a USSD request, of the PIN.
class Ledger {
 public:
  void Submitted() {
    released_ = false;
    ++submits_;
  }
  void Released(bool awaiting_prompt) { released_ = awaiting_prompt; }
  void Asked(bool taken) { asked_ += taken; }
  void PinMayGo() { pin_may_go_ = pin_announced_; }

  void Wrote(std::string_view bytes) {
    Require(bytes.size() <= kMostOutput, "little is written at once");
    if (bytes.find(kPdu) != bytes.npos) {
      Require(released_, "a PDU leaves after Release()");
    }
    if (bytes.find(kPin) != bytes.npos) {
      Require(pin_may_go_ && !pin_refused_, "a PIN leaves when it may");
      pin_may_go_ = false;
      pin_given_ = true;
    }
  }

  void Happened(const ModemEvent& event) {
    using Kind = ModemEvent::Kind;
    Require(!event.detail.starts_with("refused: "), "a state that may follow");
    Require(event.detail.find(kPin) == std::string::npos, "no event has a PIN");
    results_ += event.kind == Kind::kSubmitDone;
    answers_ += event.kind == Kind::kUssdDone;
    if (event.kind == Kind::kPinAboutToBeGiven) {
      Require(!pin_given_, "a PIN is not given twice");
      pin_announced_ = true;
    }
    pin_refused_ |= event.kind == Kind::kPinRefused;
    if (event.kind == Kind::kPinAccepted) pin_given_ = false;
  }

  void CheckOneAtATime() const {
    Require(results_ <= submits_ && submits_ <= results_ + 1, "one submit");
    Require(answers_ <= asked_ && asked_ <= answers_ + 1, "one USSD request");
  }
  void CheckAllEnded() const {
    Require(results_ == submits_, "each submit ends");
    Require(answers_ == asked_, "each USSD request ends");
  }

 private:
  bool released_ = false;
  int submits_ = 0;
  int results_ = 0;
  int asked_ = 0;
  int answers_ = 0;
  bool pin_announced_ = false;
  bool pin_may_go_ = false;
  bool pin_given_ = false;
  bool pin_refused_ = false;
};

class Play {
 public:
  explicit Play(std::uint8_t kind) : modem_(Settings(kind)) {}

  void Step(Steps& steps) {
    const std::uint8_t what = steps.Octet() % 18;
    if (what < 4) {
      LineOrTime(what, steps);
    } else if (what < 11) {
      Wish(what, steps);
    } else {
      Hear(what, steps);
    }
    Look();
  }

  void End() {
    modem_.LineClosed(now_);
    Look();
    ledger_.CheckAllEnded();
  }

 private:
  void LineOrTime(std::uint8_t what, Steps& steps) {
    switch (what) {
      case 0:
        return modem_.LineOpened(now_);
      case 1:
        return modem_.LineClosed(now_);
      case 2:
        now_ += Millis(steps.Octet() * 997);
        return modem_.DeadlineReached(now_);
      default:
        now_ = std::max(now_, modem_.Deadline().value_or(now_));
        return modem_.DeadlineReached(now_);
    }
  }

  void Wish(std::uint8_t what, Steps& steps) {
    switch (what) {
      case 4:
        if (!modem_.Ready()) return;
        ledger_.Submitted();
        return modem_.Submit(std::string(kPdu), 3, now_);
      case 5:
        ledger_.Released(modem_.state() == ModemState::kAwaitingPrompt);
        return modem_.Release(now_);
      case 6:
        return modem_.Withdraw(now_);
      case 7:
        return modem_.Stored(steps.Octet(), now_);
      case 8:
        return ledger_.Asked(modem_.RequestUssd("*100#", now_));
      case 9:
        return modem_.Recover("why", now_);
      default:
        ledger_.PinMayGo();
        return modem_.PinMayGo(now_);
    }
  }

  void Hear(std::uint8_t what, Steps& steps) {
    switch (what) {
      case 11:
      case 12:
        return modem_.BytesReceived(Obedient(last_), now_);
      case 13:
        return modem_.BytesReceived(last_, now_);  // its echo
      case 14:
      case 15:
        return modem_.BytesReceived(kLines[steps.Octet() % kLines.size()],
                                    now_);
      default:
        return modem_.BytesReceived(steps.Bytes(), now_);
    }
  }

  void Look() {
    const std::string written = modem_.TakeOutput();
    ledger_.Wrote(written);
    if (!written.empty()) last_ = written;
    for (const auto& event : modem_.TakeEvents()) ledger_.Happened(event);
    ledger_.CheckOneAtATime();
    const bool waits = modem_.state() == ModemState::kClosed ||
                       modem_.state() == ModemState::kReady ||
                       modem_.state() == ModemState::kFailed;
    Require(waits || modem_.Deadline().has_value(), "no state is for ever");
  }

  Modem modem_;
  Ledger ledger_;
  MonoTime now_{std::chrono::hours(1)};
  std::string last_;
};

constexpr auto kCommands = std::to_array<std::string_view>(
    {"AT+CMGL=4", "AT+CMGS=23", "AT+CUSD=1,\"*100#\",15", "AT+CREG?", "AT",
     "AT+CGSN", "AT+CMGR=1"});

// What a parser says of bytes that come in pieces of this size.
std::string Parsed(std::string_view bytes, std::size_t piece,
                   std::string_view command) {
  AtParser parser;
  parser.ExpectAnswerTo(command);
  if (command.starts_with("AT+CMGS")) parser.ExpectEchoOf(kPdu);
  std::string all;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    for (const auto& event : parser.Feed(bytes.substr(0, piece))) {
      all += std::to_string(static_cast<int>(event.kind)) + event.text + "|" +
             event.pdu + "|" + std::to_string(event.code) + "\n";
    }
  }
  return all;
}

void CheckPieces(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto command =
      kCommands[static_cast<std::uint8_t>(bytes.front()) % kCommands.size()];
  const auto whole = Parsed(bytes, bytes.size(), command);
  Require(whole == Parsed(bytes, 1, command), "how bytes are cut is no matter");
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb::fuzz;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  CheckPieces(input);
  Steps steps(input);
  Play play(steps.Octet());
  while (steps.More()) play.Step(steps);
  play.End();
  return 0;
}
