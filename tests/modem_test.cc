// The modem in virtual time. Most of what it does is told by the scenes in
// modem_scripts/; here are they played, and what no scene can say.
#include "common/modem/modem.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <random>
#include <vector>

#include "catch.h"
#include "common/modem/states.h"
#include "modem_scripts/player.h"

namespace smsweb {
namespace {

constexpr MonoTime kStart{std::chrono::hours(1)};

std::vector<std::string> Scenes() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(SMSWEB_MODEM_SCRIPTS)) {
    if (entry.path().extension() == ".txt")
      names.push_back(entry.path().stem());
  }
  // Parts of others, which begin in the middle.
  for (const char* part :
       {"unlocked", "configured", "configured_again", "probed", "identified",
        "start_again", "start_after_a_restart", "start_without_storages"}) {
    std::erase(names, part);
  }
  std::ranges::sort(names);
  return names;
}

// A modem that answers every command at once and as it should.
std::string ObedientAnswer(std::string_view command) {
  if (command.ends_with("AT+CMEE?\r")) return "\r\n+CMEE: 1\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CSCA?\r")) {
    return "\r\n+CSCA: \"+4917222\",145\r\n\r\nOK\r\n";
  }
  if (command.ends_with("AT+COPS?\r")) return "\r\n+COPS: 0\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CSQ\r")) return "\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CPIN?\r")) return "\r\n+CPIN: READY\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CREG?\r")) return "\r\n+CREG: 1,1\r\n\r\nOK\r\n";
  if (command.ends_with("AT+CMGF?\r")) return "\r\n+CMGF: 0\r\n\r\nOK\r\n";
  if (command.starts_with("AT+CMGS=")) return "\r\n> ";
  if (command.ends_with('\x1A')) return "\r\n+CMGS: 42\r\n\r\nOK\r\n";
  return "\r\nOK\r\n";
}

// Opens the line, sends one part, and tells how that ended. `stop_after` bytes
// from the modem the line is lost.
struct Journey {
  std::vector<ModemEvent> results;
  bool submitted = false;
  bool pdu_taken = false;
  std::size_t bytes_received = 0;
  ModemState state;
};

void Collect(Modem& modem, Journey& journey) {
  for (ModemEvent& event : modem.TakeEvents()) {
    if (event.kind != ModemEvent::Kind::kSubmitDone) continue;
    journey.results.push_back(std::move(event));
  }
}

Journey Travel(std::size_t stop_after) {
  Modem modem({});
  Journey journey;
  modem.LineOpened(kStart);
  while (journey.results.empty()) {
    const std::string written = modem.TakeOutput();
    journey.pdu_taken |= written.ends_with('\x1A');
    for (const char c : ObedientAnswer(written)) {
      if (journey.bytes_received == stop_after) break;
      ++journey.bytes_received;
      modem.BytesReceived({&c, 1}, kStart);
      if (!modem.Ready() || journey.submitted) continue;
      modem.Submit("0001000B", 4, kStart);
      modem.Release(kStart);
      journey.submitted = true;
    }
    Collect(modem, journey);
    if (journey.bytes_received == stop_after) break;
  }
  modem.LineClosed(kStart);
  Collect(modem, journey);
  journey.state = modem.state();
  return journey;
}

constexpr std::size_t kNever = 100'000;

TEST_CASE("Every scene ends as its script says, whole or byte by byte") {
  for (const std::string& name : Scenes()) {
    for (const auto delivery :
         {ScenePlayer::Delivery::kWhole, ScenePlayer::Delivery::kByteByByte}) {
      DYNAMIC_SECTION(name << (delivery == ScenePlayer::Delivery::kWhole
                                   ? ""
                                   : ", byte by byte")) {
        ScenePlayer player(SMSWEB_MODEM_SCRIPTS, delivery);
        player.Play(name);
        player.ExpectNothingLeft();
      }
    }
  }
}

