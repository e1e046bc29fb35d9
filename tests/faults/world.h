// All of a scenario but its file: a spooler and its store, simulated modems at
// their ports, the network, and a clock that goes from deadline to deadline.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "daemon/spooler.h"
#include "faults/faulty_store.h"
#include "faults/scenario.h"
#include "faults/trace.h"
#include "sim/at_session.h"
#include "sim/network.h"
#include "temp_folder.h"

namespace smsweb::faults {

// How the modems' bytes reach the host.
enum class Delivery {
  kWhole,
  kByteByByte,
  kInChunks,  // of random length, some a moment after the one before
};

// What the simulated phones have received.
struct Arrival {
  std::string recipient;
  std::string text;
  std::string modem;
};

class Phones final : public sim::RecordSink {
 public:
  Result<void> Write(std::string_view lines) override;

  std::vector<Arrival> messages;  // whole ones
  std::vector<Arrival> parts;
};

// Something is wrong with the scenario, or with what it is played against.
struct Failure {
  std::string what;
};

// A simulated modem and the port that it is at.
class Port {
 public:
  Port(const Scenario& scenario, const std::string& name, sim::Air& air,
       const Clock& clock, Trace& trace, Delivery delivery, std::uint32_t seed);

  const std::string& name() const { return name_; }
  bool IsAt(const std::string& device) const { return place_ == device; }

  // Lets what is due happen. True if anything did.
  bool Turn();
  std::optional<MonoTime> Deadline() const;
  bool Readable() const;  // as poll() says it: bytes, or the end

  // The host's side. A line is of no more use once the port has hung up.
  int Open();
  void Close(int line);
  bool IsOpen(int line) const { return line == line_; }
  std::size_t Read(std::span<char> buffer);
  void Write(std::string_view bytes);
  // Set: called as the PDU of a message is about to be written.
  std::function<void()> on_pdu;

 private:
  std::size_t ChunkLength();

  const std::string name_;
  const Clock& clock_;
  Trace& trace_;
  const Delivery delivery_;
  const MonoTime start_;
  sim::AtSession session_;
  std::string place_;
  int line_ = 0;   // the one that is open; 0: none
  int lines_ = 0;  // ever opened
  std::string unread_;
  std::mt19937 random_;
  MonoTime next_chunk_{};

  sim::Instant Now() const;
};

class World {
 public:
  World(const Scenario& scenario, Delivery delivery, std::uint32_t seed);
  ~World() { spooler.reset(); }  // its lines end at the ports
  World(const World&) = delete;

  // Until so long after the start. All that is due happens on the way.
  void AdvanceTo(Millis since_start);
  Millis SinceStart() const;

  // The spooler dies, and is started again after `away`.
  void Kill(Millis away);
  // It is asked to end, and ends; started again after `away`.
  void Stop(Millis away);
  // The next time that `pdu` of any modem is written.
  void KillAsPduLeaves(Millis away);
  Millis away_after_kill{1000};

  Config config;
  ManualClock clock;
  SeededRandom random{5};
  Trace trace;
  Phones phones;
  std::unique_ptr<FaultyStore> store;
  std::unique_ptr<Spooler> spooler;  // null while it is away

  std::string Log() const;

 private:
  void OpenStore();
  void Start();
  void Settle();
  bool SettleOnce();
  bool TurnSpooler();
  void Died(Millis away);
  std::optional<MonoTime> NextDeadline() const;

  TempFolder folder_;
  const MonoTime start_;
  Logger log_;
  LineOpener opener_;
  sim::Network network_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::optional<MonoTime> start_at_;  // of a spooler that is away
  std::uint64_t happenings_ = 0;      // opened, written, read
};

}  // namespace smsweb::faults
