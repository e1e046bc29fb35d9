#include "common/line/ports.h"

#include <libserialport.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace smsweb {
namespace {

namespace fs = std::filesystem;

constexpr const char* kById = "/dev/serial/by-id";

std::string TextOf(const char* text) { return text ? text : ""; }

bool IsUsb(const std::string& path) {
  return path.starts_with("/dev/ttyUSB") || path.starts_with("/dev/ttyACM");
}

// "/dev/ttyUSB9" before "/dev/ttyUSB10".
bool Before(const PortEntry& a, const PortEntry& b) {
  return a.path.size() != b.path.size() ? a.path.size() < b.path.size()
                                        : a.path < b.path;
}

}  // namespace

std::string ByIdOf(const std::string& device) {
  std::error_code error;
  const fs::path port = fs::canonical(device, error);
  if (error) return "";
  fs::directory_iterator at(kById, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code broken;
    if (fs::canonical(at->path(), broken) == port) return at->path();
  }
  return "";
}

std::vector<PortEntry> ListUsbPorts() {
  std::vector<PortEntry> entries;
  sp_port** ports = nullptr;
  if (sp_list_ports(&ports) != SP_OK) return entries;
  for (sp_port** port = ports; *port != nullptr; ++port) {
    const std::string path = TextOf(sp_get_port_name(*port));
    if (!IsUsb(path)) continue;
    entries.push_back({.path = path,
                       .by_id = ByIdOf(path),
                       .description = TextOf(sp_get_port_description(*port))});
  }
  sp_free_port_list(ports);
  std::ranges::sort(entries, Before);
  return entries;
}

}  // namespace smsweb
