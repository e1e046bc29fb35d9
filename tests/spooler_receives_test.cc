// What modems receive, through the spooler and into a real queue: messages,
// delivery reports, stop words, USSD. Simulated modems with a script, and a
// clock that the test moves.
#include <nlohmann/json.hpp>

#include "catch.h"
#include "common/pdu/segment.h"
#include "common/store/sqlite_store.h"
#include "daemon/spooler.h"
#include "forwarding_store.h"
#include "insert.h"
#include "sim/at_session.h"
#include "sim/network.h"
#include "sim/script.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class NoSink final : public sim::RecordSink {
 public:
  Result<void> Write(std::string_view) override { return {}; }
};

class SessionLine final : public Line {
 public:
  SessionLine(sim::AtSession& session, const Clock& clock)
      : session_(session), clock_(clock) {}
  int fd() const override { return -1; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    session_.Advance({clock_.Wall(), clock_.Mono()});
    unread_ += session_.TakeOutput();
    const auto count = unread_.copy(buffer.data(), buffer.size());
    unread_.erase(0, count);
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    session_.Receive(bytes, {clock_.Wall(), clock_.Mono()});
    return bytes.size();
  }

 private:
  sim::AtSession& session_;
  const Clock& clock_;
  std::string unread_;
};

// Fails when told, as if the spooler died before its commit.
class FailingStore final : public ForwardingStore {
 public:
  explicit FailingStore(Store& inner) : ForwardingStore(inner), inner_(inner) {}
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override {
    if (fails_on_inbound && !turn.inbound.empty()) {
      return Fail(ErrorKind::kUnavailable, "disk is full");
    }
    return inner_.RecordTurn(turn);
  }
  Result<std::vector<StoredReport>> UnmatchedReports(const std::string& sim,
                                                     int reference,
                                                     WallTime since) override {
    if (fails_on_unmatched) return Fail(ErrorKind::kUnavailable, "locked");
    return inner_.UnmatchedReports(sim, reference, since);
  }
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int reference,
                                              WallTime since) override {
    if (fails_on_awaiting) return Fail(ErrorKind::kUnavailable, "locked");
    return inner_.AwaitingReport(sim, reference, since);
  }
  bool fails_on_inbound = false;
  bool fails_on_unmatched = false;
  bool fails_on_awaiting = false;

 private:
  Store& inner_;
};

class Receiving {
 public:
  Receiving() {
    auto opened = OpenSqliteStores(folder_ / "queue.db");
    REQUIRE(opened.has_value());
    sqlite_ = std::move(opened->queue);
    store_ = std::make_unique<FailingStore>(*sqlite_);
    ModemConfig modem;
    modem.name = "a";
    modem.device = "/a";
    config_.modems.push_back(modem);
  }

  void Script(const std::string& text) {
    const auto script = sim::ParseScript(text, "test");
    if (!script) FAIL(script.error().message);
    session_ = std::make_unique<sim::AtSession>(sim::ModemOptions{.name = "a"},
                                                network_, Millis(0), *script);
    session_->Start({clock_.Wall(), clock_.Mono()});
  }

  void Start() {
    if (!session_) Script("");
    spooler_ = std::make_unique<Spooler>(
        config_, *store_,
        [this](const std::string&,
               const SerialSettings&) -> Result<std::unique_ptr<Line>> {
          session_->HostOpened({clock_.Wall(), clock_.Mono()});
          return std::make_unique<SessionLine>(*session_, clock_);
        },
        windows_, clock_, random_, log_);
    REQUIRE(spooler_->CleanUp().has_value());
    Settle();
  }

  void Settle() {
    for (int i = 0; i < 40; ++i) spooler_->Turn({true});
  }

  // A second at a time.
  void Pass(seconds time) {
    for (seconds passed{0}; passed < time; passed += seconds(1)) {
      clock_.Advance(seconds(1));
      Settle();
    }
  }

  Uuid Send(const std::string& text, const std::string& to = "+6289610707901") {
    NewMessage message;
    message.id = MakeUuidV7(clock_.Wall(), random_);
    message.recipient = to;
    message.text = text;
    message.parts = static_cast<int>(SegmentText(text)->parts.size());
    message.report = true;
    message.created_at = message.not_before = clock_.Wall();
    message.expires_at = clock_.Wall() + hours(1);
    REQUIRE(InsertOne(*sqlite_, message).has_value());
    if (spooler_) spooler_->BellRang();
    return message.id;
  }

  std::string StateOf(const Uuid& id) {
    const auto message = sqlite_->Find(id);
    REQUIRE(message.has_value());
    return std::string(ToString(message->state));
  }

