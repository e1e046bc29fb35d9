#include "modem_scripts/player.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "catch.h"

namespace smsweb {
namespace {

// "^[" is ESC, "^Z" Ctrl-Z; CR unless the text ends in one of them.
std::string Ours(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = text.substr(i, 2);
    if (two == "^[" || two == "^Z") {
      bytes += two == "^[" ? '\x1B' : '\x1A';
      ++i;
    } else {
      bytes += text[i];
    }
  }
  if (bytes.back() != '\x1B' && bytes.back() != '\x1A') bytes += '\r';
  return bytes;
}

// \r, \n, \0 and \xHH.
std::string Raw(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'r') bytes += '\r';
    if (kind == 'n') bytes += '\n';
    if (kind == '0') bytes += '\0';
    if (kind == 'x') {
      const std::string digits(text.substr(i + 1, 2));
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      i += 2;
    }
  }
  return bytes;
}

std::string Visible(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\r') {
      text += "<CR>";
    } else if (c == '\x1B') {
      text += "^[";
    } else if (c == '\x1A') {
      text += "^Z";
    } else {
      text += c;
    }
  }
  return text;
}

Millis ParseTime(const std::string& text) {
  std::size_t end = 0;
  const int number = std::stoi(text, &end);
  const std::string unit = text.substr(end);
  if (unit == "ms") return Millis(number);
  if (unit == "s") return std::chrono::seconds(number);
  if (unit == "h") return std::chrono::hours(number);
  FAIL("no such unit of time: " << text);
  return {};
}

std::string Describe(const ModemEvent& event) {
  std::string text(ToString(event.result));
  if (event.result == SubmitResult::kAccepted) {
    return fmt::format("{} {}", text, event.message_reference);
  }
  if (event.result == SubmitResult::kRejected) {
    return fmt::format("{} {}", text, event.error_code);
  }
  return text;
}

std::string_view Describe(Incoming incoming) {
  switch (incoming) {
    case Incoming::kMessage:
      return "message";
    case Incoming::kReport:
      return "report";
    case Incoming::kStored:
      return "stored";
  }
  return "?";
}

}  // namespace

ScenePlayer::ScenePlayer(std::string folder, Delivery delivery)
    : folder_(std::move(folder)), delivery_(delivery) {
  settings_.keep_alive = Millis(0);  // where it is not what the scene is about
}

Modem& ScenePlayer::modem() {
  if (!modem_) modem_ = std::make_unique<Modem>(settings_);
  return *modem_;
}

void ScenePlayer::Play(const std::string& name) {
  std::ifstream file(folder_ + "/" + name + ".txt");
  REQUIRE(file.is_open());
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    INFO(name << ":" << number << ": " << line);
    if (line.empty() || line[0] == '#') continue;
    Do(line);
  }
}

