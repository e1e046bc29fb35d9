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

}  // namespace

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
  written_ += modem().TakeOutput();
  for (const ModemEvent& event : modem().TakeEvents()) {
    if (!settings_.pin.empty()) {
      REQUIRE(event.detail.find(settings_.pin) == std::string::npos);
    }
    if (!event.detail.empty()) note_ = event.detail;
    if (event.kind == ModemEvent::Kind::kReopenLine) ++reopens_;
    if (event.kind == ModemEvent::Kind::kSubmitDone) {
      results_.push_back(Describe(event));
    }
  }
}

void ScenePlayer::ExpectNothingLeft() {
  CHECK(Visible(written_) == "");
  CHECK(results_ == std::deque<std::string>());
  CHECK(reopens_ == 0);
}

}  // namespace smsweb
