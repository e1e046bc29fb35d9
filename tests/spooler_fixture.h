// The spooler with simulated modems, a real queue and a clock that stands
// still, for the tests of the spooler.
#pragma once

#include <algorithm>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "common/pdu/segment.h"
#include "common/store/sqlite_store.h"
#include "daemon/spooler.h"
#include "forwarding_store.h"
#include "insert.h"
#include "sim/at_session.h"
#include "temp_folder.h"

namespace smsweb {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using enum MessageState;

// The network: answers as told, and keeps what was sent.
class TestAir final : public sim::Air {
 public:
  bool GivesPrompt() override {
    prompts_given += prompts ? 1 : 0;
    return prompts;
  }
  sim::Answer Carry(const sim::Transmission& sent,
                    const sim::Instant&) override {
    using Kind = sim::Answer::Kind;
    on_carry();
    const auto answer =
        answers.empty() ? sim::Answer{} : std::exchange(answers.front(), {});
    if (!answers.empty()) answers.pop_front();
    if (answer.kind == Kind::kTaken || answer.kind == Kind::kLost) {
      received.push_back(sent.submit.data.Text());
      validity = sent.submit.validity->Period();
    }
    return answer;
  }

  bool prompts = true;
  int prompts_given = 0;
  std::function<void()> on_carry = [] {};
  std::deque<sim::Answer> answers;  // for the next ones; then: taken
  std::vector<std::string> received;
  std::optional<seconds> validity;
};

// A line that ends in a simulated modem. No descriptor: the test says when to
// turn.
class SessionLine final : public Line {
 public:
  SessionLine(sim::AtSession& session, const Clock& clock,
              std::function<bool()> broken)
      : session_(session), clock_(clock), broken_(std::move(broken)) {}
  int fd() const override { return -1; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    if (broken_()) return Fail(ErrorKind::kUnavailable, "unplugged");
    unread_ += session_.TakeOutput();
    const auto count = unread_.copy(buffer.data(), buffer.size());
    unread_.erase(0, count);
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    if (broken_()) return Fail(ErrorKind::kUnavailable, "unplugged");
    session_.Receive(bytes, {clock_.Wall(), clock_.Mono()});
    return bytes.size();
  }

 private:
  sim::AtSession& session_;
  const Clock& clock_;
  const std::function<bool()> broken_;
  std::string unread_;
};

// Passes on to a real store, or fails.
class MoodyStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override {
    if (!turn.intents.empty()) before_intents();
    if (fails || (fails_on_intents && !turn.intents.empty())) {
      return Fail(ErrorKind::kUnavailable, "disk is full");
    }
    return ForwardingStore::RecordTurn(turn);
  }
  Result<std::vector<ModemStatus>> Modems() override {
    if (fails_on_modems) return Fail(ErrorKind::kUnavailable, "locked");
    return ForwardingStore::Modems();
  }
  Result<std::optional<OptOut>> FindOptOut(const std::string& number) override {
    if (fails_on_opt_outs) return Fail(ErrorKind::kUnavailable, "locked");
    return ForwardingStore::FindOptOut(number);
  }
  Result<std::vector<std::string>> QueuedLanes() override {
    if (fails_on_lanes) return Fail(ErrorKind::kUnavailable, "locked");
    return ForwardingStore::QueuedLanes();
  }
  Result<std::optional<WallTime>> NextDue(WallTime now) override {
    ++looks_ahead;
    return ForwardingStore::NextDue(now);
  }
  int looks_ahead = 0;
  bool fails = false;
  bool fails_on_modems = false;
  bool fails_on_intents = false;
  bool fails_on_lanes = false;
  bool fails_on_opt_outs = false;
  std::function<void()> before_intents = [] {};
};

class SpoolerFixture {
 public:
  SpoolerFixture() {
    config_.spooler.max_attempts = 3;
    auto opened = OpenSqliteStores(folder_ / "queue.db");
    REQUIRE(opened.has_value());
    sqlite_ = std::move(opened->queue);
    store_ = std::make_unique<MoodyStore>(*sqlite_);
    AddModem("a");
  }