void ScenePlayer::Do(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  const std::string rest =
      line.size() > verb.size() ? line.substr(verb.size() + 1) : "";
  const MonoTime now = clock_.Mono();
  if (verb == "pin") {
    settings_.pin = rest;
  } else if (verb == "roaming") {
    settings_.roaming = true;
  } else if (verb == "imei") {
    settings_.imei = rest;
  } else if (verb == "smsc") {
    settings_.smsc = rest;
  } else if (verb == "keep-alive") {
    settings_.keep_alive = ParseTime(rest);
  } else if (verb == "profile") {
    DoProfile(rest);
  } else if (verb == "play") {
    Play(rest);
  } else if (verb == "open") {
    modem().LineOpened(now);
  } else if (verb == "close") {
    modem().LineClosed(now);
  } else if (verb == ">") {
    DoOurs(Ours(rest));
  } else if (verb == "<") {
    Receive("\r\n" + rest + "\r\n");
  } else if (verb == "<<") {
    Receive(Raw(rest));
  } else if (verb == "wait") {
    Wait(ParseTime(rest));
  } else if (verb == "submit") {
    std::size_t length = 0;
    std::string pdu;
    words >> length >> pdu;
    modem().Submit(pdu, length, now);
  } else if (verb == "release") {
    modem().Release(now);
  } else if (verb == "withdraw") {
    modem().Withdraw(now);
  } else if (verb == "pin-may-go") {
    REQUIRE(pins_announced_ == 1);
    pins_announced_ = 0;
    modem().PinMayGo(now);
  } else if (verb == "stored") {
    modem().Stored(receipts_.at(std::stoul(rest) - 1), now);
  } else if (verb == "ussd") {
    REQUIRE(modem().RequestUssd(rest, now));
  } else if (verb == "recover") {
    modem().Recover(rest, now);
  } else if (verb == "incoming" || verb == "ussd-done" ||
             verb == "ussd-failed" || verb == "step" || verb == "wrong-modem") {
    DoNext(line);
  } else if (verb == "info") {
    DoInfo(rest);
  } else if (verb == "result") {
    DoResult(rest);
  } else if (verb == "state") {
    REQUIRE(ToString(modem().state()) == rest);
  } else if (verb == "note") {
    DoNote(rest);
  } else if (verb == "reopen") {
    DoReopen();
  } else {
    FAIL("no such verb");
  }
  Collect();
}

void ScenePlayer::DoOurs(std::string expected) {
  REQUIRE(Visible(written_.substr(0, expected.size())) == Visible(expected));
  written_.erase(0, expected.size());
}

void ScenePlayer::DoResult(const std::string& expected) {
  REQUIRE_FALSE(results_.empty());
  REQUIRE(results_.front() == expected);
  results_.pop_front();
}

// An event that must be accounted for.
void ScenePlayer::DoNext(const std::string& expected) {
  REQUIRE_FALSE(happened_.empty());
  REQUIRE(happened_.front() == expected);
  happened_.pop_front();
}

// A profile for this scene, whatever the modem says it is.
void ScenePlayer::DoProfile(const std::string& setting) {
  ModemProfile profile{.name = "scene"};
  if (settings_.profiles) profile = settings_.profiles->front();
  const std::string key = setting.substr(0, setting.find(' '));
  const std::string value =
      setting.size() > key.size() ? setting.substr(key.size() + 1) : "";
  // the first one given replaces what a profile has by itself
  const auto add = [&](std::vector<std::string>& list) {
    if (lists_given_.insert(key).second) list.clear();
    if (!value.empty()) list.push_back(value);
  };
  if (key == "csms") {
    profile.csms = std::stoi(value);
  } else if (key == "cmms") {
    profile.cmms = value == "yes";
  } else if (key == "init") {
    add(profile.init);
  } else if (key == "quiet") {
    add(profile.quiet);
  } else if (key == "cnmi") {
    add(profile.cnmi);
  } else if (key == "storages") {
    add(profile.storages);
  } else if (key == "report_storage") {
    profile.report_storage = value;
  } else if (key == "soft_reset") {
    profile.soft_reset = value;
  } else if (key == "radio_cycle") {
    add(profile.radio_cycle);
  } else if (key == "restart") {
    profile.restart = value;
  } else if (key == "restarted") {
    add(profile.restarted);
  } else if (key == "ready_line") {
    profile.ready_line = value;
  } else if (key == "boot_timeout") {
    profile.boot_timeout = ParseTime(value);
  } else if (key == "command_timeout") {
    profile.command_timeout = ParseTime(value);
  } else {
    FAIL("no such key of a profile");
  }
  settings_.profiles =
      std::make_shared<const ModemProfiles>(ModemProfiles{profile});
  settings_.profile = profile.name;
}

