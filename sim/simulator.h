// Modems on their ports, in one poll loop.
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <vector>

#include "sim/at_session.h"
#include "sim/files.h"
#include "sim/ports.h"

namespace smsweb::sim {

class Simulator {
 public:
  using Now = Instant (*)();

  // `trace` may be null, and outlives the simulator.
  Simulator(Now now, WireTrace* trace) : now_(now), trace_(trace) {}

  void Add(std::unique_ptr<Port> port, AtSession session);

  // Until `stop_fd` can be read.
  void Run(int stop_fd);

 private:
  struct Modem {
    std::unique_ptr<Port> port;
    AtSession session;
  };

  int Timeout() const;  // for poll, in ms; -1: none
  void Serve(Modem& modem, short events);
  void Answer(Modem& modem);
  void Trace(const Modem& modem, WireTrace::Side side, std::string_view bytes,
             const Instant& at);

  Now now_;
  WireTrace* trace_;
  std::vector<Modem> modems_;
};

}  // namespace smsweb::sim
