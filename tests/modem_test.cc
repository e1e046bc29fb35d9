// The modem in virtual time. Most of what it does is told by the scenes in
// modem_scripts/; here are they played, and what no scene can say.
#include "common/modem/modem.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "catch.h"
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
  std::erase(names, "unlocked");
  std::erase(names, "configured");
  std::erase(names, "probed");
  std::ranges::sort(names);
  return names;
}

// A modem that answers every command at once and as it should.
std::string ObedientAnswer(std::string_view command) {
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

TEST_CASE("A ready modem has no deadline, and an early one is harmless") {
  Modem modem({});
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

TEST_CASE("Bytes on a closed line are nobody's") {
  Modem modem({});
  modem.BytesReceived("\r\nRDY\r\n\r\nOK\r\n> ", kStart);
  CHECK(modem.state() == ModemState::kClosed);
  CHECK(modem.TakeOutput().empty());
  CHECK(modem.TakeEvents().empty());
}

}  // namespace
}  // namespace smsweb
