// All of a scenario but its file: a spooler and its store, simulated modems at
// their ports, the network, and a clock that goes from deadline to deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "daemon/spooler.h"
#include "faults/faulty_store.h"
#include "faults/port.h"
#include "faults/scenario.h"
#include "faults/trace.h"
#include "sim/network.h"
#include "temp_folder.h"

namespace smsweb::faults {

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
  std::set<std::string> obeyed;  // rules of the script, "name:line"
};

// Something is wrong with the scenario, or with what it is played against.
struct Failure {
  std::string what;
};

class World {
 public:
  // Opens the queue for a spooler that starts; the one before is closed.
  using OpenStore =
      std::function<Result<std::unique_ptr<Store>>(const std::string& path)>;

  // Without `open_store`, the queue is there already, and empty.
  World(const Scenario& scenario, Delivery delivery, std::uint32_t seed,
        const OpenStore& open_store = {});
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
  std::unique_ptr<FaultyStore> store;  // null where it could not be opened
  std::unique_ptr<Spooler> spooler;    // null while it is away

  const std::vector<std::unique_ptr<Port>>& ports() const { return ports_; }
  std::string Log() const;
  std::string wire_trace;  // what modem.trace would hold
  // Rules of the script that nothing has happened by.
  std::vector<std::string> UnusedRules() const;

 private:
  Result<std::unique_ptr<Line>> OpenLine(const std::string& device);
  std::vector<PortEntry> ListPorts() const;
  PortContext MakeContext();
  void Start();
  Result<void> Begin();
  std::uint64_t Happenings() const;
  void Settle();
  bool SettleOnce();
  bool TurnSpooler();
  void Died(Millis away);
  std::optional<MonoTime> NextDeadline() const;

  const std::shared_ptr<const ModemProfiles> profiles_;
  TempFolder folder_;
  const OpenStore open_store_;
  const MonoTime start_;
  Logger log_;
  SendingWindows windows_{config};
  std::optional<PortContext> context_;  // of this run of the spooler
  sim::Network network_;
  sim::Script script_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::optional<MonoTime> start_at_;  // of a spooler that is away, or that
                                      // could not have the queue
  std::uint64_t happenings_ = 0;      // opened, written, read
};

}  // namespace smsweb::faults