TEST_CASE("A submit ends exactly once wherever the line is lost") {
  const Journey whole = Travel(kNever);
  REQUIRE(whole.results.size() == 1);
  CHECK(whole.results[0].result == SubmitResult::kAccepted);
  CHECK(whole.results[0].message_reference == 42);
  for (std::size_t cut = 0; cut < whole.bytes_received; ++cut) {
    const Journey journey = Travel(cut);
    INFO("lost after " << cut << " bytes");
    CHECK(journey.state == ModemState::kClosed);
    REQUIRE(journey.results.size() == (journey.submitted ? 1U : 0U));
    if (!journey.submitted) continue;
    const SubmitResult result = journey.results[0].result;
    if (!journey.pdu_taken) CHECK(result == SubmitResult::kNotSubmitted);
    // After "+CMGS: 42" it is known to have gone, though OK never came.
    if (journey.pdu_taken) {
      CHECK((result == SubmitResult::kUnknown ||
             result == SubmitResult::kAccepted));
    }
  }
}

// Brings a modem to kReady.
void MakeReady(Modem& modem) {
  modem.LineOpened(kStart);
  while (!modem.Ready()) {
    modem.BytesReceived(ObedientAnswer(modem.TakeOutput()), kStart);
  }
  modem.TakeEvents();
  REQUIRE(modem.TakeOutput().empty());
}

TEST_CASE("A PDU that was never handed out did certainly not go") {
  Modem modem({});
  MakeReady(modem);
  modem.Submit("0001000B", 4, kStart);
  modem.TakeOutput();
  modem.Release(kStart);
  modem.BytesReceived("\r\n> ", kStart);
  REQUIRE(modem.state() == ModemState::kAwaitingResult);
  modem.LineClosed(kStart);  // before TakeOutput()
  CHECK(modem.TakeOutput().empty());
  Journey journey;
  Collect(modem, journey);
  REQUIRE(journey.results.size() == 1);
  CHECK(journey.results[0].result == SubmitResult::kNotSubmitted);
}

TEST_CASE("A PDU does not leave where the prompt comes too late for it") {
  const MonoTime latest = kStart + Millis(2000);
  for (const bool late : {false, true}) {
    Modem modem({});
    MakeReady(modem);
    modem.Submit("0001000B", 4, kStart);
    modem.TakeOutput();
    modem.Release(kStart, latest);
    modem.BytesReceived("\r\n> ", late ? latest : latest - Millis(1));
    const bool left = modem.TakeOutput().find("0001000B") != std::string::npos;
    CHECK(left == !late);
    if (!late) continue;
    Journey journey;
    Collect(modem, journey);
    REQUIRE(journey.results.size() == 1);
    CHECK(journey.results[0].result == SubmitResult::kNotSubmitted);
  }
}

TEST_CASE("The PDU leaves only after prompt and release, in either order") {
  for (const bool prompt_first : {true, false}) {
    Modem modem({});
    MakeReady(modem);
    modem.Submit("0001000B", 4, kStart);
    CHECK(modem.TakeOutput() == "AT+CMGS=4\r");
    if (prompt_first) modem.BytesReceived("\r\n> ", kStart);
    if (!prompt_first) modem.Release(kStart);
    CHECK(modem.TakeOutput().empty());
    if (prompt_first) modem.Release(kStart);
    if (!prompt_first) modem.BytesReceived("\r\n> ", kStart);
    CHECK(modem.TakeOutput() == "0001000B\x1A");
  }
}

TEST_CASE("A submit while none can be taken ends as not submitted") {
  Modem modem({});
  modem.Submit("0001000B", 4, kStart);
  Journey journey;
  Collect(modem, journey);
  REQUIRE(journey.results.size() == 1);
  CHECK(journey.results[0].result == SubmitResult::kNotSubmitted);
  CHECK(modem.TakeOutput().empty());
}

TEST_CASE("The result comes with the state in the same call") {
  Modem modem({});
  MakeReady(modem);
  modem.Submit("0001000B", 4, kStart);
  modem.Release(kStart);
  modem.BytesReceived("\r\n> ", kStart);
  modem.TakeOutput();
  modem.BytesReceived("\r\n+CMGS: 1\r\n\r\nOK\r\n", kStart);
  CHECK(modem.Ready());
  const std::vector<ModemEvent> events = modem.TakeEvents();
  REQUIRE(events.size() >= 2);
  CHECK(events[events.size() - 2].kind == ModemEvent::Kind::kSubmitDone);
  CHECK(events.back().kind == ModemEvent::Kind::kStateChanged);
  CHECK(events.back().state == ModemState::kReady);
}

