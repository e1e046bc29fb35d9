// One simulated modem, from the bytes that a host writes to those that it
// reads: a strict modem of 3GPP TS 27.005, TS 27.007 and ITU-T V.250, which
// also does what a script says (script.h). It opens nothing and has no clock.
//
//   session.Start(now);
//   session.Receive(bytes, now);
//   port.Write(session.TakeOutput());
//   ... and Advance(now) when deadline() has come, then the output again;
//   what is to happen to the port itself is in TakePortEvents(), behind it.
//
// It stands in one of three states: taking a command line, taking the text
// behind a prompt (until Ctrl-Z or ESC), or busy (sending, or slow to answer).
// What comes in while it is busy waits, as in a UART's buffer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/air.h"
#include "sim/answer_plan.h"
#include "sim/at_line.h"
#include "sim/at_result.h"
#include "sim/modem_state.h"
#include "sim/receiver.h"
#include "sim/rules.h"
#include "sim/submission.h"

namespace smsweb::sim {

struct PortEvent {
  enum class Kind : std::uint8_t { kGone, kBack };
  Kind kind;
  std::string place;  // of kBack: where it is now; empty: where it was
};

class AtSession {
 public:
  // `air` outlives the session. A message takes `send_time` to send.
  AtSession(ModemOptions options, Air& air,
            std::chrono::milliseconds send_time = {},
            const Script& script = {});
  AtSession(AtSession&&) noexcept;
  AtSession& operator=(AtSession&&) = delete;
  ~AtSession();

  // From here the script counts its times; without it, from the first of the
  // calls below.
  void Start(const Instant& now);
  void HostOpened(const Instant& now);
  void Receive(std::string_view bytes, const Instant& now);
  void Advance(const Instant& now);
  std::optional<MonoTime> deadline() const;

  // More rules; their times count from `now`.
  void Obey(const Script& script, const Instant& now);

  std::string TakeOutput();
  std::vector<PortEvent> TakePortEvents();
  const std::string& name() const { return modem_->options.name; }
  // How many messages and reports lie in that memory.
  int Stored(Memory::Name memory) const {
    return modem_->memories[memory].used();
  }

 private:
  enum class State : std::uint8_t { kCommand, kText, kBusy };

  // What is to happen at a time.
  struct Timer {
    enum class Kind : std::uint8_t { kAct, kConnect, kBooted, kAwake };
    Kind kind = Kind::kAct;
    const Rule* rule = nullptr;  // of kAct
    const Action* action = nullptr;
    Millis every{0};
    std::string place{};  // of kConnect
  };

  // A line of commands, or a message, that is being answered.
  struct Work {
    AnswerPlan plan;
    std::vector<std::pair<const Rule*, const Action*>> afterwards{};
    std::string answer{};
    bool sent = false;  // the network has taken a message
  };

  // at_session.cc: bytes and commands
  void Settle();
  void Drain();
  void Feed(char c);
  void FeedCommand(char c);
  void FeedText(char c);
  void FeedHung(char c);
  void NewTextLine();
  void EndBusy();
  void RunLine();
  Final RunCommands(std::string_view body, Work& work);
  Reply RunOne(const std::string& text, const AtCommand* command, bool last,
               Work& work);
  void GrantWishes();
  void Answer(Work work);
  void Say(std::string bytes, Millis after = Millis(0));
  void SayWhatIsDue();
  bool deaf() const { return booting_ || hung_until_ || !connected_; }

  // at_session_messages.cc
  Reply BeginMessage(const AtCommand& command, bool last, Work& work);
  Reply Prompt(Announced announced);
  Final CheckCanSend() const;
  void EndMessage();
  void StoreMessage();
  Reply SendStored(const AtCommand& command, bool last, Work& work);
  void Submit(Work work);
  void Send();
  Final Carry(Work& work);
  std::optional<sim::Answer> Decided(const AnswerPlan& plan) const;
  void ReceiveDue();
  void AnswerUssd(const std::string& code);
  void TellRegistration();

  // at_session_script.cc
  void Meet(Trigger::Kind kind, std::string_view what, Work& work);
  bool Happen(Trigger::Kind kind, std::string_view what = "");
  void SetTimers();
  void RunTimers();
  void StopTimers(std::string_view command);
  void TakeOn(const Personality& personality);
  void RunTimer(const Timer& timer);
  void After(Millis time, Timer timer);
  void Do(const Rule& rule, const Action& action);
  void SetState(const Action& action);
  void SetSim(const std::string& how);
  void Fill(Memory& memory);
  void Act(const Action& action);
  void TellUssd(const Action& action);
  void Hang(const Action& action);
  void Disconnect(const Action& action);
  void Connect(const std::string& place);
  void Restart(Millis boot_time);
  void DropWork();

  std::unique_ptr<ModemState> modem_;
  Air& air_;
  std::unique_ptr<Receiver> receiver_;
  std::chrono::milliseconds send_time_;
  Rules rules_;
  Instant now_{};
  bool started_ = false;
  State state_ = State::kCommand;
  State behind_busy_ = State::kCommand;
  MonoTime busy_until_{};

  std::string input_;  // not yet looked at
  std::string line_;
  std::string last_line_;  // for A/
  std::string output_;
  std::multimap<MonoTime, std::string> later_;  // output whose time comes
  std::vector<std::string> told_;  // of what was received: +CNMI keeps it back

  std::string text_;
  Announced announced_;
  Instant cmgs_at_{};
  Instant pdu_at_{};
  std::optional<Submission> message_;  // being sent
  std::optional<int> from_place_;      // by AT+CMSS
  std::optional<Work> sending_;
  std::uint8_t reference_ = 0;

  std::multimap<MonoTime, Timer> timers_;
  AnswerPlan next_plan_;  // of timed rules: for the next answer
  Coverage registration_told_ = Coverage::kLost;
  bool connected_ = true;
  bool booting_ = false;
  std::optional<std::string> hung_until_;
  std::vector<PortEvent> port_events_;
};

}  // namespace smsweb::sim
