// A line to a modem: a passive, non-blocking pipe of bytes. A poll loop asks it
// what to wait for and tells it when that came.
//
// Kinds of device, by how they are written in the configuration:
//   /dev/ttyUSB0, /dev/serial/by-id/...   a serial port, through libserialport
//   tcp:HOST:PORT                         a modem behind ser2net
//   /dev/pts/3, or a link to one          a pseudo-terminal (simulator, socat)
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace smsweb {

struct SerialSettings {
  int baud = 115200;
  enum class FlowControl { kNone, kRtsCts } flow_control = FlowControl::kNone;
};

class Line {
 public:
  virtual ~Line() = default;
  virtual int fd() const = 0;
  // True until a TCP connection is made: wait for POLLOUT, then call Write().
  virtual bool Connecting() const { return false; }
  // Bytes read (0: none now), or kUnavailable: the line is gone.
  virtual Result<std::size_t> Read(std::span<char> buffer) = 0;
  // Bytes written, possibly fewer than given, or kUnavailable.
  virtual Result<std::size_t> Write(std::string_view bytes) = 0;
};

// Errors name the device and what to do (permissions, no such port, busy).
Result<std::unique_ptr<Line>> OpenLine(const std::string& device,
                                       const SerialSettings& settings);

// OpenLine, or what a test has in its place.
using LineOpener = std::function<Result<std::unique_ptr<Line>>(
    const std::string& device, const SerialSettings& settings)>;

}  // namespace smsweb
