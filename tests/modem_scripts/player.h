// Plays a scene (README.md here) against a Modem, in virtual time.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/modem/modem.h"

namespace smsweb {

class ScenePlayer {
 public:
  enum class Delivery { kWhole, kByteByByte };

  ScenePlayer(std::string folder, Delivery delivery);

  // Fails the running Catch2 test with script, line and what was found there.
  void Play(const std::string& name);
  void ExpectNothingLeft();

 private:
  void Do(const std::string& line);
  void DoOurs(std::string expected);
  void DoResult(const std::string& expected);
  void DoNote(const std::string& expected);
  void DoReopen();
  void DoNext(const std::string& expected);
  void DoProfile(const std::string& setting);
  void DoInfo(const std::string& expected);
  void Wait(Millis time);
  void Receive(std::string_view bytes);
  void Collect();
  void Collect(const ModemEvent& event);
  Modem& modem();

  const std::string folder_;
  const Delivery delivery_;
  ModemSettings settings_;
  std::unique_ptr<Modem> modem_;
  ManualClock clock_;
  std::string written_;
  std::deque<std::string> results_;
  std::string note_;
  std::deque<std::string> happened_;  // other events that must be named
  std::vector<int> receipts_;
  std::set<std::string> lists_given_;
  ModemInfo told_;  // as of the last kInfoChanged
  int reopens_ = 0;
  int pins_announced_ = 0;
};

}  // namespace smsweb
