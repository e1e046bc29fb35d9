// Where hosts reach a simulated modem. A port is passive: the loop
// (simulator.h) polls what poll_entry() says and then calls OnReady().
//
// Hosts may come and go at any time; the modem behind the port stays as they
// left it.
#pragma once

#include <poll.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace smsweb::sim {

class Port {
 public:
  virtual ~Port() = default;

  // What to show: "run/modem1 (/dev/pts/3)", "tcp:127.0.0.1:2000".
  virtual const std::string& place() const = 0;
  virtual pollfd poll_entry() const = 0;

  // The bytes that came in; none where something else happened.
  virtual std::string_view OnReady(short events) = 0;

  // Writes what it can and keeps the rest, up to a bound: a host that does not
  // read loses what is beyond.
  virtual void Write(std::string_view bytes) = 0;

  // Readable when a host has opened the port, for OnOpens(); -1 where
  // poll_entry() tells that, too.
  virtual int opens_fd() const { return -1; }
  virtual void OnOpens() {}

  // Whether a host has opened the port since the last call.
  virtual bool TakeOpened() = 0;

  // The line ends for a host that has it open, and for others there is nothing
  // to open, until Return(). `place` is a link or a port; empty: where it was.
  virtual void HangUp() = 0;
  virtual Result<void> Return(const std::string& place) = 0;
};

// A pseudo-terminal. `link`, unless empty, becomes a symbolic link to its
// slave, and goes with the port; a link that is there is replaced, anything
// else is kConflict.
Result<std::unique_ptr<Port>> OpenPty(const std::string& link);

// Listens; one host at a time, the next one waits. `port` "0" takes a free one.
Result<std::unique_ptr<Port>> ListenTcp(const std::string& host,
                                        const std::string& port);

}  // namespace smsweb::sim
