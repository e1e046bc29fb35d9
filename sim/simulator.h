// Modems on their ports, in one poll loop, and what is said to them meanwhile.
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <vector>

#include "sim/at_session.h"
#include "sim/control.h"
#include "sim/files.h"
#include "sim/ports.h"

namespace smsweb::sim {

class Simulator {
 public:
  using Now = Instant (*)();

  // `trace` may be null, and outlives the simulator.
  Simulator(Now now, WireTrace* trace) : now_(now), trace_(trace) {}

  void Add(std::unique_ptr<Port> port, AtSession session);

  // Scripts that come by `control`, which outlives the simulator, are obeyed by
  // the modems that they name.
  void ListenTo(Control& control) { control_ = &control; }

  // Until `stop_fd` can be read.
  void Run(int stop_fd);

 private:
  struct Modem {
    std::unique_ptr<Port> port;
    AtSession session;
  };

  int Timeout() const;  // for poll, in ms; -1: none
  void Start();
  void Serve(Modem& modem, short events);
  void Answer(Modem& modem);
  void Move(Modem& modem, const PortEvent& event);
  void ObeyControl();
  void Trace(const Modem& modem, WireTrace::Side side, std::string_view bytes,
             const Instant& at);

  Now now_;
  WireTrace* trace_;
  Control* control_ = nullptr;
  std::vector<Modem> modems_;
};

}  // namespace smsweb::sim