  std::vector<std::string> Inbox() {
    std::vector<std::string> texts;
    const auto messages = sqlite_->Inbox({});
    REQUIRE(messages.has_value());
    for (const auto& message : *messages) texts.push_back(message.text);
    return texts;
  }

  ModemRequest Ask(const std::string& modem, const std::string& code) {
    const auto sequence =
        sqlite_->AddRequest({.modem = modem,
                             .kind = "ussd",
                             .argument = code,
                             .created_at = clock_.Wall(),
                             .expires_at = clock_.Wall() + seconds(60)});
    REQUIRE(sequence.has_value());
    spooler_->BellRang();
    Pass(seconds(5));
    return *sqlite_->FindRequest(*sequence);
  }

 protected:
  TempFolder folder_;
  Config config_;
  SendingWindows windows_{config_};
  ManualClock clock_;
  SeededRandom random_{5};
  Logger log_ = Logger::Discard();
  NoSink sink_;
  sim::Network network_{sim::Outcomes(), sink_, Millis(3000)};
  std::unique_ptr<sim::AtSession> session_;
  std::unique_ptr<Store> sqlite_;
  std::unique_ptr<FailingStore> store_;
  std::unique_ptr<Spooler> spooler_;
};

TEST_CASE_METHOD(Receiving,
                 "A message that is received is in the inbox, once") {
  Script("at 5s: inbound from +6281234567890 text \"hello\"");
  config_.inbox.webhook_url = "http://127.0.0.1/";
  Start();
  Pass(seconds(20));
  CHECK(Inbox() == std::vector<std::string>{"hello"});
  CHECK(spooler_->TakeNews());
  CHECK_FALSE(spooler_->TakeNews());
  Start();  // and a next run finds it neither on the SIM nor again
  Pass(seconds(20));
  CHECK(Inbox().size() == 1);
}

TEST_CASE_METHOD(Receiving, "What lay on the SIM at the start is read") {
  Script("inbound from +6281234567890 text \"early\"");
  clock_.Advance(seconds(30));
  session_->Advance({clock_.Wall(), clock_.Mono()});
  Start();
  Pass(seconds(20));
  CHECK(Inbox() == std::vector<std::string>{"early"});
}

TEST_CASE_METHOD(Receiving, "Nothing leaves the SIM before it is on disk") {
  Script("at 5s: inbound from +6281234567890 text \"hello\"");
  store_->fails_on_inbound = true;
  Start();
  Pass(seconds(20));
  CHECK(Inbox().empty());
  store_->fails_on_inbound = false;
  SECTION("the same run stores it later") {
    Pass(seconds(10));
    CHECK(Inbox().size() == 1);
  }
  SECTION("the next run finds it where it was") {
    Start();
    Pass(seconds(20));
    CHECK(Inbox().size() == 1);
  }
}

TEST_CASE_METHOD(Receiving, "Parts are joined, in whatever order they come") {
  Script("at 5s: inbound from +6281234567890 text \"" + std::string(150, 'a') +
         std::string(150, 'b') + "\" parts 2,1,1");
  Start();
  Pass(seconds(20));
  CHECK(Inbox() == std::vector<std::string>{std::string(150, 'a') +
                                            std::string(150, 'b')});
}

TEST_CASE_METHOD(Receiving, "An incomplete message is shown after a time") {
  config_.inbox.incomplete_after = minutes(10);
  Script("at 5s: inbound from +6281234567890 text \"" + std::string(300, 'a') +
         "\" parts 1");
  Start();
  Pass(minutes(5));
  CHECK(Inbox().empty());
  Pass(minutes(6));
  CHECK(Inbox().size() == 1);
}

TEST_CASE_METHOD(Receiving, "What can't be read is kept as it came") {
  Script("at 5s: inbound pdu 0004");
  Start();
  Pass(seconds(20));
  const auto messages = sqlite_->Inbox({});
  REQUIRE(messages->size() == 1);
  CHECK(messages->at(0).text == "0004");
  CHECK(messages->at(0).coding == "undecodable");
}

TEST_CASE_METHOD(Receiving, "A stop word takes a number off, a start word on") {
  Script(
      "at 5s: inbound from +6289610707901 text \" stop \"\n"
      "at 60s: inbound from +6289610707901 text \"Start\"");
  Start();
  Pass(seconds(20));
  const auto listed = sqlite_->FindOptOut("+6289610707901");
  REQUIRE(listed.has_value());
  REQUIRE(listed->has_value());
  CHECK((*listed)->reason == "STOP");
  Pass(seconds(60));
  CHECK_FALSE(sqlite_->FindOptOut("+6289610707901")->has_value());
  CHECK(Inbox().size() == 2);
}

