// A modem's place in the spooler, and the desk that the spooler's parts share.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/secret/key_ring.h"
#include "common/store/store.h"
#include "common/window/sending_windows.h"
#include "daemon/job.h"
#include "daemon/modem_port.h"

namespace smsweb {

class Tariffs;

struct Station {
  explicit Station(std::unique_ptr<ModemPort> port_in)
      : port(std::move(port_in)) {}
  std::unique_ptr<ModemPort> port;
  std::optional<Job> job;           // the message it is sending
  bool intent_uncommitted = false;  // of the part under way
  std::optional<SimUse> counted;    // that part, by its SIM's limits
  bool pin_uncommitted = false;     // it may leave once the turn is on disk
  std::int64_t parts_sent = 0;      // not yet recorded
  std::int64_t accepted = 0;        // parts, in this run
  MonoTime part_began_at{};         // the one under way
  std::chrono::microseconds part_time{0};  // that one takes, of late; 0: none
                                           // has gone yet
  ModemState told = ModemState::kClosed;   // the last that was news
  bool look = true;                // the queue may hold something for it
  bool room_came = false;          // of its SIM, since it was last asked
  bool was_up = false;             // when that was last looked at
  std::vector<std::string> lanes;  // in order (lanes.h)
  // Of each class: its SIM has reached a limit, and will send none of it for
  // longer than a conversation waits (lanes.h); or only to numbers that it
  // knows.
  std::array<bool, kMessageClassCount> rests{};
  std::array<std::optional<SimMonth>, kMessageClassCount> known_to{};
  const std::string& name() const { return port->config().name; }
  Modem& modem() { return port->modem(); }
};

// It could take a message now, or after the one that it has.
bool IsUp(const Station& station);

// What the parts of a spooler work with; the Spooler owns `tariffs`, `stations`
// and `turn`.
struct Desk {
  const Config& config;
  Store& store;
  SendingWindows& windows;
  Tariffs& tariffs;
  const Clock& clock;
  Random& random;
  const Logger& log;
  std::vector<Station>& stations;
  SpoolerTurn& turn;  // what this turn is going to record
  KeyRing* keys;      // open sealed texts; none: nobody can
};

// Messages may go through one SIM or another, so it matters which.
bool KeepsConversations(const Desk& desk);

}  // namespace smsweb