TEST_CASE("A ready modem has no deadline without keep-alive") {
  Modem modem({.keep_alive = Millis(0)});
  CHECK_FALSE(modem.Deadline().has_value());
  modem.LineOpened(kStart);
  REQUIRE(modem.Deadline().has_value());
  const std::string written = modem.TakeOutput();
  modem.DeadlineReached(*modem.Deadline() - Millis(1));
  CHECK(modem.TakeOutput().empty());
  modem.BytesReceived(ObedientAnswer(written), kStart);
  while (!modem.Ready()) {
    modem.BytesReceived(ObedientAnswer(modem.TakeOutput()), kStart);
  }
  CHECK_FALSE(modem.Deadline().has_value());
}

TEST_CASE(
    "The table of states leads from each to ready, and to a closed line") {
  constexpr auto kStates = static_cast<int>(ModemState::kFailed) + 1;
  const auto state = [](int i) { return static_cast<ModemState>(i); };
  // 1 << i: from there the modem may come to kReady
  unsigned reach = 1U << static_cast<int>(ModemState::kReady);
  for (int round = 0; round < kStates; ++round) {
    for (int from = 0; from < kStates; ++from) {
      for (int to = 0; to < kStates; ++to) {
        const bool on = (reach >> to & 1U) != 0;
        if (on && MayFollow(state(from), state(to))) reach |= 1U << from;
      }
    }
  }
  CHECK(reach == (1U << kStates) - 1);
  for (int i = 0; i < kStates; ++i) {
    INFO(ToString(state(i)));
    CHECK(MayFollow(state(i), ModemState::kClosed));
    CHECK(MayFollow(state(i), ModemState::kProbing));
    // The PDU leaves only behind a prompt, and only a ready modem is asked for
    // one.
    CHECK(MayFollow(state(i), ModemState::kAwaitingResult) ==
          (state(i) == ModemState::kAwaitingPrompt));
    CHECK(MayFollow(state(i), ModemState::kAwaitingPrompt) ==
          (state(i) == ModemState::kReady));
    // Nothing becomes ready that has not been set up.
    const bool in_setup = i <= static_cast<int>(ModemState::kRegistering);
    if (in_setup) CHECK_FALSE(MayFollow(state(i), ModemState::kReady));
  }
  CHECK_FALSE(MayFollow(ModemState::kFailed, ModemState::kReady));
}

// All rungs of the ladder, acknowledgements and a line to wait for.
ModemSettings ChaosSettings() {
  ModemProfile profile{.name = "chaos", .csms = 1};
  profile.report_storage = "SR";
  profile.radio_cycle = {"AT+CFUN=4", "AT+CFUN=1"};
  profile.restart = "AT+CFUN=1,1";
  profile.ready_line = "SMS Ready";
  return {.pin = "1234",
          .profile = "chaos",
          .profiles = std::make_shared<const ModemProfiles>(
              ModemProfiles{std::move(profile)})};
}

// Anything at any moment, from a seed.
class Chaos {
 public:
  explicit Chaos(std::uint32_t seed) : random_(seed) {}

  void Run(int steps) {
    for (int step = 0; step < steps; ++step) {
      Disturb();
      const std::string written = modem_.TakeOutput();
      if (!written.empty()) last_written_ = written;
      Check(written);
      Check(modem_.TakeEvents());
      CheckDeadline();
    }
    modem_.LineClosed(now_);
    Check(modem_.TakeEvents());
    CHECK(results_ == submits_);
    CHECK(ussd_done_ == ussd_asked_);
  }
  int submits() const { return submits_; }

 private:
  std::size_t Pick(std::size_t below) { return random_() % below; }