  void AddModem(const std::string& name) {
    ModemConfig modem;
    modem.name = name;
    modem.device = "/" + name;
    const int index = static_cast<int>(config_.modems.size());
    config_.modems.push_back(modem);
    sessions_[modem.device] = std::make_unique<sim::AtSession>(
        sim::ModemOptions{.name = name, .index = index}, air_);
  }

  void Start() {
    Make();
    REQUIRE(spooler_->CleanUp().has_value());
  }

  void Make() { spooler_ = MakeSpooler(config_); }

  std::unique_ptr<Spooler> MakeSpooler(const Config& config) {
    auto spooler = std::make_unique<Spooler>(
        config, *store_,
        [this](const std::string& device,
               const SerialSettings&) -> Result<std::unique_ptr<Line>> {
          const auto broken = [this, device] {
            return unplugged_ || device == missing_;
          };
          if (broken()) return Fail(ErrorKind::kUnavailable, "no such port");
          return std::make_unique<SessionLine>(*sessions_[device], clock_,
                                               broken);
        },
        windows_, clock_, random_, log_);
    return spooler;
  }

  // Turns until nothing more happens at this instant.
  void Settle() {
    for (int i = 0; i < 60; ++i) {
      spooler_->Turn(std::vector<bool>(config_.modems.size(), true));
    }
  }

  void Pass(Millis time) {
    clock_.Advance(time);
    Settle();
  }

  NewMessage NewMessageTo(const std::string& recipient,
                          const std::string& text) {
    NewMessage message;
    message.id = MakeUuidV7(clock_.Wall(), random_);
    message.recipient = recipient;
    message.text = text;
    message.parts = static_cast<int>(SegmentText(text)->parts.size());
    message.created_at = message.not_before = clock_.Wall();
    message.expires_at = clock_.Wall() + hours(1);
    return message;
  }

  Uuid Insert(
      const std::string& text,
      MessageClass message_class = MessageClass::kTransactional,
      seconds life = hours(1),
      const std::function<void(NewMessage&)>& change = [](NewMessage&) {}) {
    NewMessage message = NewMessageTo("+6289610707901", text);
    message.message_class = message_class;
    message.expires_at = clock_.Wall() + life;
    change(message);
    REQUIRE(InsertOne(*sqlite_, message).has_value());
    if (spooler_) spooler_->BellRang();
    return message.id;
  }

  Message Look(const Uuid& id) {
    auto message = sqlite_->Find(id);
    REQUIRE(message.has_value());
    return *message;
  }
  // What the log says from here on: the lines that have `text` in them.
  void KeepLog() {
    log_ = std::move(*Logger::Open("smswebd", "info", folder_ / "log"));
  }
  std::vector<std::string> LogLines(const std::string& text) {
    std::ifstream log(folder_ / "log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) {
      if (line.find(text) != std::string::npos) lines.push_back(line);
    }
    return lines;
  }

  std::string StateOf(const Uuid& id) {
    return std::string(ToString(Look(id).state));
  }

 protected:
  TempFolder folder_;
  Config config_;
  SendingWindows windows_{config_};
  ManualClock clock_;
  SeededRandom random_{5};
  Logger log_ = Logger::Discard();
  TestAir air_;
  std::map<std::string, std::unique_ptr<sim::AtSession>> sessions_;
  bool unplugged_ = false;
  std::string missing_;  // this device alone
  std::unique_ptr<Store> sqlite_;
  std::unique_ptr<MoodyStore> store_;
  std::unique_ptr<Spooler> spooler_;
};

using Answer = sim::Answer;
inline constexpr Answer kRefusedNoNetwork{Answer::Kind::kRefused, 331};
inline constexpr Answer kRefusedForGood{Answer::Kind::kRefused, 1};
inline constexpr Answer kUnknownError{Answer::Kind::kRefused, 500};
inline constexpr Answer kSilent{Answer::Kind::kNone, 0};
inline constexpr Answer kAnswerLost{Answer::Kind::kLost, 0};

}  // namespace smsweb