TEST_CASE_METHOD(Receiving, "A sentence with the word in it is no stop word") {
  Script("at 5s: inbound from +6289610707901 text \"please don't stop\"");
  Start();
  Pass(seconds(20));
  CHECK_FALSE(sqlite_->FindOptOut("+6289610707901")->has_value());
}

TEST_CASE_METHOD(Receiving, "A report makes it delivered") {
  config_.spooler.idle_exit = seconds(1);
  const Uuid id = Send("hello");
  Start();
  Pass(seconds(1));
  CHECK(StateOf(id) == "sent");
  CHECK_FALSE(spooler_->Idle());  // a report is awaited
  Pass(seconds(10));
  CHECK(StateOf(id) == "delivered");
  CHECK(spooler_->Idle());
}

TEST_CASE_METHOD(Receiving, "A report that never comes holds for a minute") {
  config_.spooler.idle_exit = seconds(1);
  Script("on pdu: no report");
  const Uuid id = Send("hello");
  Start();
  Pass(seconds(20));
  CHECK_FALSE(spooler_->Idle());
  Pass(seconds(60));
  CHECK(StateOf(id) == "sent");
  CHECK(spooler_->Idle());
}

TEST_CASE_METHOD(Receiving, "A message is delivered when all its parts are") {
  const Uuid id = Send(std::string(300, 'x'));
  Start();
  Pass(seconds(20));
  CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving, "One part that fails makes it undelivered") {
  Script("on pdu #2: report failed after 1s");
  const Uuid id = Send(std::string(300, 'x'));
  Start();
  Pass(seconds(20));
  CHECK(StateOf(id) == "undelivered");
  CHECK(sqlite_->Find(id)->error.find("status report") != std::string::npos);
}

TEST_CASE_METHOD(Receiving, "A temporary report leaves it open") {
  Script("on pdu: report temporary after 1s; report delivered after 300s");
  const Uuid id = Send("hello");
  Start();
  Pass(seconds(60));
  CHECK(StateOf(id) == "sent");
  Pass(seconds(300));
  CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving,
                 "A report may come before the answer it belongs to") {
  Script("on pdu: report delivered before");
  const Uuid id = Send("hello");
  Start();
  Pass(seconds(20));
  CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving,
                 "An early report is matched though it could not be read") {
  Script("on pdu: report delivered before");
  const Uuid id = Send("hello");
  bool& fails = GENERATE(true, false) ? store_->fails_on_unmatched
                                      : store_->fails_on_awaiting;
  fails = true;
  Start();
  Pass(minutes(11));
  CHECK(StateOf(id) == "sent");
  fails = false;
  Pass(seconds(40));
  CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving, "A part that failed early says why at the end") {
  Script("on pdu #1: report failed before");
  const Uuid id = Send(std::string(300, 'x'));
  Start();
  Pass(seconds(20));
  CHECK(StateOf(id) == "undelivered");
  CHECK(sqlite_->Find(id)->error.find("status report") != std::string::npos);
}

TEST_CASE_METHOD(Receiving, "A lost answer is settled by its report") {
  Script("on pdu #1: lose; report delivered after 5s");
  const Uuid id = Send("hello");
  Start();
  Pass(minutes(5));
  CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving, "References that come round do no harm") {
  std::vector<Uuid> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(Send(std::to_string(i)));
  Start();
  Pass(seconds(30));
  for (const Uuid& id : ids) CHECK(StateOf(id) == "delivered");
}

TEST_CASE_METHOD(Receiving, "USSD is asked and answered") {
  Script("on ussd *123#: ussd \"Rp 5000\" dcs 15 after 2s");
  Start();
  const auto request = Ask("a", "*123#");
  CHECK(request.finished);
  CHECK_FALSE(request.failed);
  CHECK(request.answer == "Rp 5000");
}

TEST_CASE_METHOD(Receiving, "USSD of a modem nobody has, or nobody's code") {
  Start();
  CHECK(Ask("b", "*123#").failed);
  CHECK(Ask("a", "*123\"#").failed);
}

TEST_CASE_METHOD(Receiving, "What is known of a modem is on record") {
  Start();
  Pass(seconds(20));
  const auto modems = sqlite_->Modems();
  REQUIRE(modems->size() == 1);
  const auto info = nlohmann::json::parse(modems->at(0).info);
  CHECK(info["imsi"].is_string());
  CHECK(info["registration"] == "home");
  CHECK(info["recoveries"]["soft_reset"] == 0);
}

}  // namespace
}  // namespace smsweb