  void Disturb() {
    switch (Pick(30)) {
      case 16:
        return Order();
      case 17:
        return modem_.BytesReceived(Arrival(), now_);
      case 0:
        return Pick(8) == 0 ? modem_.LineClosed(now_) : void();
      case 1:
        return modem_.state() == ModemState::kClosed ? modem_.LineOpened(now_)
                                                     : void();
      case 2:
        now_ += Millis(Pick(Pick(16) == 0 ? 200'000 : 1000));
        return modem_.DeadlineReached(now_);
      case 3:
        released_ = modem_.state() == ModemState::kAwaitingPrompt;
        return modem_.Release(now_);
      case 4:
        return Pick(8) == 0 ? modem_.Withdraw(now_) : void();
      case 5:
        return modem_.BytesReceived(Noise(), now_);
      case 13:
      case 14:
      case 15:
        return modem_.BytesReceived(Fragment(), now_);
      default:
        Submit();
        return modem_.BytesReceived(ObedientAnswer(last_written_), now_);
    }
  }

  // What the spooler may ask for at any moment.
  void Order() {
    switch (Pick(4)) {
      case 0:
        ussd_asked_ += modem_.RequestUssd("*100#", now_);
        return;
      case 1:
        return modem_.Recover("a try", now_);
      case 2:
        return modem_.PinMayGo(now_);
      default:
        return modem_.Stored(static_cast<int>(Pick(20)), now_);
    }
  }

  std::string_view Arrival() {
    static constexpr std::string_view kArrivals[] = {
        "\r\n+CMTI: \"SM\",1\r\n",
        "\r\n+CDSI: \"SR\",2\r\n",
        "\r\n+CMT: ,4\r\n0004AABBCC\r\n",
        "\r\n+CDS: 4\r\n0006AABBCC\r\n",
        "\r\n+CMGR: 0,,4\r\n0004AABBCC\r\n\r\nOK\r\n",
        "\r\n+CMGL: 1,0,,4\r\n0004AABBCC\r\n",
        "\r\n+CPIN: NOT INSERTED\r\n",
        "\r\n+CUSD: 1,\"menu\",15\r\n",
        "\r\n+CPMS: \"SM\",9,10,\"SM\",9,10,\"SM\",9,10\r\n",
        "\r\n+CME ERROR: 10\r\n",
        "\r\nSMS Ready\r\n",
    };
    return kArrivals[Pick(std::size(kArrivals))];
  }

  void Submit() {
    if (!modem_.Ready()) return;
    released_ = false;
    ++submits_;
    modem_.Submit("0001000B", 4, now_);
  }

  std::string_view Fragment() {
    static constexpr std::string_view kFragments[] = {
        "\r\nOK\r\n",
        "\r\nOK\r\n",
        "\r\n> ",
        "\r\nERROR\r\n",
        "\r\n+CMS ERROR: 5\r\n",
        "\r\n+CPIN: READY\r\n",
        "\r\n+CREG: 1,1\r\n",
        "\r\n+CREG: 1\r\n",
        "\r\n+CREG: 0\r\n",
        "\r\n+CMGS: 7\r\n",
        "\r\n+CMGF: 0\r\n",
        "\r\nRING\r\n",
        "\r\nRDY\r\n",
        "\r\n+CPIN: SIM PIN\r\n",
    };
    return kFragments[Pick(std::size(kFragments))];
  }

  std::string Noise() {
    std::string noise;
    for (std::size_t i = Pick(20); i > 0; --i) {
      noise.push_back(static_cast<char>(random_()));
    }
    return noise;
  }

  void Check(const std::string& written) {
    if (written.find("0001000B") != std::string::npos) CHECK(released_);
  }

  // Whatever does not come, the modem waits for it no longer than that.
  void CheckDeadline() {
    using enum ModemState;
    const ModemState state = modem_.state();
    INFO(ToString(state));
    if (state != kClosed && state != kFailed) CHECK(modem_.Deadline());
  }

  void Check(const std::vector<ModemEvent>& events) {
    for (const ModemEvent& event : events) {
      CHECK_FALSE(event.detail.starts_with("refused"));
      results_ += event.kind == ModemEvent::Kind::kSubmitDone;
      ussd_done_ += event.kind == ModemEvent::Kind::kUssdDone;
    }
    CHECK(results_ <= submits_);
    CHECK(submits_ <= results_ + 1);
  }

  std::mt19937 random_;
  MonoTime now_ = kStart;
  std::string last_written_;
  Modem modem_{ChaosSettings()};
  bool released_ = false;
  int submits_ = 0;
  int results_ = 0;
  int ussd_asked_ = 0;
  int ussd_done_ = 0;
};

TEST_CASE(
    "Whatever happens, each submit ends once and needs its release, and there "
    "is a deadline") {
  int submits = 0;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    chaos.Run(500);
    submits += chaos.submits();
  }
  CHECK(submits > 1000);  // or the chaos never got anywhere
}

TEST_CASE("Bytes on a closed line are nobody's") {
  Modem modem({});
  modem.BytesReceived("\r\nRDY\r\n\r\nOK\r\n> ", kStart);
  CHECK(modem.state() == ModemState::kClosed);
  CHECK(modem.TakeOutput().empty());
  CHECK(modem.TakeEvents().empty());
}

}  // namespace
}  // namespace smsweb
