// Plays a scenario: takes its steps at their times, and looks whether what it
// expects is so. Then, whatever the file says, that
//   - each rule of the simulator's script has been obeyed;
//   - each message's state was expected, is still that, and the phone has as
//     many copies as that state says: nothing lost, nothing twice;
//   - the inbox is as expected, and nothing is left on a SIM;
//   - no modem was given a PIN more than once;
//   - neither the log, the wire trace nor a modem's status tells a text or a
//   PIN;
//   - each modem that was not given up is ready, and more messages go out.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "faults/scenario.h"
#include "faults/world.h"

namespace smsweb::faults {

class Player {
 public:
  Player(const Scenario& scenario, Delivery delivery, std::uint32_t seed = 1);

  // Why the scenario failed: file, line, what was found, and the trace.
  std::optional<std::string> Play();

  // Each hang-up and each death that a step has asked for.
  bool AllHappened() const;

 private:
  using Words = std::vector<std::string>;

  // "2", "1+" or "0-1".
  struct Count {
    int least = 0;
    int most = 0;
  };

  struct Sent {
    Uuid id;
    std::string text;
    std::set<std::string> expected;  // states, of which it must be in one
    std::optional<Count> copies;     // else: by its state
  };

  void Do(const Words& words);
  void Send(const Words& words);
  void SendOne(int number, const Words& words);
  void Kill(const Words& words);
  void HangUp(const Words& words);
  void Stop(const Words& words);
  void FailStore(const Words& words);
  void ChangePin(const Words& words);
  void AskUssd(const Words& words);
  void GiveUp(const Words& words);

  void Expect(const Words& words);
  void ExpectMessage(const Words& words);
  void ExpectState(Sent& sent, const std::string& states);
  void ExpectPhone(const Words& words);
  void ExpectModem(const Words& words);
  void ExpectRecovery(const Words& words);
  void ExpectInbox(const Words& words);
  int CountInbox(const Words& words) const;
  void ExpectSim(const Words& words);
  void ExpectWrote(const Words& words);
  void ExpectLog(const Words& words);
  void ExpectNoLog(const Words& words);
  void ExpectOptOut(const Words& words);
  void ExpectUssd(const Words& words);

  void CheckRules() const;
  void CheckModemsWork();
  void CheckReceived();
  void CheckMessages();
  void CheckCopies(const Sent& sent, MessageState state) const;
  void CheckPins() const;
  void CheckSecrets() const;

  // The numbers of "3" or "1-300".
  static std::vector<int> Numbers(const std::string& text);
  static Count ParseCount(const std::string& text);
  static void Compare(int found, const Count& count, const std::string& what);
  Sent& Find(int number);
  Message Look(const Sent& sent) const;
  ModemStatus Status(const std::string& modem) const;
  int CountAtPhone(const std::string& text) const;
  bool Works(const std::string& modem) const;
  bool AllWork() const;

  const Scenario& scenario_;
  World world_;
  std::map<int, Sent> sent_;
  std::set<std::string> given_up_;       // modems that need not be ready
  std::set<std::string> pins_expected_;  // modems whose PINs are counted
  // By modem and memory: what was expected last.
  std::map<std::pair<std::string, sim::Memory::Name>, Count> sims_;
  std::optional<int> inbox_;                  // so many messages, expected last
  std::map<std::string, std::int64_t> ussd_;  // the last request
};

}  // namespace smsweb::faults
