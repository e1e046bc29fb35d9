// One simulated modem, from the bytes that a host writes to those that it
// reads: a strict modem of 3GPP TS 27.005, TS 27.007 and ITU-T V.250. It opens
// nothing and has no clock.
//
//   session.Receive(bytes, now);
//   port.Write(session.TakeOutput());
//   ... and Advance(now) when deadline() has come.
//
// It stands in one of three states: taking a command line, taking the text
// behind a prompt (until Ctrl-Z or ESC), or sending. What comes in while it
// sends waits, as in a UART's buffer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/air.h"
#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

class AtSession {
 public:
  // `air` outlives the session. A message takes `send_time` to send.
  AtSession(ModemOptions options, Air& air,
            std::chrono::milliseconds send_time = {});

  void Receive(std::string_view bytes, const Instant& now);
  void Advance(const Instant& now);
  std::optional<MonoTime> deadline() const;

  std::string TakeOutput();
  const std::string& name() const { return modem_.options.name; }

 private:
  enum class State : std::uint8_t { kCommand, kText, kSending };

  // A message whose PDU is there.
  struct Message {
    Submit submit;
    std::vector<std::uint8_t> octets;
    std::size_t tpdu_length = 0;
    Instant cmgs_at;
    Instant pdu_at;
  };

  void Drain(const Instant& now);
  void Feed(char c, const Instant& now);
  void FeedCommand(char c, const Instant& now);
  void FeedText(char c, const Instant& now);
  void NewTextLine();

  void RunLine(const Instant& now);
  void RunCommands(std::string_view body, const Instant& now);
  Reply Run(const AtCommand& command, bool last, const Instant& now);

  Reply BeginMessage(const AtCommand& command, bool last, const Instant& now);
  Final CheckCanSend() const;
  Final ReadLength(const std::vector<Argument>& arguments);
  Final ReadRecipient(const std::vector<Argument>& arguments);
  void EndMessage(const Instant& now);
  std::optional<Message> PduMessage() const;
  std::optional<Message> TextMessage() const;
  std::optional<std::string> TypedText() const;
  void Send(const Instant& now);

  void Print(const std::vector<std::string>& lines);
  void Finish(const Final& final);
  void PrintResult(int number, std::string_view words);

  ModemState modem_;
  Air& air_;
  std::chrono::milliseconds send_time_;
  State state_ = State::kCommand;
  std::string input_;  // not yet looked at
  std::string output_;
  std::string line_;
  std::string last_line_;  // for A/

  std::string text_;
  std::size_t declared_length_ = 0;
  std::string recipient_;  // of text mode
  Instant cmgs_at_{};
  std::optional<Message> message_;
  MonoTime send_until_{};
  std::uint8_t reference_ = 0;
};

}  // namespace smsweb::sim
