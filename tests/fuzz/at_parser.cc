// Bytes as a modem might write them, cut anywhere, with time passing and the
// spooler's wishes in between.
//
// Oracle: each Submit and each USSD request ends exactly once; the PDU leaves
// only after Release(); no state follows another that the table forbids; what
// waits to be read or written stays bounded; nothing read past its end (ASan).
//
// The input is a list of steps: an octet that says what, and where it takes
// bytes, one that says how many.
#include "common/modem/at_parser.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/modem/modem.h"

namespace {

using smsweb::Millis;
using smsweb::Modem;
using smsweb::ModemEvent;
using smsweb::ModemState;
using smsweb::MonoTime;

constexpr std::string_view kPdu = "0001000B";
// More than the longest plan of commands has.
constexpr std::size_t kMostOutput = 4096;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

class Steps {
 public:
  Steps(const std::uint8_t* data, std::size_t size)
      : data_(data), size_(size) {}
  bool More() const { return size_ > 0; }
  std::uint8_t Octet() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string_view Bytes() {
    const std::size_t length = std::min<std::size_t>(Octet(), size_);
    const std::string_view bytes(reinterpret_cast<const char*>(data_), length);
    data_ += length;
    size_ -= length;
    return bytes;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

smsweb::ModemSettings Settings(std::uint8_t kind) {
  smsweb::ModemProfile profile{.name = "fuzz", .csms = kind & 1};
  if ((kind & 2) != 0) profile.report_storage = "SR";
  if ((kind & 4) != 0) profile.radio_cycle = {"AT+CFUN=4", "AT+CFUN=1"};
  if ((kind & 8) != 0) profile.restart = "AT+CFUN=1,1";
  if ((kind & 16) != 0) profile.ready_line = "SMS Ready";
  return {.pin = (kind & 32) != 0 ? "1234" : "",
          .roaming = (kind & 64) != 0,
          .smsc = (kind & 128) != 0 ? "+49170" : "",
          .profile = "fuzz",
          .profiles = std::make_shared<const smsweb::ModemProfiles>(
              smsweb::ModemProfiles{std::move(profile)})};
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

class Play {
 public:
  explicit Play(std::uint8_t kind) : modem_(Settings(kind)) {}

  void Step(Steps& steps) {
    const std::uint8_t what = steps.Octet();
    switch (what % 16) {
      case 0:
        modem_.LineOpened(now_);
        break;
      case 1:
        modem_.LineClosed(now_);
        break;
      case 2:
        now_ += Millis(steps.Octet() * 997);
        modem_.DeadlineReached(now_);
        break;
      case 3:
        if (const auto deadline = modem_.Deadline()) {
          now_ = std::max(now_, *deadline);
          modem_.DeadlineReached(now_);
        }
        break;
      case 4:
        if (modem_.Ready()) {
          released_ = false;
          ++submits_;
          modem_.Submit(std::string(kPdu), 4, now_);
        }
        break;
      case 5:
        released_ = modem_.state() == ModemState::kAwaitingPrompt;
        modem_.Release(now_);
        break;
      case 6:
        modem_.Withdraw(now_);
        break;
      case 7:
        modem_.Stored(steps.Octet(), now_);
        break;
      case 8:
        asked_ += modem_.RequestUssd("*100#", now_);
        break;
      case 9:
        modem_.Recover("why", now_);
        break;
      case 10:
        modem_.PinMayGo(now_);
        break;
      case 11:
      case 12:
        modem_.BytesReceived(Obedient(last_), now_);
        break;
      default:
        modem_.BytesReceived(steps.Bytes(), now_);
        break;
    }
    Look();
  }

  void End() {
    modem_.LineClosed(now_);
    Look();
    Require(results_ == submits_, "a submit has not ended");
    Require(answers_ == asked_, "a USSD request has not ended");
  }

 private:
  void Look() {
    const std::string written = modem_.TakeOutput();
    Require(written.size() <= kMostOutput, "much is written at once");
    if (written.find(kPdu) != std::string::npos) {
      Require(released_, "a PDU left without Release()");
    }
    if (!written.empty()) last_ = written;
    for (const ModemEvent& event : modem_.TakeEvents()) {
      Require(!event.detail.starts_with("refused: "), event.detail.c_str());
      results_ += event.kind == ModemEvent::Kind::kSubmitDone;
      answers_ += event.kind == ModemEvent::Kind::kUssdDone;
    }
    Require(results_ <= submits_ && submits_ <= results_ + 1, "submits");
    Require(answers_ <= asked_ && asked_ <= answers_ + 1, "USSD requests");
    const bool waits = modem_.state() == ModemState::kClosed ||
                       modem_.state() == ModemState::kReady ||
                       modem_.state() == ModemState::kFailed;
    Require(waits || modem_.Deadline().has_value(), "a state for ever");
  }

  Modem modem_;
  MonoTime now_{std::chrono::hours(1)};
  std::string last_;
  bool released_ = false;
  int submits_ = 0;
  int results_ = 0;
  int asked_ = 0;
  int answers_ = 0;
};

// The same events whether the bytes come in one piece or one by one.
void ParseTwice(std::string_view bytes) {
  const auto describe = [](const smsweb::AtEvent& event) {
    return std::to_string(static_cast<int>(event.kind)) + event.text + "|" +
           event.pdu + "\n";
  };
  smsweb::AtParser whole;
  smsweb::AtParser pieces;
  whole.ExpectAnswerTo("AT+CMGL=4");
  pieces.ExpectAnswerTo("AT+CMGL=4");
  std::string one;
  std::string other;
  for (const auto& event : whole.Feed(bytes)) one += describe(event);
  for (const char& c : bytes) {
    for (const auto& event : pieces.Feed({&c, 1})) other += describe(event);
  }
  Require(one == other, "pieces matter");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  ParseTwice({reinterpret_cast<const char*>(data), size});
  Steps steps(data, size);
  Play play(steps.Octet());
  while (steps.More()) play.Step(steps);
  play.End();
  return 0;
}