void ScenePlayer::DoInfo(const std::string& expected) {
  const ModemInfo& info = modem().info();
  const std::string field = expected.substr(0, expected.find(' '));
  std::string value;
  if (field == "manufacturer") value = info.manufacturer;
  if (field == "model") value = info.model;
  if (field == "revision") value = info.revision;
  if (field == "imei") value = info.imei;
  if (field == "imsi") value = info.imsi;
  if (field == "profile") value = info.profile;
  if (field == "network") value = info.network;
  if (field == "registration") value = ToString(info.registration);
  if (field == "signal") value = fmt::format("{} dBm", info.signal_dbm);
  if (field == "smsc") value = info.smsc;
  if (field == "storage") {
    value = fmt::format("{} of {}", info.storage_used, info.storage_size);
  }
  if (field == "recoveries")
    value = fmt::format(
        "{}", info.recoveries[std::stoul(expected.substr(field.size() + 1))]);
  REQUIRE(field + " " + value == expected);
  CHECK(told_ == info);
}

void ScenePlayer::DoNote(const std::string& expected) {
  INFO("latest: " << note_);
  REQUIRE(note_.find(expected) != std::string::npos);
}

void ScenePlayer::DoReopen() {
  REQUIRE(reopens_ == 1);
  reopens_ = 0;
}

void ScenePlayer::Wait(Millis time) {
  REQUIRE(Visible(written_) == "");
  const MonoTime until = clock_.Mono() + time;
  while (modem().Deadline() && *modem().Deadline() <= until) {
    const auto step = *modem().Deadline() - clock_.Mono();
    clock_.Advance(std::chrono::ceil<Millis>(step));
    modem().DeadlineReached(clock_.Mono());
    Collect();
  }
  clock_.Advance(std::chrono::ceil<Millis>(until - clock_.Mono()));
  modem().DeadlineReached(clock_.Mono());
}

void ScenePlayer::Receive(std::string_view bytes) {
  if (delivery_ == Delivery::kWhole) {
    modem().BytesReceived(bytes, clock_.Mono());
    return;
  }
  for (const char& c : bytes) {
    modem().BytesReceived({&c, 1}, clock_.Mono());
    Collect();
  }
}

void ScenePlayer::Collect() {
  if (!modem_) return;  // still being configured
  written_ += modem().TakeOutput();
  for (const ModemEvent& event : modem().TakeEvents()) {
    if (!settings_.pin.empty()) {
      REQUIRE(event.detail.find(settings_.pin) == std::string::npos);
    }
    if (!event.detail.empty()) note_ = event.detail;
    Collect(event);
  }
}

void ScenePlayer::Collect(const ModemEvent& event) {
  switch (event.kind) {
    case ModemEvent::Kind::kReopenLine:
      ++reopens_;
      return;
    case ModemEvent::Kind::kSubmitDone:
      results_.push_back(Describe(event));
      return;
    case ModemEvent::Kind::kPinAboutToBeGiven:
      pins_announced_ = 1;
      return;
    case ModemEvent::Kind::kInfoChanged:
      told_ = modem().info();
      return;
    case ModemEvent::Kind::kIncoming:
      receipts_.push_back(event.receipt);
      happened_.push_back(
          fmt::format("incoming {} {}", Describe(event.incoming), event.pdu));
      return;
    case ModemEvent::Kind::kUssdDone:
      happened_.push_back(event.ussd_answered
                              ? fmt::format("ussd-done {} {} {}",
                                            event.ussd_status, event.ussd_dcs,
                                            event.ussd_text)
                              : fmt::format("ussd-failed {}", event.detail));
      return;
    case ModemEvent::Kind::kRecovery:
      happened_.push_back(fmt::format("step {}", ToString(event.step)));
      return;
    case ModemEvent::Kind::kWrongModem:
      happened_.push_back("wrong-modem");
      return;
    default:
      return;
  }
}

void ScenePlayer::ExpectNothingLeft() {
  CHECK(Visible(written_) == "");
  CHECK(results_ == std::deque<std::string>());
  CHECK(happened_ == std::deque<std::string>());
  CHECK(reopens_ == 0);
  CHECK(pins_announced_ == 0);
}

}  // namespace smsweb
