// The serial ports that a modem may be at.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace smsweb {

struct PortEntry {
  std::string path;         // "/dev/ttyUSB0"
  std::string by_id;        // the link in /dev/serial/by-id; empty: none
  std::string description;  // what the device calls itself, if it does
};

using PortLister = std::function<std::vector<PortEntry>()>;

// USB ports (ttyUSB*, ttyACM*) as libserialport lists them, by name.
std::vector<PortEntry> ListUsbPorts();

// The link in /dev/serial/by-id that leads to `device`, whatever its name;
// empty: none does.
std::string ByIdOf(const std::string& device);

}  // namespace smsweb
